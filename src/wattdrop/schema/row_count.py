"""How many rows a body has, before any of them is made: a short body can hold millions of empty ones."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

import msgspec

from ..errors import TooLarge

#: A comma or bracket and a character: no row is shorter.
_LEAST_ROW_BYTES: Final = 2


def check_row_count(body: bytes, name: str, limit: int) -> None:
    """Raise ``TooLarge`` where the list ``name`` of the body, or the body itself as a list, is longer than ``limit``.

    What is no JSON, or has another shape, is left to whoever reads it.

    >>> check_row_count(b'{"rows": [{}, {}, {}]}', "rows", 2)
    Traceback (most recent call last):
    ...
    wattdrop.errors.TooLarge: rows: 3 rows in one request, at most 2 are answered
    """
    if len(body) <= limit * _LEAST_ROW_BYTES:
        return
    try:
        found = _decoder(name).decode(body.removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return
    rows = found if isinstance(found, list) else getattr(found, name)
    if len(rows) > limit:
        raise TooLarge(f"{name}: {len(rows)} rows in one request, at most {limit} are answered", field=name)


@cache
def _decoder(name: str) -> msgspec.json.Decoder[Any]:
    """Looks for where each row begins and ends, and makes nothing of it."""
    envelope = msgspec.defstruct("Envelope", [(name, list[msgspec.Raw])])
    return msgspec.json.Decoder(list[msgspec.Raw] | envelope)
