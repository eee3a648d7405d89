"""One record of an export to the row that it means, by the mapping that ``fields`` reads whole columns by.

A service that is installed without Arrow reads records this way. What cannot be read stays as it is, so that the parser
of rows refuses it with the field and the value.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping as Record
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final

import msgspec

from ..errors import RowError
from ..schema.requests import list_fields, number_fields, whole_number_fields
from ..schema.texts import value_of_text
from ..units import MS_PER_S
from .json_keys import DEEPEST
from .mapping import ANY, EMPTY, NO_INFERENCE, NO_TOKENS, Mapping, Skip, Take
from .readings import EPOCH_END, last_segment, location, tokens_of
from .refused import JobRefused


def row_of_record(record: object, mapping: Mapping) -> object:
    """The raw row for ``parse_rows``, or why the record is none. What is no object is left to the parser."""
    if not isinstance(record, dict):
        return record
    cells = _cells(record, mapping)
    try:
        ours = _of_names(mapping, tuple(cells))
    except JobRefused as error:
        return RowError("contradicting_fields", error.message)
    for skip in ours.skips:
        if _is_skipped(skip, cells.get(skip.column)):
            return RowError(NO_INFERENCE, skip.why)
    row: dict[str, object] = dict(ours.constants)
    for take in sorted(ours.takes, key=_needs_the_count):
        value = _taken(take, [cells.get(column) for column in take.columns], row)
        if value is not None:
            row[take.field] = value
    return row


@lru_cache(maxsize=256)
def _of_names(mapping: Mapping, names: tuple[str, ...]) -> Mapping:
    """Records of an export mostly have the same names."""
    return mapping.of(names)


def _needs_the_count(take: Take) -> bool:
    return take.read == "per_request"


# --- cells ---


def _cells(record: Record[str, Any], mapping: Mapping) -> dict[str, Any]:
    """Values by the name of their column, those inside objects as ``outer.inner``; empty ones are left out."""
    cells: dict[str, Any] = {}
    for name, value in record.items():
        _put(cells, name, value, 0, mapping)
    return cells


def _put(cells: dict[str, Any], name: str, value: Any, depth: int, mapping: Mapping) -> None:
    if isinstance(value, str):
        value = value.strip()
        if value.startswith("{") and mapping.inside_of(name):
            value = _object(value)
    if isinstance(value, dict) and depth < DEEPEST:
        for inner, one in value.items():
            _put(cells, f"{name}.{inner}", one, depth + 1, mapping)
    elif value is not None and value != "" and value != {}:
        cells.setdefault(name, value)


def _object(text: str) -> object:
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return text


def _text(value: object) -> str:
    """As a column of text has it."""
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _is_skipped(skip: Skip, value: object) -> bool:
    if skip.values == NO_TOKENS:
        return value is None or tokens_of(_text(value)) is None
    text = EMPTY if value is None else _text(value).lower()
    return text != EMPTY if skip.values == ANY else text in skip.values


# --- ways of reading ---


def _taken(take: Take, values: list[Any], row: Record[str, object]) -> object:
    first = next((value for value in values if value is not None), None)
    if first is None:
        return None
    if take.read in ("plain", "last_segment", "location"):
        return _plain(take, first)
    if (
        take.read in ("epoch_s", "epoch_ms", "between_s")
        and isinstance(first, str)
        and _number(first) is None
    ):
        return first if take.read != "between_s" else None  # a date as text
    if take.read.startswith("metered"):
        return _metered(take, *values)
    numbers = [None if value is None else _number(value) for value in values]
    for value, number in zip(values, numbers, strict=True):
        if value is not None and number is None:
            return value  # refused by the parser, with the field
    given = [number for number in numbers if number is not None]
    if take.read == "sum":
        return _whole(take.field, math.fsum(given))
    if take.read == "with_part":
        whole, part = (*numbers, None)[:2]
        if whole is None or part is None or part <= whole:
            return None if whole is None else _whole(take.field, whole)
        return _whole(take.field, whole + part)
    if take.read == "seconds":
        return given[0] * MS_PER_S
    if take.read == "between_s":
        return (given[1] - given[0]) * MS_PER_S if len(given) == 2 else None
    if take.read == "per_request":
        return _whole(take.field, float(round(given[0] / _requests(row))))
    return _moment(given[0] / (1.0 if take.read == "epoch_s" else MS_PER_S))


def _plain(take: Take, value: Any) -> object:
    if take.values:
        return dict(take.values).get(_text(value))
    if take.read == "last_segment":
        return last_segment(_text(value))
    if take.read == "location":
        return location(_text(value))
    if isinstance(value, str):
        return value_of_text(take.field, value)
    if take.field in number_fields() or take.field in list_fields() or not isinstance(value, int | float):
        return value
    return _text(value)  # an id that is a number


def _metered(take: Take, quantity: Any, unit: Any, meter: Any) -> object:
    """Tokens a request, or requests, of a quantity with a unit such as ``1K tokens``, where the meter is the field's."""
    count, size = _number(quantity), tokens_of(None if unit is None else _text(unit))
    if count is None and quantity is not None:
        return quantity  # refused by the parser, with the field
    if count is None or size is None:
        return None
    requests = max(round(count * size / take.size), 1)
    if take.read == "metered_requests":
        return requests
    if meter is None or not re.search("|".join(take.words), _text(meter).lower()):
        return None
    return _whole(take.field, float(round(count * size / requests)))


_NUMBER: Final = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")


def _number(value: Any) -> float | None:
    if isinstance(value, str):
        return float(value) if _NUMBER.fullmatch(value) else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return float(value)
    except OverflowError:
        return None


def _whole(field: str, number: float) -> object:
    """Counts stay counts."""
    return int(number) if field in whole_number_fields() and number.is_integer() else number


def _requests(row: Record[str, object]) -> float:
    count = _number(row.get("quantity"))
    return count if count is not None and count > 0.0 else 1.0


def _moment(seconds: float) -> str | None:
    if not 0.0 < seconds < EPOCH_END:
        return None
    return datetime.fromtimestamp(round(seconds, 6), UTC).replace(tzinfo=None).isoformat() + "Z"
