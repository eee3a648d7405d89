"""Requests in a file: JSON as the API takes it, a JSON array, JSON lines or CSV, told apart by name or by content."""

from __future__ import annotations

import csv
import io
import re
import sys
from pathlib import Path

import click

from ..errors import BadRequest, RowError
from ..schema import FIELD_ALIASES, ImpactRow
from ..schema.csv_head import GROUPED, Head, grouped, head_of, header_end
from ..schema.requests import whole_number_fields
from ..schema.rows import parse_json, parse_row, parse_rows
from ..schema.texts import fields_of_texts

ParsedRow = ImpactRow | RowError

#: How workbooks of Excel and LibreOffice begin, which are archives.
_ZIP = b"PK\x03\x04"


def read_rows(source: str) -> list[ParsedRow]:
    """Every row of a file, or of standard input for ``-``. What is wrong with one row stays with that row."""
    name, content = (
        ("standard input", sys.stdin.buffer.read()) if source == "-" else (source, _read_file(source))
    )
    content = content.removeprefix(b"\xef\xbb\xbf")
    if not content.strip():
        raise click.UsageError(f"{name} is empty")
    if content.startswith(_ZIP):
        raise click.UsageError(f"{name} is a workbook or another archive; save its sheet as CSV UTF-8")
    try:
        return _READERS[_kind(source, content)](content)
    except BadRequest as error:
        raise click.UsageError(f"{name}: {error.message}") from None
    except UnicodeDecodeError as error:
        raise click.UsageError(f"{name}: not UTF-8 text at byte {error.start}; save it as UTF-8") from None


def _read_file(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise click.UsageError(f"cannot read {path}: {error.strerror}") from None


def _kind(source: str, content: bytes) -> str:
    suffix = Path(source).suffix.lower()
    if suffix in (".jsonl", ".ndjson"):
        return "jsonl"
    if suffix in (".csv", ".tsv"):
        return "csv"
    start = content.lstrip()[:1]
    if start in (b"[", b"{"):
        return "json" if start == b"[" or _is_one_value(content) else "jsonl"
    return "json" if suffix == ".json" else "csv"


def _is_one_value(content: bytes) -> bool:
    try:
        parse_json(content)
    except BadRequest:
        return b"\n" not in content.strip() or content.lstrip()[1:].lstrip(b" \t")[:1] in (b"\n", b"\r")
    return True


def _json(content: bytes) -> list[ParsedRow]:
    value = parse_json(content)
    if isinstance(value, dict) and "rows" in value:
        value = value["rows"]
        if not isinstance(value, list):
            raise BadRequest("rows: expected a list")
    return parse_rows(value) if isinstance(value, list) else [parse_row(value)]


def _jsonl(content: bytes) -> list[ParsedRow]:
    return [_json_line(line) for line in content.splitlines() if line.strip()]


def _json_line(line: bytes) -> ParsedRow:
    try:
        return parse_row(parse_json(line))
    except BadRequest as error:
        return RowError("invalid_json", error.message)


def _csv(content: bytes) -> list[ParsedRow]:
    head, text = head_of(content), content[header_end(content) :].decode("utf-8")
    twice = next((name for name in head.names if name and head.names.count(name) > 1), None)
    if twice is not None:
        raise BadRequest(f"the first line names the column {twice} twice; leave one")
    try:
        lines = [
            line for line in csv.reader(io.StringIO(text, newline=""), delimiter=head.delimiter) if any(line)
        ]
    except csv.Error as error:
        raise click.UsageError(f"not CSV: {error}") from None
    return [_csv_line(head, line) for line in lines]


def _csv_line(head: Head, line: list[str]) -> ParsedRow:
    if len(line) > len(head.names) and any(line[len(head.names) :]):
        return RowError(
            "invalid_value", f"the line has {len(line)} cells, the header names {len(head.names)}"
        )
    cells = dict(zip(head.names, line, strict=False))
    if head.delimiter == ";":
        for name, text in cells.items():
            if FIELD_ALIASES.get(name, name) in whole_number_fields() and re.match(GROUPED, text):
                return grouped(name, text)
    return parse_row(fields_of_texts(cells))


_READERS = {"json": _json, "jsonl": _jsonl, "csv": _csv}
