"""From raw values to ``ImpactRow``: one typed decode where every row is clean, row by row where one is not.

The fast path is a single call of the JSON decoder and never looks at a row in Python. Only when it refuses the body is
each row read by itself: other spellings of a field are translated, empty cells dropped, and what is still wrong becomes
a ``RowError`` that names the field, quotes the value and says what was expected. The other rows are not touched.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec

from ..errors import BadRequest, RowError, TooLarge
from .moment import canonical
from .refusal import known_field_like, quoted, refusal
from .requests import (
    FIELD_ALIASES,
    FIELDS,
    NESTED_FIELDS,
    ImpactRequest,
    ImpactRow,
    given_by_row,
    list_fields,
    whole_number_fields,
)
from .row_count import check_row_count

ParsedRow = ImpactRow | RowError

_REQUEST: Final = msgspec.json.Decoder(ImpactRequest)
_KNOWN: Final = frozenset(FIELDS)

#: Larger bodies are not read a second time: it takes long, and who sends them writes JSON with a library.
_MOST_LENIENT_BYTES: Final = 1_000_000
_TRIED_AGAIN: Final = 8
_CAPITALS: Final = frozenset({"country", "region"})


def parse_request(body: bytes, limit: int | None = None) -> list[ParsedRow]:
    """The rows of a ``{"rows": [...]}`` body. Raises ``BadRequest`` where it is none, ``TooLarge`` over ``limit`` rows."""
    # The typed decode makes rows of objects only, and each of them has a brace of its own, beside that of the request.
    counted = limit is None or body.count(b"{") > limit + 1
    if counted and limit is not None:
        check_row_count(body, "rows", limit)
    try:
        return list(_REQUEST.decode(body).rows)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        if not counted and limit is not None:
            check_row_count(body, "rows", limit)
        values = rows_of(parse_json(body))
        _check_limit(len(values), limit)
        return parse_rows(values)


def parse_rows(values: Iterable[object]) -> list[ParsedRow]:
    """Each value (a decoded JSON object, or an ``ImpactRow`` made in Python) as a checked row, or why it is none.

    >>> parse_rows([{"model_id": "gpt-4o", "output_tokens": 500.0}, {"output_token": 5}])[1].candidates
    ('output_tokens',)
    """
    rows: list[ParsedRow] = []
    spelled_otherwise = (
        False  # as rows of one caller mostly all are, or none; a conversion that fails takes long
    )
    for value in values:
        row = None if spelled_otherwise else _converted(value)
        spelled_otherwise = row is None
        rows.append(_looked_at(value) if row is None else row)
    return rows


def parse_row(value: object) -> ParsedRow:
    """One value as a checked row, or why it is none; a reason that is known already stays."""
    row = _converted(value)
    return _looked_at(value) if row is None else row


def _converted(value: object) -> ImpactRow | None:
    """A row that is spelled as the type has it; None for another spelling and for what is wrong."""
    if isinstance(value, ImpactRow):
        value = given_by_row(value) or msgspec.structs.asdict(value)
    if type(value) is dict and _is_plain(value):
        try:
            return msgspec.convert(value, ImpactRow)
        except (msgspec.ValidationError, RecursionError, UnicodeEncodeError):
            pass
    return None


def _looked_at(value: object) -> ParsedRow:
    """A row field by field."""
    if isinstance(value, RowError):
        return value
    if isinstance(value, ImpactRow):
        value = given_by_row(value) or msgspec.structs.asdict(value)
    if not isinstance(value, Mapping):
        return RowError("not_an_object", f"expected a row, an object of fields, got {quoted(value)}")
    fields = _flat(value)
    if isinstance(fields, RowError):
        return fields
    try:
        return msgspec.convert(fields, ImpactRow)
    except (msgspec.ValidationError, RecursionError):
        return refusal(fields)


def parse_json(body: bytes) -> Any:
    """Any JSON text. Raises ``BadRequest`` with the position where it is none."""
    body = body.removeprefix(b"\xef\xbb\xbf")
    try:
        return msgspec.json.decode(body)
    except RecursionError:
        raise BadRequest("the JSON is nested too deeply", code="invalid_json") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        if len(body) > _MOST_LENIENT_BYTES:
            raise BadRequest(f"not JSON: {str(error)[:200]}", code="invalid_json") from None
        return _parse_json_leniently(body)


def _parse_json_leniently(body: bytes) -> Any:
    """Python's own reader: it keeps half surrogate pairs, which then cost one row instead of the whole request."""
    import json

    try:
        return json.loads(body, parse_constant=_refuse_constant)
    except RecursionError:
        raise BadRequest("the JSON is nested too deeply", code="invalid_json") from None
    except ValueError as error:
        raise BadRequest(f"not JSON: {str(error).partition(';')[0][:200]}", code="invalid_json") from None


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is not JSON")


def rows_of(request: object) -> list[object]:
    """The values of a decoded ``{"rows": [...]}``. Raises ``BadRequest`` where it is none."""
    if not isinstance(request, dict):
        raise BadRequest('expected an object {"rows": [...]}', code="missing_rows", field="rows")
    if "rows" not in request:
        raise BadRequest('the request has no "rows"; send {"rows": [...]}', code="missing_rows", field="rows")
    rows = request["rows"]
    if not isinstance(rows, list):
        raise BadRequest(f"rows: expected a list, got {quoted(rows)}", code="missing_rows", field="rows")
    for name in request:
        if name != "rows":
            raise BadRequest(
                f"{quoted(name)}: no such field beside rows",
                code="unknown_field",
                field=quoted(name)[1:-1],
            )
    return rows


def _check_limit(count: int, limit: int | None) -> None:
    """Again, for a body that only the lenient reader reads."""
    if limit is not None and count > limit:
        raise TooLarge(f"rows: {count} rows in one request, at most {limit} are answered", field="rows")


def _flat(raw: Mapping[Any, object]) -> dict[str, object] | RowError:
    """The given fields under their own names: aliases and the nested form translated, empty values dropped."""
    fields: dict[str, object] = {}
    for key, value in raw.items():
        nested = NESTED_FIELDS.get(key) if isinstance(key, str) else None
        problem = _put_nested(fields, str(key), value, nested) if nested else _put(fields, key, value)
        if problem is not None:
            return problem
    return fields


def _put_nested(fields: dict[str, object], key: str, value: object, names: dict[str, str]) -> RowError | None:
    if value is None or value == "":
        return None
    if not isinstance(value, dict):
        flat = next(iter(names.values()))
        expected = ", ".join(names)
        message = (
            f"{key}: expected an object with {expected}, got {quoted(value)}; for a plain name use {flat}"
        )
        return RowError("wrong_type", message, key, (flat,))
    for inner, inner_value in value.items():
        if inner not in names:
            message = f"{key}.{quoted(inner)[1:-1]}: no such field; {key} has {', '.join(names)}"
            return RowError("unknown_field", message, key, tuple(names))
        problem = _put(fields, names[inner], inner_value)
        if problem is not None:
            return problem
    return None


def _put(fields: dict[str, object], key: object, value: object) -> RowError | None:
    name = FIELD_ALIASES.get(key, key) if isinstance(key, str) else key
    if name not in _KNOWN or not isinstance(name, str):
        return known_field_like(key)
    if value is None or value == "":
        return None
    if isinstance(value, str) and not _is_unicode(value):
        return RowError(
            "invalid_value", f"{name}: {quoted(value)} holds half of a surrogate pair, not text", name
        )
    value = _plain(name, value)
    if name in fields and fields[name] != value:
        message = f"{name}: two spellings of it differ, {quoted(fields[name])} and {quoted(value)}; give one"
        return RowError("duplicate_field", message, name)
    fields[name] = value
    return None


def _is_plain(row: dict[object, object]) -> bool:
    """Whether no text needs a look: half a surrogate pair would pass for text."""
    for value in row.values():  # noqa: SIM110 - a generator would take as long as the decode
        if type(value) is str and not value.isascii():
            return False
    return True


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _plain(name: str, value: object) -> object:
    """The value in the one spelling that the typed row takes; returned as it is where there is none."""
    if isinstance(value, str):
        if name == "utc_datetime":
            return canonical(value) or value
        return value.strip().upper() if name in _CAPITALS else value
    if isinstance(value, float):
        return int(value) if name in whole_number_fields() and value.is_integer() else value
    if name in list_fields() and isinstance(value, list | tuple):
        return tuple(map(_image, value))
    if name == "utc_datetime" and hasattr(value, "isoformat"):
        return _plain(name, value.isoformat())
    if hasattr(value, "item") and not hasattr(value, "__len__"):  # a number of numpy's
        return _plain(name, value.item())
    return value


def _image(size: object) -> object:
    """``0512x0512`` is allowed by the contract; the row holds ``512x512``."""
    if isinstance(size, str) and (size.startswith("0") or "x0" in size):
        width, _, height = size.partition("x")
        if width.isdecimal() and height.isdecimal() and len(width) < 5 and len(height) < 5:
            return f"{int(width)}x{int(height)}"
    return size
