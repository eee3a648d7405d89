"""Parquet files of one schema joined without decoding a page: row groups are copied, their footers become one.

A Parquet file is pages, then a footer that says where they are, in Thrift's compact protocol
(https://parquet.apache.org/docs/file-format/, parquet.thrift). Copied pages stand elsewhere, so every offset in the footer
moves by as much. The footer is read as a tree of numbered fields, and whatever is not an offset is written back as it was.
"""

from __future__ import annotations

import struct
from typing import IO, Any, Final

from . import places

_MAGIC: Final = b"PAR1"
#: Types of the compact protocol.
_TRUE, _FALSE, _BYTE, _I16, _I32, _I64, _DOUBLE, _BINARY, _LIST, _SET, _MAP, _STRUCT = range(1, 13)

#: Fields by number, as parquet.thrift has them.
_FILE_ROWS, _FILE_ROW_GROUPS = 3, 4
_GROUP_COLUMNS, _GROUP_FILE_OFFSET, _GROUP_ORDINAL = 1, 5, 7
_CHUNK_FILE_OFFSET, _CHUNK_METADATA = 2, 3
_CHUNK_OFFSETS: Final = (4, 6)  # of the offset index and the column index
_METADATA_OFFSETS: Final = (9, 10, 11, 14)  # data, index and dictionary pages, Bloom filter

Struct = dict[int, tuple[int, Any]]
"""Number of a field -> its type and value."""


class _Written(bytes):
    """A struct as it will be written, which takes a fraction of the room of its tree."""


class Joined:
    """Parts put one after the other."""

    def __init__(self) -> None:
        self._at = len(_MAGIC)
        self._first: Struct | None = None
        self._groups: list[_Written] = []
        self._rows = 0

    def add(self, part: str, out: IO[bytes]) -> None:
        """Copy the pages of a part, and remember its footer."""
        size = places.info(part).size
        with places.open_input(part) as file:
            file.seek(size - 8)
            (length,), magic = struct.unpack("<i", file.read(4)), file.read(4)
            if magic != _MAGIC:
                raise AssertionError(f"{part} does not end as Parquet does")
            file.seek(size - 8 - length)
            footer = Reader(file.read(length)).struct()
            shift = self._at - len(_MAGIC)
            file.seek(len(_MAGIC))
            left = size - 8 - length - len(_MAGIC)
            while left:
                block = file.read(min(left, 1 << 20))
                out.write(block)
                left -= len(block)
                self._at += len(block)
        self._rows += footer[_FILE_ROWS][1]
        _, (_, groups) = footer.pop(_FILE_ROW_GROUPS)
        for group in groups:
            _shift_group(group, shift, len(self._groups))
            written = bytearray()
            _write_struct(written, group)
            self._groups.append(_Written(written))
        if self._first is None:
            self._first = footer

    def footer(self) -> bytes:
        """The footer of all parts, with its length and mark."""
        if self._first is None:
            raise AssertionError("nothing to join")
        footer = dict(self._first)
        footer[_FILE_ROWS] = (_I64, self._rows)
        footer[_FILE_ROW_GROUPS] = (_LIST, (_STRUCT, self._groups))
        written = bytearray()
        _write_struct(written, footer)
        return bytes(written) + struct.pack("<i", len(written)) + _MAGIC


def _shift_group(group: Struct, by: int, ordinal: int) -> None:
    _shift(group, _GROUP_FILE_OFFSET, by)
    if _GROUP_ORDINAL in group:
        if ordinal < 1 << 15:
            group[_GROUP_ORDINAL] = (_I16, ordinal)
        else:
            del group[_GROUP_ORDINAL]  # 16 bits; optional
    for chunk in group[_GROUP_COLUMNS][1][1]:
        for field in (_CHUNK_FILE_OFFSET, *_CHUNK_OFFSETS):
            _shift(chunk, field, by)
        for field in _METADATA_OFFSETS:
            _shift(chunk[_CHUNK_METADATA][1], field, by)


def _shift(of: Struct, field: int, by: int) -> None:
    if field in of and of[field][1] > 0:  # zero means: not given
        of[field] = (of[field][0], of[field][1] + by)


class Reader:
    """Values of the compact protocol, one after the other."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    def struct(self) -> Struct:
        """Fields up to the stop."""
        fields: Struct = {}
        number = 0
        while head := self._byte():
            kind, delta = head & 15, head >> 4
            number = number + delta if delta else self._zigzag()
            fields[number] = (kind, kind == _TRUE if kind in (_TRUE, _FALSE) else self._value(kind))
        return fields

    def _byte(self) -> int:
        self._at += 1
        return self._data[self._at - 1]

    def _varint(self) -> int:
        value = shift = 0
        while True:
            byte = self._byte()
            value |= (byte & 127) << shift
            if byte < 128:
                return value
            shift += 7

    def _zigzag(self) -> int:
        value = self._varint()
        return (value >> 1) ^ -(value & 1)

    def _bytes(self, length: int) -> bytes:
        self._at += length
        return self._data[self._at - length : self._at]

    def _value(self, kind: int) -> Any:
        if kind in (_I16, _I32, _I64):
            return self._zigzag()
        if kind in (_BYTE, _TRUE, _FALSE):  # elements of lists of booleans are bytes
            return self._byte()
        if kind == _DOUBLE:
            return self._bytes(8)
        if kind == _BINARY:
            return self._bytes(self._varint())
        if kind in (_LIST, _SET):
            head = self._byte()
            count = head >> 4 if head >> 4 != 15 else self._varint()
            return head & 15, [self._value(head & 15) for _ in range(count)]
        if kind == _STRUCT:
            return self.struct()
        raise AssertionError(f"type {kind} has no place in a footer")


def _write_struct(out: bytearray, fields: Struct) -> None:
    before = 0
    for number in sorted(fields):
        kind, value = fields[number]
        if kind in (_TRUE, _FALSE):
            kind = _TRUE if value else _FALSE
        if 0 < number - before < 16:
            out.append((number - before) << 4 | kind)
        else:
            out.append(kind)
            _write_zigzag(out, number)
        if kind not in (_TRUE, _FALSE):
            _write(out, kind, value)
        before = number
    out.append(0)


def _write(out: bytearray, kind: int, value: Any) -> None:
    if kind in (_I16, _I32, _I64):
        _write_zigzag(out, value)
    elif kind in (_BYTE, _TRUE, _FALSE):
        out.append(value)
    elif kind == _DOUBLE:
        out += value
    elif kind == _BINARY:
        _write_varint(out, len(value))
        out += value
    elif isinstance(value, _Written):
        out += value
    elif kind == _STRUCT:
        _write_struct(out, value)
    else:
        of, values = value
        if len(values) < 15:
            out.append(len(values) << 4 | of)
        else:
            out.append(0xF0 | of)
            _write_varint(out, len(values))
        for one in values:
            _write(out, of, one)


def _write_varint(out: bytearray, value: int) -> None:
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)


def _write_zigzag(out: bytearray, value: int) -> None:
    _write_varint(out, value << 1 if value >= 0 else (-value << 1) - 1)
