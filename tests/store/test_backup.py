"""Backup and restore of SQLite as the how-to page has it: beside running writers, into an empty folder."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.service.processes import ROW, running

from wattdrop.service.settings import read_settings
from wattdrop.store import open_store


def vacuum_into(database: Path, copy: Path) -> None:
    connection = sqlite3.connect(database)
    connection.execute(f"VACUUM INTO '{copy}'")
    connection.close()


def backup(database: Path, copy: Path) -> None:
    """What `.backup` of the sqlite3 program does; by the program where there is one."""
    if program := shutil.which("sqlite3"):
        subprocess.run([program, str(database), f".backup '{copy}'"], check=True, timeout=60)
        return
    source, target = sqlite3.connect(database), sqlite3.connect(copy)
    source.backup(target)
    source.close()
    target.close()


@pytest.mark.parametrize("copy", [vacuum_into, backup])
def test_a_backup_beside_writers_restores_everything_that_was_there(
    tmp_path: Path, copy: Callable[[Path, Path], None]
) -> None:
    old, kept, new = tmp_path / "old", tmp_path / "kept", tmp_path / "new"
    kept.mkdir()
    new.mkdir()
    with running(old) as server:
        settings = read_settings({"WATTDROP_DATA_DIR": str(old)})
        store = open_store(settings.database, settings.secret())
        over = threading.Event()
        made: list[str] = []

        def write() -> None:
            mine = open_store(settings.database, settings.secret())
            while not over.is_set():
                made.append(mine.keys.create(f"key {len(made)}"))
                assert server.impact(ROW).status_code == 200
            mine.close()

        writer = threading.Thread(target=write)
        writer.start()
        while len(made) < 20:
            over.wait(0.01)
        before = list(made)
        copy(settings.database, kept / "wattdrop.db")
        shutil.copy(old / "key-secret", kept)
        over.set()
        writer.join(60)
        store.close()
        key = server.key
    for file in ("wattdrop.db", "key-secret"):
        shutil.copy(kept / file, new)
    check = sqlite3.connect(new / "wattdrop.db")
    assert check.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    check.close()
    restored = read_settings({"WATTDROP_DATA_DIR": str(new)})
    store = open_store(restored.database, restored.secret())
    assert all(store.keys.find(one) is not None for one in before)
    assert store.keys.find("wd_never-made") is None
    store.close()
    with running(new) as server:
        server.key = key  # of before the backup
        assert server.impact(ROW).status_code == 200
        assert server.get("/ready").status_code == 200
