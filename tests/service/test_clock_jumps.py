"""The clock of the machine is set while the service runs: forty days on, and back again.

The processes are real; their clock is ours. A ``sitecustomize`` on their path adds what a file says to ``time.time``,
``time.time_ns`` and ``datetime.now``, which is all of the wall clock that the service reads. The clock that nobody can
set stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
from tests.service.processes import PATIENCE_S, ROW, running, wait_until
from tests.service.test_faults import QUIET, Load, all_once, stored, wait_until_stored

JUMP = timedelta(days=40)
SHIFTED = """
import datetime as module, os, time as clock

real_time, real = clock.time, module.datetime

def offset():
    with open(os.environ["CLOCK_OFFSET_FILE"]) as file:
        return float(file.read() or 0)

class datetime(real):
    @classmethod
    def now(cls, tz=None):
        return cls.fromtimestamp(real_time() + offset(), tz)

clock.time = lambda: real_time() + offset()
clock.time_ns = lambda: int(clock.time() * 1e9)
module.datetime = datetime
"""


class Clock:
    """The clock of processes that are started with ``environment``."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "offset"
        self._file.write_text("0")
        (folder / "sitecustomize.py").write_text(SHIFTED)
        self.environment = {"PYTHONPATH": str(folder), "CLOCK_OFFSET_FILE": str(self._file)}

    def set(self, jump: timedelta) -> None:
        """Set it to now and so much more."""
        new = self._file.with_suffix(".new")
        new.write_text(str(jump.total_seconds()))
        new.replace(self._file)


def key_of(data: Path, expires: datetime | None = None, rate: float | None = None) -> str:
    """A key of the first customer."""
    with closing(stored(data / "wattdrop.db", data)) as store:
        return store.keys.create("clock", expires=expires, requests_per_s=rate)


def status(url: str, key: str) -> int:
    headers = {"Authorization": f"Bearer {key}"}
    return httpx.post(
        f"{url}/v1/impact", json={"rows": [ROW]}, headers=headers, timeout=PATIENCE_S
    ).status_code


def test_nothing_is_lost_or_doubled_and_every_answer_comes(tmp_path: Path) -> None:
    data = tmp_path / "data"
    clock = Clock(tmp_path)
    with running(data, "--workers", "2", *QUIET, **clock.environment) as server:
        load = Load(server)
        for jump in (timedelta(0), JUMP, -JUMP, timedelta(0)):
            clock.set(jump)
            before = len(load.acknowledged)
            wait_until(lambda before=before: len(load.acknowledged) > before + 100, "no answers")  # type: ignore[misc]
        acknowledged = load.stop()
        found = wait_until_stored(data / "wattdrop.db", data, acknowledged)
        assert server.stop() == 0
    assert load.outcomes.keys() == {"200"}
    assert all_once(found)
    with closing(stored(data / "wattdrop.db", data)) as store:
        days = {row["recorded_at"][:10] for row in store.ledger.rows(1, columns=["recorded_at"])}
    today = datetime.now(UTC)
    assert any(day > f"{today + JUMP / 2:%Y-%m-%d}" for day in days)  # the clock did jump, both ways
    assert any(day < f"{today - JUMP / 2:%Y-%m-%d}" for day in days)


def test_a_key_expires_by_the_clock_and_works_again_when_that_was_wrong(tmp_path: Path) -> None:
    data = tmp_path / "data"
    clock = Clock(tmp_path)
    with running(data, *QUIET, **clock.environment) as server:
        key = key_of(data, expires=datetime.now(UTC) + JUMP / 2)
        until_it_answers = _asks(server.url, key)
        until_it_answers(200)
        clock.set(JUMP)
        until_it_answers(401)
        clock.set(timedelta(0))
        until_it_answers(200)


def _asks(url: str, key: str) -> Callable[[int], None]:
    def until(wanted: int) -> None:
        wait_until(lambda: status(url, key) == wanted, f"the key is not answered with {wanted}")

    return until


def test_limits_go_by_a_clock_that_nobody_can_set(tmp_path: Path) -> None:
    data = tmp_path / "data"
    clock = Clock(tmp_path)
    with running(data, *QUIET, **clock.environment) as server:
        key = key_of(data, rate=1.0)
        until_it_answers = _asks(server.url, key)
        until_it_answers(429)  # its burst is used up
        clock.set(JUMP)
        assert 429 in {status(server.url, key) for _ in range(3)}  # forty days are no forty days of allowance
        clock.set(-JUMP)
        until_it_answers(200)  # and nobody is locked out until then
