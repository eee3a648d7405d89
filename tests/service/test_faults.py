"""What breaks: processes killed under load, databases that are away, disks that are full.

Answers go on where they can, are an honest 503 where not, and what was acknowledged as stored (the header
``x-wattdrop-stored``) is in the ledger once, whatever happened in between.
"""

from __future__ import annotations

import os
import resource
import signal
import sqlite3
import subprocess
import sys
import threading
from collections import Counter
from contextlib import closing
from itertools import count
from pathlib import Path

import httpx
import psutil
import psycopg
import pytest
from tests.service.processes import PATIENCE_S, ROW, Running, running, wait_until
from tests.store import postgresql

from wattdrop.store import Store, key_secret, open_store

QUIET = ("--log-level", "warning")
_numbers = count()


class Load:
    """Clients that ask without pause, each request with an id of its own, until they are told to stop."""

    def __init__(self, server: Running, key: str = "", clients: int = 4) -> None:
        self.server = server
        self.key = key or server.key
        self.acknowledged: list[str] = []
        self.outcomes: Counter[str] = Counter()
        self._stopped = threading.Event()
        self._threads = [threading.Thread(target=self._ask, daemon=True) for _ in range(clients)]
        for thread in self._threads:
            thread.start()

    def _ask(self) -> None:
        while not self._stopped.is_set():
            with httpx.Client(headers={"Authorization": f"Bearer {self.key}"}, timeout=PATIENCE_S) as client:
                try:
                    while not self._stopped.is_set():
                        self._send(client)
                except httpx.TransportError as error:
                    self.outcomes[f"lost: {type(error).__name__}"] += 1
                    self._stopped.wait(0.05)

    def _send(self, client: httpx.Client) -> None:
        ids = [f"r{next(_numbers)}" for _ in range(3)]
        rows = [{**ROW, "request_id": name, "output_tokens": 100 + at} for at, name in enumerate(ids)]
        response = client.post(f"{self.server.url}/v1/impact", json={"rows": rows})
        self.outcomes[str(response.status_code)] += 1
        if response.headers.get("x-wattdrop-stored") == "3":
            self.acknowledged += ids
        elif response.status_code == 200:
            self.outcomes["not stored"] += 1

    def stop(self) -> list[str]:
        self._stopped.set()
        for thread in self._threads:
            thread.join(PATIENCE_S)
        assert not any(thread.is_alive() for thread in self._threads)
        return self.acknowledged


def stored(where: str | Path, folder: Path) -> Store:
    return open_store(where, key_secret("", folder / "key-secret"))


def wait_until_stored(where: str | Path, folder: Path, acknowledged: list[str]) -> Counter[str]:
    """The ids in the ledger with how often each is there, once all that were acknowledged are."""
    with closing(stored(where, folder)) as store:

        def ids() -> Counter[str]:
            return Counter(row["request_id"] for row in store.ledger.rows(1, columns=["request_id"]))

        wait_until(lambda: set(acknowledged) <= ids().keys(), "rows that were acknowledged are lost")
        (usage,) = store.usage.usage(1, "2000-01-01", "2099-12-31")
        found = ids()
        assert usage.rows == found.total()  # sums and rows change together
    return found


def all_once(found: Counter[str]) -> bool:
    return set(found.values()) == {1}


def test_killing_the_process_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    acknowledged: list[str] = []
    for _ in range(2):
        with running(tmp_path, *QUIET) as server:
            load = Load(server)
            wait_until(lambda load=load: len(load.acknowledged) > 150, "no answers")
            server.process.send_signal(signal.SIGKILL)
            server.wait()
            acknowledged += load.stop()
    with running(tmp_path, *QUIET) as server:
        found = wait_until_stored(tmp_path / "wattdrop.db", tmp_path, acknowledged)
        assert server.stop() == 0
    assert all_once(found)
    assert list((tmp_path / "journal").iterdir()) == []


def test_killing_a_worker_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    with running(tmp_path, "--workers", "2", *QUIET) as server:
        wait_until(lambda: len(server.ready_workers()) == 2, "workers do not start")
        load = Load(server)
        for _ in range(2):
            before = len(load.acknowledged)
            wait_until(lambda before=before: len(load.acknowledged) > before + 100, "no answers")
            victim = server.ready_workers()[0]
            victim.kill()
            wait_until(lambda victim=victim: not victim.is_running() or gone(victim), "the worker lives")
            wait_until(lambda: len(server.ready_workers()) == 2, "the worker is not replaced")
        acknowledged = load.stop()
        found = wait_until_stored(tmp_path / "wattdrop.db", tmp_path, acknowledged)
        assert server.stop() == 0
    assert all_once(found)


def gone(process: psutil.Process) -> bool:
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def test_two_workers_share_one_file(tmp_path: Path) -> None:
    with running(tmp_path, "--workers", "2", *QUIET) as server:
        load = Load(server, clients=8)
        wait_until(lambda: len(load.acknowledged) > 900, "no answers")
        acknowledged = load.stop()
        assert load.outcomes.keys() == {"200"}
        found = wait_until_stored(tmp_path / "wattdrop.db", tmp_path, acknowledged)
        assert server.stop() == 0
    assert all_once(found)
    assert len(found) == len(acknowledged)


def test_answers_go_on_while_another_process_holds_the_file(tmp_path: Path) -> None:
    with running(tmp_path, *QUIET) as server:
        load = Load(server, clients=2)
        wait_until(lambda: len(load.acknowledged) > 100, "no answers")
        with closing(sqlite3.connect(tmp_path / "wattdrop.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            before = len(load.acknowledged)
            wait_until(lambda: len(load.acknowledged) > before + 300, "no answers")
            other.execute("ROLLBACK")
        acknowledged = load.stop()
        found = wait_until_stored(tmp_path / "wattdrop.db", tmp_path, acknowledged)
        assert server.stop() == 0
    assert load.outcomes.keys() == {"200"}
    assert all_once(found)


@pytest.mark.parametrize(("ledger", "status"), [("on", "200"), ("required", "503")])
def test_a_full_disk_is_told(tmp_path: Path, ledger: str, status: str) -> None:
    """The limit of a file's size stands in for the end of the disk, so that the test needs no file system of its own."""
    with running(tmp_path, *QUIET, "--ledger", ledger) as server:
        load = Load(server, clients=1)
        wait_until(lambda: len(load.acknowledged) > 30, "no answers")
        hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (1, hard))
        told = {"on": "not stored", "required": "503"}[ledger]
        wait_until(lambda: load.outcomes[told] > 20, "nothing is told")
        assert server.get("/health").status_code == 200
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (hard, hard))
        before = len(load.acknowledged)
        wait_until(lambda: len(load.acknowledged) > before + 30, "it does not go on once there is room")
        found = wait_until_stored(tmp_path / "wattdrop.db", tmp_path, load.stop())
        assert server.stop() == 0
    assert load.outcomes[status] > 20
    assert all_once(found)


def test_postgresql_restarted_in_the_middle(tmp_path: Path) -> None:
    with postgresql.started(to_stop=True) as database:
        url = database.new_database()
        with closing(stored(url, tmp_path)) as store:
            key = store.keys.create("load")
        with running(tmp_path, "--workers", "2", *QUIET, WATTDROP_DATABASE_URL=url) as server:
            load = Load(server, key)
            wait_until(lambda: len(load.acknowledged) > 150, "no answers")
            for how in ("fast", "immediate"):
                database.stop(how)
                before = len(load.acknowledged)
                wait_until(
                    lambda before=before: len(load.acknowledged) > before + 100, "answers do not go on"
                )
                database.start()
                wait_until(lambda before=before: len(load.acknowledged) > before + 200, "no answers")
            acknowledged = load.stop()
            found = wait_until_stored(url, tmp_path, acknowledged)
            assert server.stop() == 0
    assert load.outcomes.keys() == {"200"}
    assert all_once(found)


def test_postgresql_that_ends_connections_under_load(tmp_path: Path) -> None:
    with postgresql.started() as database:
        url = database.new_database()
        with closing(stored(url, tmp_path)) as store:
            key = store.keys.create("load")
        with running(tmp_path, *QUIET, WATTDROP_DATABASE_URL=url) as server:
            load = Load(server, key)
            with psycopg.connect(database.url, autocommit=True) as other:
                for _ in range(5):
                    before = len(load.acknowledged)
                    wait_until(lambda before=before: len(load.acknowledged) > before + 30, "no answers")
                    other.execute(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
                        (url.rsplit("/", 1)[1].partition("?")[0],),
                    )
            acknowledged = load.stop()
            found = wait_until_stored(url, tmp_path, acknowledged)
            assert server.stop() == 0
    assert load.outcomes.keys() == {"200"}
    assert all_once(found)


def test_a_database_that_is_away_stops_the_start_and_says_which(tmp_path: Path) -> None:
    environment = {**os.environ, "WATTDROP_DATA_DIR": str(tmp_path)}
    environment["WATTDROP_DATABASE_URL"] = "postgresql://ann:hunter2@127.0.0.1:1/wattdrop"
    ended = subprocess.run(
        [sys.executable, "-m", "wattdrop", "serve", "--port", "0"],
        env=environment, capture_output=True, text=True, timeout=PATIENCE_S, check=False,
    )  # fmt: skip
    assert ended.returncode != 0
    assert "WATTDROP_DATABASE_URL" in ended.stderr and "Traceback" not in ended.stderr
    assert "hunter2" not in ended.stdout + ended.stderr
