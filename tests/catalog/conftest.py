"""A data folder small enough to read: one or two entries of each kind, copied to a temporary place to be
changed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from wattdrop.catalog import Catalog, load

if TYPE_CHECKING:
    from pathlib import Path

MINI = {
    "quantities.toml": "".join(
        f'[[quantity]]\nid = "{name}"\nunit = "{unit}"\nmeaning = "..."\nlow = {low}\nhigh = {high}\n{rest}\n'
        for name, unit, low, high, rest in (
            ("total_params_billions", "1e9", 0.0001, 100000, "raises_impact = 1"),
            ("active_params_billions", "1e9", 0.0001, 100000, "raises_impact = 1"),
            ("number_of_experts", "1", 1, 10000, ""),
            ("number_of_active_experts", "1", 1, 10000, ""),
            ("params_per_expert_billions", "1e9", 0, 10000, ""),
            ("text_encoder_params_billions", "1e9", 0, 10000, ""),
            ("num_layers", "1", 1, 1000, ""),
            ("hidden_size", "1", 1, 100000, ""),
            ("vocab_size", "1", 1, 1000000, ""),
            ("num_attention_heads", "1", 1, 1000, ""),
            ("num_kv_heads", "1", 1, 1000, ""),
            ("training_gpu_hours", "h", 0, 1e9, ""),
            ("training_compute_flop", "1", 0, 1e30, ""),
            ("fp16_tflops_dense", "TFLOP/s", 0, 100000, ""),
            ("fp8_tflops_dense", "TFLOP/s", 0, 100000, ""),
            ("fp4_tflops_dense", "TFLOP/s", 0, 100000, ""),
            ("default_gpu_count", "1", 0, 1000, ""),
            ("node_power_w", "W", 0, 200000, ""),
            ("gpu_power_w_each", "W", 0, 3000, ""),
            ("max_power_w", "W", 5, 30000, "raises_impact = 1"),
            ("idle_power_w", "W", 1, 3000, "raises_impact = 1"),
            ("gpu_count", "1", 0, 10000, ""),
            ("idle_power_w_ex_gpu", "W", 0, 10000, ""),
            ("active_power_w_ex_gpu", "W", 0, 10000, ""),
            ("gpu_max_power_w_total", "W", 0, 100000, ""),
            ("use_life_years", "year", 1, 30, 'raises_impact = -1\nsource = "assumed-life"'),
            ("pue", "1", 1, 3, "raises_impact = 1"),
            ("grid_intensity_gco2e_per_kwh", "gCO2e/kWh", 0, 2000, "raises_impact = 1"),
            ("grid_direct_gco2e_per_kwh", "gCO2e/kWh", 0, 2000, "raises_impact = 1"),
            ("ewif_l_per_kwh", "L/kWh", 0, 100, "raises_impact = 1"),
            ("max_model_gb", "GB", 0, 1000000, ""),
            ("bytes_per_weight", "B", 0.1, 16, "raises_impact = 1"),
        )
    ),
    "sources/all.toml": """
        [[source]]
        id = "card"
        producer = "Meta"
        title = "Model card"
        kind = "datasheet"
        [[source]]
        id = "press"
        producer = "A newspaper"
        title = "A report"
        kind = "estimate"
        [[source]]
        id = "assumed-life"
        producer = "Wattdrop"
        title = "Five years"
        kind = "assumption"
        reasoning = "Clouds write servers off in four to six years."
        owner = "maintainers"
        [[source]]
        id = "ember"
        producer = "Ember"
        title = "Yearly electricity data"
        kind = "dataset"
        [[source]]
        id = "fit-text"
        producer = "Wattdrop"
        title = "Fit"
        kind = "fit"
    """,
    "models/meta.toml": """
        [[model]]
        id = "llama_v31_8b"
        aliases = ["llama-3.1-8b-instruct", "meta/llama-3.1-8b"]
        name = "LLaMA v3.1 8B"
        family = "llama"
        task = "text-generation"
        hugging_face_path = "meta-llama/Llama-3.1-8B"
        total_params_billions = 8.03
        params_disclosed = true
        source = ["card", "press"]
        note = "the example of the documentation"
        [[model]]
        id = "llama_rumoured"
        name = "LLaMA rumoured"
        family = "llama"
        total_params_billions = { value = 400, low = 200, high = 900, source = "press", basis = "derived" }
        source = "card"
        basis = "measured"
    """,
    "models/openai.toml": """
        [[model]]
        id = "o1"
        name = "o1"
        family = "o-series"
        total_params_billions = 200
        source = "press"
    """,
    "families.toml": """
        [[family]]
        id = "gpt"
        name = "GPT"
        aliases = ["openai"]
        includes = ["o-series"]
        default_model_id = "o1"
        [[family]]
        id = "llama"
        name = "Llama"
        default_model_id = "llama_v31_8b"
        [[family]]
        id = "o-series"
        name = "o series"
        default_model_id = "o1"
        [[family]]
        id = "stable-diffusion"
        name = "Stable Diffusion"
    """,
    "tasks.toml": """
        [[task]]
        id = "text-generation"
        in_contract = true
        modality = "text"
        aliases = ["completion"]
        default_model_id = "llama_v31_8b"
    """,
    "gpus/nvidia.toml": """
        [[gpu]]
        id = "a100_sxm_40gb"
        aliases = ["a100"]
        name = "NVIDIA A100"
        max_power_w = 400
        idle_power_w = 50
        fp16_tflops_dense = 312
        source = "card"
    """,
    "nodes/aws.toml": """
        [[node]]
        id = "aws:p4d.24xlarge"
        cloud_id = "aws"
        cloud_instance_id = "p4d.24xlarge"
        gpu_id = "a100_sxm_40gb"
        gpu_count = 8
        use_life_years = 5
        source = "card"
    """,
    "services.toml": """
        [[service]]
        id = "aws-bedrock"
        aliases = ["bedrock"]
        default_node_id = "aws:p4d.24xlarge"
        default_country = "US"
        hosts = ["amazonaws.com"]
        source = "card"
    """,
    "providers.toml": """
        [[provider]]
        id = "aws"
        aliases = ["amazon"]
        hosting_cloud_ids = ["aws"]
        pue = 1.14
        source = "card"
    """,
    "regions/aws.csv": """
        cloud_id,region_id,country,zone,pue,pue_source,pue_year,source
        aws,us-east-1,US,US-VA,1.15,press,2024,card
        aws,eu-west-3,FR,FR,,,,card
    """,
    "regions/lambda.csv": """
        cloud_id,region_id,country,zone,source
        lambda,us-east-1,US,US-VA,card
        lambda,eu-west-3,US,US,card
    """,
    "grids/zones.csv": """
        zone,kind,country,name,iso3166_2,members,parent,proxy_of,quality,note
        world,world,,World,,,,,ok,
        FR,country,FR,France,,,world,,ok,
        AD,country,AD,Andorra,,,world,FR,proxy,
        US,country,US,United States,,,world,,ok,
        US-VA,region,US,Virginia,US-VA,,US,,ok,
    """,
    "grids/intensity.csv": """
        zone,quantity,valid_from,value,low,high,source,basis,note
        world,grid_intensity_gco2e_per_kwh,2025,460.1,,,ember,,
        world,grid_direct_gco2e_per_kwh,2025,388,,,ember,derived,
        FR,grid_intensity_gco2e_per_kwh,2023,56,,,ember,,
        FR,grid_intensity_gco2e_per_kwh,2024,41,38,45,ember,,a mild winter
        US,grid_intensity_gco2e_per_kwh,2024,384,,,ember,,
        US-VA,grid_intensity_gco2e_per_kwh,2024,302,,,ember,,
    """,
    "grids/mix.csv": """
        zone,fuel,share,year,source,basis
        FR,nuclear,0.7,2023,ember,published
        FR,hydro,0.3,2023,ember,published
    """,
    "grids/hourly_zones.csv": """
        zone,profile
        FR,FR
    """,
    "grids/hourly.csv": "profile,month,hour_utc,carbon_ratio,p10,p90,water_ratio,source\n"
    + "\n".join(f"FR,0,{hour},{1.5 if hour < 12 else 0.5},,,,ember" for hour in range(24)),
    "water/ewif.csv": """
        zone,scope,valid_from,value,low,high,excl_hydro,withdrawal,source,basis,note
        coal_tower,technology,2012,2.6,1.8,4.2,,3.8,press,published,
        world,world,2020,3.9,,,,,press,published,
        FR,country,2020,4.9,,,,,press,published,
    """,
    "methodology/text.toml": """
        [[constant]]
        id = "weights_cost"
        value = 0.75
        low = 0.5
        high = 1.2
        unit = "ratio"
        source = "fit-text"
        meaning = "Full-power seconds per second of reading weights"
    """,
    "power_curve.csv": """
        id,gpu_id,gpu_count,node_power_w,gpu_power_w_each,source
        p4d_busy,a100_sxm_40gb,8,4000,380,press
    """,
    "datatypes.toml": """
        [[datatype]]
        id = "bf16"
        aliases = ["bfloat16"]
        bytes_per_weight = 2
        peak = "fp16"
        source = "card"
    """,
    "default_hardware.toml": """
        [[default_hardware]]
        id = "large"
        max_model_gb = 640
        node_id = "aws:p4d.24xlarge"
        source = "card"
        [[default_hardware]]
        id = "small"
        max_model_gb = 2
        node_id = "aws:p4d.24xlarge"
        source = "card"
    """,
}


class DataFolder:
    """A data folder in a temporary place, with the edits that a test makes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        for file, text in MINI.items():
            self.write(file, text)

    def write(self, file: str, text: str) -> None:
        path = self.path / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(line.strip() for line in text.strip().splitlines()) + "\n")

    def replace(self, file: str, old: str, new: str) -> None:
        path = self.path / file
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))

    def load(self) -> Catalog:
        return load(self.path)


@pytest.fixture(autouse=True)
def cache_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No test reads what another one, or the user, has cached."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("WATTDROP_CACHE_DIR", str(folder))
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    return DataFolder(tmp_path / "data")


@pytest.fixture
def catalog(folder: DataFolder) -> Catalog:
    return folder.load()
