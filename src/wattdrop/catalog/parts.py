"""Records -> parts: the columns that the cache stores and the tables read. Names must be unique and
references exist.

One part per kind holds what an estimate needs; `<kind>.figures` holds ranges, sources, bases and notes.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from ..schema.names import normalise, slug
from .columns import BETWEEN_ITEMS, BETWEEN_ROWS, Detail, encoded_text, packed_object, packed_texts
from .figure import BASES, CONSTANT_QUANTITY
from .gpu_nodes import node_of_each_gpu
from .kinds import KIND, KINDS, PROVENANCE_FIELDS, Kind
from .records import LongRow, RawFigure, Record, Records, source_ids_of
from .table import Table

Parts = dict[str, dict[str, Any]]
Names = Mapping[str, int]
HOURLY_MONTHS: Final = 13  # 0 is the whole year
HOURS: Final = 24


def build_parts(records: Records) -> Parts:
    """Every part of the catalog. Problems found on the way are added to `records.problems`."""
    parts: Parts = {
        "quantities": {key: tuple(quantity) for key, quantity in records.quantities.items()},
        "sources": {key: tuple(source) for key, source in records.sources.items()},
    }
    names: dict[str, Names] = {}
    for kind in KINDS:
        entries = records.entities[kind.name]
        names[kind.name] = names_of(records, kind.name, entries)
        parts[kind.name] = columns_part(records, kind, entries, names[kind.name])
        parts[kind.name + ".figures"] = figures_part(records, entries)
    for kind in KINDS:
        check_references(records, records.entities[kind.name], lambda kind_name, key: key in names[kind_name])
        check_sources(records, records.entities[kind.name])
    zones = {record.id: ix for ix, record in enumerate(records.entities["zones"])}
    parts.update(_intensity_parts(records, zones))
    parts["mix"] = _mix_part(records, zones)
    parts.update(_hourly_parts(records, zones))
    parts["ewif"] = _ewif_part(records, zones)
    parts["nodes.of_gpus"] = node_of_each_gpu(Table("nodes", parts.__getitem__))
    parts["long.figures"] = _long_sources(records)
    return parts


# --- entities ---


def names_of(
    records: Records,
    kind: str,
    entries: Sequence[Record],
    taken: Callable[[str], str | None] = lambda key: None,
    instance_of: Callable[[str], str | None] | None = None,
) -> dict[str, int]:
    """Normalised id and aliases -> row. A name of two entities is a problem, whichever spelling it has.

    With ``instance_of`` (who has a cloud's instance already) a machine that runs on an instance of another's is known
    by its own names only.
    """
    names: dict[str, int] = {}
    for ix, record in enumerate(entries):
        for field, name in _spellings(record):
            key = normalise(name)
            if instance_of and field == "cloud_instance_id" and (key in names or instance_of(key)):
                continue
            owner = entries[names[key]].id if names.get(key, ix) != ix else taken(key)
            if not key and record.id:
                records.report(record.file, record.id, field, f"{name!r} is no name", "remove it")
            elif not key:
                continue  # an entry without an id is reported already
            elif owner is not None:
                fix = "ids and aliases share one namespace, compared without case and separators: rename one"
                records.report(record.file, record.id, field, f"{name!r} already names {owner}", fix)
            elif field == "id" and key in names:
                records.report(record.file, record.id, field, "defined twice", "keep one entry")
            else:
                names[key] = ix
    return names


def _spellings(record: Record) -> Iterable[tuple[str, str]]:
    """(field, name) of everything that names an entity. The id comes first."""
    yield "id", record.id
    for alias in record.lists.get("aliases", ()):
        yield "aliases", alias
    if record.kind == "nodes":
        yield "slug", slug(record.id)
        if record.texts.get("cloud_id") and record.texts.get("cloud_instance_id"):
            yield "cloud_instance_id", f"{record.texts['cloud_id']}:{record.texts['cloud_instance_id']}"


def columns_part(records: Records, kind: Kind, entries: Sequence[Record], names: Names) -> dict[str, Any]:
    """The values of a table, packed by column."""
    quantities = _keys(record.figures for record in entries)
    texts, lists = _keys(record.texts for record in entries), _keys(record.lists for record in entries)
    part: dict[str, Any] = {
        "rows": len(entries),
        "ids": encoded_text(BETWEEN_ROWS.join(record.id for record in entries)),
        "names": encoded_text(BETWEEN_ROWS.join(("", *names, ""))),
        "name_rows": array("i", names.values()).tobytes(),
        "quantities": quantities,
        "fields": [*texts, *lists],
        "known": packed_object(
            kind.texts | kind.lists | PROVENANCE_FIELDS | {CONSTANT_QUANTITY, *records.quantities}
        ),
    }
    for quantity in quantities:
        part[f"number {quantity}"] = _numbers(entries, quantity)
    for field in texts:
        part[f"text {field}"] = packed_texts(record.texts.get(field, "") for record in entries)
    for field in lists:
        part[f"text {field}"] = packed_texts(
            BETWEEN_ITEMS.join(record.lists.get(field, ())) for record in entries
        )
    return part


def _keys(mappings: Iterable[Mapping[str, Any]]) -> list[str]:
    return list(dict.fromkeys(key for mapping in mappings for key in mapping))


def _numbers(entries: Sequence[Record], quantity: str) -> bytes:
    values = (
        record.figures[quantity].value if quantity in record.figures else math.nan for record in entries
    )
    return array("d", values).tobytes()


def figures_part(records: Records, entries: Sequence[Record]) -> dict[str, Any]:
    """Provenance of a table: per entity, and per figure where it says something of its own."""
    figures: dict[str, dict[int, Detail]] = {}
    for ix, record in enumerate(entries):
        for quantity, figure in record.figures.items():
            if _says_something(figure):
                sources = BETWEEN_ITEMS.join(figure.sources)
                basis = figure.basis or basis_of(records, figure.sources)
                detail = (figure.low, figure.high, figure.valid_from, sources, basis, figure.note)
                figures.setdefault(quantity, {})[ix] = detail
    files = _keys([{record.file: None} for record in entries])
    return {
        "quantities": list(figures),
        **{f"figures {quantity}": packed_object(details) for quantity, details in figures.items()},
        "sources": packed_texts(BETWEEN_ITEMS.join(record.sources) for record in entries),
        "bases": packed_texts(record.basis or basis_of(records, record.sources) for record in entries),
        "notes": packed_texts(record.note for record in entries),
        "files": files,
        "file_rows": array("i", [files.index(record.file) for record in entries]).tobytes(),
        "defaults": {
            quantity.id: (
                BETWEEN_ITEMS.join(quantity.source_ids),
                quantity.basis or basis_of(records, quantity.source_ids),
            )
            for quantity in records.quantities.values()
            if quantity.source_ids or quantity.basis
        },
    }


def _says_something(figure: RawFigure) -> bool:
    """Whether a figure carries more than its value."""
    words = (figure.sources, figure.basis, figure.note, figure.valid_from)
    return any(words) or figure.low == figure.low or figure.high == figure.high


# What kind of source says about the figures it gives, where neither figure nor entity names a basis.
_BASIS_OF_SOURCE_KIND: Final = {
    "measurement": "measured",
    "datasheet": "published",
    "operator-report": "published",
    "dataset": "published",
    "paper": "published",
    "estimate": "derived",
    "assumption": "assumed",
    "fit": "derived",
}


def basis_of(records: Records, sources: Sequence[str]) -> str:
    """The basis that follows from the kind of the first source."""
    source = records.sources.get(sources[0]) if sources else None
    return _BASIS_OF_SOURCE_KIND.get(source.kind, "") if source is not None else ""


def check_references(records: Records, entries: Iterable[Record], exists: Callable[[str, str], bool]) -> None:
    """Fields that name another entity must name one that is there."""
    for record in entries:
        for field, kind in KIND[record.kind].references:
            text = record.texts.get(field)
            for name in record.lists.get(field, ()) if text is None else (text,):
                if name and not exists(kind, normalise(name)):
                    records.report(
                        record.file, record.id, field, f"no {kind} entry named {name!r}", "correct or add it"
                    )


def check_sources(records: Records, entries: Iterable[Record]) -> None:
    """Every figure must lead to a source record."""
    for record in entries:
        for source in record.sources:
            check_source(records, record.file, record.id, "source", source)
        for quantity, figure in record.figures.items():
            for source in figure.sources:
                check_source(records, record.file, record.id, quantity, source)
            definition = records.quantities.get(quantity)
            if not (figure.sources or record.sources or (definition is not None and definition.source_ids)):
                records.report(
                    record.file, record.id, quantity, "no source", 'add source = "..." to entry or figure'
                )


def check_source(records: Records, file: str, entity: str, field: str, source: str) -> None:
    """A source that is named must have a record."""
    if source not in records.sources:
        records.report(
            file, entity, field, f"no source with id {source!r}", "correct it, or add it to sources/*.toml"
        )


# --- grids: long tables ---


def _long_sources(records: Records) -> dict[str, Any]:
    """Which sources the long tables name, and whether the share-alike folder is there."""
    rows = [row for table in records.long.values() for row in table]
    sources = {BETWEEN_ITEMS.join(source_ids_of(row.columns.get("source", ""))) for row in rows}
    return {
        "sources": sorted(sources - {""}),
        "share_alike": any(row.file.startswith("odbl/") for row in rows),
    }


def _entity_of(row: LongRow) -> str:
    name = row.columns.get("zone") or row.columns.get("profile", "")
    return f"line {row.line} ({name})"


def _zone_of(records: Records, zones: Names, row: LongRow) -> int | None:
    zone = zones.get(row.columns.get("zone", ""))
    if zone is None:
        records.report(
            row.file, _entity_of(row), "zone", "no such zone in grids/zones.csv", "correct or add it"
        )
    return zone


def _number_of(records: Records, row: LongRow, column: str) -> float:
    """The cell as a number, nan where it is empty."""
    text = row.columns.get(column, "")
    if not text:
        return math.nan
    try:
        return float(text)
    except ValueError:
        records.report(row.file, _entity_of(row), column, f"not a number: {text!r}", "correct it")
        return math.nan


def _year_of(records: Records, row: LongRow, column: str) -> int:
    number = _number_of(records, row, column)
    if not 1900 <= number <= 2200:
        records.report(row.file, _entity_of(row), column, "not a year", "write the year as four digits")
        return 0
    return int(number)


def _provenance_of(records: Records, row: LongRow) -> tuple[str, str]:
    """(sources joined, basis) of a line; a line without a basis has that of its source's kind."""
    ids = source_ids_of(row.columns.get("source", ""))
    if not ids:
        records.report(row.file, _entity_of(row), "source", "no source", "name a source of sources/*.toml")
    for source in ids:
        check_source(records, row.file, _entity_of(row), "source", source)
    basis = row.columns.get("basis", "")
    if basis and basis not in BASES:
        records.report(
            row.file, _entity_of(row), "basis", f"unknown basis {basis!r}", f"use {', '.join(BASES)}"
        )
    return BETWEEN_ITEMS.join(ids), basis or basis_of(records, ids)


def _intensity_parts(records: Records, zones: Names) -> Parts:
    """One part per quantity: zone row -> its years, oldest first, as (year, value, sources, basis), packed."""
    values: dict[str, dict[int, list[tuple[int, float, str, str]]]] = {}
    details: dict[str, dict[int, dict[int, tuple[float, float, str]]]] = {}
    for row in records.long["intensity"]:
        zone, quantity = _zone_of(records, zones, row), row.columns.get("quantity", "")
        year, value = _year_of(records, row, "valid_from"), _number_of(records, row, "value")
        sources, basis = _provenance_of(records, row)
        if quantity not in records.quantities:
            records.report(
                row.file, _entity_of(row), "quantity", f"unknown quantity {quantity!r}", "correct it"
            )
        if math.isnan(value):
            records.report(row.file, _entity_of(row), "value", "no value", "remove the line or fill it")
        if zone is None:
            continue
        years = values.setdefault(quantity, {}).setdefault(zone, [])
        if any(year == other[0] for other in years):
            records.report(
                row.file, _entity_of(row), quantity, f"a second figure for {year}", "keep one per year"
            )
        years.append((year, value, sources, basis))
        low, high, note = (
            _number_of(records, row, "low"),
            _number_of(records, row, "high"),
            row.columns.get("note", ""),
        )
        if note or low == low or high == high:
            details.setdefault(quantity, {}).setdefault(zone, {})[year] = (low, high, note)
    parts: Parts = {"intensity": {"quantities": sorted(values)}, "intensity.figures": details}
    for quantity, by_zone in values.items():
        parts[f"intensity.{quantity}"] = {
            "zones": {zone: packed_object(tuple(sorted(years))) for zone, years in by_zone.items()},
        }
    return parts


def _mix_part(records: Records, zones: Names) -> dict[str, Any]:
    """zone row -> year -> fuel -> (share, sources, basis)."""
    mix: dict[int, dict[int, dict[str, tuple[float, str, str]]]] = {}
    for row in records.long["mix"]:
        zone, year, fuel = (
            _zone_of(records, zones, row),
            _year_of(records, row, "year"),
            row.columns.get("fuel", ""),
        )
        share = _number_of(records, row, "share")
        sources, basis = _provenance_of(records, row)
        if zone is None:
            continue
        shares = mix.setdefault(zone, {}).setdefault(year, {})
        if fuel in shares:
            records.report(row.file, _entity_of(row), fuel, f"a second share for {year}", "keep one")
        shares[fuel] = (share, sources, basis)
    return {"zones": mix}


def _hourly_parts(records: Records, zones: Names) -> Parts:
    """Profiles as [profile][month][hour][carbon, water] over the annual mean, and which zone uses which."""
    profiles: dict[str, int] = {}
    ratios, spread, sources = array("d"), array("d"), {}
    for row in records.long["hourly"]:
        name = row.columns.get("profile", "")
        if name not in profiles:
            profiles[name] = len(profiles)
            ratios.extend([math.nan] * (HOURLY_MONTHS * HOURS * 2))
            spread.extend([math.nan] * (HOURLY_MONTHS * HOURS * 2))
        month, hour = _number_of(records, row, "month"), _number_of(records, row, "hour_utc")
        if not (month in range(HOURLY_MONTHS) and hour in range(HOURS)):
            records.report(row.file, _entity_of(row), "hour_utc", "month is 0-12, hour 0-23", "correct it")
            continue
        place = ((profiles[name] * HOURLY_MONTHS + int(month)) * HOURS + int(hour)) * 2
        if ratios[place] == ratios[place]:
            records.report(row.file, _entity_of(row), "hour_utc", "this hour is there twice", "keep one line")
        ratios[place] = _number_of(records, row, "carbon_ratio")
        ratios[place + 1] = _number_of(records, row, "water_ratio")
        spread[place], spread[place + 1] = _number_of(records, row, "p10"), _number_of(records, row, "p90")
        sources[profiles[name]] = _provenance_of(records, row)
    used: dict[int, int] = {}
    remarks: dict[int, dict[str, str]] = {}
    for row in records.long["hourly_zones"]:
        zone, profile = _zone_of(records, zones, row), profiles.get(row.columns.get("profile", ""))
        if profile is None:
            records.report(
                row.file, _entity_of(row), "profile", "no such profile in hourly.csv", "correct or add it"
            )
        elif zone is not None:
            if zone in used:
                records.report(row.file, _entity_of(row), "zone", "this zone is there twice", "keep one line")
            used[zone] = profile
            remarks[zone] = {
                key: text for key, text in row.columns.items() if text and key not in ("zone", "profile")
            }
        for source in source_ids_of(row.columns.get("source", "")):
            check_source(records, row.file, _entity_of(row), "source", source)
    return {
        "hourly": {"zones": used, "ratios": ratios.tobytes()},
        "hourly.figures": {
            "ids": list(profiles),
            "sources": sources,
            "spread": spread.tobytes(),
            "remarks": remarks,
        },
    }


def _ewif_part(records: Records, zones: Names) -> dict[str, Any]:
    """zone row -> its newest off-site water factor, packed; technologies by name beside them."""
    by_zone: dict[int, tuple[Any, ...]] = {}
    technologies: dict[str, tuple[Any, ...]] = {}
    for row in records.long["ewif"]:
        sources, basis = _provenance_of(records, row)
        year = _year_of(records, row, "valid_from") if row.columns.get("valid_from") else None
        value, low, high = (_number_of(records, row, column) for column in ("value", "low", "high"))
        note = row.columns.get("note", "")
        extra = (_number_of(records, row, "excl_hydro"), _number_of(records, row, "withdrawal"))
        figure = (value, low, high, year, sources, basis, note, *extra)
        if math.isnan(value):
            records.report(row.file, _entity_of(row), "value", "no value", "remove the line or fill it")
        elif row.columns.get("scope") in ("technology", "mode_default"):
            technologies[row.columns.get("zone", "")] = figure
        elif (zone := _zone_of(records, zones, row)) is not None:
            known = by_zone.get(zone)
            if known is not None and known[3] == year:
                records.report(
                    row.file, _entity_of(row), "zone", "this zone and year are there twice", "keep one"
                )
            by_zone[zone] = figure if known is None else max(known, figure, key=lambda entry: entry[3] or 0)
    packed = {zone: packed_object(figure) for zone, figure in by_zone.items()}
    return {"zones": packed, "technologies": technologies}
