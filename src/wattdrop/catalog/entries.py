"""One entry of a data file, or of a customer: its fields sorted into texts, lists and figures, nothing dropped."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from .figure import BASES, CONSTANT_QUANTITY
from .kinds import FIGURE_FIELDS, Kind
from .records import RawFigure, Record, Records


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
            record.texts[field] = text_of(value)
    elif field in kind.lists:
        if not isinstance(value, list | tuple) or any(isinstance(item, Mapping | list) for item in value):
            records.report(
                record.file, record.id, field, "must be a list of texts", f'write {field} = ["..."]'
            )
        else:
            record.lists[field] = tuple(text_of(item) for item in value)
    elif field == "source":
        record.sources = sources_of(records, record.file, record.id, field, value)
    elif field == "basis":
        record.basis = _basis(records, record, field, value)
    elif field == "note":
        record.note = text_of(value)
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
    central, low, high = (finite(number) for number in numbers)
    if central is None or low is None or high is None:
        records.report(record.file, record.id, field, f"not a number: {value!r}", "write a plain number")
        return None
    year = fields.get("valid_from", fields.get("year"))
    return RawFigure(
        central,
        low,
        high,
        valid_from=_year(records, record.file, record.id, field, year),
        sources=sources_of(records, record.file, record.id, f"{field}.source", fields.get("source", "")),
        basis=_basis(records, record, field, fields.get("basis", "")),
        note=text_of(fields.get("note", "")),
    )


def finite(value: Any) -> float | None:
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
    year = number_of(str(value))
    if year is None or not 1900 <= year <= 2200 or year != int(year):
        records.report(file, entity, field, f"not a year: {value!r}", "write the year as four digits")
        return None
    return int(year)


def sources_of(records: Records, file: str, entity: str, field: str, value: Any) -> tuple[str, ...]:
    """Source ids as an entry writes them; anything else is a problem."""
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


def text_of(value: Any) -> str:
    """A value of a text field: numbers and dates, too."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)  # a TOML date prints as the ISO date


def number_of(text: str) -> float | None:
    """The number that a cell is, None where it is none."""
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
