"""What an object says itself, in the catalog's columns; and rows of the catalog as somebody would write them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from .columns import NUMBERS, TABLES, TEXTS

if TYPE_CHECKING:
    from ..catalog import Catalog, Table

Body = Mapping[str, Any]
Entity = dict[str, Any]

#: Zero in these means that nobody knows: the method divides by them.
_NOT_ZERO: Final = frozenset(
    {
        "average_utilization_rate",
        "estimated_use_life_days",
        "estimated_requests_per_day",
        "number_of_experts",
        "number_of_active_experts",
        "params_per_expert_billions",
        "tensor_parallelism",
    }
)


class Described(NamedTuple):
    """An object as given, whose it is, and who made it when."""

    kind: str
    id: str
    body: Body
    owner_id: int
    created_at: str
    updated_at: str
    created_by: str
    replaces: str = ""  # id of the shipped entity whose fields it changes


def stated(one: Described) -> Entity:
    """What the object says itself, in the catalog's columns."""
    entity: Entity = {
        "id": one.id,
        "owner_id": str(one.owner_id),
        "created_at": one.created_at,
        "updated_at": one.updated_at,
        "created_by": one.created_by,
    }
    entity.update({field: one.body[field] for field in TEXTS[one.kind] if field in one.body})
    for field, (column, factor) in NUMBERS[one.kind].items():
        value = one.body.get(field)
        if value is not None and (value or field not in _NOT_ZERO):
            entity[column] = value / factor
    if "aliases" in one.body:
        entity["aliases"] = list(one.body["aliases"])
    return entity


def override(base: Catalog, one: Described) -> Entity:
    """A shipped entity with what an operator changed of it."""
    table = base.table(TABLES[one.kind])
    entity = row_as_entity(table, table.row(one.replaces))
    changed = {column: _given(value) for column, value in stated(one).items()}
    return {**entity, **changed, "id": one.replaces, "replaces": one.replaces}


def _given(value: Any) -> Any:
    return (
        {"value": value, "source": "custom-entity", "basis": "given"} if isinstance(value, float) else value
    )


def row_as_entity(table: Table, ix: int) -> Entity:
    """A row of the catalog as somebody would write it, every figure with its provenance."""
    entity: Entity = {"id": table.ids[ix], "source": list(table.source_ids(ix)), "note": table.note(ix)}
    lists = ("aliases", "regions")
    for field in table.fields():
        if field in lists:
            entity[field] = list(table.texts(ix, field))
        elif text := table.text(ix, field):
            entity[field] = text
    for quantity, figure in table.figures(ix):
        entity[quantity] = {
            "value": figure.value,
            "low": figure.low,
            "high": figure.high,
            "source": list(figure.source_ids),
            "basis": figure.basis,
            "note": figure.note,
            "valid_from": figure.valid_from,
        }
    return entity


def figure(value: float, basis: str, note: str, sources: Iterable[str]) -> Entity:
    """A figure that the object does not say itself."""
    return {"value": value, "basis": basis, "note": note, "source": list(sources)}
