"""Data that loads and still cannot be right."""

# ruff: noqa: E501

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from wattdrop.catalog.check import check, check_folder

if TYPE_CHECKING:
    from conftest import DataFolder
    from wattdrop.catalog import Catalog


def test_the_small_catalog_is_sound(catalog: Catalog) -> None:
    assert check(catalog) == []


WRONG = [
    ("gpus/nvidia.toml", "max_power_w = 400", "max_power_w = 400000", "a100_sxm_40gb: max_power_w: 400000 is outside the plausible 5 to 30000"),
    ("gpus/nvidia.toml", "idle_power_w = 50", "idle_power_w = 500", "idle_power_w: 500 is above max_power_w 400"),
    ("models/meta.toml", "low = 200", "low = 500", "llama_rumoured: total_params_billions: 400 is outside its own range 500 to 900"),
    ("models/meta.toml", "low = 200, ", "", "a range with one end"),
    ("models/openai.toml", "= 200", "= 200\nactive_params_billions = 300", "o1: active_params_billions: 300 is above total_params_billions 200"),
    ("models/openai.toml", "= 200", "= 200\nnumber_of_experts = 8\nnumber_of_active_experts = 9", "9 is above number_of_experts 8"),
    ("models/openai.toml", 'name = "o1"', 'name = "o1"\nrelease_date = "last summer"', "release_date: not a date: 'last summer'"),
    ("models/openai.toml", '"o-series"', '"oh-series"', "o1: family: no family 'oh-series'"),
    ("families.toml", 'name = "Llama"\ndefault_model_id = "llama_v31_8b"', 'name = "Llama"\ndefault_model_id = "o1"', "llama: default_model_id: 'o1' is no model of the family"),
    ("families.toml", 'name = "Llama"\ndefault_model_id = "llama_v31_8b"', 'name = "Llama"', "llama: default_model_id: '' is no model of the family"),
    ("nodes/aws.toml", "gpu_count = 8", "gpu_count = 8\ngpu_max_power_w_total = 3000", "3000 W, but count times limit is 3200 W"),
    ("nodes/aws.toml", "gpu_count = 8", "gpu_count = 8\nidle_power_w_ex_gpu = 9\nactive_power_w_ex_gpu = 8", "9 is above active_power_w_ex_gpu 8"),
    ("services.toml", '"US"', '"XX"', "default_country: no zone for country 'XX'"),
    ("models/openai.toml", "= 200", "= 200\nnumber_of_experts = 8\nparams_per_expert_billions = 30", "8 experts of 30 billion are more than the model's 200 billion"),
    ("models/openai.toml", "= 200", "= 200\nnum_attention_heads = 8\nnum_kv_heads = 9", "num_kv_heads: 9 is above num_attention_heads 8"),
    ("models/openai.toml", "= 200", '= 200\nactive_params_billions = 200\narchitecture = "dense"\nnum_layers = 8\nhidden_size = 4096', "200 billion active weights, but layers of about 1.61"),
    ("models/openai.toml", "= 200", "= 200\ntraining_gpu_hours = 100\ntraining_compute_flop = 1.2e20", "1.2e+20 FLOP in 100 hours is faster than any accelerator"),
    ("gpus/nvidia.toml", "dense = 312", "dense = 312\nfp8_tflops_dense = 300", "312 is above fp8_tflops_dense 300"),
    ("power_curve.csv", ",4000,", ",3000,", "p4d_busy: node_power_w: 3000 W, less than its accelerators"),
    ("services.toml", 'default_country', 'default_gpu_count = 16\ndefault_country', "default_gpu_count: more than the 8 of aws:p4d.24xlarge"),
    ("regions/aws.csv", ",US,US-VA,1.15", ",CA,US-VA,1.15", "no zones entry named 'CA'"),
    ("regions/aws.csv", ",US,US-VA,1.15", ",FR,US-VA,1.15", "in FR, but its zone US-VA is in US"),
    ("regions/aws.csv", "1.15", "0.99", "pue: 0.99 is outside the plausible 1 to 3"),
    ("grids/zones.csv", "France,,,world", "France,,,", "FR: parent: its parents do not lead to `world`"),
    ("grids/intensity.csv", "2025,388,,,ember,derived", "2025,461,,,ember,published", "460.1 is below the direct 461"),
    ("grids/intensity.csv", ",384,", ",3840,", "3840 is outside the plausible 0 to 2000"),
    ("grids/mix.csv", "0.7", "0.6", "FR: 2023: shares sum to 0.900"),
    ("grids/hourly.csv", "FR,0,0,1.5", "FR,0,0,2.5", "FR: carbon_ratio: mean of the day is 1.0417"),
    ("water/ewif.csv", "1.8,4.2", "3.8,4.2", "coal_tower: value: 2.6 is outside its own range 3.8 to 4.2"),
    ("methodology/text.toml", "low = 0.5", "low = 0.8", "weights_cost: value: 0.75 is outside its own range 0.8 to 1.2"),
    ("quantities.toml", 'id = "max_power_w"\nunit = "W"', 'id = "max_power_w"\nunit = "kW"', "max_power_w: unit: unit 'kW', but the name says 'W'"),
    ("sources/all.toml", 'id = "ember"', 'id = "unused"\nproducer = "P"\ntitle = "T"\nkind = "paper"\n[[source]]\nid = "ember"', "unused: no figure leads to this source"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "expected"), WRONG, ids=[expected for *_, expected in WRONG])
def test_what_cannot_be_right_is_reported(
    folder: DataFolder, file: str, old: str, new: str, expected: str
) -> None:
    folder.replace(file, old, new)
    problems = [str(problem) for problem in check_folder(folder.path)]
    assert any(expected in problem for problem in problems), problems
    assert all("; " in problem for problem in problems)  # each says what to do
