"""Columns of every Arrow type are carried along into every format, or the job says which one it cannot write."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pyarrow as pa
import pytest
from pyarrow import ipc
from tests.bulk.made import read, wattdrop

import wattdrop as package

MOMENT = dt.datetime(2026, 3, 1, 10, 11, 12, 123456)
NS = 1_772_359_872_123_456_789
NAME = "0123456789abcdef"


def views(values: list[str | None]) -> Any:
    return pa.array(values, pa.string()).cast(pa.string_view())


#: Arrays of one value and a null, and what CSV and JSON say of the value.
COLUMNS: list[tuple[str, Any, str, Any]] = [
    ("bytes", pa.array([b"a\xff", None]), "Yf8=", "Yf8="),
    ("bytes of text", pa.array([b"a", None], pa.large_binary()), "a", "a"),
    ("bytes of a size", pa.array([b"a\xff", None], pa.binary(2)), "Yf8=", "Yf8="),
    ("views of bytes", pa.array([b"a", None], pa.binary_view()), "a", "a"),
    ("views", views(["a", None]), "a", "a"),
    ("categories", pa.DictionaryArray.from_arrays(pa.array([0, None]), views(["a"])), "a", "a"),
    ("uuid", pa.array([NAME.encode(), None], pa.uuid()), *[str(UUID(bytes=NAME.encode()))] * 2),
    ("decimal", pa.array([Decimal("1.50"), None], pa.decimal32(5, 2)), "1.50", "1.50"),
    ("ns of us", pa.array([MOMENT, None], pa.timestamp("ns")), "2026-03-01 10:11:12.123456000",
     "2026-03-01T10:11:12.123456"),
    ("ns", pa.array([NS, None], pa.timestamp("ns")), "2026-03-01 10:11:12.123456789", "2026-03-01T10:11:12.123456789"),
    ("ns of a zone", pa.array([NS, None], pa.timestamp("ns", "UTC")), "2026-03-01 10:11:12.123456789Z",
     "2026-03-01T10:11:12.123456789Z"),
    ("duration", pa.array([1_234_567_891, None], pa.duration("ns")), "1234567891", "PT1.234567S"),
    ("interval", pa.array([(1, 2, 3), None], pa.month_day_nano_interval()), "[1,2,3]", [1, 2, 3]),
    ("struct", pa.array([{"a": b"\xff"}, None]), '{"a":"/w=="}', {"a": "/w=="}),
    ("map", pa.array([[("a", 1)], None], pa.map_(pa.string(), pa.int64())), '[["a",1]]', [["a", 1]]),
]  # fmt: skip


def made(folder: Path, column: Any) -> Path:
    table = pa.table({"model_id": ["gpt-4o"] * 2, "output_tokens": [500] * 2, "x": column})
    with ipc.new_file(str(folder / "in.arrow"), table.schema) as file:
        file.write_table(table)
    return folder / "in.arrow"


@pytest.mark.parametrize(
    ("column", "cell", "value"), [one[1:] for one in COLUMNS], ids=[one[0] for one in COLUMNS]
)
def test_a_column_of_any_type_is_carried_into_text(
    column: Any, cell: str, value: Any, tmp_path: Path
) -> None:
    for form, means in (("csv", cell), ("jsonl", value)):
        result = wattdrop("estimate", made(tmp_path, column), "-o", tmp_path / f"out.{form}")
        assert result.exit_code == 0, result.output
        assert [row.get("x") for row in read(tmp_path / f"out.{form}")] == [means, None]


@pytest.mark.parametrize("column", [one[1] for one in COLUMNS], ids=[one[0] for one in COLUMNS])
def test_a_column_of_any_type_may_make_groups(column: Any, tmp_path: Path) -> None:
    result = wattdrop("estimate", made(tmp_path, column), "-o", tmp_path / "out.csv", "--group-by", "x")
    assert result.exit_code == 0, result.output
    assert len(read(tmp_path / "out.csv")) == 2


def test_a_type_that_parquet_lacks_is_said_before_anything_is_written(tmp_path: Path) -> None:
    column = pa.array([(1, 2, 3), None], pa.month_day_nano_interval())
    result = wattdrop("estimate", made(tmp_path, column), "-o", tmp_path / "out.parquet")
    assert result.exit_code == 2 and "Parquet has no type for the column x" in result.stderr
    assert sorted(tmp_path.iterdir()) == [tmp_path / "in.arrow"]


def test_a_moment_that_the_output_cannot_hold_stops_the_job_with_its_reason(tmp_path: Path) -> None:
    column = pa.array([2**62, None], pa.timestamp("s"))
    result = wattdrop("estimate", made(tmp_path, column), "-o", tmp_path / "out.parquet")  # has no seconds
    assert result.exit_code == 2 and "a value of " in result.stderr and "does not fit" in result.stderr


@pytest.mark.parametrize("runs", [False, True])
def test_names_may_be_views_in_categories_and_runs(runs: bool) -> None:
    """Polars' categories are such dictionaries."""
    names = views(["gpt-4o", "gpt-4o-mini"])
    column: Any = pa.DictionaryArray.from_arrays(pa.array([0, 1, 0]), names)
    if runs:
        column = pa.RunEndEncodedArray.from_arrays(
            pa.array([1, 2, 3], pa.int32()), views(["gpt-4o", "gpt-4o-mini", "gpt-4o"])
        )
    sliced = pa.table({"model_id": column, "output_tokens": [500] * 3}).slice(1)
    means = package.estimate_table(
        pa.table({"model_id": ["gpt-4o-mini", "gpt-4o"], "output_tokens": [500] * 2})
    )
    found = package.estimate_table(sliced)
    assert found.column("total_energy_wh").equals(means.column("total_energy_wh"))
