"""Moments as the database keeps them: RFC 3339 in UTC, as text that sorts."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from functools import lru_cache


def now() -> str:
    """This second."""
    return written(datetime.now(UTC))


@lru_cache(maxsize=2)
def second(since_1970: int) -> str:
    """A second as text, without the zone: for moments that are written finer, thousands a second.

    >>> second(1772359200)
    '2026-03-01T10:00:00'
    """
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(since_1970))


def written(moment: datetime) -> str:
    """A moment as text.

    >>> written(datetime(2026, 11, 25, 12, 0, tzinfo=UTC))
    '2026-11-25T12:00:00Z'
    """
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
