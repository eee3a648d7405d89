"""Ways of reading one value, the same for records and for columns."""

from __future__ import annotations

import re
from typing import Final

#: Seconds since 1970 up to the year 9999.
EPOCH_END: Final = 253_402_300_800.0
_UNIT: Final = re.compile(r"([\d.]*)\s*([km]?)\s*tokens?")
_LOCATION: Final = re.compile(r"(?:locations/|//)([a-z]+-[a-z]+\d+)")


def last_segment(name: str | None) -> str | None:
    """``gemini-2.5-pro`` of ``publishers/google/models/gemini-2.5-pro``."""
    return name if name is None else name.rsplit("/", 1)[-1]


def location(name: str | None) -> str | None:
    """``us-central1`` of an endpoint that has it in its host or path."""
    found = _LOCATION.search(name or "")
    return found[1] if found else None


def tokens_of(unit: str | None) -> float | None:
    """How many tokens a unit is, where it is one of tokens.

    >>> [tokens_of(unit) for unit in ("Tokens", "1K tokens", "1M Tokens", "1000 tokens", "Hours")]
    [1.0, 1000.0, 1000000.0, 1000.0, None]
    """
    found = _UNIT.fullmatch((unit or "").strip().lower())
    return None if found is None else float(found[1] or 1) * {"": 1.0, "k": 1e3, "m": 1e6}[found[2]]
