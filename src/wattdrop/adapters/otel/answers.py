"""What an exporter gets back, in the encoding of its request.

The messages are small, so they are written by hand: ``ExportTraceServiceResponse`` with ``ExportTracePartialSuccess``, and
``google.rpc.Status`` with ``google.rpc.BadRequest``, which OTLP asks for where a request fails for good.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from .read import JSON

_BAD_REQUEST: Final = "type.googleapis.com/google.rpc.BadRequest"
_UNKNOWN: Final = 2
#: HTTP status -> code of google.rpc; https://github.com/googleapis/googleapis/blob/master/google/rpc/code.proto
_CODES: Final[Mapping[int, int]] = {
    400: 3,
    401: 16,
    403: 7,
    404: 5,
    406: 3,
    413: 8,
    415: 3,
    429: 8,
    500: 13,
    503: 14,
}


def success(rejected: int, message: str, media_type: str) -> bytes:
    """The answer to spans that were taken, with how many could not be computed and why.

    >>> success(0, "", JSON), success(2, "why", JSON)
    (b'{}', b'{"partialSuccess":{"rejectedSpans":2,"errorMessage":"why"}}')
    >>> success(2, "why", "application/x-protobuf").hex(" ")
    '0a 07 08 02 12 03 77 68 79'
    """
    if not rejected and not message:
        return b"{}" if media_type == JSON else b""
    if media_type == JSON:
        return msgspec.json.encode({"partialSuccess": {"rejectedSpans": rejected, "errorMessage": message}})
    return _bytes(1, _number(1, rejected) + _text(2, message))


def failure(status: int, message: str, field: str | None, media_type: str) -> bytes:
    """The answer to a request that failed as a whole.

    >>> failure(503, "later", None, JSON)
    b'{"code":14,"message":"later"}'
    >>> failure(503, "later", None, "application/x-protobuf").hex(" ")
    '08 0e 12 05 6c 61 74 65 72'
    """
    code = _CODES.get(status, _UNKNOWN)
    bad = status == 400
    if media_type == JSON:
        answer: dict[str, Any] = {"code": code, "message": message}
        if bad:
            violation = {"field": field or "body", "description": message}
            answer["details"] = [{"@type": _BAD_REQUEST, "fieldViolations": [violation]}]
        return msgspec.json.encode(answer)
    encoded = _number(1, code) + _text(2, message)
    if bad:
        bad_request = _bytes(1, _text(1, field or "body") + _text(2, message))
        encoded += _bytes(3, _text(1, _BAD_REQUEST) + _bytes(2, bad_request))
    return encoded


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value) if value else b""


def _text(field: int, text: str) -> bytes:
    return _bytes(field, text.encode("utf-8", "backslashreplace"))


def _bytes(field: int, data: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(data)) + data


def _varint(value: int) -> bytes:
    encoded = bytearray()
    while value > 0x7F:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    encoded.append(value)
    return bytes(encoded)
