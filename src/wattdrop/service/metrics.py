"""What the service counts. Labels take few values, each known beforehand: never an id, a path as sent, or a name in a row.

Numbers of all worker processes are added up: each process writes its own into files of one folder, which
``shared_counts`` makes before this module is imported; a single process needs no folder.
"""

from __future__ import annotations

import asyncio
import math
import os
import threading
from bisect import bisect_left
from collections import Counter as Tally
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

from . import dead_counts
from .shared_counts import FOLDER_VARIABLE

if TYPE_CHECKING:
    from ..engine import Estimate
    from ..resolve.choice import Choice
    from .exchange import Exchange

CONTENT_TYPE: Final = CONTENT_TYPE_LATEST

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_METHODS = frozenset("GET POST PUT DELETE PATCH HEAD OPTIONS".split())

_registry = CollectorRegistry()


def _counter(name: str, meaning: str, *labels: str) -> Counter:
    return Counter(f"wattdrop_{name}", meaning, labels, registry=_registry)


_requests = _counter("requests", "Requests answered.", "method", "path", "status")
_durations = Histogram(
    "wattdrop_request_duration_seconds",
    "From the head of a request to the end of its answer.",
    ("path",),
    buckets=_SECONDS,
    registry=_registry,
)
_in_flight = Gauge(
    "wattdrop_requests_in_flight",
    "Requests that are being answered.",
    registry=_registry,
    multiprocess_mode="livesum",
)
_rows = _counter("rows", "Rows estimated or refused.")
_row_errors = _counter("row_errors", "Rows that could not be computed, by code of the error.", "code")
_choices = _counter(
    "choices",
    "Answers to what a row leaves open, by question, rung that answered and basis.",
    "question",
    "rung",
    "basis",
)
_failures = _counter("unexpected_errors", "Requests that failed by a fault of the service.")
_refusals = _counter(
    "refused_connections", "Connections refused before a request was read, by reason.", "reason"
)
_lines_dropped = _counter("log_lines_dropped", "Lines of the log that nobody took in time.")
_ready = Gauge(
    "wattdrop_workers_ready",
    "Processes that take requests.",
    registry=_registry,
    multiprocess_mode="livesum",
)
_restarts = _counter("worker_restarts", "Worker processes that died or hung and were replaced.")
_limits_alone = _counter(
    "limits_kept_alone",
    "Requests and batches charged to the share of one process, because what shares limits was away.",
)
_ledger_waiting = Gauge(
    "wattdrop_ledger_waiting_bytes",
    "Bytes of answers in the journal that the database does not have yet.",
    registry=_registry,
    multiprocess_mode="livesum",
)
_ledger_written = _counter("ledger_rows_written", "Rows of the ledger that are in the database.")
_ledger_dropped = _counter("ledger_rows_dropped", "Rows of the ledger that were lost, by reason.", "reason")
_build = Gauge(
    "wattdrop_build_info",
    "Always 1; the labels say which program, method and data answer.",
    ("version", "method_version", "catalog_digest"),
    registry=_registry,
    multiprocess_mode="livemax",
)


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
    with _noting:
        _noted.append(exchange)
    if len(_noted) >= _MOST_NOTED:
        count_requests()


def estimated(result: Estimate) -> None:
    """Rows were estimated: how many, which could not be, and which rungs answered what they leave open."""
    global _rows_noted
    resolution = result.resolution
    if resolution.errors:
        for code, count in Tally(error.code for error in resolution.errors.values()).items():
            _row_errors.labels(code).inc(count)
    of_rows = resolution.resolved_of
    counts = ((0, 1),) if len(of_rows) == 1 else Tally(of_rows).items()
    with _noting:
        _rows_noted += result.count
        for number, count in counts:
            choices = resolution.resolved[number].choices
            _, have = _chosen.get(id(choices), (choices, 0))
            _chosen[id(choices)] = (choices, have + count)
        if len(_chosen) < _MOST_CHOSEN:
            return
    count_rows()


# What requests and rows were is noted, and counted some at a time: to look up counters one by one takes ten times as
# long. It is counted twice a second, and before the service shows its numbers.

_COUNT_SECONDS: Final = 0.5

_noting = threading.Lock()

#: Requests begin and end on the event loop, so these need no lock.
_now_in_flight = 0
_shown_in_flight = 0

#: Requests that were answered, until they are counted.
_noted: list[Exchange] = []
_MOST_NOTED: Final = 100  # so that counting them delays nobody

#: What rows left open, by the identity of the choices that answered it: a row makes some fifteen, which are counted apart.
_chosen: dict[int, tuple[Sequence[Choice], int]] = {}
_rows_noted = 0
_MOST_CHOSEN: Final = 1000


def count() -> None:
    """Count what was noted since the last time."""
    _show_in_flight()
    count_requests()
    count_rows()


def _show_in_flight() -> None:
    global _shown_in_flight
    _shown_in_flight = _now_in_flight
    _in_flight.set(_shown_in_flight)


def count_requests() -> None:
    """Count requests that were noted."""
    global _noted
    with _noting:
        noted, _noted = _noted, []
    routes: dict[tuple[str, str, int], list[float]] = {}
    for one in noted:
        routes.setdefault((one.method, one.template, one.status), []).append(one.duration_s)
    for (method, template, status), durations in routes.items():
        _requests.labels(method if method in _METHODS else "other", template, status).inc(len(durations))
        _observe(template, durations)


def _observe(template: str, durations: Sequence[float]) -> None:
    """What ``observe`` does of each duration, at a tenth of its time: each bucket is found once and raised once."""
    histogram = _durations.labels(template)
    histogram._sum.inc(math.fsum(durations))
    for at, count in Tally(bisect_left(_SECONDS, one) for one in durations).items():
        histogram._buckets[at].inc(count)


def count_rows() -> None:
    """Count rows that were noted, and what was chosen for them."""
    global _rows_noted
    with _noting:
        chosen, rows = list(_chosen.values()), _rows_noted
        _chosen.clear()
        _rows_noted = 0
    _rows.inc(rows)
    totals: Tally[tuple[str, str, str]] = Tally()
    for choices, count in chosen:
        for choice in choices:
            totals[choice.question, choice.rung, choice.basis] += count
    for labels, count in totals.items():
        _choices.labels(*labels).inc(count)


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
            count()


def estimated_table(rows: int) -> None:
    """Rows of a table were estimated, of which no choices are kept."""
    _rows.inc(rows)


def failed() -> None:
    """A request failed by a fault of ours."""
    _failures.inc()


def refused(reason: str) -> None:
    """A connection was refused before a request was read from it."""
    _refusals.labels(reason).inc()


def lines_dropped(count: int) -> None:
    """Lines of the log found no taker."""
    _lines_dropped.inc(count)


def takes_requests() -> None:
    """This process takes requests from now on."""
    _ready.set(1)


def worker_restarted() -> None:
    """A worker process was replaced."""
    _restarts.inc()


def limit_kept_alone() -> None:
    """A request or a batch was charged to the share of this process."""
    _limits_alone.inc()


def ledger_waiting(size_bytes: int) -> None:
    """So much waits in the journal of this process."""
    _ledger_waiting.set(size_bytes)


def ledger_written(rows: int) -> None:
    """Rows of the ledger reached the database."""
    _ledger_written.inc(rows)


def ledger_dropped(rows: int, reason: str) -> None:
    """Rows of the ledger were lost; ``reason`` is one of few words, such as ``overflow``."""
    _ledger_dropped.labels(reason).inc(rows)


_built: list[tuple[str, str, str]] = []


def build(version: str, method_version: str, catalog_digest: str) -> None:
    """What answers here. After a reload of the catalog: again; what answered before is then 0."""
    for labels in _built:  # several processes cannot clear labels
        _build.labels(*labels).set(0)
    _built[:] = [(version, method_version, catalog_digest)]
    _build.labels(version, method_version, catalog_digest).set(1)


def exposition() -> bytes:
    """Everything, of all worker processes, as Prometheus reads it."""
    count()
    folder = os.environ.get(FOLDER_VARIABLE)
    if folder is None:
        return generate_latest(_registry)
    of_all = CollectorRegistry()
    MultiProcessCollector(of_all)  # type: ignore[no-untyped-call]
    with dead_counts.still(folder):
        return generate_latest(of_all)


def forget_processes(pids: Iterable[int]) -> None:
    """Processes that ended: what they counted stays, what they were holding does not."""
    folder = os.environ.get(FOLDER_VARIABLE)
    for pid in pids if folder is not None else ():
        mark_process_dead(pid)  # type: ignore[no-untyped-call]
        dead_counts.fold(str(folder), pid)
