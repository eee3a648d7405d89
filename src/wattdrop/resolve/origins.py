"""Where a kernel input comes from: basis and sources of each setup field, constant and quantity of a resolved row.

Fields that are bound from named figures are listed. What a demand rests on is found by trying: each model figure and
each constant is moved a little, and those that move the field are its origin. So the answer cannot fall behind the code.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from ..kernel.demand import Demand, demand_for
from .place import GRID, GRID_DIRECT, NEWEST_YEAR
from .resolved import MODEL_NUMBERS, Resolved, facility_entity, model_fields

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ..catalog import Catalog, Figure


class Origin(NamedTuple):
    """Basis, sources and remark of one value."""

    basis: str
    source_ids: tuple[str, ...]
    note: str = ""


#: Setup field -> figures it is bound from: (table, quantity).
_BOUND: Mapping[str, tuple[tuple[str, str], ...]] = {
    "total_params": (("models", "total_params_billions"),),
    "active_params": (("models", "active_params_billions"), ("models", "total_params_billions")),
    "is_moe": (("models", "total_params_billions"),),
    "weight_bytes": (("datatypes", "bytes_per_weight"),),
    "kv_bytes_per_token": (
        ("models", "num_layers"),
        ("models", "num_kv_heads"),
        ("models", "head_dim"),
        ("constants", "kv_cache_bytes"),
    ),
    "attention_flops_per_pair": (("models", "num_layers"), ("models", "hidden_size")),
    "step_overhead_s": (
        ("models", "num_layers"),
        ("constants", "layer_overhead_s"),
        ("constants", "replica_exponent"),
        ("constants", "serving_overhead"),
    ),
    "token_overhead_s": (("constants", "token_overhead_s"), ("constants", "serving_overhead")),
    "gpu_max_power_w": (("gpus", "max_power_w"),),
    "gpu_idle_power_w": (("gpus", "idle_power_w"),),
    "gpu_flops_per_s": (
        ("gpus", "fp16_tflops_dense"),
        ("gpus", "fp8_tflops_dense"),
        ("gpus", "int8_tops_dense"),
        ("gpus", "software_efficiency_vs_cuda"),
        ("gpus", "sustained_compute_factor"),
    ),
    "gpu_bandwidth_bytes_per_s": (("gpus", "memory_bandwidth_gb_s"), ("gpus", "software_efficiency_vs_cuda")),
    "replica_gpus": (
        ("models", "total_params_billions"),
        ("gpus", "memory_gb"),
        ("constants", "replica_memory_share"),
    ),
    "node_gpus": (("nodes", "gpu_count"),),
    "host_idle_power_w": (("nodes", "idle_power_w_ex_gpu"),),
    "host_active_power_w": (("nodes", "active_power_w_ex_gpu"),),
    "gpu_embodied_gco2e": (("gpus", "embodied_emissions_kgco2e"),),
    "gpu_embodied_ml": (("gpus", "embodied_water_l"),),
    "host_embodied_gco2e": (("nodes", "embodied_emissions_kgco2e_ex_gpu"),),
    "host_embodied_ml": (("nodes", "embodied_water_l_ex_gpu"),),
    "use_life_s": (("nodes", "use_life_years"),),
}
#: Setup field -> quantity of the facility.
_FACILITY = {
    "default_pue": "pue",
    "default_wue_l_per_kwh": "wue_l_per_kwh",
    "default_grid_market_gco2e_per_kwh": "market_gco2e_per_kwh",
}
_TRAINING_FIGURES = (
    "training_energy_mwh",
    "training_emissions_tco2e",
    "training_gpu_hours",
    "training_compute_flop",
)
_TRAINING_CONSTANTS = (
    "lifetime_compute_ratio",
    "training_flops_utilization_share",
    "training_it_power_ratio",
    "training_pue",
)
_BASES = ("given", "measured", "published", "derived", "assumed")  # from firm to weak


def origin_of_setup(catalog: Catalog, resolved: Resolved, name: str) -> Origin:
    """Origin of a setup field of a resolved row."""
    if name in Demand._fields:
        return _combine(_demand_figures(catalog, resolved, name))
    if name in _FACILITY:
        return _of_facility(catalog, resolved, name)
    if name in ("default_grid_gco2e_per_kwh", "default_grid_direct_gco2e_per_kwh"):
        return _of_grid(catalog, resolved, GRID if name == "default_grid_gco2e_per_kwh" else GRID_DIRECT)
    if name == "default_ewif_l_per_kwh":
        ewif = catalog.ewif(resolved.zone_ix)
        return _combine([ewif] if ewif is not None else [])
    if name in ("default_utilization", "default_batch_size"):
        return _of_service(catalog, resolved, name)
    if name.endswith("_per_request"):
        figures = [catalog.models.figure(resolved.model_ix, figure) for figure in _TRAINING_FIGURES]
        return _combine([*figures, *(_constant(catalog, constant) for constant in _TRAINING_CONSTANTS)])
    return _combine(_bound_figures(catalog, resolved, name))


def origin_of_constant(catalog: Catalog, name: str) -> Origin:
    """Origin of a constant of the method."""
    return _combine([_constant(catalog, name)])


def origin_of_evidence(name: str) -> Origin:
    """Origin of a quantity of the row: the caller, or the shape of a day for the hourly ratios."""
    if name in ("grid_hourly_ratio", "ewif_hourly_ratio"):
        return Origin(
            "derived", (), "hour and month of utc_datetime; 1 where no time is given or no shape is known"
        )
    return Origin("given", ())


def _constant(catalog: Catalog, name: str) -> Figure | None:
    return catalog.constants.figure(catalog.constants.row(name), "value")


def _bound_figures(catalog: Catalog, resolved: Resolved, name: str) -> Iterator[Figure | None]:
    rows = {
        "models": resolved.model_ix,
        "gpus": resolved.gpu_ix,
        "nodes": resolved.node_ix,
        "datatypes": resolved.datatype_ix,
    }
    for kind, quantity in _BOUND[name]:
        if kind == "constants":
            yield _constant(catalog, quantity)
        else:
            yield getattr(catalog, kind).figure(rows[kind], quantity)


def _of_facility(catalog: Catalog, resolved: Resolved, name: str) -> Origin:
    entity = facility_entity(catalog, resolved.place, _FACILITY[name])
    if entity is None:  # no contract figure: the location-based one stands in
        grid = _of_grid(catalog, resolved, GRID)
        return grid._replace(note="no market-based figure is known; the location-based one is used")
    table, ix = entity
    return _combine([table.figure(ix, _FACILITY[name])])


def _of_grid(catalog: Catalog, resolved: Resolved, quantity: str) -> Origin:
    found = catalog.intensity(resolved.zone_ix, quantity, resolved.year or NEWEST_YEAR)
    return Origin(
        found.basis, (found.source_id,), f"{catalog.zones.ids[resolved.zone_ix]}, {found.year}, {found.rung}"
    )


def _of_service(catalog: Catalog, resolved: Resolved, name: str) -> Origin:
    batch = name == "default_batch_size"
    quantity = "typical_batch_size" if batch else "average_utilization_rate"
    figure = None if resolved.service_ix is None else catalog.services.figure(resolved.service_ix, quantity)
    if figure is None and not batch:
        figure = catalog.nodes.figure(resolved.node_ix, quantity)
    if figure is None:
        figure = _constant(catalog, "default_requests_in_flight" if batch else "default_utilization_rate")
    return _combine([figure])


_NUDGE = 1.015625


def _demand_figures(catalog: Catalog, resolved: Resolved, name: str) -> Iterator[Figure | None]:
    """The model figures and constants that a demand field moves with."""
    constants = catalog.constant_values()
    weight_bytes = catalog.datatypes.number(resolved.datatype_ix, "bytes_per_weight")
    fields = model_fields(catalog, resolved.model_ix, weight_bytes)
    before = getattr(resolved.demand, name)
    for quantity in MODEL_NUMBERS:
        value = float(fields[quantity])
        if not math.isnan(value):
            nudged = demand_for(resolved.task, {**fields, quantity: value * _NUDGE}, constants)
            if getattr(nudged, name) != before:
                yield catalog.models.figure(resolved.model_ix, quantity)
    for size in ("native_resolution", "default_resolution"):
        if (
            fields[size]
            and getattr(demand_for(resolved.task, {**fields, size: "1000x1000"}, constants), name) != before
        ):
            yield catalog.models.figure(resolved.model_ix, "total_params_billions")
    used = _Recorded(constants)
    demand_for(resolved.task, fields, used)
    for constant in used.read:
        nudged = demand_for(resolved.task, fields, {**constants, constant: constants[constant] * _NUDGE})
        if getattr(nudged, name) != before:
            yield _constant(catalog, constant)


class _Recorded(dict[str, float]):
    """Constants that note which of them were read."""

    def __init__(self, constants: Mapping[str, float]) -> None:
        super().__init__(constants)
        self.read: dict[str, None] = {}

    def __getitem__(self, key: str) -> float:
        self.read[key] = None
        return super().__getitem__(key)


def _combine(figures: Iterable[Figure | None]) -> Origin:
    known = [figure for figure in figures if figure is not None]
    if not known:
        return Origin("derived", (), "follows from the kind of work")
    sources = tuple(dict.fromkeys(source for figure in known for source in figure.source_ids))
    bases = {figure.basis for figure in known}
    note = "; ".join(dict.fromkeys(figure.note for figure in known if figure.note))
    if len(bases) == 1 and len(known) == 1:
        return Origin(known[0].basis, sources, note)
    weakest = max(bases, key=_BASES.index)
    return Origin("assumed" if weakest == "assumed" else "derived", sources, note)
