"""OTLP's JSON encoding: ids in hex, 64-bit integers as text or numbers, lowerCamelCase or the original names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ...errors import BadRequest
from ...schema import parse_json
from .span import STATUS_ERROR, UNREAD, Attributes, Span, Value, hex_id
from .spellings import READ, USAGE_EVENT

_WHOLE = re.compile(r"-?[0-9]{1,20}\Z")


def spans_of_json(body: bytes) -> Iterator[Span]:
    """The spans of a body, in order."""
    request = _object(parse_json(body), "the body")
    for resource_spans in _objects(request, "resourceSpans"):
        resource = _attributes(_object(_get(resource_spans, "resource") or {}, "resource"))
        for scope_spans in _objects(resource_spans, "scopeSpans"):
            for span in _objects(scope_spans, "spans"):
                yield _span(span, resource)


def _span(span: dict[str, Any], resource: Attributes) -> Span:
    own = _attributes(span)
    for event in _objects(span, "events"):
        if _get(event, "name") == USAGE_EVENT:
            own = {**_attributes(event), **own}
    status = _object(_get(span, "status") or {}, "status")
    return Span(
        trace_id=_id(_get(span, "traceId"), 16),
        id=_id(_get(span, "spanId"), 8),
        parent_id=_id(_get(span, "parentSpanId"), 8),
        start_ns=_moment(_get(span, "startTimeUnixNano")),
        end_ns=_moment(_get(span, "endTimeUnixNano")),
        failed=_get(status, "code") in (STATUS_ERROR, "STATUS_CODE_ERROR"),
        own=own,
        resource=resource,
    )


def _attributes(holder: dict[str, Any]) -> dict[str, Value]:
    found: dict[str, Value] = {}
    for pair in _objects(holder, "attributes"):
        key = _get(pair, "key")
        if isinstance(key, str) and key in READ:
            value = _value(_object(_get(pair, "value") or {}, f"value of {key}"))
            if value is not None:
                found[key] = value
    return found


def _value(value: dict[str, Any]) -> Value | None:
    text, whole, number, truth = (
        _get(value, name) for name in ("stringValue", "intValue", "doubleValue", "boolValue")
    )
    if text is not None:
        return text if isinstance(text, str) else UNREAD
    if whole is not None:
        return _whole(whole)
    if isinstance(number, int | float):
        return number
    if isinstance(number, str):  # "NaN" and "Infinity" are spelled out
        try:
            return float(number)
        except ValueError:
            return number
    if truth is not None:
        return truth if isinstance(truth, bool) else UNREAD
    return UNREAD if value else None


def _whole(value: object) -> Value:
    if isinstance(value, str):
        return int(value) if _WHOLE.match(value) else value
    return value if isinstance(value, int | float) else UNREAD


def _moment(value: object) -> int:
    found = _whole(value)
    return int(found) if isinstance(found, int) and found > 0 else 0


def _id(value: object, length: int) -> str:
    if not isinstance(value, str):
        return ""
    try:
        return hex_id(bytes.fromhex(value), length)
    except ValueError:
        return ""


def _get(fields: dict[str, Any], name: str) -> Any:
    """A field under its JSON name, else under its original one; looked for in this order, because the first is usual."""
    found = fields.get(name)
    return fields.get(_original(name)) if found is None else found


_originals: dict[str, str] = {}


def _original(name: str) -> str:
    if name not in _originals:
        _originals[name] = re.sub("[A-Z]", lambda letter: "_" + letter[0].lower(), name)
    return _originals[name]


def _object(value: object, name: str) -> dict[str, Any]:
    if isinstance(value, dict):
        return value
    raise BadRequest(f"{name}: expected an object of OTLP's ExportTraceServiceRequest", field=name)


def _objects(holder: dict[str, Any], name: str) -> list[dict[str, Any]]:
    found = _get(holder, name)
    if found is None:
        return []
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise BadRequest(f"{name}: expected a list of objects", field=name)
    return found
