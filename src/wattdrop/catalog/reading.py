"""Data text -> records, file by file: TOML and CSV, the data dictionary and the sources first.

Whatever is wrong is collected as a Problem and the reading goes on, so that one run of check-data shows
everything; `load` stops at the first problem.
"""

from __future__ import annotations

import csv
import io
import math
import tomllib
from collections.abc import Collection, Iterator, Mapping
from fnmatch import fnmatch
from typing import Any, Final

from .entries import finite, number_of, record_of, sources_of, text_of
from .figure import SOURCE_KINDS, Quantity, Source
from .kinds import FIGURE_FIELDS, KINDS, Kind
from .records import LONG_TABLES, LongRow, Records

# Column names of CSV tables that are the entry's id or name under another heading.
_RENAMED_COLUMNS: Final = {
    "zones": {"zone": "id"},
    "regions": {"cloud_region": "region_id", "grid_zone": "zone", "display_name": "name"},
}
_TOML_KEYS: Final = {
    "models": "model",
    "families": "family",
    "tasks": "task",
    "gpus": "gpu",
    "nodes": "node",
    "services": "service",
    "providers": "provider",
    "constants": "constant",
    "datatypes": "datatype",
    "default_hardware": "default_hardware",
}
_SOURCE_TEXTS: Final = Source._fields
_LONG_FOLDERS: Final = ("grids/", "water/", "odbl/")


def read_records(texts: Mapping[str, bytes]) -> Records:
    """All records of a data folder given as {relative path: content}."""
    records = Records()
    _read_dictionary(records, texts)
    for file, content in texts.items():
        if file == "quantities.toml" or file.startswith("sources/"):
            continue
        kind = next((kind for kind in KINDS if any(fnmatch(file, pattern) for pattern in kind.files)), None)
        if kind is not None:
            _read_entities(records, kind, file, content)
        elif (long := _long_table(file)) is not None:
            _read_long(records, long, file, content)
        elif file.endswith((".toml", ".csv")):
            records.report(file, "", "", "no table reads this file", "rename it or remove it")
    return records


def _long_table(file: str) -> str | None:
    name = file.rsplit("/", 1)[-1].removesuffix(".csv")
    return name if file.startswith(_LONG_FOLDERS) and file.endswith(".csv") and name in LONG_TABLES else None


# --- the data dictionary and the sources, which everything else refers to ---


def _read_dictionary(records: Records, texts: Mapping[str, bytes]) -> None:
    for entry in _toml_entries(records, "quantities.toml", texts.get("quantities.toml"), "quantity"):
        _read_quantity(records, entry)
    if "quantities.toml" not in texts:
        records.report("quantities.toml", "", "", "the data dictionary is missing", "restore quantities.toml")
    for file, content in texts.items():
        if file.startswith("sources/") and file.endswith(".toml"):
            for entry in _toml_entries(records, file, content, "source"):
                _read_source(records, file, entry)


def _read_quantity(records: Records, entry: Mapping[str, Any]) -> None:
    file, name = "quantities.toml", str(entry.get("id", ""))
    unknown = set(entry) - {*Quantity._fields, "source"}
    for field in sorted(unknown):
        records.report(file, name, field, "unknown field of a quantity", "remove it")
    if name in records.quantities:
        records.report(file, name, "id", "defined twice", "keep one definition")
    for field in ("id", "unit", "meaning"):
        if not entry.get(field):
            records.report(file, name, field, "missing", f"give the quantity its {field}")
    low, high = (_bound(records, name, entry, *end) for end in (("low", -math.inf), ("high", math.inf)))
    direction = entry.get("raises_impact", 0)
    if direction not in (-1, 0, 1):
        records.report(file, name, "raises_impact", f"not -1, 0 or 1: {direction!r}", "write one of them")
        direction = 0
    records.quantities[name] = Quantity(
        name,
        str(entry.get("unit", "")),
        str(entry.get("meaning", "")),
        low,
        high,
        int(direction),
        sources_of(records, file, name, "source", entry.get("source", "")),
        str(entry.get("basis", "")),
    )


def _bound(records: Records, name: str, entry: Mapping[str, Any], field: str, absent: float) -> float:
    number = finite(entry[field]) if field in entry else absent
    if number is None:
        what = f"not a number: {entry[field]!r}"
        records.report("quantities.toml", name, field, what, "write a plain number, or leave it out")
        return absent
    return number


def _read_source(records: Records, file: str, entry: Mapping[str, Any]) -> None:
    name = str(entry.get("id", ""))
    for field in sorted(set(entry) - set(_SOURCE_TEXTS)):
        records.report(
            file, name, field, "unknown field of a source", f"use one of {', '.join(_SOURCE_TEXTS)}"
        )
    if name in records.sources:
        records.report(
            file, name, "id", f"also in {records.source_files[name]}", "keep one record per source"
        )
    for field in ("id", "producer", "title", "kind"):
        if not entry.get(field):
            records.report(file, name, field, "missing", f"say the {field} of the source")
    if entry.get("kind") and entry["kind"] not in SOURCE_KINDS:
        records.report(
            file, name, "kind", f"unknown kind {entry['kind']!r}", f"use one of {', '.join(SOURCE_KINDS)}"
        )
    if entry.get("kind") == "assumption":
        for field in ("reasoning", "owner"):
            if not entry.get(field):
                records.report(file, name, field, "an assumption without it", f"write the {field}")
    records.sources[name] = Source(*(text_of(entry.get(field, "")) for field in _SOURCE_TEXTS))
    records.source_files[name] = file


# --- entities ---


def _read_entities(records: Records, kind: Kind, file: str, content: bytes) -> None:
    if file.endswith(".csv"):
        for line, row in _csv_rows(records, file, content):
            cells = _entry_of_row(records, kind, file, line, row)
            records.entities[kind.name].append(record_of(records, kind, file, cells))
        return
    for entry in _toml_entries(records, file, content, _TOML_KEYS[kind.name]):
        records.entities[kind.name].append(record_of(records, kind, file, entry))


def _entry_of_row(
    records: Records, kind: Kind, file: str, line: int, row: Mapping[str, str]
) -> dict[str, Any]:
    """A CSV line in the shape of a TOML entry: `pue`, `pue_source`, `pue_year` become one figure."""
    renamed = {
        _RENAMED_COLUMNS.get(kind.name, {}).get(column, column): text for column, text in row.items() if text
    }
    if kind.name == "regions" and "id" not in renamed:
        renamed["id"] = f"{renamed.get('cloud_id', '')}:{renamed.get('region_id', '')}"
    name = renamed.get("id", f"line {line}")
    entry: dict[str, Any] = {}
    quantities = records.quantities
    for column, text in renamed.items():
        if column in kind.lists:
            entry[column] = text.replace(";", " ").split()
        elif column in quantities:
            number = number_of(text)
            if number is None:
                records.report(file, name, column, f"not a number: {text!r}", "correct it")
            else:
                entry.setdefault(column, {})["value"] = number
        elif (split := _figure_column(column, quantities)) is not None:
            quantity, part = split
            if quantity not in renamed:
                what = f"no value, though its {part} is given: {text!r}"
                records.report(file, name, quantity, what, f"give the value, or empty {column}")
                continue
            number = number_of(text) if part in ("low", "high", "valid_from", "year") else None
            entry.setdefault(quantity, {})[part] = text if number is None else number
        else:
            entry[column] = text
    return entry


def _figure_column(column: str, quantities: Collection[str]) -> tuple[str, str] | None:
    """`pue_source` -> (`pue`, `source`); also `grid_year` where the quantity is `grid_gco2e_per_kwh`."""
    for suffix in FIGURE_FIELDS:
        stem = column.removesuffix("_" + suffix)
        if stem != column:
            if stem in quantities:
                return stem, suffix
            longer = [quantity for quantity in quantities if quantity.startswith(stem + "_")]
            if len(longer) == 1:
                return longer[0], suffix
    return None


# --- files ---


def _toml_entries(
    records: Records, file: str, content: bytes | None, key: str
) -> Iterator[Mapping[str, Any]]:
    if content is None:
        return
    try:
        document = tomllib.loads(content.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        records.report(file, "", "", f"cannot be read as TOML: {error}", "correct the syntax at that place")
        return
    for other in sorted(set(document) - {key}):
        records.report(
            file, "", other, f"only [[{key}]] entries belong here", f"rename [[{other}]] or move it"
        )
    entries = document.get(key, [])
    if isinstance(entries, list) and all(isinstance(entry, dict) for entry in entries):
        yield from entries
    else:
        records.report(file, "", key, "must be an array of tables", f"write [[{key}]]")


def _csv_rows(records: Records, file: str, content: bytes) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        reader = csv.reader(io.StringIO(content.decode()), strict=True)
        header = next(reader, [])
        for row in reader:
            if not row:
                continue
            if len(row) != len(header):
                what = f"{len(row)} cells under {len(header)} columns"
                records.report(file, f"line {reader.line_num}", "", what, "quote cells that hold a comma")
                continue
            yield reader.line_num, dict(zip(header, row, strict=True))
    except (csv.Error, UnicodeDecodeError) as error:
        records.report(file, "", "", f"cannot be read as CSV: {error}", "correct the line")


def _read_long(records: Records, table: str, file: str, content: bytes) -> None:
    known = LONG_TABLES[table]
    unknown_reported: set[str] = set()
    for line, row in _csv_rows(records, file, content):
        for column in row.keys() - known - unknown_reported:
            unknown_reported.add(column)
            records.report(file, "", column, "unknown column", f"use {', '.join(sorted(known))}")
        records.long[table].append(LongRow(file, line, row))
