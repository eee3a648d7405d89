"""Moments as the database keeps them: RFC 3339 in UTC, as text that sorts."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> str:
    """This second."""
    return written(datetime.now(UTC))


def written(moment: datetime) -> str:
    """A moment as text.

    >>> written(datetime(2026, 11, 25, 12, 0, tzinfo=UTC))
    '2026-11-25T12:00:00Z'
    """
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
