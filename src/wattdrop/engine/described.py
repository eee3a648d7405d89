"""What customers say of their models, nodes, accelerators and datacenters, as entities of the catalog.

The contract asks for less than the method needs. What is left open is taken from the rules that made the shipped figures
or from the shipped entity that is most alike, with its source, a basis and a note, so that an explanation shows it.
Nothing is zero because nobody said it, and shipped entities keep their figures.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from ..errors import BadRequest
from .columns import NUMBERS, TABLES, TEXTS

if TYPE_CHECKING:
    from ..catalog import Catalog, Table

Body = Mapping[str, Any]
Entity = dict[str, Any]

_CPU: Final = "CPU"
_PROCESSOR: Final = "cpu_generic_2s"
_REFERENCE_GPU: Final = "h200_sxm_141gb"
_HOST_FIGURES: Final = (
    "idle_power_w_ex_gpu",
    "active_power_w_ex_gpu",
    "embodied_emissions_kgco2e_ex_gpu",
    "embodied_water_l_ex_gpu",
)
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
_SHAPE: Final = (
    "task",
    "architecture",
    "datatype",
    "decoder_type",
    "native_resolution",
    "default_resolution",
)
_OF_ANOTHER_MODEL: Final = frozenset({"id", "aliases", "name", "hugging_face_path", "note", "source"})


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


def with_objects(base: Catalog, objects: Iterable[Described], shadowing: bool = False) -> Catalog:
    """The base with a customer's objects behind it.

    Raises
    ------
    Conflict
        If a name is taken; not for names of the base where ``shadowing``.
    CatalogError
        If an object names something that is not there.
    """
    of_kind: dict[str, list[Described]] = {kind: [] for kind in TABLES}
    for one in objects:
        of_kind[one.kind].append(one)
    catalog = base.overlay(gpus=[_gpu(base, one) for one in of_kind["gpu"]], shadowing=shadowing)
    models = _Models(catalog, of_kind["model"])
    return catalog.overlay(
        models=[models.entity(one) for one in of_kind["model"]],
        nodes=[_node(catalog, one) for one in of_kind["node"]],
        datacenters=[_datacenter(catalog, one) for one in of_kind["datacenter"]],
        shadowing=shadowing,
    )


def _stated(one: Described) -> Entity:
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


def _override(base: Catalog, one: Described) -> Entity:
    """A shipped entity with what an operator changed of it."""
    table = base.table(TABLES[one.kind])
    entity = row_as_entity(table, table.row(one.replaces))
    stated = {column: _given(value) for column, value in _stated(one).items()}
    return {**entity, **stated, "id": one.replaces, "replaces": one.replaces}


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


def _figure(value: float, basis: str, note: str, sources: Iterable[str]) -> Entity:
    return {"value": value, "basis": basis, "note": note, "source": list(sources)}


# --- accelerators ---


def _gpu(base: Catalog, one: Described) -> Entity:
    """Rates follow from the ratio to H200 where they are not given, memory is that of the accelerator most alike."""
    if one.replaces:
        return _override(base, one)
    entity = _stated(one)
    gpus, ratio, power = base.gpus, entity["performance_ratio_to_h200"], entity["max_power_w"]
    h200 = gpus.row(_REFERENCE_GPU)
    note = f"performance_ratio_to_h200 {ratio:g} times that of {_REFERENCE_GPU}"
    for column in ("memory_bandwidth_gb_s", "fp16_tflops_dense"):
        rate = ratio * gpus.number(h200, column)
        entity.setdefault(column, _figure(rate, "derived", note, ["device-speed-rule"]))
    alike = _gpu_alike(base, ratio, power)
    note = f"not given; that of {gpus.ids[alike]}, whose speed is the nearest"
    memory = _figure(gpus.number(alike, "memory_gb"), "assumed", note, gpus.source_ids(alike))
    entity.setdefault("memory_gb", memory)
    share = gpus.number(h200, "idle_power_w") / gpus.number(h200, "max_power_w")
    note = f"not given; {share:.2g} of max_power_w, as on {_REFERENCE_GPU}"
    idle = _figure(share * power, "assumed", note, ["assumption-idle-power"])
    entity.setdefault("idle_power_w", idle)
    note = "the speed of a custom accelerator is taken to be what its software reaches"
    for column in ("software_efficiency_vs_cuda", "sustained_compute_factor"):
        entity[column] = _figure(1.0, "assumed", note, ["assumption-software-efficiency"])
    return entity


def _gpu_alike(base: Catalog, ratio: float, power: float) -> int:
    gpus = base.gpus

    def distance(ix: int) -> tuple[float, float]:
        return (
            abs(math.log(gpus.number(ix, "performance_ratio_to_h200") / ratio)),
            abs(math.log(gpus.number(ix, "max_power_w") / power)),
        )

    known = (
        ix
        for ix in gpus.visible()
        if gpus.text(ix, "form_factor") != _CPU
        and not gpus.text(ix, "owner_id")
        and gpus.number(ix, "performance_ratio_to_h200") > 0.0
        and gpus.number(ix, "memory_gb") > 0.0
    )
    return min(known, key=distance)


# --- nodes ---


def _node(catalog: Catalog, one: Described) -> Entity:
    """Host figures are those of the shipped machine most alike, for as many accelerators or processors."""
    if one.replaces:
        return _override(catalog, one)
    entity = _stated(one)
    count, sockets = entity["gpu_count"], entity["cpu_count"]
    gpu_ix = catalog.gpus.find(entity["gpu_id"])
    if gpu_ix is None:
        near = ", ".join(catalog.gpus.nearest(entity["gpu_id"]))
        message = f"gpu_id: no accelerator is named {entity['gpu_id']!r}; nearest: {near}"
        raise BadRequest(message, field="gpu_id", reason=f"nodes/{one.id}")
    entity["gpu_id"] = catalog.gpus.ids[gpu_ix]
    if count == 0 and catalog.gpus.text(gpu_ix, "form_factor") != _CPU:
        entity["gpu_id"] = _PROCESSOR
    entity["share_of_host"] = _figure(
        min(1.0, sockets / 2.0) if count == 0 else 1.0,
        "assumed",
        "a machine of its own; figures of processors are those of a pair",
        ["custom-entity"],
    )
    like = _node_alike(catalog, entity["gpu_id"], count, sockets)
    nodes = catalog.nodes
    scale = (
        sockets / nodes.number(like, "cpu_count") if count == 0 else count / nodes.number(like, "gpu_count")
    )
    of = f"{nodes.ids[like]} x {scale:.3g}, as many {'processors' if count == 0 else 'accelerators'}"
    known = {column: nodes.number(like, column) * scale for column in _HOST_FIGURES}
    if "idle_power_w_ex_gpu" in entity:  # a host that idles at less works at less
        ratio = nodes.number(like, "active_power_w_ex_gpu") / nodes.number(like, "idle_power_w_ex_gpu")
        known["active_power_w_ex_gpu"] = entity["idle_power_w_ex_gpu"] * ratio
    for column, value in known.items():
        rule = "host-power-rule" if "power" in column else "host-embodied-rule"
        entity.setdefault(column, _figure(value, "assumed", f"not given; that of {of}", [rule]))
    life = catalog.constants.figure(catalog.constants.row("default_use_life_years"), "value")
    if life is not None:
        years = _figure(life.value, "assumed", "not given; the default of the method", life.source_ids)
        entity.setdefault("use_life_years", years)
    return entity


def _node_alike(catalog: Catalog, gpu_id: str, count: float, sockets: float) -> int:
    """Of shipped machines: the same accelerator first, then the nearest number of them, on premises before rented."""
    nodes, gpus = catalog.nodes, catalog.gpus
    wanted = gpus.ids[gpus.row(gpu_id)]
    power = gpus.number(gpus.row(gpu_id), "max_power_w")
    shipped = catalog.remembered("shipped hosts", lambda: _shipped_hosts(catalog))

    def distance(ix: int) -> tuple[float, float, bool]:
        gpu = nodes.text(ix, "gpu_id")
        size = (
            (nodes.number(ix, "cpu_count"), sockets) if count == 0 else (nodes.number(ix, "gpu_count"), count)
        )
        unlike = (
            0.0 if gpu == wanted else 1.0 + abs(math.log(gpus.number(gpus.row(gpu), "max_power_w") / power))
        )
        return unlike, abs(math.log(size[0] / size[1])), nodes.text(ix, "cloud_id") != "onprem"

    nearest: int = min(shipped[count == 0], key=distance)
    return nearest


def _shipped_hosts(catalog: Catalog) -> tuple[list[int], list[int]]:
    """Shipped machines with whole accelerators, and those without any, whose host figures are known."""
    nodes = catalog.nodes
    known = [
        ix
        for ix in nodes.visible()
        if not nodes.text(ix, "owner_id") and all(nodes.number(ix, column) > 0.0 for column in _HOST_FIGURES)
    ]
    return (
        [ix for ix in known if nodes.number(ix, "gpu_count") >= 1.0],
        [ix for ix in known if nodes.number(ix, "gpu_count") == 0.0 and nodes.number(ix, "cpu_count") > 0.0],
    )


# --- models ---


class _Models:
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
            return _override(self._catalog, one)
        entity = _stated(one)
        self._check_words(entity, one.id)
        _size_of_experts(entity)
        if "total_params_billions" not in entity:
            self._fill(entity, *self._stand_in(entity))
        elif base := self._named(entity.get("fine_tuned_from_model_id", "")):
            self._fill(entity, base, "of the model that it is tuned from")
        if _value(entity, "active_params_billions") > _value(entity, "total_params_billions"):
            del entity["active_params_billions"]  # of a larger model: not of this one
        if "training_energy_mwh" not in entity and "training_emissions_tco2e" in entity:
            world = self._catalog.intensity(self._catalog.world_zone, "grid_intensity_gco2e_per_kwh", 9999)
            energy = entity["training_emissions_tco2e"] * 1e3 / world.value
            note = "not given; from training_usage_emissions_kgco2e at the world's grid intensity"
            entity["training_energy_mwh"] = _figure(energy, "derived", note, [world.source_id])
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
            if ix is None:
                ix = catalog.model_of_family(
                    entity["family"], catalog.families.text(family, "default_model_name")
                )
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
            if (
                column in _OF_ANOTHER_MODEL
                or column in entity
                or column.startswith(("training_", "estimated_"))
            ):
                continue
            if column in ("benchmark_model_id", "fine_tuned_from_model_id", "owner_id", *_PROVENANCE):
                continue
            figure = value if isinstance(value, dict) else {"value": value}
            if isinstance(value, dict | float | int):
                sources = figure.get("source") or like.get("source") or ["custom-entity"]
                entity[column] = _figure(figure["value"], "assumed", note, sources)
            elif column in _SHAPE:
                entity[column] = value


_PROVENANCE: Final = ("created_at", "updated_at", "created_by")


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
    entity.setdefault("total_params_billions", _figure(total, "derived", note, ["custom-entity"]))
    if active:
        shared = max(0.0, total - experts * each)
        at_work = min(total, shared + active * each)
        entity["active_params_billions"] = _figure(at_work, "derived", note, ["custom-entity"])


# --- datacenters ---


def _datacenter(catalog: Catalog, one: Described) -> Entity:
    entity = _stated(one)
    location = one.body.get("location")
    if location:
        entity["latitude_deg"], entity["longitude_deg"] = float(location["lat"]), float(location["lng"])
    return entity
