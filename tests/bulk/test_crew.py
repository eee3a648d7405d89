"""Processes beside the first one: started early for large files, gone when the job is, whatever came of it."""

from __future__ import annotations

import subprocess
import sys
import time
from multiprocessing import active_children
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest
from tests.bulk.made import read, rows, write

from wattdrop.bulk import Options, crew, run
from wattdrop.bulk.crew import Crew, are_large
from wattdrop.bulk.refused import JobRefused


def assert_gone(children: set[BaseProcess]) -> None:
    end = time.monotonic() + 60
    while any(
        child.is_alive() for child in children
    ):  # the pool's own thread may be about to note their ends
        assert time.monotonic() < end
        time.sleep(0.01)


def test_files_and_folders_of_this_machine_are_weighed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crew, "LARGE", 1000)
    for number in range(3):
        (tmp_path / "in" / "below").mkdir(parents=True, exist_ok=True)
        (tmp_path / "in" / "below" / f"{number}.csv").write_bytes(b"x" * 400)
    one, *_ = (tmp_path / "in" / "below").iterdir()

    assert are_large([str(tmp_path / "in")])
    assert not are_large([str(one), str(one)])
    assert are_large([str(one)] * 3)
    assert not are_large(["-", "s3://bucket/logs/", f"{tmp_path}/in/*", f"{tmp_path}/nowhere"])


def test_a_crew_that_was_started_before_does_its_part(tmp_path: Path) -> None:
    made = rows(60)
    for number in range(6):
        write(tmp_path, made[number * 10 : number * 10 + 10], f"in/{number}.jsonl")
    before = set(active_children())
    with Crew(1) as others:
        others.start()
        begun = set(active_children()) - before
        outcome = run([str(tmp_path / "in")], str(tmp_path / "out.jsonl"), Options(), others)
    assert outcome.summary.rows == 60 and outcome.summary.failed == 0
    assert [row["request_id"] for row in read(tmp_path / "out.jsonl")] == [row["request_id"] for row in made]
    assert len(begun) == 1
    assert_gone(begun)


def test_a_job_that_is_refused_leaves_nobody_behind(tmp_path: Path) -> None:
    file = write(tmp_path, rows(10), "calls.csv")
    before = set(active_children())
    with Crew(2) as others:
        others.start()
        begun = set(active_children()) - before
        with pytest.raises(JobRefused):
            run([str(file)], str(tmp_path / "out.csv"), Options(group_by=("nowhere",)), others)
    assert len(begun) == 2
    assert_gone(begun)


def test_pyarrow_is_kept_from_importing_pandas(tmp_path: Path) -> None:
    """Which takes every process of a job a second and 60 MB, whatever is asked of pyarrow."""
    asked = "pa.array([1]); pa.array(['a']); pa.array([None, 'a']); pa.scalar('a')"
    code = f"import sys, pyarrow as pa; from wattdrop.bulk.no_pandas import without_pandas; without_pandas(); {asked}"
    done = subprocess.run(
        [sys.executable, "-c", f"{code}; print('pandas' in sys.modules)"], capture_output=True, text=True
    )
    assert done.stdout == "False\n", done.stderr
