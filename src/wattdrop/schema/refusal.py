"""Why a row was refused, in words: the field, the value as it came, and what was expected.

The expectation is read from the types of ``ImpactRow``, so that message and check cannot disagree. Nothing here is
imported or run for a row that is fine.
"""

from __future__ import annotations

import math
from typing import Any

import msgspec

from ..errors import RowError
from .moment import EXAMPLE, is_day
from .requests import FIELD_ALIASES, FIELDS, NESTED_FIELDS, ImpactRow, field_types

_PATTERNED = {
    "country": 'two letters of ISO 3166-1, such as "US"',
    "region": 'a two-letter code, such as "CA" with country "US"',
    "utc_datetime": f'a moment such as "{EXAMPLE}"',
    "input_images": 'sizes of 1 to 9999 pixels a side, such as "1024x1024"',
    "output_images": 'sizes of 1 to 9999 pixels a side, such as "1024x1024"',
}
_REGION_HINT = (
    "; leave longer codes such as NSW or US-CA out: country alone, or cloud_region, places the request too"
)


def refusal(fields: dict[str, object]) -> RowError:
    """The first field that the type of a row refuses, as an error."""
    for name, value in fields.items():
        try:
            msgspec.convert({name: value}, ImpactRow)
        except (msgspec.ValidationError, RecursionError) as error:
            return _field_refusal(name, value, str(error))
    return RowError("invalid_value", "the row is not valid")


def known_field_like(key: object) -> RowError:
    """The error for a field that does not exist, with the nearest that does."""
    if not isinstance(key, str):
        return RowError("unknown_field", f"{quoted(key)}: no such field; names of fields are text")
    candidates = _fields_like(key[:100])
    hint = f"; did you mean {candidates[0]}?" if candidates else ""
    return RowError(
        "unknown_field", f"{quoted(key)[1:-1]}: no such field{hint}", quoted(key)[1:-1], candidates
    )


def _fields_like(name: str) -> tuple[str, ...]:
    """What is called so elsewhere comes before what is written alike: ``prompt_tokens`` are no ``output_tokens``."""
    from difflib import get_close_matches

    from .spellings import meant

    if name in NESTED_FIELDS:  # it takes an object, where an object can be
        return (next(iter(NESTED_FIELDS[name].values())),)
    field = meant(name)
    if field is not None:
        return (field,)
    near = get_close_matches(name, [*FIELDS, *FIELD_ALIASES, *NESTED_FIELDS], n=1, cutoff=0.6)
    return tuple(FIELD_ALIASES.get(one, one) for one in near)


def quoted(value: object) -> str:
    """The value as a message may show it: short, printable, whatever it was.

    >>> quoted("gpt-5o"), quoted(True), quoted([1, 2]), quoted(float("nan"))
    ('"gpt-5o"', 'true', 'a list', 'NaN')
    """
    if isinstance(value, str):
        shown = value if len(value) <= 60 else value[:57] + "..."
        return '"' + shown.encode("utf-8", "backslashreplace").decode() + '"'
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, float):
        return "NaN" if math.isnan(value) else "infinity" if math.isinf(value) else repr(value)
    if isinstance(value, int):
        return str(value) if abs(value) < 10**30 else "a number of more than 30 digits"
    if isinstance(value, list | tuple):
        return "a list"
    return "an object" if isinstance(value, dict) else f"a {type(value).__name__}"


def _field_refusal(name: str, value: object, reason: str) -> RowError:
    expected, kind, bounded = _expectation(name)
    if not isinstance(value, kind) or isinstance(value, bool):
        code = "wrong_type"
    elif bounded or "length" in reason:
        code = "out_of_range"
    else:
        code = "invalid_value"
    shown = value
    if isinstance(value, list | tuple) and code != "wrong_type":
        wrong = [item for item in value if not _fits(name, (item,))]
        shown = wrong[0] if wrong else value
        code = "invalid_value" if wrong else "out_of_range"
    got = quoted(shown)
    if code == "out_of_range" and isinstance(value, list | tuple):
        got = f"{len(value)} of them"
    hint = _hint(name, value) if isinstance(value, str) else ""
    return RowError(code, f"{name}: expected {expected}, got {got}{hint}", name)


def _hint(name: str, value: str) -> str:
    if name == "utc_datetime" and is_day(value):
        return f"; a day alone has no hour, which the grid's mix depends on: send {value.strip()}T12:00:00Z for its noon"
    return _REGION_HINT if name == "region" else ""


def _fits(name: str, value: object) -> bool:
    try:
        msgspec.convert({name: value}, ImpactRow)
    except (msgspec.ValidationError, RecursionError):
        return False
    return True


def _expectation(name: str) -> tuple[str, type | tuple[type, ...], bool]:
    """What a field takes: in words, as Python types, and whether its values are bounded numbers."""
    from msgspec import inspect

    kind = field_types()[name]
    if isinstance(kind, inspect.IntType):
        return f"a whole number {bounds(kind)}", int, True
    if isinstance(kind, inspect.FloatType):
        return f"a number {bounds(kind)}", (int, float), True
    if isinstance(kind, inspect.LiteralType):
        return "one of " + ", ".join(map(str, kind.values)), str, False
    if isinstance(kind, inspect.VarTupleType):
        return f"a list of up to {kind.max_length} {_PATTERNED[name]}", (list, tuple), False
    if name in _PATTERNED:
        return _PATTERNED[name], str, False
    return f"text of up to {kind.max_length} characters", str, False


def bounds(kind: Any) -> str:
    """``from 0 to 100,000``, or ``above 0, up to 2,000``."""
    low = f"above {kind.gt:,.10g}, up" if kind.gt is not None else f"from {kind.ge:,.10g}"
    return f"{low} to {kind.le:,.10g}"
