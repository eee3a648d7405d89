"""The terms of a key as people write them: name, scopes, rates, end. One reading for command line, API and settings."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Final

from ..errors import BadRequest
from .keys import SCOPES

_TIMES: Final = {"d": timedelta(days=1), "h": timedelta(hours=1)}
_SECONDS: Final = {"s": 1.0, "min": 60.0, "h": 3600.0}
_MOST_NAME_LETTERS: Final = 100
_LEAST_RATE, _MOST_RATE = 1e-5, 1e9  # one a day; more than anybody counts


def name_of(text: str, field: str = "name") -> str:
    """A name that fits on a line.

    >>> name_of(" laptop of Ann ")
    'laptop of Ann'
    """
    name = text.strip()
    if not name or len(name) > _MOST_NAME_LETTERS or not name.isprintable():
        raise BadRequest(
            f"{field}: expected 1 to {_MOST_NAME_LETTERS} printable letters, got {_shown(text)}", field=field
        )
    return name


def name_beside_numbers(text: str, field: str = "name") -> str:
    """The same for what is found by name or number: digits alone would be ambiguous."""
    name = name_of(text, field)
    if name.isdecimal():
        raise BadRequest(
            f"{field}: expected a name with more than digits, got {_shown(text)}: those are numbers",
            field=field,
        )
    return name


def rate_of(text: str, field: str = "rate") -> float | None:
    """Things a second; none for an empty text.

    >>> rate_of("600/min"), rate_of("10"), rate_of("")
    (10.0, 10.0, None)
    """
    if not text.strip():
        return None
    number, _, unit = text.partition("/")
    try:
        value = float(number) / _SECONDS[unit.strip() or "s"]
    except (ValueError, KeyError):
        value = math.nan
    if not _LEAST_RATE <= value <= _MOST_RATE:
        raise BadRequest(
            f"{field}: expected a rate such as 10/s, 600/min, 1000/h, got {_shown(text)}", field=field
        )
    return value


def rate_text(per_s: float) -> str:
    """A rate as it may be given again, in the unit that makes it shortest.

    >>> rate_text(10.0), rate_text(0.5), rate_text(100 / 3600)
    ('10/s', '0.5/s', '100/h')
    """
    texts = [f"{per_s * seconds:.9g}/{unit}" for unit, seconds in _SECONDS.items()]
    return min(texts, key=len)


def scopes_of(names: Iterable[str], field: str = "scopes") -> frozenset[str]:
    """Some of the scopes, at least one.

    >>> sorted(scopes_of("impact, read".split(",")))
    ['impact', 'read']
    """
    named = frozenset(name.strip() for name in names if name.strip())
    known = ", ".join(sorted(SCOPES))
    if wrong := sorted(named - SCOPES):
        raise BadRequest(f"{field}: {_shown(wrong[0])} is no scope; name some of {known}", field=field)
    if not named:
        raise BadRequest(f"{field}: name some of {known}", field=field)
    return named


def end_of(text: str, field: str = "expires") -> datetime | None:
    """A day (its last moment, UTC) or a time from now; none for an empty text."""
    if not text:
        return None
    now = datetime.now(UTC)
    digits = text[:-1]
    if text[-1] in _TIMES and digits.isascii() and digits.isdecimal() and len(digits) < 6 and int(digits):
        return now + int(digits) * _TIMES[text[-1]]
    try:
        end = datetime.fromisoformat(text).replace(tzinfo=UTC) + timedelta(days=1)
    except (ValueError, OverflowError):
        end = None
    if end is None or len(text) != len("2027-01-31"):
        raise BadRequest(
            f"{field}: expected a day such as 2027-01-31, or 90d, 12h from now, got {_shown(text)}",
            field=field,
        )
    if end <= now:
        raise BadRequest(f"{field}: {text} is over; name a day to come", field=field)
    return end


def _shown(text: str) -> str:
    return ascii(text[:40])
