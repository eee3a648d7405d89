"""Totals of groups have the ranges that the engine gives for the same rows, however they are cut into parts."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.bulk.made import plain, read, rows, wattdrop, write

import wattdrop as package

METRICS = ("energy_wh", "emissions_gco2e", "water_ml", "embodied_gco2e", "embodied_ml")


@pytest.mark.parametrize("by", [("team",), ("country", "model_id")])
def test_a_group_is_the_total_of_its_rows(by: tuple[str, ...], tmp_path: Path) -> None:
    made = [
        row | ({"processing_duration_ms": 900.0 + n} if n % 7 == 0 else {}) for n, row in enumerate(rows(120))
    ]
    for number in range(4):  # parts whose rows share causes
        write(tmp_path, made[number::4], f"in/{number}.jsonl")
    result = wattdrop(
        "estimate",
        tmp_path / "in",
        "-o",
        tmp_path / "out.parquet",
        "--group-by",
        ",".join(by),
        "--workers",
        1,
    )
    assert result.exit_code == 0, result.output
    found = read(tmp_path / "out.parquet")
    assert sum(one["rows"] for one in found) == 120
    for one in found:
        of_group = [plain(row) for row in made if all(row.get(name) == one.get(name) for name in by)]
        estimate = package.estimate(of_group)
        assert one["rows"] == len(of_group)
        for metric in METRICS:
            low, central, high = estimate.total_range(metric)  # type: ignore[arg-type]
            assert one.get(f"total_{metric}", 0.0) == pytest.approx(central, rel=1e-12)
            assert one.get(f"total_{metric}_low_90", 0.0) == pytest.approx(low, rel=1e-9)
            assert one.get(f"total_{metric}_high_90", 0.0) == pytest.approx(high, rel=1e-9)


def test_moments_that_python_does_not_know_are_groups_too(tmp_path: Path) -> None:
    nanoseconds = pa.array([10**18 + 1, 10**18, 10**18 + 1, None], pa.timestamp("ns"))
    table = pa.table({"model_id": ["gpt-4o"] * 4, "output_tokens": [5] * 4, "begun": nanoseconds})
    pq.write_table(table, tmp_path / "calls.parquet", row_group_size=1)
    result = wattdrop(
        "estimate", tmp_path / "calls.parquet", "-o", tmp_path / "out.csv", "--group-by", "begun"
    )
    assert result.exit_code == 0, result.output
    assert {row.get("begun", ""): int(row["rows"]) for row in read(tmp_path / "out.csv")} == {
        "2001-09-09T01:46:40.000000001": 2,
        "2001-09-09 01:46:40": 1,
        "": 1,
    }


def test_rows_that_fail_are_counted_in_their_group(tmp_path: Path) -> None:
    (tmp_path / "calls.csv").write_text("team,model_id,output_tokens\na,gpt-4o,5\na,nonesuch,5\nb,gpt-4o,7\n")
    result = wattdrop(
        "estimate", tmp_path / "calls.csv", "-o", f"{tmp_path}/out/", "--to", "csv", "--group-by", "team"
    )
    assert result.exit_code == 1
    (file,) = (tmp_path / "out").glob("*.csv")
    assert [(one["team"], one["rows"], one["failed_rows"]) for one in read(file)] == [
        ("a", "1", "1"),
        ("b", "1", "0"),
    ]


def test_groups_of_numbers_lists_and_nothing(tmp_path: Path) -> None:
    table = pa.table(
        {
            "model_id": ["gpt-4o"] * 6,
            "output_tokens": [5, 5, 7, 7, 7, 7],
            "tags": [["a", "b"], ["a", "b"], None, ["a"], ["a"], None],
            "tier": pa.array([1.5, 1.5, None, 2.0, 2.0, None]),
        }
    )
    pq.write_table(table, tmp_path / "calls.parquet")
    result = wattdrop(
        "estimate", tmp_path / "calls.parquet", "-o", tmp_path / "out.parquet", "--group-by", "tags,tier"
    )
    assert result.exit_code == 0, result.output
    found = [(one.get("tags"), one.get("tier"), one["rows"]) for one in read(tmp_path / "out.parquet")]
    assert found == [("['a', 'b']", 1.5, 2), ("['a']", 2.0, 2), (None, None, 2)]
