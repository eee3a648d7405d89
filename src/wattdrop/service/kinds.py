"""The kinds of object of the contract: what each is called, what its bodies hold, and how one is shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple

import msgspec

from ..catalog import Catalog, Table
from ..engine.columns import NUMBERS, TABLES
from ..engine.entities import gpu_entity, model_entity, node_entity
from ..schema.enums import DATATYPES, TASKS
from ..schema.objects import LATER_FIELDS, DatacenterGiven, Given, GpuGiven, ModelGiven, NodeGiven
from ..store import EntityKind, StoredEntity


class ObjectKind(NamedTuple):
    """What differs between models, nodes, accelerators and datacenters."""

    name: EntityKind
    word: str
    list_name: str
    given: type[Given]
    from_catalog: Callable[[Catalog, int], msgspec.Struct]
    references: tuple[tuple[str, str], ...] = ()  # (field, kind of what it names)

    @property
    def table_name(self) -> str:
        """Its table in the catalog."""
        return TABLES[self.name]

    def table(self, catalog: Catalog) -> Table:
        """Its table in a catalog."""
        return catalog.table(self.table_name)


def _never_shipped(catalog: Catalog, ix: int) -> msgspec.Struct:
    raise LookupError("the catalog ships no datacenters")


KINDS: Final[dict[str, ObjectKind]] = {
    "model": ObjectKind(
        "model",
        "model",
        "models",
        ModelGiven,
        model_entity,
        (("fine_tuned_from_model_id", "model"), ("benchmark_model_id", "model")),
    ),
    "node": ObjectKind("node", "node", "nodes", NodeGiven, node_entity, (("gpu_id", "gpu"),)),
    "gpu": ObjectKind("gpu", "accelerator", "gpus", GpuGiven, gpu_entity),
    "datacenter": ObjectKind("datacenter", "datacenter", "datacenters", DatacenterGiven, _never_shipped),
}


def shown_as_given(kind: ObjectKind, stored: StoredEntity, extended: bool) -> dict[str, Any]:
    """An object that somebody made, exactly as given. Later fields of the public API only where asked for."""
    fields: dict[str, Any] = {"id": stored.id}
    for name in kind.given.__struct_fields__:
        if name in stored.body and (extended or name not in LATER_FIELDS):
            fields[name] = stored.body[name]
    return _completed(kind, {**fields, **_made(stored)})


def shown_from_catalog(
    kind: ObjectKind, catalog: Catalog, ix: int, changed: StoredEntity | None, extended: bool
) -> dict[str, Any]:
    """A shipped object, with what an operator changed of it."""
    fields: dict[str, Any] = msgspec.to_builtins(kind.from_catalog(catalog, ix))
    if extended:
        for name, (column, factor) in NUMBERS[kind.name].items():
            value = kind.table(catalog).number(ix, column)
            if name in LATER_FIELDS and value == value:
                fields[name] = value * factor
    if changed is not None:
        hidden = {"id"} if extended else {"id", *LATER_FIELDS}
        fields.update({name: value for name, value in changed.body.items() if name not in hidden})
        fields.update(_made(changed))
    return _completed(kind, fields)


def _made(stored: StoredEntity) -> dict[str, Any]:
    return {
        "customer_id": stored.customer_id,
        "created_at": stored.created_at,
        "updated_at": stored.updated_at,
        "created_by": stored.created_by,
    }


def _completed(kind: ObjectKind, fields: dict[str, Any]) -> dict[str, Any]:
    if kind.name == "model":
        fields.setdefault("aliases", [])
        for name, words in (("task", TASKS), ("datatype", DATATYPES)):
            if fields.get(name) not in words:  # clients know the contract's words only
                fields.pop(name, None)
    if kind.name == "datacenter":
        fields.setdefault("locked", False)
    return fields
