"""A broken data file stops the load, with file, entry, field and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from wattdrop.catalog.check import check_folder
from wattdrop.errors import CatalogError

if TYPE_CHECKING:
    from conftest import DataFolder

BROKEN = [
    (
        "models/meta.toml",
        'name = "LLaMA v3.1 8B"',
        "name = LLaMA",
        r"models/meta.toml: cannot be read as TOML",
    ),
    (
        "models/meta.toml",
        "total_params_billions = 8.03",
        "total_parms = 8.03",
        r"llama_v31_8b: total_parms: unknown field of models",
    ),
    (
        "models/meta.toml",
        "total_params_billions = 8.03",
        'total_params_billions = "8"',
        r"total_params_billions: not a number: '8'",
    ),
    (
        "models/meta.toml",
        "low = 200",
        "lowest = 200",
        r"total_params_billions.lowest: unknown key of a figure",
    ),
    ("models/meta.toml", '["card", "press"]', '"crad"', r"llama_v31_8b: source: no source with id 'crad'"),
    (
        "models/openai.toml",
        'source = "press"',
        "",
        r"models/openai.toml: o1: total_params_billions: no source",
    ),
    ("models/openai.toml", 'id = "o1"', 'id = "LLAMA V31.8B"', r"'LLAMA V31.8B' already names llama_v31_8b"),
    ("models/openai.toml", 'id = "o1"', 'id = ""', r"models/openai.toml: o1: id: missing"),
    (
        "models/openai.toml",
        "[[model]]",
        "[[modell]]",
        r"models/openai.toml: modell: only \[\[model\]\] entries belong here",
    ),
    (
        "models/meta.toml",
        'basis = "measured"',
        'basis = "guessed"',
        r"llama_rumoured: basis: unknown basis 'guessed'",
    ),
    (
        "models/meta.toml",
        'task = "text-generation"',
        'task = "poetry"',
        r"task: no tasks entry named 'poetry'",
    ),
    (
        "nodes/aws.toml",
        'gpu_id = "a100_sxm_40gb"',
        'gpu_id = "z9"',
        r"aws:p4d.24xlarge: gpu_id: no gpus entry named 'z9'",
    ),
    ("nodes/aws.toml", 'gpu_id = "a100_sxm_40gb"', "", r"aws:p4d.24xlarge: gpu_id: missing"),
    (
        "services.toml",
        "aws:p4d.24xlarge",
        "aws:p9",
        r"aws-bedrock: default_node_id: no nodes entry named 'aws:p9'",
    ),
    ("services.toml", '["bedrock"]', '"bedrock"', r"aws-bedrock: aliases: must be a list of texts"),
    ("sources/all.toml", 'kind = "datasheet"', 'kind = "hearsay"', r"card: kind: unknown kind 'hearsay'"),
    ("sources/all.toml", 'owner = "maintainers"', "", r"assumed-life: owner: an assumption without it"),
    ("sources/all.toml", 'id = "press"', 'id = "card"', r"card: id: also in sources/all.toml"),
    ("quantities.toml", 'id = "pue"\nunit = "1"', 'id = "pue"', r"quantities.toml: pue: unit: missing"),
    (
        "regions/aws.csv",
        "aws,us-east-1,US,US-VA,",
        "aws,us-east-1,US,US-XX,",
        r"aws:us-east-1: zone: no zones entry named 'US-XX'",
    ),
    ("regions/aws.csv", "1.15", "low", r"regions/aws.csv: aws:us-east-1: pue: not a number: 'low'"),
    ("regions/aws.csv", "1.15", "", r"aws:us-east-1: pue: no value, though its source is given: "),
    ("regions/aws.csv", "2024", "24", r"aws:us-east-1: pue: not a year: 24"),
    ("regions/aws.csv", "aws,eu-west-3", "aws,paris,eu-west-3", r"line 3: 9 cells under 8 columns"),
    (
        "grids/zones.csv",
        "Andorra,,,world,FR",
        "Andorra,,,world,FX",
        r"grids/zones.csv: AD: proxy_of: no zones entry named 'FX'",
    ),
    ("grids/intensity.csv", "FR,grid", "FX,grid", r"line 4 \(FX\): zone: no such zone"),
    (
        "grids/intensity.csv",
        ",2023,56",
        ",2024,56",
        r"line 5 \(FR\): grid_intensity_gco2e_per_kwh: a second figure for 2024",
    ),
    ("grids/intensity.csv", ",2023,56", ",2023,", r"line 4 \(FR\): value: no value"),
    ("grids/intensity.csv", "FR,grid_intensity", "FR,grid_intenstiy", r"unknown quantity 'grid_intenstiy"),
    ("grids/intensity.csv", "ember,,a mild", ",,a mild", r"line 5 \(FR\): source: no source"),
    ("grids/hourly.csv", "FR,0,23", "FR,0,22", r"hour_utc: this hour is there twice"),
    ("grids/hourly.csv", "FR,0,23", "FR,0,24", r"hour_utc: month is 0-12, hour 0-23"),
    ("grids/hourly_zones.csv", "FR,FR", "FR,ES", r"profile: no such profile in hourly.csv"),
    ("grids/mix.csv", "hydro", "nuclear", r"line 3 \(FR\): nuclear: a second share for 2023"),
    ("water/ewif.csv", "FR,country,2020,4.9", "FR,country,2020,much", r"value: not a number: 'much'"),
    ("water/ewif.csv", "FR,country,2020,4.9", "FR,country,2020,inf", r"value: not a number: 'inf'"),
    ("services.toml", '["bedrock"]', '[["bedrock"]]', r"aws-bedrock: aliases: must be a list of texts"),
    ("models/openai.toml", '"o-series"', '["o"]', r"models/openai.toml: o1: family: must be a text"),
    ("models/openai.toml", '"press"', "5", r"models/openai.toml: o1: source: names no source: 5"),
    (
        "models/meta.toml",
        'source = "press", basis',
        "source = true, basis",
        r"llama_rumoured: total_params_billions.source: names no source: True",
    ),
    (
        "quantities.toml",
        "raises_impact = -1",
        'raises_impact = "down"',
        r"quantities.toml: use_life_years: raises_impact: not -1, 0 or 1: 'down'",
    ),
    ("quantities.toml", "high = 30\n", 'high = "30"\n', r"use_life_years: high: not a number: '30'"),
    ("methodology/text.toml", "value = 0.75", "", r"weights_cost: value: missing"),
]


@pytest.mark.parametrize(
    ("file", "old", "new", "message"), BROKEN, ids=[f"{file}: {new}" for file, _, new, _ in BROKEN]
)
def test_a_broken_file_says_where_and_what(
    folder: DataFolder, file: str, old: str, new: str, message: str
) -> None:
    folder.replace(file, old, new)
    with pytest.raises(CatalogError, match=message):
        folder.load()


def test_entries_that_are_no_tables_are_reported(folder: DataFolder) -> None:
    folder.write("tasks.toml", 'task = ["text-generation"]')
    with pytest.raises(
        CatalogError, match=r"tasks.toml: task: must be an array of tables; write \[\[task\]\]"
    ):
        folder.load()


def test_a_file_that_no_table_reads_is_reported(folder: DataFolder) -> None:
    folder.write("model/meta.toml", "")
    with pytest.raises(
        CatalogError, match=r"model/meta\.toml: no table reads this file; rename it or remove it"
    ):
        folder.load()


def test_all_problems_are_listed_at_once(folder: DataFolder) -> None:
    folder.replace("models/openai.toml", 'source = "press"', "")
    folder.replace("services.toml", "aws:p4d.24xlarge", "aws:p9")
    assert [problem.entity for problem in check_folder(folder.path)] == ["o1", "aws-bedrock"]
    with pytest.raises(CatalogError, match=r"\(and 1 more; wattdrop check-data lists them\)"):
        folder.load()
