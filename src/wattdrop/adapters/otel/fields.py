"""Parts of a row that need more than a look at one attribute: labels, sizes, wholes of parts, times, ids."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any, Final

from .span import Span
from .spellings import CACHE_WRITES, IMAGE_COUNT, IMAGE_SIZE

SOURCE: Final = "opentelemetry"
_NS_PER_S: Final = 1_000_000_000
_NS_PER_MS: Final = 1_000_000
_LAST_NS: Final = 4_102_444_800 * _NS_PER_S  # 2100: later is no time of a request
_MOST_COST: Final = 1e12
_MOST_IMAGES: Final = 100
_COUNT: Final = re.compile(r"[0-9]{1,15}\Z")
_SIZE: Final = re.compile(r"[1-9][0-9]{0,3}x[1-9][0-9]{0,3}\Z")


def count(value: Any) -> Any:
    """A count, also where it was written as text; anything else as it came, for the row to refuse."""
    return int(value) if isinstance(value, str) and _COUNT.match(value) else value


def cost(value: Any) -> float | None:
    """What the call cost; instrumentations that know no price say 0."""
    known = isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < _MOST_COST
    return float(value) if known else None


def images(span: Span) -> dict[str, Any]:
    """The images that were asked for; "auto" is no size, and the method assumes one."""
    size, number = span.own.get(IMAGE_SIZE), span.own.get(IMAGE_COUNT, 1)
    if not isinstance(size, str) or not _SIZE.match(size):
        return {}
    return {"output_images": [size] * (number if type(number) is int and 0 < number <= _MOST_IMAGES else 1)}


def mend(row: dict[str, Any], span: Span) -> None:
    """Parts belong to their whole, as the convention has it; some instrumentations leave them out of it."""
    written: Any = next((value for name in CACHE_WRITES if (value := span.own.get(name))), 0)
    _add_parts(row, "input_tokens", "cached_input_tokens", written)
    _add_parts(row, "output_tokens", "reasoning_tokens", 0)
    address = row.get("base_url")
    if isinstance(address, str) and "://" not in address:
        row["base_url"] = f"https://{address}"


def _add_parts(row: dict[str, Any], whole: str, part: str, other: Any) -> None:
    """More than the whole cannot be part of it, so the whole was written without."""
    known, of_part, of_whole = (value or 0 for value in (other, row.get(part), row.get(whole)))
    if not of_part:
        row.pop(part, None)
    if (
        all(isinstance(value, int) and value >= 0 for value in (known, of_part, of_whole))
        and known + of_part > of_whole
    ):
        row[whole] = known + of_part + of_whole


def identity(span: Span) -> dict[str, Any]:
    """When it was and how it is told from others."""
    found: dict[str, Any] = {
        "trace_id": span.trace_id,
        "request_id": span.request_id,
        "integration_source": SOURCE,
    }
    if 0 < span.start_ns < _LAST_NS:
        seconds, rest_ns = divmod(span.start_ns, _NS_PER_S)
        found["utc_datetime"] = f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{rest_ns:09d}Z"
        if span.start_ns < span.end_ns < _LAST_NS:
            found["request_duration_ms"] = (span.end_ns - span.start_ns) / _NS_PER_MS
    return found
