"""Bodies that break what reads them carelessly, each with the headers that go with it."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable
from typing import NamedTuple

ROW = {"model_id": "llama_v31_8b", "input_tokens": 100, "output_tokens": 500}
DEEP = 100_000


class Attack(NamedTuple):
    """A body and how it is announced."""

    body: bytes
    headers: dict[str, str] = {}  # noqa: RUF012 - never changed
    chunked: bool = False

    def content(self) -> bytes | Iterable[bytes]:
        """As httpx sends it: with a length, or in pieces without one."""
        if not self.chunked:
            return self.body
        return (self.body[start : start + 65536] for start in range(0, len(self.body), 65536))


def enveloped(inner: bytes) -> bytes:
    """Where each route looks for its rows."""
    return b'{"rows": %b, "calls": %b, "data": %b, "resourceSpans": %b, "id": %b}' % ((inner,) * 5)


def filled(piece: bytes, size: int = 9_900_000) -> bytes:
    """As many as fit into a body under the limit."""
    return b"[" + b",".join([piece] * (size // 5 // (len(piece) + 1))) + b"]"


def of_field(value: bytes) -> bytes:
    return enveloped(b'[{"model_id": "gpt-4o", "output_tokens": %b, "input_tokens": 1}]' % value)


def attacks() -> dict[str, Attack]:
    """Made once: some are large."""
    gzipped = {"Content-Encoding": "gzip"}
    row = json.dumps(ROW).encode()
    return {
        "nothing": Attack(b""),
        "50 MB": Attack(b" " * 50_000_000),
        "50 MB without a length": Attack(enveloped(b"[" + row + b" " * 50_000_000), chunked=True),
        "gzip bomb": Attack(gzip.compress(b" " * 50_000_000, 9), gzipped),
        "gzip bomb in gzip": Attack(gzip.compress(gzip.compress(b"0" * 50_000_000)), gzipped),
        "gzip of very many members": Attack(gzip.compress(b"") * 100_000, gzipped),
        "broken gzip": Attack(gzip.compress(row)[:-4], gzipped),
        "gzip that is none": Attack(row, gzipped),
        "100,000 lists deep": Attack(enveloped(b"[" * DEEP + b"]" * DEEP)),
        "100,000 objects deep": Attack(enveloped(b'{"a":' * DEEP + b"1" + b"}" * DEEP)),
        "100,000 deep and never closed": Attack(b"[" * DEEP),
        "very many empty rows": Attack(enveloped(filled(b"{}"))),
        "very many numbers": Attack(enveloped(filled(b"0"))),
        "very many empty lists": Attack(enveloped(filled(b"[]"))),
        "very many lines": Attack(b"0\n" * 500_000),
        "very many broken lines": Attack(b"{\n" * 500_000),
        "very many unknown fields": Attack(
            enveloped(b"[{" + b",".join(b'"f%d":0' % number for number in range(100_000)) + b"}]")
        ),
        "one long text": Attack(of_field(b'"' + b"x" * 9_000_000 + b'"')),
        "one long number": Attack(of_field(b"9" * 1_000_000)),
        "10^30": Attack(of_field(b"1" + b"0" * 30)),
        "-10^30": Attack(of_field(b"-1" + b"0" * 30)),
        "1e999": Attack(of_field(b"1e999")),
        "1e-999": Attack(of_field(b"1e-999")),
        "NaN": Attack(of_field(b"NaN")),
        "-Infinity": Attack(of_field(b"-Infinity")),
        "half a surrogate pair, escaped": Attack(of_field(b'"\\ud800"')),
        "half a surrogate pair in a name": Attack(enveloped(b'[{"\\udfff": 1}]')),
        "half a surrogate pair as bytes": Attack(of_field(b'"\xed\xa0\x80"')),
        "not UTF-8": Attack(of_field(b'"\xff\xfe\x80"')),
        "UTF-16": Attack(json.dumps({"rows": [ROW]}).encode("utf-16")),
        "a byte order mark": Attack(b"\xef\xbb\xbf" + enveloped(b"[" + row + b"]")),
        "NUL": Attack(of_field(b'"\\u0000"')),
        "line breaks": Attack(of_field(b'"\\r\\n\\r\\nHTTP/1.1 200 OK\\u2028"')),
        "duplicate fields": Attack(enveloped(b'[{"model_id": "gpt-4o", "model_id": 5, "output_tokens": 1}]')),
        "duplicate envelopes": Attack(
            b'{"rows": 1, "rows": [], "calls": 1, "calls": [], "data": 1, "data": []}'
        ),
        "null": Attack(enveloped(b"null")),
        "rows of null": Attack(enveloped(b"[null]")),
        "an object for rows": Attack(enveloped(b"{}")),
        "a text for rows": Attack(enveloped(b'"x"')),
        "protobuf": Attack(
            b"\x0a\xff\xff\xff\xff\x0f" + b"\x12\x03" * 1000, {"Content-Type": "application/x-protobuf"}
        ),
        "a form": Attack(b"a=1&b=2", {"Content-Type": "application/x-www-form-urlencoded"}),
        "Arrow": Attack(
            b"\xff\xff\xff\xff\xff\xff\xff\x7f" + b"\x00" * 1000,
            {"Content-Type": "application/vnd.apache.arrow.stream"},
        ),
        "no media type that exists": Attack(row, {"Content-Type": "/" * 10_000}),
    }
