"""Requests in a file: JSON as the API takes it, a JSON array, JSON lines or CSV, told apart by name or by content."""

from __future__ import annotations

import csv
import io
import sys
from pathlib import Path

import click

from ..errors import BadRequest, RowError
from ..schema import ImpactRow
from ..schema.rows import parse_json, parse_row, parse_rows
from ..schema.texts import fields_of_texts

ParsedRow = ImpactRow | RowError


def read_rows(source: str) -> list[ParsedRow]:
    """Every row of a file, or of standard input for ``-``. What is wrong with one row stays with that row."""
    name, content = (
        ("standard input", sys.stdin.buffer.read()) if source == "-" else (source, _read_file(source))
    )
    content = content.removeprefix(b"\xef\xbb\xbf")
    if not content.strip():
        raise click.UsageError(f"{name} is empty")
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
    text = content.decode("utf-8")
    first_line = text.partition("\n")[0]
    delimiter = next((mark for mark in ("\t", ";") if mark in first_line and "," not in first_line), ",")
    try:
        lines = [line for line in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if any(line)]
    except csv.Error as error:
        raise click.UsageError(f"not CSV: {error}") from None
    header = [name.strip() for name in lines[0]]
    twice = next((name for name in header if name and header.count(name) > 1), None)
    if twice is not None:
        raise BadRequest(f"the first line names the column {twice} twice; leave one")
    return [_csv_line(header, line) for line in lines[1:]]


def _csv_line(header: list[str], line: list[str]) -> ParsedRow:
    if len(line) > len(header) and any(line[len(header) :]):
        return RowError("invalid_value", f"the line has {len(line)} cells, the header names {len(header)}")
    return parse_row(fields_of_texts(dict(zip(header, line, strict=False))))


_READERS = {"json": _json, "jsonl": _jsonl, "csv": _csv}
