"""Values of columns as Python and text formats can hold them, whatever type Arrow has for them."""

from __future__ import annotations

import base64
from typing import Any, Final

import msgspec
import pyarrow as pa

from ..engine.tables.python_values import python_values

#: What JSON has no form for is written as Python prints it.
encode: Final = msgspec.json.Encoder(enc_hook=str).encode


def values_of(column: Any) -> list[Any]:
    """The values, with text for bytes and for what Python's own times do not reach."""
    values = python_values(column)
    return list(map(cell, values)) if is_bytes(column.type) else values


def is_text(kind: Any) -> bool:
    """Whether values of a type are cells as they are."""
    odd = pa.types.is_nested(kind) or pa.types.is_interval(kind) or isinstance(kind, pa.BaseExtensionType)
    return not (odd or is_bytes(kind))


def is_bytes(kind: Any) -> bool:
    """Whether it is a type of bytes, which may be text all the same."""
    kinds = pa.types
    return bool(
        kinds.is_binary(kind)
        or kinds.is_large_binary(kind)
        or kinds.is_binary_view(kind)
        or kinds.is_fixed_size_binary(kind)
    )


def cell(value: Any) -> str | None:
    """A value in a cell: a list is separated by ``;``, as it is read; bytes are text, or written in base 64; the rest is
    JSON.
    """
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bytes):
        try:
            return value.decode()
        except UnicodeDecodeError:
            return base64.b64encode(value).decode()
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return ";".join(value)
    return encode(value).decode().strip('"')
