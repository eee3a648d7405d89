"""Customers' models as entities: what they leave open is that of the model that they stand on or stand for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from ..errors import BadRequest
from .stated import Described, Entity, figure, override, row_as_entity, stated

if TYPE_CHECKING:
    from ..catalog import Catalog

_SHAPE: Final = (
    "task",
    "architecture",
    "datatype",
    "decoder_type",
    "native_resolution",
    "default_resolution",
)
#: What another model is, not what it is like.
_ITS_OWN: Final = frozenset(
    {
        "id",
        "aliases",
        "name",
        "hugging_face_path",
        "note",
        "source",
        "benchmark_model_id",
        "fine_tuned_from_model_id",
        "owner_id",
        "created_at",
        "updated_at",
        "created_by",
    }
)


class Models:
    """Models of one customer, which may stand on shipped ones and on each other."""

    def __init__(self, catalog: Catalog, described: Iterable[Described]) -> None:
        self._catalog = catalog
        self._own = {one.id: one for one in described}
        self._done: dict[str, Entity] = {}
        self._doing: set[str] = set()

    def entity(self, one: Described) -> Entity:
        """A model with what it does not say taken from the model that it stands on or stands for."""
        if one.id not in self._done:
            self._doing.add(one.id)
            self._done[one.id] = self._made(one)
            self._doing.discard(one.id)
        return self._done[one.id]

    def _made(self, one: Described) -> Entity:
        if one.replaces:
            return override(self._catalog, one)
        entity = stated(one)
        self._check_words(entity, one.id)
        _size_of_experts(entity)
        if "total_params_billions" not in entity:
            self._fill(entity, *self._stand_in(entity))
        elif base := self._named(entity.get("fine_tuned_from_model_id", "")):
            self._fill(entity, base, "of the model that it is tuned from")
        if _value(entity, "active_params_billions") > _value(entity, "total_params_billions"):
            del entity["active_params_billions"]  # of a larger model: not of this one
        entity.setdefault("architecture", "moe" if entity.get("number_of_experts", 0) else "dense")
        return entity

    def _check_words(self, entity: Entity, id: str) -> None:
        for field, table in (("task", self._catalog.tasks), ("datatype", self._catalog.datatypes)):
            name = entity.get(field)
            if not name:
                continue
            ix = table.find(name)
            if ix is None:
                near = ", ".join(table.nearest(name))
                message = f"{field}: no {field} is named {name!r}; nearest: {near}"
                raise BadRequest(message, field=field, reason=f"models/{id}")
            if field == "task":
                entity["task"] = table.ids[ix]

    def _named(self, name: str) -> Entity | None:
        """A model of the caller's by its id, or a shipped one by any name."""
        if not name:
            return None
        own = self._own.get(name)
        if own is not None and own.id not in self._doing:
            return self.entity(own)
        models = self._catalog.models
        ix = models.find(name)
        return None if ix is None else row_as_entity(models, ix)

    def _stand_in(self, entity: Entity) -> tuple[Entity, str]:
        catalog = self._catalog
        for field, said in (
            ("fine_tuned_from_model_id", "the model that it is tuned from"),
            ("benchmark_model_id", "its benchmark model"),
        ):
            if found := self._named(entity.get(field, "")):
                return found, f"not given; that of {said}, {found['id']}"
        family = catalog.family_of(entity["family"]) if entity.get("family") else None
        if family is not None:
            ix = catalog.models.find(catalog.families.text(family, "default_model_id"))
            if ix is not None:
                note = f"not given; that of the family's default model, {catalog.models.ids[ix]}"
                return row_as_entity(catalog.models, ix), note
        task = entity.get("task", "text-generation")
        ix = catalog.models.row(catalog.tasks.text(catalog.tasks.row(task), "default_model_id"))
        note = f"not given; that of {catalog.models.ids[ix]}, the default model of {task}"
        return row_as_entity(catalog.models, ix), note

    def _fill(self, entity: Entity, like: Entity, note: str) -> None:
        """Take over the shape of another model, not what its training cost nor how often it is asked."""
        for column, value in like.items():
            if column in _ITS_OWN or column in entity or column.startswith(("training_", "estimated_")):
                continue
            known = value if isinstance(value, dict) else {"value": value}
            if isinstance(value, dict | float | int):
                sources = known.get("source") or like.get("source") or ["custom-entity"]
                entity[column] = figure(known["value"], "assumed", note, sources)
            elif column in _SHAPE:
                entity[column] = value


def _value(entity: Entity, column: str) -> float:
    figure = entity.get(column, 0.0)
    return float(figure["value"] if isinstance(figure, dict) else figure)


def _size_of_experts(entity: Entity) -> None:
    """Weights in all and at work, where experts say them."""
    experts, each = entity.get("number_of_experts"), entity.get("params_per_expert_billions")
    active = entity.get("number_of_active_experts")
    if not experts or not each:
        return
    note = "from number_of_experts, number_of_active_experts and params_per_expert_billions"
    total = entity.get("total_params_billions", experts * each)
    entity.setdefault("total_params_billions", figure(total, "derived", note, ["custom-entity"]))
    if active:
        shared = max(0.0, total - experts * each)
        at_work = min(total, shared + active * each)
        entity["active_params_billions"] = figure(at_work, "derived", note, ["custom-entity"])
