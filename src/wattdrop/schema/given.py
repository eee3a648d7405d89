"""From the body of a creation or update to a typed object. A refusal names the field, the value and what was expected."""

from __future__ import annotations

from difflib import get_close_matches
from functools import cache
from typing import Any, TypeVar

import msgspec
from msgspec import inspect

from ..errors import BadRequest
from .objects import REQUIRED, WRITTEN_BY_US, Given
from .refusal import bounds, quoted
from .rows import parse_json

GivenT = TypeVar("GivenT", bound=Given)

_PATTERNED = {
    ("NodeGiven", "id"): "3 to 64 lower-case letters, digits and hyphens",
    ("DatacenterGiven", "id"): 'a UUID such as "1b4e28ba-2fa1-11d2-883f-0016d3cca427"',
    ("DatacenterGiven", "location"): 'an object such as {"lat": 48.9, "lng": 2.4}',
}


def parse_given(kind: type[GivenT], body: bytes) -> GivenT:
    """An object as sent. ``null`` and ``""`` count as not sent, ``500.0`` as 500. Raises ``BadRequest``.

    >>> from wattdrop.schema.objects import NodeGiven
    >>> parse_given(NodeGiven, b'{"gpu_count": 8.0, "cloud_id": ""}').gpu_count
    8
    """
    raw = parse_json(body)
    if not isinstance(raw, dict):
        raise BadRequest(f"expected an object of fields, got {quoted(raw)}")
    fields: dict[str, Any] = {}
    for name, value in raw.items():
        if name not in kind.__struct_fields__:
            if name in WRITTEN_BY_US:
                continue
            raise _unknown(kind, name)
        if value is not None and value != "":
            fields[name] = _checked(kind, name, value)
    return kind(**fields)


def require(kind: type[Given], fields: dict[str, Any]) -> None:
    """Raise ``BadRequest`` for the first field that a creation lacks."""
    for name in REQUIRED[kind]:
        if fields.get(name) is None:
            raise BadRequest(f"{name}: missing; send {_expected(kind, name)}", field=name)


def _checked(kind: type[Given], name: str, value: object) -> Any:
    type_ = _types(kind)[name]
    if isinstance(value, float) and isinstance(type_, inspect.IntType) and value.is_integer():
        value = int(value)
    if isinstance(value, str):
        _check_unicode(name, value)
    if isinstance(value, list):
        for item in value:
            if isinstance(item, str):
                _check_unicode(name, item)
    try:
        return getattr(msgspec.convert({name: value}, kind), name)
    except (msgspec.ValidationError, RecursionError):
        raise BadRequest(
            f"{name}: expected {_expected(kind, name)}, got {_shown(kind, name, value)}", field=name
        ) from None


def _check_unicode(name: str, text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise BadRequest(
            f"{name}: {quoted(text)} holds half of a surrogate pair, not text", field=name
        ) from None


def _shown(kind: type[Given], name: str, value: object) -> str:
    if isinstance(value, list):
        if len(value) > 100:
            return f"{len(value)} of them"
        for item in value:
            try:
                msgspec.convert({name: [item]}, kind)
            except msgspec.ValidationError:
                return f"{quoted(item)} in it"
    return quoted(value)


def _unknown(kind: type[Given], name: object) -> BadRequest:
    near = get_close_matches(str(name)[:100], kind.__struct_fields__, n=1, cutoff=0.6)
    hint = f"; did you mean {near[0]}?" if near else f"; known are {', '.join(kind.__struct_fields__)}"
    shown = quoted(name)[1:-1]
    return BadRequest(f"{shown}: no such field{hint}", code="unknown_field", field=shown)


@cache
def _types(kind: type[Given]) -> dict[str, Any]:
    info: Any = inspect.type_info(kind)
    return {
        field.name: next(part for part in field.type.types if not isinstance(part, inspect.NoneType))
        for field in info.fields
    }


def _expected(kind: type[Given], name: str) -> str:
    if (kind.__name__, name) in _PATTERNED:
        return _PATTERNED[kind.__name__, name]
    type_ = _types(kind)[name]
    if isinstance(type_, inspect.IntType):
        return f"a whole number {bounds(type_)}"
    if isinstance(type_, inspect.FloatType):
        return f"a number {bounds(type_)}"
    if isinstance(type_, inspect.BoolType):
        return "true or false"
    if isinstance(type_, inspect.ListType):
        return f"a list of up to {type_.max_length} texts of 1 to 200 characters"
    return f"text of 1 to {type_.max_length} characters in one line"
