"""One request and its answer, as logs, metrics and traces see them. Never the key, the body or query values."""

from __future__ import annotations

import random
import time
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from ..errors import Overloaded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..store import ApiKey
    from .limits import Limit

#: Names of requests must differ, and need not be secret: the system's own source costs twenty times as much a request.
_names = random.Random()  # noqa: S311


def new_name() -> str:
    """A name that no other request has, of any process: 64 random bits from a start that the system gave.

    >>> len(new_name()), new_name() != new_name()
    (16, True)
    """
    return f"{_names.getrandbits(64):016x}"


def drawn(one_in: int) -> bool:
    """Whether this one is drawn, of so many."""
    return _names.random() * one_in < 1.0


UNKNOWN_PATH = "(unknown)"
"""Template of every path that no resource answers: what strangers try must not become labels."""


class Memory:
    """What the requests of a process may hold in bodies together, so that many large ones are no way to fill it."""

    def __init__(self, most_bytes: int) -> None:
        self.most_bytes = most_bytes
        self.held_bytes = 0


class Exchange:
    """Filled in on the way: by the front, by whoever recognises the key, by whoever estimates."""

    __slots__ = (
        "awaits_body", "body_begun", "body_bytes", "customer_id", "duration_s", "gone", "held_bytes", "id", "key_id",
        "key_shown", "left", "limits", "memory", "method", "row_errors", "rows", "sent_bytes", "started", "status",
        "template", "trace_id",
    )  # fmt: skip

    def __init__(self, method: str = "", id: str = "", memory: Memory | None = None) -> None:
        self.id = id or new_name()
        self.method = method
        self.memory = memory
        self.template = UNKNOWN_PATH
        self.status = 0
        self.rows = 0
        self.row_errors = 0
        self.body_bytes = 0
        self.body_begun, self.awaits_body, self.gone = False, True, False
        self.held_bytes = 0
        self.sent_bytes = 0
        self.key_id: int | None = None
        self.key_shown = ""
        self.customer_id: int | None = None
        self.limits: Sequence[Limit] = ()
        self.left: list[tuple[str, int, int]] = []
        """Kind, tokens left, seconds until there are more, of each limit that was asked."""
        self.trace_id = ""
        self.started = time.perf_counter()
        self.duration_s = 0.0

    def of_key(self, key: ApiKey) -> None:
        """Note whose request it is."""
        self.key_id, self.key_shown, self.customer_id = key.id, key.shown, key.customer_id

    def hold(self, more_bytes: int, most_bytes: int) -> None:
        """Count bytes that are kept for this request, at most ``most_bytes``: beyond that a stream lets go of some.

        Raises
        ------
        Overloaded
            If the process holds too much already.
        """
        memory = self.memory
        more_bytes = min(more_bytes, max(0, most_bytes - self.held_bytes))
        if memory is None or more_bytes == 0:
            return
        if memory.held_bytes + more_bytes > memory.most_bytes:
            raise Overloaded(
                "the service holds as many request bodies as it may; send this one again in a moment"
            )
        memory.held_bytes += more_bytes
        self.held_bytes += more_bytes

    def finish(self) -> None:
        """The request is over."""
        self.duration_s = time.perf_counter() - self.started
        if self.memory is not None:
            self.memory.held_bytes -= self.held_bytes
        self.held_bytes = 0


_current: ContextVar[Exchange | None] = ContextVar("exchange", default=None)


def current() -> Exchange:
    """The exchange of the request that is being answered; outside one, an exchange that nobody reads."""
    return _current.get() or Exchange()


def begin(exchange: Exchange) -> Any:
    """Make it the current one. Gives the token that ``end`` takes."""
    return _current.set(exchange)


def end(token: Any) -> None:
    """Make the one before it the current one."""
    _current.reset(token)
