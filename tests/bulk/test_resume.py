"""A job that is killed goes on where it stopped; parts of another job are never taken for its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.bulk.made import read, rows, wattdrop, write

from wattdrop.bulk import sources
from wattdrop.bulk.part import Task
from wattdrop.bulk.summary import Summary

COUNT = 40_000


@pytest.fixture(scope="module")
def calls(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twenty files, each one part."""
    folder = tmp_path_factory.mktemp("calls")
    for number in range(20):
        each = COUNT // 20
        pq.write_table(
            pa.table(
                {
                    "model_id": ["gpt-4o"] * each,
                    "output_tokens": list(range(each)),
                    "request_id": [f"r{number * each + n}" for n in range(each)],
                }
            ),
            folder / f"{number:02}.parquet",
        )
    return folder


def start(calls: Path, output: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "wattdrop", "estimate", str(calls), "-o", output, "--workers", "2"]
    return subprocess.Popen(command, stderr=subprocess.PIPE, start_new_session=True)


def done(folder: Path) -> set[str]:
    return {one.name for one in folder.glob("*.done")}


def until(what: str, condition: object, seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < end, f"waited {seconds} s until {what}"
        time.sleep(0.005)


def killed(calls: Path, output: str, folder: Path) -> set[str]:
    """Parts that were done when the job was killed with some of them to go."""
    with start(calls, output) as process:
        until("a part is done", lambda: done(folder) or process.poll() is not None)
        children = psutil.Process(process.pid).children(recursive=True) if process.poll() is None else []
        os.kill(process.pid, signal.SIGKILL)
    psutil.wait_procs(children, timeout=60)
    assert not [one for one in children if one.is_running() and one.status() != psutil.STATUS_ZOMBIE]
    return done(folder)


@pytest.mark.parametrize("name", ["out/", "out.parquet"])
def test_a_killed_job_goes_on(name: str, calls: Path, tmp_path: Path) -> None:
    output = f"{tmp_path}/{name}"
    folder = tmp_path / ("out" if name == "out/" else "out.parquet.parts")
    kept = killed(calls, output, folder)
    assert 0 < len(kept) < 20
    times = {one: (folder / one.replace(".done", ".parquet")).stat().st_mtime_ns for one in kept}
    with start(calls, output) as process:
        said = process.communicate(timeout=120)[1]
    assert process.returncode == 0 and b"were done before" in said
    if name == "out/":
        for one, moment in times.items():
            assert (folder / one.replace(".done", ".parquet")).stat().st_mtime_ns == moment
    else:
        assert not folder.exists()
    assert pq.read_table(output.rstrip("/")).column("request_id").to_pylist() == [
        f"r{n}" for n in range(COUNT)
    ]


def started(process: subprocess.Popen[bytes]) -> bool:
    """A worker has been started, though it may not have come further than to Python's own start."""
    children = psutil.Process(process.pid).children(recursive=True)
    return any("spawn_main" in " ".join(child.cmdline()) for child in children)


@pytest.mark.parametrize("early", [True, False])
def test_ctrl_c_ends_the_job_and_its_workers(early: bool, calls: Path, tmp_path: Path) -> None:
    with start(calls, f"{tmp_path}/out/") as process:
        if early:
            until("a worker is started", lambda: started(process) or process.poll() is not None)
        else:
            until("a part is done", lambda: done(tmp_path / "out") or process.poll() is not None)
        children = psutil.Process(process.pid).children(recursive=True)
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does: everybody gets it
        said = process.communicate(timeout=120)[1].decode()
    psutil.wait_procs(children, timeout=60)
    assert process.returncode == 130 and "Finished parts are kept" in said and "Traceback" not in said
    assert not [one for one in children if one.is_running() and one.status() != psutil.STATUS_ZOMBIE]


def test_a_killed_worker_ends_the_job_with_advice(calls: Path, tmp_path: Path) -> None:
    with start(calls, f"{tmp_path}/out/") as process:
        until("a part is done", lambda: done(tmp_path / "out") or process.poll() is not None)
        for child in psutil.Process(process.pid).children():
            if "spawn_main" in " ".join(child.cmdline()):
                child.kill()
                break
        said = process.communicate(timeout=120)[1].decode()
    assert process.returncode == 2 and "a worker was killed" in said and "Usage" not in said


def test_a_finished_folder_is_left_alone(tmp_path: Path) -> None:
    file = write(tmp_path, rows(), "calls.csv")
    for expected in ("rows/s", "all of it was done before"):
        result = wattdrop("estimate", file, "-o", f"{tmp_path}/out/")
        assert result.exit_code == 0 and expected in result.stderr
    manifest = json.loads((tmp_path / "out" / "_manifest.json").read_text())
    assert manifest["inputs"][0][0] == str(file) and manifest["summary"]["rows"] == 60
    assert {"method", "catalog_digest", "options"} <= manifest.keys()


def test_a_changed_input_or_option_is_refused(tmp_path: Path) -> None:
    file = write(tmp_path, rows(), "calls.csv")
    assert wattdrop("estimate", file, "-o", f"{tmp_path}/out/").exit_code == 0
    changed = wattdrop("estimate", file, "-o", f"{tmp_path}/out/", "--columns", "all")
    assert changed.exit_code == 2 and "--columns was totals, now all" in changed.output
    write(tmp_path, rows(61), "calls.csv")
    changed = wattdrop("estimate", file, "-o", f"{tmp_path}/out/")
    assert (
        changed.exit_code == 2
        and "calls.csv has changed since" in changed.output
        and "--restart" in changed.output
    )
    assert wattdrop("estimate", file, "-o", f"{tmp_path}/out/", "--restart").exit_code == 0
    assert len(read(tmp_path / "out" / "part-00000-000000.parquet")) == 61


def test_another_method_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import wattdrop.bulk.manifest as manifest

    file = write(tmp_path, rows(), "calls.csv")
    assert wattdrop("estimate", file, "-o", f"{tmp_path}/out/").exit_code == 0
    monkeypatch.setattr(manifest, "METHOD_VERSION", "2099.1.1")
    result = wattdrop("estimate", file, "-o", f"{tmp_path}/out/")
    assert result.exit_code == 2 and "now 2099.1.1" in result.output


def test_a_folder_of_other_files_is_not_touched(tmp_path: Path) -> None:
    file = write(tmp_path, rows(), "calls.csv")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    for flag in ([], ["--restart"]):
        result = wattdrop("estimate", file, "-o", f"{tmp_path}/mine/", *flag)
        assert result.exit_code == 2 and "not of a job" in result.output
    assert (tmp_path / "mine" / "thesis.txt").read_text() == "years of work"


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_text_is_cut_where_rows_end(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts of a few lines each, with line ends inside of quotes, give what one part gives."""
    made = [row | {"team": f"a\nb {n}" if kind == "csv" else "c"} for n, row in enumerate(rows())]
    file = write(tmp_path, made, f"calls.{kind}")
    assert wattdrop("estimate", file, "-o", tmp_path / "one.csv", "--bulk").exit_code == 0
    monkeypatch.setattr(sources, "TEXT_BYTES", 700)
    assert wattdrop("estimate", file, "-o", tmp_path / "many.csv", "--bulk", "--workers", 1).exit_code == 0
    assert (tmp_path / "one.csv").read_bytes() == (tmp_path / "many.csv").read_bytes()
    assert wattdrop("estimate", file, "-o", f"{tmp_path}/many/", "--workers", 1).exit_code == 0
    assert len(list((tmp_path / "many").glob("part-*"))) > 5


def appended(file: Path) -> None:
    file.write_bytes(file.read_bytes() + b"gpt-4o,7\n")


def rewritten(file: Path) -> None:
    file.write_bytes(file.read_bytes().replace(b"5", b"6"))


def cut_short(file: Path) -> None:
    file.write_bytes(b"model_id,output_tokens\n")


def moved_away(file: Path) -> None:
    file.rename(file.with_suffix(".old"))


@pytest.mark.parametrize("change", [appended, rewritten, cut_short, moved_away])
@pytest.mark.parametrize("given", ["b.csv", "", "*.csv"])
def test_an_input_that_changes_meanwhile_gives_no_output(
    change: Callable[[Path], None], given: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And what was done of it is not taken up again."""
    import wattdrop.bulk.workers as workers

    for name in ("logs/a.csv", "logs/b.csv"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("model_id,output_tokens\n" + "gpt-4o,5\n" * 100)
    work, out = workers.work, tmp_path / "out.csv"

    def changing(task: Task) -> Summary:
        found = work(task)
        change(tmp_path / "logs" / "b.csv")
        monkeypatch.setattr(workers, "work", work)
        return found

    monkeypatch.setattr(sources, "TEXT_BYTES", 300)
    monkeypatch.setattr(workers, "work", changing)
    command = ("estimate", f"{tmp_path}/logs/{given}", "-o", out, "--bulk", "--workers", 1)
    stopped = wattdrop(*command)
    says = ("b.csv changed while it was read", "b.csv: cannot be read on")[: 1 + (change is moved_away)]
    assert stopped.exit_code == 2 and any(one in stopped.stderr for one in says)
    assert "Usage" not in stopped.stderr and not out.exists()
    if change is not moved_away:
        again = wattdrop(*command)
        assert again.exit_code == 2 and "has changed since" in again.stderr and not out.exists()
        anew = wattdrop(*command, "--restart")
        assert anew.exit_code == 0 and out.exists()
