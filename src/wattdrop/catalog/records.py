"""Data text -> records: every entry with its fields sorted into texts, lists and figures, nothing dropped.

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
from typing import Any, Final, NamedTuple

from .figure import BASES, CONSTANT_QUANTITY, SOURCE_KINDS, Problem, Quantity, Source
from .kinds import FIGURE_FIELDS, KINDS, Kind

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


class RawFigure(NamedTuple):
    """A figure as written: what it does not say itself is empty or nan."""

    value: float
    low: float = math.nan
    high: float = math.nan
    valid_from: int | None = None
    sources: tuple[str, ...] = ()
    basis: str = ""
    note: str = ""


class Record:
    """One entry of a data file."""

    __slots__ = ("basis", "figures", "file", "id", "kind", "lists", "note", "sources", "texts")

    def __init__(self, kind: str, record_id: str, file: str) -> None:
        self.kind = kind
        self.id = record_id
        self.file = file
        self.texts: dict[str, str] = {}
        self.lists: dict[str, tuple[str, ...]] = {}
        self.figures: dict[str, RawFigure] = {}
        self.sources: tuple[str, ...] = ()
        self.basis = ""
        self.note = ""


class LongRow(NamedTuple):
    """One line of a long table (intensity, mix, hourly, water): its columns as text, and where it is."""

    file: str
    line: int
    columns: Mapping[str, str]


class Records:
    """Everything the data text says, and everything that is wrong with how it says it."""

    def __init__(self) -> None:
        self.quantities: dict[str, Quantity] = {}
        self.sources: dict[str, Source] = {}
        self.source_files: dict[str, str] = {}
        self.entities: dict[str, list[Record]] = {kind.name: [] for kind in KINDS}
        self.long: dict[str, list[LongRow]] = {name: [] for name in LONG_TABLES}
        self.problems: list[Problem] = []

    def report(self, file: str, entity: str, field: str, what: str, fix: str) -> None:
        """Note a problem and go on."""
        self.problems.append(Problem(file, entity, field, what, fix))


# Long tables: file name in grids/, water/ or odbl/ -> its columns.
LONG_TABLES: Final[dict[str, frozenset[str]]] = {
    "intensity": frozenset(
        ["zone", "quantity", "valid_from", "value", "low", "high", "source", "basis", "note"]
    ),
    "mix": frozenset(["zone", "fuel", "share", "year", "source", "basis", "note"]),
    "hourly": frozenset(
        ["profile", "month", "hour_utc", "carbon_ratio", "p10", "p90", "water_ratio", "source"]
    ),
    "hourly_zones": frozenset(["zone", "profile", "match", "quality", "basis", "source", "note"]),
    "ewif": frozenset(
        [
            "zone",
            "scope",
            "valid_from",
            "value",
            "low",
            "high",
            "excl_hydro",
            "withdrawal",
            "source",
            "basis",
            "note",
            "name",
        ]
    ),
}
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
        _sources(records, file, name, "source", entry.get("source", "")),
        str(entry.get("basis", "")),
    )


def _bound(records: Records, name: str, entry: Mapping[str, Any], field: str, absent: float) -> float:
    number = _finite(entry[field]) if field in entry else absent
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
    records.sources[name] = Source(*(_text(entry.get(field, "")) for field in _SOURCE_TEXTS))
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
    entry: dict[str, Any] = {}
    quantities = records.quantities
    for column, text in renamed.items():
        if column in kind.lists:
            entry[column] = text.replace(";", " ").split()
        elif column in quantities:
            number = _number(text)
            if number is None:
                records.report(
                    file, renamed.get("id", f"line {line}"), column, f"not a number: {text!r}", "correct it"
                )
            else:
                entry.setdefault(column, {})["value"] = number
        elif (split := _figure_column(column, quantities)) is not None:
            if renamed.get(split[0]):
                number = _number(text) if split[1] in ("low", "high", "valid_from", "year") else None
                entry.setdefault(split[0], {})[split[1]] = text if number is None else number
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


def record_of(records: Records, kind: Kind, file: str, entry: Mapping[str, Any]) -> Record:
    """One entry, read strictly against the fields of its kind and the data dictionary."""
    record = Record(kind.name, str(entry.get("id", "")), file)
    if not record.id.strip():
        records.report(file, str(entry.get("name", "")), "id", "missing", "give the entry an id")
    for field, value in entry.items():
        _read_field(records, kind, record, field, value)
    if kind.name == "constants":
        _gather_constant(records, record, entry)
    for field in kind.needs:
        if not (field in record.texts or field in record.figures or field in record.lists):
            records.report(file, record.id, field, "missing", f"every entry of {kind.name} needs it")
    return record


def _read_field(records: Records, kind: Kind, record: Record, field: str, value: Any) -> None:
    if field in kind.texts:
        if isinstance(value, Mapping | list | tuple):
            records.report(record.file, record.id, field, "must be a text", f'write {field} = "..."')
        else:
            record.texts[field] = _text(value)
    elif field in kind.lists:
        if not isinstance(value, list | tuple) or any(isinstance(item, Mapping | list) for item in value):
            records.report(
                record.file, record.id, field, "must be a list of texts", f'write {field} = ["..."]'
            )
        else:
            record.lists[field] = tuple(_text(item) for item in value)
    elif field == "source":
        record.sources = _sources(records, record.file, record.id, field, value)
    elif field == "basis":
        record.basis = _basis(records, record, field, value)
    elif field == "note":
        record.note = _text(value)
    elif field in records.quantities:
        figure = _figure(records, record, field, value)
        if figure is not None:
            record.figures[field] = figure
    elif not (kind.name == "constants" and field in (CONSTANT_QUANTITY, *FIGURE_FIELDS)):
        fix = "correct the spelling, or add a quantity of that name to quantities.toml"
        records.report(record.file, record.id, field, f"unknown field of {kind.name}", fix)


def _gather_constant(records: Records, record: Record, entry: Mapping[str, Any]) -> None:
    """A constant's own value, low and high are its one figure."""
    fields = {field: entry[field] for field in (CONSTANT_QUANTITY, "low", "high") if field in entry}
    if CONSTANT_QUANTITY in fields:
        figure = _figure(records, record, CONSTANT_QUANTITY, fields)
        if figure is not None:
            record.figures[CONSTANT_QUANTITY] = figure


def _figure(records: Records, record: Record, field: str, value: Any) -> RawFigure | None:
    fields = value if isinstance(value, Mapping) else {"value": value}
    unknown = set(fields) - {"value", *FIGURE_FIELDS}
    for key in sorted(unknown):
        fix = f"use value, {', '.join(FIGURE_FIELDS)}"
        records.report(record.file, record.id, f"{field}.{key}", "unknown key of a figure", fix)
    numbers = (fields.get("value"), fields.get("low", math.nan), fields.get("high", math.nan))
    central, low, high = (_finite(number) for number in numbers)
    if central is None or low is None or high is None:
        records.report(record.file, record.id, field, f"not a number: {value!r}", "write a plain number")
        return None
    year = fields.get("valid_from", fields.get("year"))
    return RawFigure(
        central,
        low,
        high,
        valid_from=_year(records, record.file, record.id, field, year),
        sources=_sources(records, record.file, record.id, f"{field}.source", fields.get("source", "")),
        basis=_basis(records, record, field, fields.get("basis", "")),
        note=_text(fields.get("note", "")),
    )


def _finite(value: Any) -> float | None:
    """A number of a TOML entry; nan stands for one that is not given, infinity is none."""
    if isinstance(value, bool) or not isinstance(value, int | float) or math.isinf(value):
        return None
    return float(value)


def _basis(records: Records, record: Record, field: str, value: Any) -> str:
    if value and value not in BASES:
        records.report(
            record.file, record.id, field, f"unknown basis {value!r}", f"use one of {', '.join(BASES)}"
        )
        return ""
    return str(value)


def _year(records: Records, file: str, entity: str, field: str, value: Any) -> int | None:
    if value is None or value == "":
        return None
    year = _number(str(value))
    if year is None or not 1900 <= year <= 2200 or year != int(year):
        records.report(file, entity, field, f"not a year: {value!r}", "write the year as four digits")
        return None
    return int(year)


def _sources(records: Records, file: str, entity: str, field: str, value: Any) -> tuple[str, ...]:
    if isinstance(value, str | list | tuple):
        return source_ids_of(value)
    what = f"names no source: {value!r}"
    records.report(file, entity, field, what, 'write the id of a source, or a list of ids, such as ["card"]')
    return ()


def source_ids_of(value: Any) -> tuple[str, ...]:
    """Source ids of a list, or of a text that joins them with blanks, `;` or `+`."""
    if isinstance(value, str):
        return tuple(value.replace(";", " ").replace("+", " ").split())
    return tuple(str(item) for item in value)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)  # a TOML date prints as the ISO date


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


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
