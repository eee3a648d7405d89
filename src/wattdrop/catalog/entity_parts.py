"""Entities -> parts: a table's columns, and the provenance of its figures. Names must be unique and references exist."""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from ..schema.names import normalise, slug
from .columns import BETWEEN_ITEMS, BETWEEN_ROWS, Detail, encoded_text, packed_object, packed_texts
from .figure import CONSTANT_QUANTITY
from .kinds import KIND, PROVENANCE_FIELDS, Kind
from .records import RawFigure, Record, Records

Names = Mapping[str, int]
Parts = dict[str, dict[str, Any]]


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
