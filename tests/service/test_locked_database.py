"""Another process holds the SQLite file while the service starts."""

from __future__ import annotations

import os
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from tests.service.processes import PATIENCE_S, running

from wattdrop.service.settings import read_settings, store_of


@contextmanager
def locked(database: Path) -> Iterator[None]:
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("ROLLBACK")


def test_a_service_that_has_to_write_waits_and_then_says_why_it_cannot_start(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    settings = read_settings({"WATTDROP_DATA_DIR": str(tmp_path)})
    store_of(settings).close()  # a file without the key that a start makes
    with locked(tmp_path / "wattdrop.db"):
        process = subprocess.Popen(
            [sys.executable, "-m", "wattdrop", "serve", "--port", str(port)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "WATTDROP_DATA_DIR": str(tmp_path)},
        )
        with pytest.raises(
            subprocess.TimeoutExpired
        ):  # it waits: whoever holds the file may be done in a moment
            process.wait(2)
        with pytest.raises(ConnectionRefusedError):  # and makes nobody else wait
            socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S)
        out, said = process.communicate(timeout=PATIENCE_S)
    assert (process.returncode, out) == (2, "")
    assert said == (
        "Error: another process has held the database wattdrop.db locked for 10 seconds; "
        "end that process, or wait until it is done, and try again\n"
    )


def test_a_service_that_has_nothing_to_write_starts_and_answers(tmp_path: Path) -> None:
    with running(tmp_path) as server:
        assert server.impact().status_code == 200
        assert server.stop() == 0
    with locked(tmp_path / "wattdrop.db"), running(tmp_path) as server:
        assert server.impact().status_code == 200
        assert server.get("/ready").status_code == 200
