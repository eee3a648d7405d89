"""Customers' accelerators and nodes as entities: what they leave open is that of the shipped ones most alike."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from ..errors import BadRequest
from .stated import Described, Entity, figure, override, stated

if TYPE_CHECKING:
    from ..catalog import Catalog

_PROCESSOR: Final = "cpu_generic_2s"
_REFERENCE_GPU: Final = "h200_sxm_141gb"
_HOST_FIGURES: Final = (
    "idle_power_w_ex_gpu",
    "active_power_w_ex_gpu",
    "embodied_emissions_kgco2e_ex_gpu",
    "embodied_water_l_ex_gpu",
)


def custom_gpu(base: Catalog, one: Described) -> Entity:
    """Rates follow from the ratio to H200 where they are not given, memory is that of the accelerator most alike."""
    if one.replaces:
        return override(base, one)
    entity = stated(one)
    gpus, ratio, power = base.gpus, entity["performance_ratio_to_h200"], entity["max_power_w"]
    h200 = gpus.row(_REFERENCE_GPU)
    note = f"performance_ratio_to_h200 {ratio:g} times that of {_REFERENCE_GPU}"
    for column in ("memory_bandwidth_gb_s", "fp16_tflops_dense"):
        rate = ratio * gpus.number(h200, column)
        entity.setdefault(column, figure(rate, "derived", note, ["device-speed-rule"]))
    alike = _gpu_alike(base, ratio, power)
    note = f"not given; that of {gpus.ids[alike]}, whose speed is the nearest"
    memory = figure(gpus.number(alike, "memory_gb"), "assumed", note, gpus.source_ids(alike))
    entity.setdefault("memory_gb", memory)
    share = gpus.number(h200, "idle_power_w") / gpus.number(h200, "max_power_w")
    note = f"not given; {share:.2g} of max_power_w, as on {_REFERENCE_GPU}"
    idle = figure(share * power, "assumed", note, ["assumption-idle-power"])
    entity.setdefault("idle_power_w", idle)
    note = "the speed of a custom accelerator is taken to be what its software reaches"
    for column in ("software_efficiency_vs_cuda", "sustained_compute_factor"):
        entity[column] = figure(1.0, "assumed", note, ["assumption-software-efficiency"])
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
        if not gpus.number(ix, "processor_count") > 0.0
        and not gpus.text(ix, "owner_id")
        and gpus.number(ix, "performance_ratio_to_h200") > 0.0
        and gpus.number(ix, "memory_gb") > 0.0
    )
    return min(known, key=distance)


# --- nodes ---


def custom_node(catalog: Catalog, one: Described) -> Entity:
    """Host figures are those of the shipped machine most alike, for as many accelerators or processors."""
    if one.replaces:
        return override(catalog, one)
    entity = stated(one)
    count, sockets = entity["gpu_count"], entity["cpu_count"]
    gpu_ix = catalog.gpus.find(entity["gpu_id"])
    if gpu_ix is None:
        near = ", ".join(catalog.gpus.nearest(entity["gpu_id"]))
        message = f"gpu_id: no accelerator is named {entity['gpu_id']!r}; nearest: {near}"
        raise BadRequest(message, field="gpu_id", reason=f"nodes/{one.id}")
    entity["gpu_id"] = catalog.gpus.ids[gpu_ix]
    share, note, sources = 1.0, "a machine of its own", ["custom-entity"]
    if count == 0:
        if not catalog.gpus.number(gpu_ix, "processor_count") > 0.0:
            gpu_ix = catalog.gpus.row(_PROCESSOR)
            entity["gpu_id"] = _PROCESSOR
        processors = catalog.gpus.number(gpu_ix, "processor_count")
        share = min(1.0, sockets / processors)
        note += f"; the figures of {entity['gpu_id']} are those of {processors:g}"
        sources += catalog.gpus.source_ids(gpu_ix)
    entity["share_of_host"] = figure(share, "assumed", note, sources)
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
        entity.setdefault(column, figure(value, "assumed", f"not given; that of {of}", [rule]))
    life = catalog.constants.figure(catalog.constants.row("default_use_life_years"), "value")
    if life is not None:
        years = figure(life.value, "assumed", "not given; the default of the method", life.source_ids)
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
