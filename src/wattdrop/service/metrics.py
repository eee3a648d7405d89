"""What happens in the service, as it is counted."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter as Tally
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Final, TypeVar

from . import instruments

if TYPE_CHECKING:
    from ..engine import Estimate
    from ..resolve.choice import Choice
    from .exchange import Exchange

_log = logging.getLogger(__name__)
_Noted = TypeVar("_Noted")
_METHODS = frozenset("GET POST PUT DELETE PATCH HEAD OPTIONS".split())


def begun() -> None:
    """A request came in."""
    global _now_in_flight
    _now_in_flight += 1


def answered(exchange: Exchange) -> None:
    """A request was answered."""
    global _now_in_flight
    _now_in_flight -= 1
    if _shown_in_flight and not _now_in_flight:  # whoever asks another worker must not see this one busy
        _show_in_flight()
    _noted.append(exchange)
    if len(_noted) >= _MOST_NOTED:
        count_requests()


def estimated(result: Estimate) -> None:
    """Rows were estimated: how many, which could not be, and which rungs answered what they leave open."""
    resolution = result.resolution
    if resolution.errors:
        for code, count in Tally(error.code for error in resolution.errors.values()).items():
            instruments.row_errors.labels(code).inc(count)
    of_rows = resolution.resolved_of
    _rows_noted.append(result.count)
    if len(of_rows) == 1:
        _chosen.append((resolution.resolved[0].choices, 1))
    else:
        _chosen.extend(
            (resolution.resolved[number].choices, count) for number, count in Tally(of_rows).items()
        )
    if len(_chosen) >= _MOST_CHOSEN:
        count_rows()


# What requests and rows were is noted, and counted some at a time: to look up counters one by one takes ten times as
# long. It is counted twice a second, and before the service shows its numbers. Any thread may add to a deque while
# another takes from it.

_COUNT_SECONDS: Final = 0.5

#: Requests begin and end on the event loop, so these need no lock.
_now_in_flight = 0
_shown_in_flight = 0

#: Told with every answer, and shown when it is asked for.
_waiting_bytes = 0

#: Requests that were answered, until they are counted.
_noted: deque[Exchange] = deque()
_MOST_NOTED: Final = 100  # so that counting them delays nobody

#: What answered that which rows left open, and of how many rows: a row makes some fifteen choices.
_chosen: deque[tuple[Sequence[Choice], int]] = deque()
_rows_noted: deque[int] = deque()
_MOST_CHOSEN: Final = 1000


def count() -> None:
    """Count what was noted since the last time."""
    _show_in_flight()
    instruments.ledger_waiting.set(_waiting_bytes)
    count_requests()
    count_rows()


def _show_in_flight() -> None:
    global _shown_in_flight
    _shown_in_flight = _now_in_flight
    instruments.in_flight.set(_shown_in_flight)


def count_requests() -> None:
    """Count requests that were noted."""
    routes: dict[tuple[str, str, int], list[float]] = {}
    for one in _taken(_noted):
        routes.setdefault((one.method, one.template, one.status), []).append(one.duration_s)
    for (method, template, status), durations in routes.items():
        instruments.requests.labels(method if method in _METHODS else "other", template, status).inc(
            len(durations)
        )
        observe = instruments.durations.labels(template).observe
        for duration in durations:
            observe(duration)


def count_rows() -> None:
    """Count rows that were noted, and what was chosen for them."""
    rows = list(_taken(_rows_noted))
    instruments.rows.inc(sum(rows))
    alike: dict[int, tuple[Sequence[Choice], int]] = {}
    for choices, count in _taken(_chosen):
        _, have = alike.get(id(choices), (choices, 0))
        alike[id(choices)] = (choices, have + count)
    totals: Tally[tuple[str, str, str]] = Tally()
    for choices, count in alike.values():
        for choice in choices:
            totals[choice.question, choice.rung, choice.basis] += count
    for labels, count in totals.items():
        instruments.choices.labels(*labels).inc(count)


def _taken(noted: deque[_Noted]) -> Iterator[_Noted]:
    with suppress(IndexError):
        while True:
            yield noted.popleft()


class Counting:
    """Counts what was noted twice a second, between the start and the stop of the service."""

    def __init__(self) -> None:
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Count from now on."""
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Count what is left, and no more."""
        if self._task is not None:
            self._task.cancel()
        count()

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(_COUNT_SECONDS)
            try:
                count()
            except Exception:  # noqa: BLE001 - such as a full disk; the next time may do
                _log.exception("requests could not be counted")


def estimated_table(rows: int) -> None:
    """Rows of a table were estimated, of which no choices are kept."""
    instruments.rows.inc(rows)


def failed() -> None:
    """A request failed by a fault of ours."""
    instruments.failures.inc()


def refused(reason: str) -> None:
    """A connection was refused before a request was read from it."""
    instruments.refusals.labels(reason).inc()


def lines_dropped(count: int) -> None:
    """Lines of the log found no taker."""
    instruments.lines_dropped.inc(count)


def takes_requests() -> None:
    """This process takes requests from now on."""
    instruments.ready.set(1)


def worker_restarted() -> None:
    """A worker process was replaced."""
    instruments.restarts.inc()


def limit_kept_alone() -> None:
    """A request or a batch was charged to the share of this process."""
    instruments.limits_alone.inc()


def ledger_waiting(size_bytes: int) -> None:
    """So much waits in the journal of this process."""
    global _waiting_bytes
    _waiting_bytes = size_bytes


def ledger_written(rows: int) -> None:
    """Rows of the ledger reached the database."""
    instruments.ledger_written.inc(rows)


def ledger_dropped(rows: int, reason: str) -> None:
    """Rows of the ledger were lost; ``reason`` is one of few words, such as ``overflow``."""
    instruments.ledger_dropped.labels(reason).inc(rows)


_built: list[tuple[str, str, str]] = []


def build(version: str, method_version: str, catalog_digest: str) -> None:
    """What answers here. After a reload of the catalog: again; what answered before is then 0."""
    for labels in _built:  # several processes cannot clear labels
        instruments.build.labels(*labels).set(0)
    _built[:] = [(version, method_version, catalog_digest)]
    instruments.build.labels(version, method_version, catalog_digest).set(1)
