"""Addresses that are not paths, and what the process never loads."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import fsspec
import pyarrow.parquet as pq
import pytest
from tests.bulk.made import content, read, rows, wattdrop, write


def test_an_address_of_this_machine(tmp_path: Path) -> None:
    write(tmp_path, rows(), "in/calls.csv.gz")
    for output in (f"file://{tmp_path}/out.parquet", f"file://{tmp_path}/parts/"):
        result = wattdrop("estimate", f"file://{tmp_path}/in", "-o", output)
        assert result.exit_code == 0, result.output
    assert len(read(tmp_path / "out.parquet")) == 60
    assert pq.read_table(tmp_path / "parts").num_rows == 60


@pytest.mark.parametrize("given", ["memory://logs", "memory://logs/*.jsonl", "memory://logs/a.jsonl"])
def test_any_other_place_through_fsspec(given: str) -> None:
    memory = fsspec.filesystem("memory")
    memory.pipe("/logs/a.jsonl", content(rows(), "jsonl"))
    try:
        for output in ("memory://out/impact.parquet", "memory://out/parts/"):
            result = wattdrop("estimate", given, "-o", output, "--workers", 1)
            assert result.exit_code == 0, result.output
        assert pq.read_table("/out/impact.parquet", filesystem=memory).num_rows == 60
        assert "/out/parts/_manifest.json" in memory.find("/out/parts")
    finally:
        memory.rm("/logs", recursive=True)
        memory.rm("/out", recursive=True)


def test_files_that_are_not_there(tmp_path: Path) -> None:
    for given, says in (
        (tmp_path / "nowhere.parquet", "no such file"),
        (tmp_path / "*.parquet", "no file is named like"),
        (tmp_path, "has no Parquet, Arrow, CSV or JSONL file"),
        ("nonesuch://x/y.csv", "nonesuch"),
    ):
        result = wattdrop("estimate", given, "-o", tmp_path / "out.parquet")
        assert result.exit_code == 2 and says in result.output, result.output
    result = wattdrop("estimate", "-", "-o", tmp_path / "out.parquet")
    assert result.exit_code == 2 and "--from" in result.output


def test_pandas_is_never_imported(tmp_path: Path) -> None:
    """Not even where it is installed: here is one that says so when it is imported."""
    (tmp_path / "path" / "pandas").mkdir(parents=True)
    (tmp_path / "path" / "pandas" / "__init__.py").write_text(
        "print('pandas was imported')\n__version__ = '3.0.0'\n"
    )
    file = write(tmp_path, rows(), "calls.jsonl")
    code = (
        f"import sys; sys.path.insert(0, {str(tmp_path / 'path')!r})\n"
        "from wattdrop.cli import root\n"
        f"root(['estimate', {str(file)!r}, '-o', {str(tmp_path / 'out.parquet')!r}], standalone_mode=False)\n"
        "assert 'pandas' not in sys.modules\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0 and "pandas was" not in done.stdout, done.stderr


def test_a_job_does_not_read_what_it_wrote_before(tmp_path: Path) -> None:
    write(tmp_path, rows(), "calls[1].csv")
    for output in ("impact.parquet", "parts/"):
        for _ in range(2):
            result = wattdrop("estimate", tmp_path, "-o", f"{tmp_path}/{output}")
            assert result.exit_code == 0, result.output
            assert ": 60 rows" in result.stderr
        (tmp_path / "impact.parquet").unlink(missing_ok=True)
    assert wattdrop("estimate", tmp_path / "calls[1].csv", "-o", tmp_path / "out.arrow").exit_code == 0
    same = wattdrop("estimate", tmp_path / "out.arrow", "-o", tmp_path / "out.arrow")
    assert same.exit_code == 2 and "the only file to read" in same.output


def test_results_among_the_files_to_read_stop_the_job(tmp_path: Path) -> None:
    """They would count twice. What the job itself wrote before is left out, and a folder of results may be named."""
    folder = tmp_path / "calls"
    write(folder, rows(5), "a.csv")
    assert wattdrop("estimate", folder, "-o", f"{folder}/out/").exit_code == 0
    assert "all of it was done before" in wattdrop("estimate", folder, "-o", f"{folder}/out/").stderr
    stopped = wattdrop("estimate", folder, "-o", tmp_path / "other.csv")
    assert stopped.exit_code == 2 and f"{folder}/out/ holds results of wattdrop" in stopped.stderr
    assert wattdrop("estimate", f"{folder}/out/", "-o", tmp_path / "again.csv").exit_code == 0
