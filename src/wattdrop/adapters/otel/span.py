"""One span, as far as it is read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple, TypeAlias

Value: TypeAlias = str | int | float | bool | list[None]
"""Of an attribute. Bytes, lists and objects are an empty list: no field of a row takes them, and the row says so."""

UNREAD: Final[Value] = []

Attributes: TypeAlias = Mapping[str, Value]

STATUS_ERROR: Final = 2


class Span(NamedTuple):
    """Ids in hex, empty where they are none; times in nanoseconds since 1970, 0 where unknown."""

    trace_id: str
    id: str
    parent_id: str
    start_ns: int
    end_ns: int
    failed: bool
    own: Attributes
    resource: Attributes

    @property
    def request_id(self) -> str:
        """The same whenever the span is sent again."""
        return f"{self.trace_id}-{self.id}"


def hex_id(value: bytes, length: int) -> str:
    """An id as text; all zeros and other lengths are none.

    >>> hex_id(bytes.fromhex("00f067aa0ba902b7"), 8), hex_id(b"", 8), hex_id(bytes(8), 8)
    ('00f067aa0ba902b7', '', '')
    """
    return value.hex() if len(value) == length and any(value) else ""
