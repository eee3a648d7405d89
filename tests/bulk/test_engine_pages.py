"""The pages on other engines: every Python block runs as printed, in the real engine, and gives what one table gives."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.bulk.test_spark import frame, requests
from tests.conftest import ROOT

import wattdrop

pytestmark = [
    pytest.mark.engines,
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::DeprecationWarning"),
]


def blocks(page: str) -> list[str]:
    text = (ROOT / "docs" / "how-to" / page).read_text(encoding="utf-8")
    return re.findall(r"^```python\n(.*?)^```", text, re.M | re.S)


def run(block: str, **names: Any) -> dict[str, Any]:
    exec(compile(block, "a block of the page", "exec"), names)
    return names


@pytest.fixture
def expected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The energy of the rows of ``requests.parquet``, which lies in the folder that the block runs in."""
    monkeypatch.chdir(tmp_path)
    table = requests(200)
    pq.write_table(table, "requests.parquet")
    energies: list[float] = wattdrop.estimate_table(table, extra="keep").column("total_energy_wh").to_pylist()
    return energies


POLARS, POLARS_LAZY, DUCKDB, DASK, DASK_FRAME, RAY = blocks("use-from-dataframes.md")


@pytest.mark.parametrize("block", [POLARS, POLARS_LAZY])
def test_polars(block: str, expected: list[float]) -> None:
    results = run(block)["results"]
    assert results.lazy().collect()["total_energy_wh"].to_list() == expected


def test_duckdb(expected: list[float], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(DUCKDB)["results"].column("total_energy_wh").to_pylist() == expected
    assert "research" in capsys.readouterr().out


def test_dask(expected: list[float]) -> None:
    (table,) = run(DASK)["tables"]
    assert table.column("total_energy_wh").to_pylist() == expected


def test_dask_dataframe(expected: list[float]) -> None:
    results = run(DASK_FRAME)["results"].compute()
    energies = results["total_energy_wh"].tolist()
    assert [None if energy != energy else energy for energy in energies] == expected


def test_ray(expected: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    import ray

    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    ray.init(num_cpus=1, include_dashboard=False, log_to_driver=False)  # in the folder of the file
    try:
        rows = run(RAY)["results"].take_all()
    finally:
        ray.shutdown()
    assert [row["total_energy_wh"] for row in rows] == expected


@pytest.mark.parametrize("number", range(5))
def test_spark(number: int, spark: Any, tmp_path: Path) -> None:
    table = requests(60)
    frame(spark, table, tmp_path).createOrReplaceTempView("requests")
    (tmp_path / "logs").mkdir()
    logs = table.drop_columns(["request", "country"]).rename_columns(
        ["team", "llm", "prompt_tokens", "completion"]
    )
    frame(spark, logs, tmp_path / "logs").createOrReplaceTempView("logs")
    names = run(blocks("run-on-spark.md")[number], spark=spark)
    for answer in (names.get("results"), names.get("by_team")):
        if answer is not None:
            assert isinstance(answer.toArrow(), pa.Table)


def test_every_block_of_the_page_on_spark_is_one_of_these() -> None:
    assert len(blocks("run-on-spark.md")) == 5
