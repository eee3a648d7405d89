"""When a request ran: the year that picks a grid figure, the month and the hour (UTC) that pick its shape.

A parsed row holds the *canonical* spelling, ``2024-03-15T10:30:00.25Z``, so that reading its three numbers is slicing.
"""

from __future__ import annotations

from ..typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from typing import Final

EXAMPLE: Final = "2024-03-15T10:30:00Z"
"""The spelling that messages show."""

EARLIEST_YEAR: Final = 1000
LATEST_YEAR: Final = 2999
"""The years that a spelling can name."""

_DAY = r"(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)"
_LEAP_DAY = r"(?:[12][0-9](?:0[48]|[2468][048]|[13579][26])|(?:12|16|20|24|28)00)-02-29"
_DATE = rf"(?:[12][0-9]{{3}}-{_DAY}|{_LEAP_DAY})"
CANONICAL: Final = rf"^{_DATE}T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{{1,9}})?Z\Z"
"""The spelling of a moment in a parsed row, as a pattern: the most common one, so that most rows need no rewriting."""

_TO_MICROSECONDS = rf"^{_DATE}[T ](?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]{{1,6}})?)?"
WITHOUT_ZONE: Final = rf"{_TO_MICROSECONDS}$"
WITH_ZONE: Final = rf"{_TO_MICROSECONDS}(?:Z|[+-](?:[01][0-9]|2[0-3])(?::?[0-5][0-9])?)$"
"""Accepted spellings that columns of texts are read in at once."""

_ACCEPTED = (
    r"([12][0-9]{3})-([01][0-9])-([0-3][0-9])[Tt ]([0-2][0-9]):([0-5][0-9])(?::([0-5][0-9]|60)(\.[0-9]{1,9})?[0-9]*)?"
    r" ?(?:[Zz]|UTC|GMT|([+-])([01][0-9]|2[0-3]):?([0-5][0-9])?[Zz]?)?\Z"
)


class Moment(NamedTuple):
    """Year, month (1 to 12) and hour (0 to 23), in UTC."""

    year: int
    month: int
    hour: int


def read(canonical_text: str) -> Moment:
    """The three numbers of a canonical spelling, as every parsed row holds it.

    >>> read("2024-01-01T23:30:00Z")
    Moment(year=2024, month=1, hour=23)
    """
    return Moment(int(canonical_text[:4]), int(canonical_text[5:7]), int(canonical_text[11:13]))


def parse(text: str) -> Moment | None:
    """The moment that any accepted spelling names, or ``None`` when it names none.

    >>> parse("2024-12-31T23:30:00-02:00")
    Moment(year=2025, month=1, hour=1)
    """
    import re  # only here: a cold start with no time does without

    spelled = text if re.match(CANONICAL, text) else canonical(text)
    return None if spelled is None else read(spelled)


def canonical(text: str) -> str | None:
    """The canonical spelling of any accepted one, or ``None`` when ``text`` names no moment.

    Accepted is RFC 3339, and what real callers send: a zone *and* a ``Z``, no zone (UTC is assumed), a blank for the
    ``T``, `` UTC`` at the end, seconds left out.

    >>> canonical("2024-03-15 10:30:00.25 UTC"), canonical("2024-03-15T10:30:00.250+00:00Z")
    ('2024-03-15T10:30:00.25Z', '2024-03-15T10:30:00.250Z')
    >>> canonical("2024-03-15T10:30"), canonical("2024-03-15T10:30:00+02:00")
    ('2024-03-15T10:30:00Z', '2024-03-15T08:30:00Z')
    >>> canonical("yesterday"), canonical("2023-02-29T00:00:00Z"), canonical("2024-02-29T00:00:00Z")
    (None, None, '2024-02-29T00:00:00Z')
    """
    import re

    match = re.match(_ACCEPTED, text.strip())
    if match is None:
        return None
    year, month, day, hour, minute, second, fraction, sign, east_hours, east_minutes = match.groups()
    second = "59" if second == "60" else second or "00"
    if not sign or (east_hours == "00" and east_minutes in ("00", None)):
        spelled = f"{year}-{month}-{day}T{hour}:{minute}:{second}{fraction or ''}Z"
        return spelled if re.match(CANONICAL, spelled) else None
    # Only here: most rows do not come this way.
    from datetime import UTC, datetime, timedelta

    east = timedelta(hours=int(east_hours), minutes=int(east_minutes or 0))
    try:
        local = datetime(int(year), int(month), int(day), int(hour), int(minute), int(second), tzinfo=UTC)
        utc = local + east if sign == "-" else local - east
    except (ValueError, OverflowError):
        return None
    return f"{utc:%Y-%m-%dT%H:%M:%S}{fraction or ''}Z"


def is_day(text: str) -> bool:
    """Whether it is a date that lacks its hour.

    >>> is_day("2024-02-29"), is_day("2023-02-29"), is_day("2024-03-15T10:30:00Z")
    (True, False, False)
    """
    import re

    return re.match(rf"{_DATE}\Z", text.strip()) is not None
