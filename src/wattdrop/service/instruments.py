"""The numbers that the service keeps of itself: names, meanings and labels. ``metrics`` moves them.

Labels take few values, each known beforehand: never an id, a path as sent, or a name in a row. ``shared_counts`` makes
the folder of several processes before this module is imported.
"""

from __future__ import annotations

from typing import Literal

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)

registry = CollectorRegistry()


def _counter(name: str, meaning: str, *labels: str) -> Counter:
    return Counter(f"wattdrop_{name}", meaning, labels, registry=registry)


def _gauge(name: str, meaning: str, *labels: str, of_all: Literal["livesum", "livemax"] = "livesum") -> Gauge:
    """``of_all``: what is shown of several processes, of those that live."""
    return Gauge(f"wattdrop_{name}", meaning, labels, registry=registry, multiprocess_mode=of_all)


requests = _counter("requests", "Requests answered.", "method", "path", "status")
durations = Histogram(
    "wattdrop_request_duration_seconds",
    "From the head of a request to the end of its answer.",
    ("path",),
    buckets=_SECONDS,
    registry=registry,
)
in_flight = _gauge("requests_in_flight", "Requests that are being answered.")
rows = _counter("rows", "Rows estimated or refused.")
row_errors = _counter("row_errors", "Rows that could not be computed, by code of the error.", "code")
choices = _counter(
    "choices",
    "Answers to what a row leaves open, by question, rung that answered and basis.",
    "question",
    "rung",
    "basis",
)
failures = _counter("unexpected_errors", "Requests that failed by a fault of the service.")
refusals = _counter(
    "refused_connections", "Connections refused before a request was read, by reason.", "reason"
)
lines_dropped = _counter("log_lines_dropped", "Lines of the log that nobody took in time.")
ready = _gauge("workers_ready", "Processes that take requests.")
restarts = _counter("worker_restarts", "Worker processes that died or hung and were replaced.")
limits_alone = _counter(
    "limits_kept_alone",
    "Requests and batches charged to the share of one process, because what shares limits was away.",
)
ledger_waiting = _gauge(
    "ledger_waiting_bytes", "Bytes of answers in the journal that the database does not have yet."
)
ledger_written = _counter("ledger_rows_written", "Rows of the ledger that are in the database.")
ledger_dropped = _counter("ledger_rows_dropped", "Rows of the ledger that were lost, by reason.", "reason")
build = _gauge(
    "build_info",
    "Always 1; the labels say which program, method and data answer.",
    "version",
    "method_version",
    "catalog_digest",
    of_all="livemax",
)
