"""OTLP's binary encoding. The outer levels are walked by hand, so that one span at a time is in memory as objects.

A request is ``ResourceSpans`` (field 1), each a ``Resource`` (1) and ``ScopeSpans`` (2), each of those ``Span`` (2):
https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/trace/v1/trace.proto
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from google.protobuf.message import DecodeError, Message
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1.trace_pb2 import Span as SpanMessage

from ...errors import BadRequest
from .span import STATUS_ERROR, UNREAD, Attributes, Span, Value, hex_id
from .spellings import READ, USAGE_EVENT

_RESOURCE_SPANS: Final = 1
_RESOURCE: Final = 1
_SCOPE_SPANS: Final = 2
_SPAN: Final = 2
_VARINT, _FIXED_64, _BYTES, _FIXED_32 = 0, 1, 2, 5
_FIXED_SIZES: Final = {_FIXED_64: 8, _FIXED_32: 4}
_MOST_VARINT_BYTES: Final = 10


def spans_of_protobuf(body: bytes) -> Iterator[Span]:
    """The spans of a body, in order."""
    for resource_spans in _parts(body, _RESOURCE_SPANS):
        # A message that is there twice is the two merged, which is what their bytes in a row mean.
        resource = Resource()
        _parse(resource, b"".join(_parts(resource_spans, _RESOURCE)))
        of_resource = _attributes(resource.attributes)
        for scope_spans in _parts(resource_spans, _SCOPE_SPANS):
            for one in _parts(scope_spans, _SPAN):
                message = SpanMessage()
                _parse(message, one)
                yield _span(message, of_resource)


def _span(message: SpanMessage, resource: Attributes) -> Span:
    own = _attributes(message.attributes)
    for event in message.events:
        if event.name == USAGE_EVENT:
            own = {**_attributes(event.attributes), **own}
    return Span(
        trace_id=hex_id(message.trace_id, 16),
        id=hex_id(message.span_id, 8),
        parent_id=hex_id(message.parent_span_id, 8),
        start_ns=message.start_time_unix_nano,
        end_ns=message.end_time_unix_nano,
        failed=message.status.code == STATUS_ERROR,
        own=own,
        resource=resource,
    )


def _attributes(pairs: Iterable[KeyValue]) -> dict[str, Value]:
    found: dict[str, Value] = {}
    for pair in pairs:
        key = pair.key
        if key in READ:
            value = _value(pair.value)
            if value is not None:
                found[key] = value
    return found


def _value(value: AnyValue) -> Value | None:
    kind = value.WhichOneof("value")
    if kind is None:
        return None
    if kind in ("string_value", "int_value", "double_value", "bool_value"):
        found: Value = getattr(value, kind)
        return found
    return UNREAD


def _parse(message: Message, data: bytes) -> None:
    try:
        message.ParseFromString(data)
    except DecodeError as error:
        raise _no_protobuf(str(error)[:200]) from None


def _parts(data: bytes, wanted: int) -> Iterator[bytes]:
    """The contents of one field of a message, as often as it is there."""
    at = 0
    while at < len(data):
        tag, at = _varint(data, at)
        number, kind = tag >> 3, tag & 7
        if kind == _VARINT:
            _, at = _varint(data, at)
            continue
        if kind == _BYTES:
            size, at = _varint(data, at)
        elif kind in _FIXED_SIZES:
            size = _FIXED_SIZES[kind]
        else:
            raise _no_protobuf(f"wire type {kind} at byte {at}")
        if number == 0 or at + size > len(data):
            raise _no_protobuf(f"field {number} is longer than what holds it; the body may have been cut off")
        if number == wanted and kind == _BYTES:
            yield data[at : at + size]
        at += size


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """A number in groups of seven bits, the lowest first, and where it ends."""
    value = 0
    for place, byte in enumerate(data[at : at + _MOST_VARINT_BYTES]):
        value |= (byte & 0x7F) << (7 * place)
        if byte < 0x80:
            return value, at + place + 1
    raise _no_protobuf("a number does not end; the body may have been cut off")


def _no_protobuf(why: str) -> BadRequest:
    return BadRequest(
        f"the body is no ExportTraceServiceRequest of OTLP: {why}", code="invalid_protobuf", field="body"
    )
