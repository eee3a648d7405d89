"""Custom entities behind the base catalog's rows: a new Catalog that shares the base's tables."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from ..errors import CatalogError, Conflict
from .catalog import Catalog, Entity
from .entity_parts import Parts, check_references, check_sources, columns_part, figures_part, names_of
from .entries import record_of
from .figure import Problem, Source
from .kinds import KIND
from .records import Record, Records

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

# The source of a figure that a caller gave without saying where it is from.
CUSTOM_SOURCE: Final = Source(
    "custom-entity",
    "the caller",
    "Figure of a custom entity, as given by its owner",
    "",
    "",
    "",
    "",
    "estimate",
    "stands in where a custom entity names no source of its own",
    "",
    "",
)
_FILE: Final = "custom entity"
_AMOUNTS: Final = ("MWh", "tCO2e", "kgCO2e", "L")


def overlaid(
    base: Catalog, entities: Mapping[str, Iterable[Entity]], shadowing: bool = False, checked: bool = True
) -> Catalog:
    """The base with entities appended: their rows start at the length of the base's table.

    A name that another custom entity has, or the base unless ``shadowing``, raises Conflict, anything else wrong
    CatalogError. ``checked``: somebody has seen to it that its figures can be.
    """
    given = {kind: [_entity(kind, one) for one in of_kind] for kind, of_kind in entities.items()}
    given = {kind: of_kind for kind, of_kind in given.items() if of_kind}
    if not given:
        return base
    records = Records()
    records.quantities = base.quantities()
    records.sources = {**base.sources(), CUSTOM_SOURCE.id: CUSTOM_SOURCE}
    replaced = {kind: _replaced(base, kind, of_kind) for kind, of_kind in given.items()}
    for kind, of_kind in given.items():
        records.entities[kind] = [_record(records, kind, entity) for entity in of_kind]
    if not checked:
        _check_figures(records)
    _stop_at_problems(records)
    parts = _parts(records, base, replaced, shadowing)
    _stop_at_problems(records)
    return Catalog(_digest(base, given), parts.__getitem__, base, tuple(given), (CUSTOM_SOURCE,))


def _entity(kind: str, given: Entity) -> Entity:
    if not isinstance(given, Mapping):
        raise CatalogError(f"{_FILE}, {kind}: expected a list of mappings with an id each, got {given!r}")
    return dict(given)


def _check_figures(records: Records) -> None:
    """Figures as plausible as shipped ones have to be; and who owns a thing may say that it took nothing."""
    for of_kind in records.entities.values():
        for one in of_kind:
            for name, figure in one.figures.items():
                known = records.quantities.get(name)
                if known is None or (figure.value == 0.0 and known.unit in _AMOUNTS):
                    continue
                if not known.low <= figure.value <= known.high:
                    what = f"{figure.value:g} is outside the plausible {known.low:g} to {known.high:g}"
                    records.report(one.file, one.id, name, what, "correct value or unit")


def _stop_at_problems(records: Records) -> None:
    if records.problems:
        first = records.problems[0]
        raise CatalogError("; ".join(map(str, records.problems)), field=first.field, reason=_place(first))


def _place(problem: Problem) -> str:
    """Which entity it is: ``models/our_model``."""
    return f"{problem.file.removeprefix(_FILE).strip(', ')}/{problem.entity}"


def _replaced(base: Catalog, kind: str, entities: Iterable[Entity]) -> frozenset[int]:
    table = base.table(kind)
    return frozenset(table.row(entity["replaces"]) for entity in entities if entity.get("replaces"))


def _record(records: Records, kind: str, entity: Entity) -> Record:
    """A custom figure counts as given unless the entity says otherwise. None stands for not given."""
    present = {field: value for field, value in entity.items() if value is not None and field != "replaces"}
    record = record_of(records, KIND[kind], f"{_FILE}, {kind}", {"basis": "given", **present})
    if not record.sources:
        record.sources = (CUSTOM_SOURCE.id,)
    return record


def _parts(records: Records, base: Catalog, replaced: Mapping[str, frozenset[int]], shadowing: bool) -> Parts:
    parts: Parts = {}
    names: dict[str, Mapping[str, int]] = {}
    for kind, hidden in replaced.items():
        entries = records.entities[kind]
        before = len(records.problems)
        owner = _owner_in(base, kind, hidden)
        names[kind] = names_of(records, kind, entries, _nobody if shadowing else owner, owner)
        if len(records.problems) > before:
            problem = records.problems[before]
            raise Conflict(str(problem), field=problem.field, reason=_place(problem))
        parts[kind] = {**columns_part(records, KIND[kind], entries, names[kind]), "hidden": hidden}
        parts[kind + ".figures"] = figures_part(records, entries)

    def exists(kind: str, key: str) -> bool:
        return key in names.get(kind, ()) or base.table(kind).find_normalised(key) is not None

    for kind in names:
        check_references(records, records.entities[kind], exists)
        check_sources(records, records.entities[kind])
    return parts


def _owner_in(base: Catalog, kind: str, hidden: frozenset[int]) -> Callable[[str], str | None]:
    table = base.table(kind)

    def owner(key: str) -> str | None:
        ix = table.find_normalised(key)
        return None if ix is None or ix in hidden else table.ids[ix]

    return owner


def _nobody(key: str) -> str | None:
    return None


def _digest(base: Catalog, given: Mapping[str, Any]) -> str:
    """Follows from the base's digest and the entities, whatever the order of their fields."""
    from hashlib import sha256

    text = json.dumps(given, sort_keys=True, default=str)
    return sha256(f"{base.digest}\n{text}".encode()).hexdigest()
