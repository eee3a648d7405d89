"""One request and its answer, as logs, metrics and traces see them. Never the key, the body or query values."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Mapping
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Final

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


#: Ids of clients are taken as they are where they cannot break a line or hide anything; else they get one of ours.
_FAIR_ID: Final = re.compile(rb"[A-Za-z0-9._:/+=@-]{1,128}")
_NONE: Final[Mapping[bytes, bytes]] = {}

UNKNOWN_PATH = "(unknown)"
"""Template of every path that no resource answers: what strangers try must not become labels."""


class Memory:
    """What the requests of a process may hold in bodies together, so that many large ones are no way to fill it."""

    def __init__(self, most_bytes: int) -> None:
        self.most_bytes = most_bytes
        self.held_bytes = 0


class Exchange:
    """Filled in on the way: by the front, by whoever recognises the key, by whoever estimates."""

    # What most requests leave as it is stands here and is not set with each.
    template = UNKNOWN_PATH
    status = 0
    rows = 0
    row_errors = 0
    body_bytes = 0
    body_begun = False
    awaits_body = True
    gone = False
    held_bytes = 0
    sent_bytes = 0
    key_id: int | None = None
    key_shown = ""
    customer_id: int | None = None
    limits: Sequence[Limit] = ()
    left: Sequence[tuple[str, int, int]] = ()
    """Kind, tokens left, seconds until there are more, of each limit that was asked."""
    trace_id = ""
    duration_s = 0.0

    def __init__(
        self, method: str = "", headers: Mapping[bytes, bytes] = _NONE, memory: Memory | None = None
    ) -> None:
        """``headers``: of several of one name the first."""
        given = headers.get(b"x-request-id")
        self.id = given.decode() if given and _FAIR_ID.fullmatch(given) else new_name()
        self.method = method
        self.sent = set(headers)
        """Names of its headers: to ask falcon for one that is not there costs an exception."""
        self.memory = memory
        self.started = time.perf_counter()

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
        memory, room_bytes = self.memory, most_bytes - self.held_bytes
        if more_bytes > room_bytes:
            more_bytes = room_bytes
        if memory is None or more_bytes <= 0:
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
