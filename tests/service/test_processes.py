"""Processes and signals, with real ones: what was accepted is answered, what dies is replaced, statuses tell the truth."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path

import httpx
import psutil
import pytest
from tests.service.processes import PATIENCE_S, Running, read_all, running, wait_until

PATIENT = ("--drain-seconds", str(PATIENCE_S), "--read-seconds", str(PATIENCE_S))


class Load:
    """Clients that ask without pause until the server takes no more connections."""

    def __init__(self, server: Running, clients: int) -> None:
        self.server = server
        self.outcomes: Counter[str] = Counter()
        self._threads = [threading.Thread(target=self._ask, daemon=True) for _ in range(clients)]
        for thread in self._threads:
            thread.start()

    def _ask(self) -> None:
        with httpx.Client() as client:
            while True:
                try:
                    response = self.server.impact(client=client)
                except httpx.ConnectError:
                    self.outcomes["refused"] += 1
                    break
                except httpx.TransportError as error:
                    self.outcomes[f"lost: {type(error).__name__}"] += 1
                    break
                self.outcomes[str(response.status_code)] += 1

    def join(self) -> Counter[str]:
        for thread in self._threads:
            thread.join(PATIENCE_S)
        assert not any(thread.is_alive() for thread in self._threads)
        return self.outcomes


@pytest.mark.parametrize("workers", ["1", "2"])
def test_sigterm_under_load_loses_no_request(tmp_path: Path, workers: str) -> None:
    with running(tmp_path, "--workers", workers, "--log-level", "warning") as server:
        load = Load(server, clients=8)
        wait_until(lambda: load.outcomes["200"] > 200, "no answers")
        assert server.stop() == 0
        outcomes = load.join()
    assert outcomes.keys() == {"200", "refused"}
    assert outcomes["refused"] == 8


@pytest.mark.parametrize("workers", ["1", "2"])
def test_an_open_request_is_answered_while_new_connections_are_refused(tmp_path: Path, workers: str) -> None:
    body = b'{"rows": []}'
    with running(tmp_path, "--workers", workers, *PATIENT) as server, server.connect() as connection:
        connection.sendall(server.head(len(body)) + body[:1])
        server.wait_for_connections(1)
        server.process.send_signal(signal.SIGTERM)
        wait_until(lambda: not _accepts(server), "new connections are still taken")
        connection.sendall(body[1:])
        assert read_all(connection).startswith(b"HTTP/1.1 200")
        assert server.wait() == 0


def test_what_takes_longer_than_the_drain_is_cut_off_and_told_so(tmp_path: Path) -> None:
    options = ("--drain-seconds", "1", "--read-seconds", str(PATIENCE_S))
    with running(tmp_path, *options) as server, server.connect() as connection:
        connection.sendall(server.head(100) + b"{")
        server.wait_for_connections(1)
        server.process.send_signal(signal.SIGTERM)
        answer = read_all(connection)
        assert answer.startswith(b"HTTP/1.1 503")
        assert b'"code":"stopping"' in answer
        assert server.wait() == 1


@pytest.mark.parametrize("workers", ["1", "2"])
@pytest.mark.parametrize("sig", [signal.SIGTERM, signal.SIGINT])
def test_a_second_signal_ends_at_once(tmp_path: Path, workers: str, sig: signal.Signals) -> None:
    with running(tmp_path, "--workers", workers, *PATIENT) as server, server.connect() as connection:
        connection.sendall(server.head(100) + b"{")
        server.wait_for_connections(1)
        before = server.workers()
        server.process.send_signal(sig)
        wait_until(lambda: not _accepts(server), "new connections are still taken")
        assert server.stop(sig) == 128 + sig
        wait_until(lambda: not any(one.is_running() for one in before), "a worker lives on")


def test_a_worker_that_dies_or_hangs_is_replaced_while_answers_keep_coming(tmp_path: Path) -> None:
    with running(tmp_path, "--workers", "2", "--hang-seconds", "5") as server:
        wait_until(lambda: len(server.ready_workers()) == 2, "no workers")
        assert server.impact().status_code == 200
        for sig in (signal.SIGKILL, signal.SIGSTOP):
            victim = server.workers()[0].pid
            os.kill(victim, sig)
            wait_until(lambda gone=victim: not psutil.pid_exists(gone), "it lives on")
            wait_until(lambda: len(server.ready_workers()) == 2, "no replacement")
            for _ in range(20):
                assert server.impact().status_code == 200
        assert sum("is replaced" in line.get("message", "") for line in server.log()) == 2
        assert "wattdrop_worker_restarts_total 2.0" in server.get("/metrics").text
        assert server.stop() == 0


#: The event loop of whoever answers this stands still.
STANDSTILL = """
import sys
if "wattdrop.service.worker" in sys.orig_argv:
    import time, wattdrop.service.health as health
    async def stand_still(self, request, response):
        time.sleep(3600)
    health.HealthResource.on_get = stand_still
"""


def test_a_worker_whose_event_loop_stands_still_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(STANDSTILL)
    options = ("--workers", "2", "--hang-seconds", "5")
    with (
        running(tmp_path / "data", *options, PYTHONPATH=str(tmp_path)) as server,
        server.connect() as connection,
    ):
        wait_until(lambda: len(server.ready_workers()) == 2, "no workers")
        connection.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
        assert read_all(connection) == b""  # cut off, not kept for ever
        assert server.impact().status_code == 200  # by the other
        wait_until(lambda: len(server.ready_workers()) == 2, "no replacement")
        assert server.impact().status_code == 200
        assert any("gave no sign of life" in line.get("message", "") for line in server.log())
        assert server.stop() == 0


#: A machine that has no room for another process, once: the third is the first that replaces one.
NO_ROOM = """
import subprocess, sys
if "serve" in sys.argv:
    begin, begun = subprocess.Popen.__init__, []
    def full(self, arguments, **options):
        if "wattdrop.service.worker" in arguments:
            begun.append(arguments)
            if len(begun) == 3:
                raise BlockingIOError(11, "Resource temporarily unavailable")
        begin(self, arguments, **options)
    subprocess.Popen.__init__ = full
"""


def test_where_no_worker_can_be_started_the_others_go_on_and_another_try_follows(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(NO_ROOM)
    with running(tmp_path / "data", "--workers", "2", PYTHONPATH=str(tmp_path)) as server:
        wait_until(lambda: len(server.ready_workers()) == 2, "no workers")
        os.kill(server.workers()[0].pid, signal.SIGKILL)
        said = "another try follows"
        wait_until(lambda: any(said in line.get("message", "") for line in server.log()), "not said")
        assert server.impact().status_code == 200
        wait_until(lambda: len(server.ready_workers()) == 2, "no replacement")
        assert server.stop() == 0


#: A part that cannot start, as a database that is away.
NO_START = """
import sys
if "serve" in sys.argv or "wattdrop.service.worker" in sys.orig_argv:
    from wattdrop.service.lifecycle import Lifecycle
    async def fail(self):
        raise OSError("no such disk")
    Lifecycle.start = fail
"""


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_part_that_cannot_start_ends_the_service_and_says_why(tmp_path: Path, workers: str) -> None:
    (tmp_path / "sitecustomize.py").write_text(NO_START)
    with running(tmp_path / "data", "--workers", workers, PYTHONPATH=str(tmp_path)) as server:
        assert server.wait() == 3
        assert any("no such disk" in line for line in server.lines)


#: Workers take longer to start than they may be silent.
SLOW_START = """
import sys
if "wattdrop.service.worker" in sys.orig_argv:
    import time
    time.sleep(3)
"""


def test_a_worker_that_starts_slowly_is_waited_for(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(SLOW_START)
    options = ("--workers", "2", "--hang-seconds", "2")
    with running(tmp_path / "data", *options, PYTHONPATH=str(tmp_path)) as server:
        wait_until(lambda: len(server.ready_workers()) == 2, "no workers")
        assert server.impact().status_code == 200
        assert not any("is replaced" in line.get("message", "") for line in server.log())
        assert server.stop() == 0


def test_a_worker_told_to_stop_drains_and_is_replaced(tmp_path: Path) -> None:
    with running(tmp_path, "--workers", "2", "--log-level", "warning") as server:
        wait_until(lambda: len(server.ready_workers()) == 2, "no workers")
        load = Load(server, clients=4)
        wait_until(lambda: load.outcomes["200"] > 50, "no answers")
        old = server.workers()[0]
        old.terminate()
        wait_until(lambda: not old.is_running(), "it lives on")
        wait_until(lambda: len(server.ready_workers()) == 2, "no replacement")
        assert server.stop() == 0
        assert load.join().keys() == {"200", "refused"}


def test_workers_end_when_the_supervisor_is_killed(tmp_path: Path) -> None:
    with running(tmp_path, "--workers", "2") as server:
        wait_until(lambda: len(server.ready_workers()) == 2, "no workers")
        workers = server.workers()
        server.stop(signal.SIGKILL)
        wait_until(lambda: not any(one.is_running() for one in workers), "a worker lives on")
        assert not _accepts(server)


def test_workers_that_cannot_start_end_the_service(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import sys\nif 'wattdrop.service.worker' in sys.orig_argv: raise SystemExit('no disk')\n"
    )
    with running(tmp_path / "data", "--workers", "2", PYTHONPATH=str(tmp_path)) as server:
        assert server.wait() == 3
        assert any("before it was ready" in line for line in server.lines)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--max-rows", "ten"], "--max-rows: expected a whole number from 1 on, got 'ten'"),
        (["--log-format", "xml"], "--log-format: expected one of auto, json, text, got 'xml'"),
        (["--workers", "0"], "--workers: expected a whole number from 1 to 256, got '0'"),
    ],
)
def test_a_bad_value_names_the_setting_and_ends_with_2(
    tmp_path: Path, options: list[str], message: str
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "wattdrop", "serve", "--port", "0", *options],
        env={**os.environ, "WATTDROP_DATA_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def _accepts(server: Running) -> bool:
    try:
        server.connect().close()
    except (ConnectionRefusedError, ConnectionResetError):
        return False
    return True
