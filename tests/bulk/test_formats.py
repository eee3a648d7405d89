"""Every format in, every format out, plain and compressed: the same rows, the same bits."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest
from tests.bulk.made import plain, read, rows, wattdrop, write

import wattdrop as package
from wattdrop.engine.api import METRICS

ROWS = rows()
TOTALS = METRICS["total"]


@pytest.fixture(scope="module")
def expected() -> list[dict[str, float]]:
    result = package.estimate([plain(row) for row in ROWS])
    return [{name: row.value(name) for name in TOTALS} for row in result.rows]


def check(found: list[dict[str, object]], expected: list[dict[str, float]]) -> None:
    """The same rows in the same order; each number the very same."""
    assert [row["request_id"] for row in found] == [row["request_id"] for row in ROWS]
    assert [row["team"] for row in found] == [row["team"] for row in ROWS]
    for row, numbers in zip(found, expected, strict=True):
        assert {name: float(row[name]) for name in TOTALS} == numbers  # type: ignore[arg-type]
        assert "error_code" not in row


@pytest.mark.parametrize("suffix", ["", ".gz", ".zst"])
@pytest.mark.parametrize("kind", ["parquet", "arrow", "arrows", "csv", "jsonl"])
def test_any_input_gives_the_same_numbers(
    kind: str, suffix: str, tmp_path: Path, expected: list[dict[str, float]]
) -> None:
    file = write(tmp_path, ROWS, f"calls.{kind}{suffix}")
    result = wattdrop("estimate", file, "-o", tmp_path / "out.parquet")
    assert result.exit_code == 0, result.output
    check(read(tmp_path / "out.parquet"), expected)
    assert sorted(one.name for one in tmp_path.iterdir()) == sorted([file.name, "out.parquet"])


@pytest.mark.parametrize(
    "name", ["out.parquet", "out.arrow", "out.csv", "out.jsonl", "out.csv.gz", "out.jsonl.zst", "out.csv.zst"]
)
@pytest.mark.parametrize("kind", ["parquet", "csv", "jsonl"])
def test_any_output_holds_the_same_numbers(
    kind: str, name: str, tmp_path: Path, expected: list[dict[str, float]]
) -> None:
    file = write(tmp_path, ROWS, f"calls.{kind}")
    assert wattdrop("estimate", file, "-o", tmp_path / name, "--bulk").exit_code == 0
    check(read(tmp_path / name), expected)


def test_several_files_glob_and_folder_are_one_job(tmp_path: Path, expected: list[dict[str, float]]) -> None:
    write(tmp_path, ROWS[:10], "in/a.csv")
    write(tmp_path, ROWS[10:40], "in/b/c.jsonl.gz")
    write(tmp_path, ROWS[40:], "in/d.parquet")
    (tmp_path / "in" / "README.md").write_text("no data")
    (tmp_path / "in" / "_notes.csv").write_text("no data either")
    named = [tmp_path / "in" / name for name in ("a.csv", "b/c.jsonl.gz", "d.parquet")]
    for given in ([tmp_path / "in"], named, [f"{tmp_path}/in/**/[!_R]*"]):
        result = wattdrop("estimate", *given, "-o", tmp_path / "out.arrow", "--workers", 1)
        assert result.exit_code == 0, result.output
        check(read(tmp_path / "out.arrow"), expected)


def test_a_folder_of_parts_is_in_order(tmp_path: Path, expected: list[dict[str, float]]) -> None:
    write(tmp_path, ROWS[:30], "in/a.parquet")
    write(tmp_path, ROWS[30:], "in/b.csv")
    assert wattdrop("estimate", tmp_path / "in", "-o", f"{tmp_path}/out/", "--workers", 1).exit_code == 0
    parts = sorted((tmp_path / "out").glob("part-*"))
    assert [part.name for part in parts] == ["part-00000-000000.parquet", "part-00001-000000.parquet"]
    check([row for part in parts for row in read(part)], expected)
    assert pq.read_table(tmp_path / "out").num_rows == len(
        ROWS
    )  # readers of data sets leave the manifest out


@pytest.mark.parametrize("kind", ["parquet", "arrow", "arrows", "csv", "jsonl"])
@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_a_pipe(kind: str, suffix: str, tmp_path: Path, expected: list[dict[str, float]]) -> None:
    import os
    import subprocess
    import sys

    file = write(tmp_path, ROWS, f"calls.{kind}{suffix}")
    form = {"arrows": "arrow"}.get(kind, kind)
    command = [
        sys.executable,
        "-m",
        "wattdrop",
        "estimate",
        "-",
        "--from",
        form,
        "-o",
        tmp_path / "out.jsonl",
    ]
    done = subprocess.run(command, input=file.read_bytes(), capture_output=True, env=os.environ)
    assert done.returncode == 0, done.stderr
    check(read(tmp_path / "out.jsonl"), expected)


def test_blocks_all_and_single_precision(tmp_path: Path) -> None:
    file = write(tmp_path, ROWS, "calls.parquet")
    for columns, parts in (("blocks", 3), ("all", 4), ("totals", 1)):
        out = tmp_path / f"{columns}.parquet"
        assert (
            wattdrop("estimate", file, "-o", out, "--columns", columns, "--dtype", "float32").exit_code == 0
        )
        schema = pq.read_schema(out)
        assert sum(str(field.type) == "float" for field in schema) == 5 * parts
    row = read(tmp_path / "all.parquet")[3]
    stages = sum(
        row[f"row_{stage}_energy_wh"]
        for stage in ("inference", "training")
        if f"row_{stage}_energy_wh" in row
    )
    assert row["total_energy_wh"] == pytest.approx(stages, rel=1e-6)


@pytest.mark.parametrize("codec", ["lz4", "zstd", "snappy", "gzip", "none"])
def test_compression_of_parquet(codec: str, tmp_path: Path, expected: list[dict[str, float]]) -> None:
    file = write(tmp_path, ROWS, "calls.csv")
    out = tmp_path / "out.parquet"
    assert wattdrop("estimate", file, "-o", out, "--compression", codec).exit_code == 0
    column = pq.ParquetFile(out).metadata.row_group(0).column(0)
    assert column.compression == {"none": "UNCOMPRESSED"}.get(codec, codec.upper())
    check(read(out), expected)


def test_json_lines_keep_what_they_say(tmp_path: Path) -> None:
    """Nested values, numbers, spelling: the line is passed on and results are added."""
    line = b'{"model_id": "gpt-4o", "output_tokens": 5, "meta": {"a": [1, 2.50]}, "n": 1e3}'
    (tmp_path / "calls.jsonl").write_bytes(line + b"\n")
    assert (
        wattdrop("estimate", tmp_path / "calls.jsonl", "-o", tmp_path / "out.jsonl", "--bulk").exit_code == 0
    )
    assert (tmp_path / "out.jsonl").read_bytes().startswith(line[:-1] + b',"total_energy_wh":')


def test_no_rows(tmp_path: Path) -> None:
    (tmp_path / "calls.csv").write_text("model_id,output_tokens\n")
    for name in ("out.parquet", "out.csv"):
        result = wattdrop("estimate", tmp_path / "calls.csv", "-o", tmp_path / name, "--bulk")
        assert result.exit_code == 0, result.output
        assert read(tmp_path / name) == []


def test_names_in_dictionaries_are_written_as_text(tmp_path: Path) -> None:
    import pyarrow as pa

    encoded = pa.array(["gpt-4o", "gpt-4o", None]).dictionary_encode()
    pq.write_table(
        pa.table({"model_id": encoded, "output_tokens": [5, 6, 7], "task": ["chat"] * 3}),
        tmp_path / "calls.parquet",
    )
    assert wattdrop("estimate", tmp_path / "calls.parquet", "-o", tmp_path / "out.arrow").exit_code == 0
    assert [row.get("model_id") for row in read(tmp_path / "out.arrow")] == ["gpt-4o", "gpt-4o", None]


def test_parquet_keeps_types_and_looks_at_repeated_names_once(tmp_path: Path) -> None:
    """Names that repeat travel as dictionaries, ids do not; whoever reads the output is told the types of the input."""
    import datetime

    import pyarrow as pa

    count = 2000
    moment = datetime.datetime(2026, 1, 2, tzinfo=datetime.UTC)
    table = pa.table(
        {
            "model_id": ["gpt-4o", "llama_v31_8b", None, "gpt-4o"] * (count // 4),
            "team": pa.array(["a", "b"] * (count // 2), pa.large_string()),
            "task": pa.array(["chat", None] * (count // 2)).dictionary_encode(),
            "request_id": [f"{n * 2654435761 % 2**32:08x}" for n in range(count)],
            "sent": pa.array([moment] * count, pa.timestamp("us", "Europe/Paris")),
            "output_tokens": pa.array(range(count), pa.int32()),
        }
    )
    pq.write_table(table, tmp_path / "calls.parquet", row_group_size=700)
    assert (
        wattdrop("estimate", tmp_path / "calls.parquet", "-o", tmp_path / "out.parquet", "--bulk").exit_code
        == 0
    )

    out = pq.ParquetFile(tmp_path / "out.parquet")
    written = out.read().select(table.column_names)
    assert written.equals(table.set_column(2, "task", table.column("task").cast(pa.string())))
    chunks = [out.metadata.row_group(0).column(number) for number in range(out.metadata.num_columns)]
    looked_up = {chunk.path_in_schema for chunk in chunks if chunk.has_dictionary_page}
    assert {"model_id", "team", "task"} <= looked_up
    assert "request_id" not in looked_up


def test_moments_that_python_does_not_know_are_written_as_text(tmp_path: Path) -> None:
    """Nanoseconds, as pandas writes them, and years beyond 9999; a list of moments too."""
    import pyarrow as pa

    nanoseconds = pa.array([1_740_000_000_000_000_001, 1_740_000_000_000_000_000], pa.timestamp("ns"))
    milliseconds = pa.array([1_740_000_000_000_000, None], pa.timestamp("ms"))
    table = pa.table(
        {
            "model_id": ["gpt-4o", "gpt-4o"],
            "output_tokens": [5, 6],
            "begun": nanoseconds,
            "ended": milliseconds,
            "steps": pa.ListArray.from_arrays([0, 1, 2], nanoseconds),
        }
    )
    pq.write_table(table, tmp_path / "calls.parquet")
    for name in ("out.jsonl", "out.csv"):
        result = wattdrop("estimate", tmp_path / "calls.parquet", "-o", tmp_path / name)
        assert result.exit_code == 0, result.output
    first, second = read(tmp_path / "out.jsonl")
    assert (first["begun"], first["ended"]) == (
        "2025-02-19T21:20:00.000000001",
        "<value out of range: 1740000000000000>",
    )
    assert (second["begun"], second.get("ended")) == ("2025-02-19T21:20:00", None)
    assert first["steps"] == ["2025-02-19 21:20:00.000000001"]
    assert next(iter(read(tmp_path / "out.csv")))["steps"] == "2025-02-19 21:20:00.000000001"
