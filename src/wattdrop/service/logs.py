"""The log: one line an event, as JSON or as text, written by a thread of its own so that a slow reader delays no answer."""

from __future__ import annotations

import asyncio
import json
import logging
import queue
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from typing import IO, Any, ClassVar, Final

import msgspec

from ..store.clock import second
from . import metrics
from .exchange import Exchange

_ACCESS = logging.getLogger("wattdrop.access")
_MOST_WAITING: Final = (
    10_000  # lines; more are dropped and counted, as a disk or pipe that stands still must not kill us
)
_FLUSH_SECONDS: Final = 2.0
_GATHER_SECONDS: Final = 0.02
_MOST_NOTED: Final = 50  # requests whose lines are made together: more would delay answers
_encoder = msgspec.json.Encoder()
_LEVELS: Final = {logging.DEBUG: "debug", logging.INFO: "info"}

#: Loggers of libraries that tell of exceptions while a request was answered.
_OF_REQUESTS: Final = ("asyncio", "uvicorn.error")

#: What a pipe takes as a whole: longer writes of several processes to one pipe may be torn into each other.
_MOST_AT_ONCE_BYTES: Final = 4096

#: Open to everyone and asked every few seconds: a line each would bury the others.
QUIET: Final = frozenset({"/health", "/ready", "/metrics", "/status"})


def access(exchange: Exchange) -> None:
    """The line of one request."""
    level = logging.DEBUG if exchange.template in QUIET and exchange.status < 500 else logging.INFO
    if not _ACCESS.isEnabledFor(level):
        return
    writer = LineWriter.of_process
    if writer is not None:  # a record of the standard library costs more than all that it would say
        writer.request(level, exchange)
    else:
        _ACCESS.log(level, "request", extra={"exchange": exchange})


class RequestLine(msgspec.Struct, omit_defaults=True, gc=False):
    """What the log says of a request: rows only where some were sent, a key only where one was known."""

    time: str
    level: str
    method: str
    path: str
    status: int
    duration_ms: float
    body_bytes: int
    sent_bytes: int
    request_id: str
    rows: int | None = None
    row_errors: int | None = None
    key: str | None = None
    key_id: int | None = None
    customer_id: int | None = None
    trace_id: str = ""


class JsonLines(logging.Formatter):
    """One JSON object a line."""

    def request(self, created: float, level: int, exchange: Exchange) -> str:
        """The line of a request."""
        line = RequestLine(
            _moment(created),
            _LEVELS[level],
            exchange.method,
            exchange.template,
            exchange.status,
            round(exchange.duration_s * 1000, 3),
            exchange.body_bytes,
            exchange.sent_bytes,
            exchange.id,
            trace_id=exchange.trace_id,
        )
        if exchange.rows:
            line.rows, line.row_errors = exchange.rows, exchange.row_errors
        if exchange.key_id is not None:
            line.key, line.key_id = exchange.key_shown, exchange.key_id
            line.customer_id = exchange.customer_id
        return _encoder.encode(line).decode()

    def format(self, record: logging.LogRecord) -> str:
        """The record as a line."""
        exchange = getattr(record, "exchange", None)
        if exchange is not None:
            return self.request(record.created, record.levelno, exchange)
        line: dict[str, Any] = {"time": _time(record), "level": record.levelname.lower()}
        line |= {"logger": record.name, "message": record.getMessage()}
        if request_id := getattr(record, "request_id", ""):
            line["request_id"] = request_id
        if record.exc_info:
            line["traceback"] = _traceback(record)
        try:
            return _encoder.encode(line).decode()
        except UnicodeEncodeError:  # half of a surrogate pair, which this encoder refuses
            return json.dumps(line)


class TextLines(logging.Formatter):
    """For people at a terminal."""

    def request(self, created: float, level: int, exchange: Exchange) -> str:
        """The line of a request."""
        return f"{_moment(created)[11:19]} {_sentence(exchange)}"

    def format(self, record: logging.LogRecord) -> str:
        """The record as a line, with the traceback below."""
        clock = _time(record)[11:19]
        exchange = getattr(record, "exchange", None)
        if exchange is not None:
            return self.request(record.created, record.levelno, exchange)
        text = f"{clock} {record.levelname.lower()} {record.getMessage()}"
        if request_id := getattr(record, "request_id", ""):
            text += f" (request {request_id})"
        return text + (f"\n{_traceback(record)}" if record.exc_info else "")


class LineWriter(logging.Handler):
    """Formats where the event is, requests some at a time; writes on a thread."""

    of_process: ClassVar[LineWriter | None] = None
    """The one that ``set_up`` made, which takes requests without a record around each."""

    def __init__(
        self, stream: IO[str], formatter: JsonLines | TextLines, most_waiting: int = _MOST_WAITING
    ) -> None:
        super().__init__()
        self._stream = stream
        self._lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._most_waiting = most_waiting
        self._noted: list[tuple[float, int, Exchange]] = []
        self.setFormatter(formatter)
        self._lines_of = formatter
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._write, name="wattdrop-log", daemon=True)
        self._thread.start()

    def request(self, level: int, exchange: Exchange) -> None:
        """Note a request. Lines that are made together take a third of the time of lines between answers."""
        if not self._noted:
            asyncio.get_running_loop().call_later(_GATHER_SECONDS, self._format_noted)
        self._noted.append((time.time(), level, exchange))
        if len(self._noted) >= _MOST_NOTED:
            self._format_noted()

    def _format_noted(self) -> None:
        noted, self._noted = self._noted, []
        for one in noted:
            self._queue(self._lines_of.request(*one))

    def _queue(self, line: str) -> None:
        """Queue a line, or drop it where too many wait."""
        if self._lines.qsize() < self._most_waiting:
            self._lines.put(line)
        else:
            metrics.lines_dropped(1)

    def emit(self, record: logging.LogRecord) -> None:
        """Queue the line, or drop it where too many wait."""
        try:
            self._queue(self.format(record))
        except Exception:  # noqa: BLE001 - as every handler of the standard library does
            self.handleError(record)

    def close(self) -> None:
        """Write what waits, for at most two seconds."""
        if LineWriter.of_process is self:
            LineWriter.of_process = None
        self._format_noted()
        self._closing.set()
        self._lines.put(None)
        self._thread.join(_FLUSH_SECONDS)
        super().close()

    def _write(self) -> None:
        while (line := self._lines.get()) is not None:
            lines = [line]
            # Under load many lines share one write, and one turn of this thread.
            self._closing.wait(_GATHER_SECONDS)
            while len(lines) < 1000:
                try:
                    more = self._lines.get_nowait()
                except queue.Empty:
                    break
                if more is None:
                    self._put(lines)
                    return
                lines.append(more)
            self._put(lines)

    def _put(self, lines: list[str]) -> None:
        for some in _groups(lines):
            try:
                self._stream.write("\n".join(some) + "\n")
                self._stream.flush()
            except (OSError, ValueError):  # the reader went away, or the disk is full: serving goes on
                metrics.lines_dropped(len(some))


def _groups(lines: list[str]) -> Iterator[list[str]]:
    """Lines that are written together, at most so many bytes of them."""
    group: list[str] = []
    size = 0
    for line in lines:
        line_bytes = 1 + (len(line) if line.isascii() else len(line.encode("utf-8", "backslashreplace")))
        if group and size + line_bytes > _MOST_AT_ONCE_BYTES:
            yield group
            group, size = [], 0
        group.append(line)
        size += line_bytes
    yield group


def set_up(log_format: str, log_level: str, stream: IO[str] | None = None) -> LineWriter:
    """Send every log of this process to one place."""
    stream = stream or sys.stderr
    as_text = log_format == "text" or (log_format == "auto" and stream.isatty())
    handler = LineWriter(stream, TextLines() if as_text else JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    LineWriter.of_process = handler
    root.setLevel(logging.WARNING)  # of libraries
    for name in ("wattdrop", "wattdrop.access"):
        logging.getLogger(name).setLevel(log_level.upper())
    logging.getLogger("uvicorn.error").setLevel(logging.ERROR)  # its warnings are what clients sent wrongly
    return handler


def _time(record: logging.LogRecord) -> str:
    return _moment(record.created)


def _moment(created: float) -> str:
    """A moment in UTC to the millisecond, as ``datetime.isoformat`` writes it, at a third of its time.

    >>> _moment(1772359200.0625)
    '2026-03-01T10:00:00.062Z'
    """
    seconds = int(created)
    return f"{second(seconds)}.{int((created - seconds) * 1000):03}Z"


def _traceback(record: logging.LogRecord) -> str:
    """Where it happened. Of what failed on a request the messages are left out: they may quote what a client sent."""
    error = record.exc_info[1] if record.exc_info else None
    if not (hasattr(record, "request_id") or record.name in _OF_REQUESTS):
        return "".join(traceback.format_exception(error)).rstrip()
    parts = []
    while error is not None:
        parts.append("".join([*traceback.format_tb(error.__traceback__), type(error).__qualname__]))
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return "\n\nwhich led to\n\n".join(reversed(parts))


def _sentence(exchange: Exchange) -> str:
    rows = f", {exchange.rows} rows" if exchange.rows else ""
    wrong = f" ({exchange.row_errors} with errors)" if exchange.row_errors else ""
    who = f", key {exchange.key_shown}..." if exchange.key_shown else ""
    milliseconds = exchange.duration_s * 1000
    return (
        f"{exchange.method} {exchange.template} {exchange.status} in {milliseconds:.1f} ms{rows}{wrong}{who}"
    )
