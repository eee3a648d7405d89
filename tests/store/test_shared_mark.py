"""A mark that every process sees: the same until something changes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from wattdrop.store import Store
from wattdrop.store.shared_mark import SharedMark

CHANGE = """
import sys
from pathlib import Path
from wattdrop.store.shared_mark import SharedMark
SharedMark(Path(sys.argv[1])).change()
"""


def test_a_change_of_another_process_is_seen_at_once(tmp_path: Path) -> None:
    mark, other = SharedMark(tmp_path / "mark"), SharedMark(tmp_path / "mark")
    before = mark.now()
    assert before is not None
    assert before == mark.now() == other.now()
    subprocess.run([sys.executable, "-c", CHANGE, str(tmp_path / "mark")], check=True)
    assert mark.now() == other.now() != before


def test_where_there_can_be_no_file_nothing_is_told(tmp_path: Path) -> None:
    mark = SharedMark(tmp_path / "absent" / "mark")
    mark.change()
    assert mark.now() is None
    (tmp_path / "absent").mkdir()
    assert mark.now() is not None


def test_the_mark_of_objects_changes_with_them_and_with_nothing_else(store: Store) -> None:
    entities = store.entities
    if entities.costly:
        assert entities.mark() is None
        return
    before = entities.mark()
    assert before is not None
    store.keys.create("a key")
    with pytest.raises(ZeroDivisionError), entities.changing(1):
        raise ZeroDivisionError  # nothing is kept
    assert entities.mark() == before
    with entities.changing(1) as change:
        change.put("model", "mine", {"id": "mine"}, "ann")
    assert entities.mark() != before
