"""What the journal has taken survives, is given once it is asked for, and is forgotten when told."""

from __future__ import annotations

import os
import random
import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wattdrop.store.journal import Journal, JournalFull, _whole_entries

MOST = 10_000_000


def waiting(journal: Journal) -> list[bytes]:
    """Everything that waits, forgotten as it is read."""
    found = []
    while True:
        entries, mark = journal.waiting(7)
        if not entries:
            return found
        found += entries
        journal.forget(mark)


def adopted(journal: Journal) -> list[bytes]:
    found = []
    for orphan in journal.orphans():
        for entries in orphan.batches(3):
            found += entries
        orphan.remove()
    return found


def test_entries_come_back_in_order_across_files(tmp_path: Path) -> None:
    journal = Journal(tmp_path, MOST, segment_bytes=1000)
    random.seed(1)
    entries = [random.randbytes(random.randint(0, 300)) for _ in range(200)]
    for entry in entries:
        journal.append(entry)
    assert len(list(tmp_path.glob("*.journal"))) > 10
    assert waiting(journal) == entries
    assert journal.waiting_bytes == 0
    journal.append(b"later")
    assert waiting(journal) == [b"later"]
    journal.close()
    assert list(tmp_path.iterdir()) == []


def test_what_was_not_forgotten_is_given_again(tmp_path: Path) -> None:
    journal = Journal(tmp_path, MOST)
    journal.append(b"a")
    journal.append(b"b")
    entries, _ = journal.waiting(10)
    assert entries == journal.waiting(10)[0] == [b"a", b"b"]
    _, mark = journal.waiting(1)
    journal.forget(mark)
    assert journal.waiting(10)[0] == [b"b"]


def test_an_entry_may_be_larger_than_what_is_read_at_a_time(tmp_path: Path) -> None:
    journal = Journal(tmp_path, 50_000_000)
    large = os.urandom(9_000_000)
    journal.append(large)
    journal.append(b"small")
    assert waiting(journal) == [large, b"small"]
    journal.append(large)
    journal.append(b"small")
    journal.close()
    assert adopted(Journal(tmp_path, MOST)) == [large, b"small"]


def test_a_full_journal_takes_nothing_more_until_something_is_forgotten(tmp_path: Path) -> None:
    journal = Journal(tmp_path, 100)
    journal.append(b"x" * 80)
    with pytest.raises(JournalFull):
        journal.append(b"y" * 80)
    assert waiting(journal) == [b"x" * 80]
    journal.append(b"z" * 80)
    assert waiting(journal) == [b"z" * 80]


def test_a_living_process_keeps_its_files(tmp_path: Path) -> None:
    first = Journal(tmp_path, MOST)
    first.append(b"mine")
    second = Journal(tmp_path, MOST)
    assert adopted(second) == []
    first.close()
    assert adopted(second) == [b"mine"]
    assert adopted(second) == []


def test_entries_of_a_killed_process_are_taken_over(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from wattdrop.store.journal import Journal\n"
        "journal = Journal(Path(sys.argv[1]), 10**9, segment_bytes=5000)\n"
        "number = 0\n"
        "while True:\n"
        "    journal.append(b'%d' % number); print(number, flush=True); number += 1\n"
    )
    process = subprocess.Popen([sys.executable, "-c", program, str(tmp_path)], stdout=subprocess.PIPE)
    assert process.stdout is not None
    acknowledged = [int(next(process.stdout)) for _ in range(500)]
    process.send_signal(signal.SIGKILL)
    acknowledged += [int(line) for line in process.stdout.read().split(b"\n") if line]
    process.wait()
    process.stdout.close()
    found = [int(entry) for entry in adopted(Journal(tmp_path, MOST))]
    assert sorted(found)[: len(acknowledged)] == acknowledged
    assert len(found) <= len(acknowledged) + 1  # one may be written and not yet said


def test_a_torn_end_is_dropped_and_a_damaged_middle_is_kept_for_people(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    journal = Journal(tmp_path, MOST)
    for entry in (b"one", b"two", b"three"):
        journal.append(entry)
    journal.close()
    (file,) = tmp_path.glob("*.journal")
    whole = file.read_bytes()

    file.write_bytes(whole[:-2])
    assert adopted(Journal(tmp_path, MOST)) == [b"one", b"two"]
    assert list(tmp_path.glob("*.damaged")) == []

    file.write_bytes(whole[:20] + b"?" + whole[21:])
    assert adopted(Journal(tmp_path, MOST)) == [b"one"]
    (kept,) = tmp_path.glob("*.damaged")
    assert len(kept.read_bytes()) == len(whole)
    assert "damaged at byte 11" in caplog.text

    file.write_bytes(whole[:20] + b"?" + whole[21:])  # as if who kept it had died before it was removed
    assert adopted(Journal(tmp_path, MOST)) == [b"one"]
    assert list(tmp_path.glob("*.damaged")) == [kept]
    assert not file.exists()


def test_a_disk_that_takes_a_part_only_leaves_no_part(tmp_path: Path) -> None:
    """The limit of a file's size stands in for the end of the disk: the write is cut in the middle."""
    journal = Journal(tmp_path, MOST)
    journal.append(b"a" * 100)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (150, before[1]))
        with pytest.raises(JournalFull):
            journal.append(b"b" * 100)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, ignored)
    journal.append(b"c" * 100)
    assert waiting(journal) == [b"a" * 100, b"c" * 100]


@given(st.binary(max_size=200))
def test_any_bytes_are_entries_or_none(data: bytes) -> None:
    entries, used = _whole_entries(data, 100)
    assert used == sum(len(entry) + 8 for entry in entries) <= len(data)
