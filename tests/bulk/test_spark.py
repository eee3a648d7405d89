"""Spark on a real cluster of two executors: the same results to the bit as one machine, whatever happens on the way."""

from __future__ import annotations

import os
import pickle
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.bulk.spark_cluster import executors

import wattdrop
from wattdrop.bulk.options import Options
from wattdrop.bulk.spark import work
from wattdrop.catalog.loading import data_folder
from wattdrop.engine.tables import RESULT_COLUMNS
from wattdrop.errors import BadRequest, CatalogError

pytestmark = [
    pytest.mark.engines,
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::DeprecationWarning"),
]

PATIENCE_S = 240.0
OURS = {"id": "our_model", "name": "Ours", "family": "llama", "total_params_billions": 30.0}


def requests(rows: int = 400) -> pa.Table:
    """Rows of several models and places; one in eight has an error."""
    models = ["gpt-4o", "claude-3-5-sonnet", "llama_v31_8b", "no-such-model", "gpt-4o-mini"]
    return pa.table(
        {
            "request": pa.array(range(rows), pa.int64()),
            "team": [("research", "support", None)[n % 3] for n in range(rows)],
            "model_id": [models[n % 5] if n % 11 else "gpt-4o" for n in range(rows)],
            "country": [("US", "FR", None)[n % 3] for n in range(rows)],
            "input_tokens": [n * 7 % 3000 for n in range(rows)],
            "output_tokens": [None if n % 17 == 0 else n * 13 % 900 + 1 for n in range(rows)],
        }
    )


def frame(spark: Any, table: pa.Table, folder: Path, parts: int = 4) -> Any:
    path = folder / "requests.parquet"
    pq.write_table(table, path)
    return spark.read.parquet(str(path)).repartition(parts)


def bits(table: pa.Table, key: str = "request") -> dict[str, list[Any]]:
    """Rows in order of their key, floats as text that gives back every bit."""
    ordered = table.sort_by(key)
    return {
        name: [
            value.hex() if isinstance(value, float) else value for value in ordered.column(name).to_pylist()
        ]
        for name in ordered.column_names
    }


def until(happened: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not happened():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_rows_are_the_same_to_the_bit_as_on_one_machine(spark: Any, tmp_path: Path) -> None:
    table = requests()
    answer = wattdrop.spark.impact(frame(spark, table, tmp_path), extra="keep", metrics="all")
    local = wattdrop.estimate_table(table, extra="keep")
    assert answer.columns == [*table.column_names, *RESULT_COLUMNS]
    assert {name: kind for name, kind in answer.dtypes if name in RESULT_COLUMNS} == {
        name: "string" if name.startswith("error") else "double" for name in RESULT_COLUMNS
    }
    assert bits(answer.toArrow()) == bits(local)
    assert 0 < local.column("error_code").null_count < local.num_rows


@pytest.mark.parametrize(
    ("asked", "metrics"),
    [
        ({}, Options(columns="totals").metrics),
        ({"metrics": "blocks"}, Options(columns="blocks").metrics),
        ({"metrics": ["total_water_ml", "total_energy_wh"]}, ("total_water_ml", "total_energy_wh")),
    ],
    ids=["totals by default", "blocks", "by name"],
)
def test_fewer_metrics_are_the_same_numbers(
    spark: Any, tmp_path: Path, asked: dict[str, Any], metrics: tuple[str, ...]
) -> None:
    table = requests(60)
    answer = wattdrop.spark.impact(frame(spark, table, tmp_path), extra="keep", **asked)
    assert answer.columns == [*table.column_names, *metrics, "error_code", "error_message"]
    assert bits(answer.toArrow()) == bits(wattdrop.estimate_table(table, extra="keep", metrics=metrics))


def test_columns_of_other_names_and_entities_of_ones_own(spark: Any, tmp_path: Path) -> None:
    table = pa.table({"request": [1, 2], "llm": ["our_model", "gpt-4o"], "completion": [100, 100]})
    catalog = wattdrop.load().overlay(models=[OURS])
    columns = {"model_id": "llm", "output_tokens": "completion"}
    answer = wattdrop.spark.impact(
        frame(spark, table, tmp_path), catalog=catalog, columns=columns, extra="keep", metrics="all"
    ).toArrow()
    local = wattdrop.estimate_table(
        table.rename_columns(["request", "model_id", "output_tokens"]), catalog, extra="keep"
    )
    assert answer.column_names[:3] == table.column_names
    assert bits(answer.select(["request", *RESULT_COLUMNS])) == bits(
        local.select(["request", *RESULT_COLUMNS])
    )
    assert local.column("error_code").to_pylist() == [None, None]


def test_a_killed_executor_loses_nothing(spark: Any, tmp_path: Path) -> None:
    """kill -9 of a process that has computed rows and not yet handed them over: another computes them again."""
    table = requests(8_000)
    gate, computed = tmp_path / "gate", tmp_path / "computed"
    computed.mkdir()

    def held(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            (computed / str(os.getppid())).touch()  # the daemon of an executor
            while not gate.exists():
                time.sleep(0.02)
            yield batch

    answer = wattdrop.spark.impact(frame(spark, table, tmp_path, parts=8), extra="keep", metrics="all")
    done: list[pa.Table] = []
    job = threading.Thread(target=lambda: done.append(answer.mapInArrow(held, answer.schema).toArrow()))
    job.start()
    until(lambda: len(list(computed.iterdir())) == 2)
    first, second = executors()
    first.kill()
    first.wait(PATIENCE_S)
    gate.touch()
    job.join(PATIENCE_S)
    assert bits(done[0]) == bits(wattdrop.estimate_table(table, extra="keep"))
    assert second.is_running()


def test_sql_calls_it_as_a_table_function(spark: Any, tmp_path: Path) -> None:
    table = requests(60)
    frame(spark, table, tmp_path).createOrReplaceTempView("requests")
    wattdrop.spark.register(spark, "requests", extra="keep")
    answer = spark.sql("SELECT * FROM wattdrop_impact(TABLE(requests))").toArrow()
    totals = Options(columns="totals").metrics
    assert bits(answer) == bits(wattdrop.estimate_table(table, extra="keep", metrics=totals))
    grouped = spark.sql(
        "SELECT team, sum(total_energy_wh) AS wh FROM wattdrop_impact(TABLE(requests)) GROUP BY team"
    )
    assert {row["team"] for row in grouped.toArrow().to_pylist()} == {"research", "support", None}


def test_a_table_function_is_for_its_table(spark: Any, tmp_path: Path) -> None:
    frame(spark, requests(5), tmp_path).createOrReplaceTempView("requests")
    wattdrop.spark.register(spark, "requests", "for_requests", extra="keep")
    with pytest.raises(Exception, match="the function was registered for request, team"):
        spark.sql("SELECT * FROM for_requests(TABLE(SELECT model_id, output_tokens FROM requests))").toArrow()


def test_totals_of_groups_share_errors_as_one_estimate_does(spark: Any, tmp_path: Path) -> None:
    table = requests(300)
    totals = (
        wattdrop.spark.totals(frame(spark, table, tmp_path), ["team"], extra="keep").toArrow().to_pylist()
    )
    assert {row["team"] for row in totals} == {"research", "support", None}
    for total in totals:
        rows = [
            {name: value for name, value in row.items() if name not in ("request", "team")}
            for row in table.to_pylist()
            if row["team"] == total["team"]
        ]
        whole = wattdrop.estimate(rows)
        errors = sum(row.error is not None for row in whole.rows)
        assert (total["rows"], total["failed_rows"]) == (len(rows) - errors, errors)
        for metric in ("energy_wh", "emissions_gco2e", "water_ml", "embodied_gco2e", "embodied_ml"):
            low, central, high = whole.total_range(metric)
            got = [total[f"total_{metric}{end}"] for end in ("_low_90", "", "_high_90")]
            assert got == pytest.approx([low, central, high], rel=1e-9)


def test_totals_without_ranges_of_everything(spark: Any, tmp_path: Path) -> None:
    table = requests(50)
    (total,) = (
        wattdrop.spark.totals(frame(spark, table, tmp_path), extra="keep", ranges=False).toArrow().to_pylist()
    )
    local = wattdrop.estimate_table(table, extra="keep").column("total_energy_wh").to_pylist()
    assert total["total_energy_wh"] == pytest.approx(sum(value or 0.0 for value in local), rel=1e-12)
    assert not [name for name in total if name.endswith("_90")]


def test_executors_with_other_data_say_so(spark: Any, tmp_path: Path) -> None:
    """The driver's package has other data than the executors': here the digest that travels is another one."""
    df = frame(spark, requests(5), tmp_path)
    todo = work(df.columns, extra="keep")
    other = todo._replace(facts=todo.facts._replace(base_digest="0123456789abcdef"))
    with pytest.raises(Exception, match="install the same version of wattdrop on both"):
        df.mapInArrow(lambda batches: other.all(batches), "request long").toArrow()


# --- before anything is sent ---


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "no such field"),
        ({"columns": {"modle": "team"}}, "did you mean model"),
        ({"columns": {"model_id": "llm"}, "extra": "keep"}, "no column 'llm' for model_id"),
        ({"columns": {"model_id": "team"}, "extra": "keep"}, "both mean model_id; rename 'model_id'"),
        ({"metrics": ["energy"], "extra": "keep"}, "metrics: 'energy' is none; there are"),
        ({"metrics": "energy", "extra": "keep"}, "metrics: expected totals, blocks, all or a list"),
    ],
)
def test_columns_that_are_not_clear_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(BadRequest, match=message):
        work(requests(1).column_names, **options)


def test_a_table_without_any_field_is_refused() -> None:
    """Warehouses hand names out in capitals."""
    with pytest.raises(BadRequest, match="no column is a field of a row, among MODEL_ID, TEAM; columns="):
        work(["MODEL_ID", "TEAM"], extra="keep")


def test_data_of_a_folder_of_ones_own_travels_whole(tmp_path: Path) -> None:
    shutil.copytree(data_folder(), tmp_path / "data")
    (tmp_path / "data" / "power_curve.csv").open("a").write("\n")
    catalog = wattdrop.load(tmp_path / "data").overlay(models=[OURS])
    assert catalog._base is not None and catalog._base.digest != wattdrop.load().digest
    sent = pickle.dumps(work(["model_id", "output_tokens"], catalog))
    shutil.rmtree(tmp_path / "data")
    there = pickle.loads(sent).facts.catalog()
    assert there.digest == catalog.digest
    rows = [{"model_id": name, "output_tokens": 5} for name in ("our_model", "gpt-4o")]
    assert wattdrop.estimate(rows, there).total("energy_wh") == wattdrop.estimate(rows, catalog).total(
        "energy_wh"
    )


def test_another_method_is_refused() -> None:
    with pytest.raises(wattdrop.WattdropError, match="install the same version of wattdrop on both"):
        work(["model_id"])._replace(method_version="1999.1").catalog()


def test_other_data_are_refused() -> None:
    todo = work(["model_id"])
    with pytest.raises(CatalogError, match=r"catalog=wattdrop.load\(FOLDER\)"):
        todo.facts._replace(base_digest="0123").catalog()
