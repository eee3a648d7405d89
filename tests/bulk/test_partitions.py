"""Tables whose columns are partly the names of folders: left unread, every row would be taken for one of no country."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow import csv, feather
from tests.bulk.made import read, wattdrop

import wattdrop as package

COUNTRIES = {"FR": "country=FR", "SE": "country=SE", None: "country=__HIVE_DEFAULT_PARTITION__"}


@pytest.fixture
def calls(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """A file a folder, of the format that the test asks for."""
    for folder in COUNTRIES.values():
        file = tmp_path / "day=2026-11-01" / folder / f"x.{request.param}"
        file.parent.mkdir(parents=True)
        table = pa.table({"model_id": ["gpt-4o"], "output_tokens": [500]})
        if request.param == "parquet":
            pq.write_table(table, file)
        elif request.param == "arrow":
            feather.write_feather(table, file)
        elif request.param == "csv":
            csv.write_csv(table, file)
        else:
            file.write_text(json.dumps(table.to_pylist()[0]))
    return tmp_path / "day=2026-11-01"


@pytest.mark.parametrize("calls", ["parquet", "arrow", "csv", "jsonl"], indirect=True)
@pytest.mark.parametrize("form", ["parquet", "jsonl"])
def test_folders_fill_fields_and_are_carried_along(calls: Path, form: str, tmp_path: Path) -> None:
    expected = {
        country: package.estimate([{"model_id": "gpt-4o", "output_tokens": 500, "country": country}])
        .rows[0]
        .metrics()
        .usage_emissions_gco2e
        for country in COUNTRIES
    }
    out = tmp_path / f"out.{form}"
    assert wattdrop("estimate", calls, "-o", out).exit_code == 0
    assert {row.get("country"): row["total_emissions_gco2e"] for row in read(out)} == expected
    assert {row["day"] for row in read(out)} == {"2026-11-01"}
    pattern = wattdrop("estimate", f"{calls}/*/x.*", "-o", tmp_path / "by.csv", "--group-by", "day,country")
    assert pattern.exit_code == 0, pattern.output
    assert {row.get("country") for row in read(tmp_path / "by.csv")} == set(COUNTRIES)


@pytest.mark.parametrize("calls", ["csv"], indirect=True)
def test_a_column_of_the_file_comes_before_that_of_its_folder(calls: Path, tmp_path: Path) -> None:
    (calls / "country=FR" / "x.csv").write_text("model_id,output_tokens,country\ngpt-4o,5,SE\n")
    assert wattdrop("estimate", calls / "country=FR", "-o", tmp_path / "out.csv").exit_code == 0
    assert [row["country"] for row in read(tmp_path / "out.csv")] == ["SE"]


@pytest.mark.parametrize("calls", ["parquet"], indirect=True)
def test_folders_named_nearly_like_a_field_stop_the_job(calls: Path, tmp_path: Path) -> None:
    (calls / "country=FR").rename(calls / "contry=FR")
    result = wattdrop("estimate", calls, "-o", tmp_path / "out.csv")
    assert result.exit_code == 2 and "contry" in result.stderr
