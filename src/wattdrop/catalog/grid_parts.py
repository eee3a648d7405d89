"""Long tables of grids and water -> parts: intensities, mixes, hours of the day, water of power plants, all by zone."""

from __future__ import annotations

import math
from array import array
from typing import Any

from .columns import BETWEEN_ITEMS, packed_object
from .entity_parts import Names, Parts, basis_of, check_source
from .entries import number_of, source_ids_of
from .figure import BASES
from .grids import HOURS, MONTHS
from .records import LongRow, Records


def sources_part(records: Records) -> dict[str, Any]:
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
    number = number_of(text)
    if number is None:
        records.report(row.file, _entity_of(row), column, f"not a number: {text!r}", "correct it")
        return math.nan
    return number


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


def intensity_parts(records: Records, zones: Names) -> Parts:
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


def mix_part(records: Records, zones: Names) -> dict[str, Any]:
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


def hourly_parts(records: Records, zones: Names) -> Parts:
    """Profiles as [profile][month][hour][carbon, water] over the annual mean, and which zone uses which."""
    profiles: dict[str, int] = {}
    ratios, spread, sources = array("d"), array("d"), {}
    for row in records.long["hourly"]:
        name = row.columns.get("profile", "")
        if name not in profiles:
            profiles[name] = len(profiles)
            ratios.extend([math.nan] * (MONTHS * HOURS * 2))
            spread.extend([math.nan] * (MONTHS * HOURS * 2))
        month, hour = _number_of(records, row, "month"), _number_of(records, row, "hour_utc")
        if not (month in range(MONTHS) and hour in range(HOURS)):
            records.report(row.file, _entity_of(row), "hour_utc", "month is 0-12, hour 0-23", "correct it")
            continue
        place = ((profiles[name] * MONTHS + int(month)) * HOURS + int(hour)) * 2
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


def ewif_part(records: Records, zones: Names) -> dict[str, Any]:
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
