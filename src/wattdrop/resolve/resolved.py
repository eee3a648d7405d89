"""A description resolved: the model, machine and place it means, and the kernel's setup bound from their figures."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from ..errors import RowError
from ..kernel.columns import Evidence, Setup
from ..kernel.constants import Constants
from ..kernel.demand import Demand, demand_for
from ..kernel.estimate import estimate
from ..kernel.ops import FLOATS
from ..kernel.replica import (
    attention_flops_per_pair,
    kv_bytes_per_token,
    recurrent_state_bytes,
    replica_gpus,
    step_overhead_s,
    token_overhead_s,
)
from ..units import BYTES_PER_GB, FLOPS_PER_TFLOP, G_PER_KG, ML_PER_L, PER_BILLION, S_PER_YEAR
from .choice import Choice
from .hardware import HardwareFound, names_hardware, resolve_hardware
from .lifetime import Lifetime, Making, lifetime
from .model import resolve_model, unknown
from .place import GRID, GRID_DIRECT, NEWEST_YEAR, PlaceFound, resolve_place
from .service import resolve_service
from .task import named_task, resolve_task

if TYPE_CHECKING:
    from ..catalog import Catalog, Table
    from .description import Description


class Resolved(NamedTuple):
    """Everything that follows from the names of a row."""

    setup: Setup
    choices: tuple[Choice, ...]
    task: str
    model_ix: int
    node_ix: int
    gpu_ix: int
    service_ix: int | None
    datatype_ix: int
    place: PlaceFound
    description: Description
    demand: Demand
    lifetime: Lifetime

    @property
    def zone_ix(self) -> int:
        """The grid zone."""
        return self.place.zone_ix


def resolve_description(catalog: Catalog, d: Description) -> Resolved | RowError:
    """Answer every question that a description leaves open, in the order in which the answers need each other."""
    task_named = named_task(catalog, d)
    if isinstance(task_named, RowError):
        return task_named
    model = resolve_model(catalog, d, task_named)
    if isinstance(model, RowError):
        return model
    datatype = _datatype(catalog, d, model.ix)
    if isinstance(datatype, RowError):
        return datatype
    datatype_ix, datatype_choice = datatype
    task = resolve_task(catalog, d, task_named, model.ix)
    service = resolve_service(catalog, d, model.ix, names_hardware(d))
    weight_bytes = catalog.datatypes.number(datatype_ix, "bytes_per_weight")
    model_bytes = catalog.models.number(model.ix, "total_params_billions") * PER_BILLION * weight_bytes
    hardware = resolve_hardware(catalog, d, service.ix, model_bytes)
    if isinstance(hardware, RowError):
        return hardware
    place = resolve_place(catalog, d, service.ix, hardware.node_ix)
    return _bind(
        catalog,
        d,
        task,
        model.ix,
        model.choice,
        service.ix,
        service.choice,
        datatype_ix,
        datatype_choice,
        hardware,
        place,
    )


def _datatype(catalog: Catalog, d: Description, model_ix: int) -> tuple[int, Choice] | RowError:
    table = catalog.datatypes
    if d.datatype:
        ix = table.find(d.datatype)
        if ix is None:
            return unknown("datatype", "datatype", d.datatype, table.nearest(d.datatype))
        return ix, Choice("datatype", table.ids[ix], "given", "datatype")
    of_model = catalog.models.text(model_ix, "datatype")
    ix = table.find(of_model) if of_model else None
    if ix is not None:
        return ix, Choice("datatype", table.ids[ix], "published", "the model's usual serving precision")
    return table.row("bf16"), Choice("datatype", "bf16", "assumed", "no precision is published")


def _bind(
    catalog: Catalog,
    d: Description,
    task: Choice,
    model_ix: int,
    model_choice: Choice,
    service_ix: int | None,
    service_choice: Choice | None,
    datatype_ix: int,
    datatype_choice: Choice,
    hardware: HardwareFound,
    place: PlaceFound,
) -> Resolved:
    constants = catalog.constant_values()
    c = kernel_constants(catalog)
    weight_bytes = catalog.datatypes.number(datatype_ix, "bytes_per_weight")
    demand = demand_for(task.chosen, model_fields(catalog, model_ix, weight_bytes), constants)
    machine = machine_of(catalog, hardware, datatype_ix)
    model = weights_of(catalog, model_ix)
    replica = (
        float(d.gpu_count)
        if d.gpu_count
        else replica_gpus(model.total, weight_bytes, machine.memory_bytes, machine.gpus, math.nan, c)
    )
    batch, batch_choice = _batch(catalog, service_ix)
    if not demand.decodes:
        served = f"{demand.pass_batch_size:g} in one call"
        batch_choice = Choice("batch", served, "assumed", "default of the kind of work")
    utilization, utilization_choice = _utilization(catalog, service_ix, hardware.node_ix)
    facility = facility_of(catalog, place)
    grid = grid_of(catalog, place, d.year)
    number = catalog.models.number
    layers, hidden = number(model_ix, "num_layers"), number(model_ix, "hidden_size")
    architecture = catalog.models.text(model_ix, "architecture")
    making_unknown = Lifetime(Making(), Making(), Choice("training", "", "", ""))
    unmade = Setup(
        total_params=model.total,
        active_params=model.active,
        is_moe=float(model.is_moe),
        weight_bytes=weight_bytes,
        kv_bytes_per_token=kv_bytes_per_token(
            model.active,
            layers,
            number(model_ix, "num_kv_heads"),
            number(model_ix, "head_dim"),
            constants["kv_cache_bytes"],
            c,
            architecture,
        ),
        attention_flops_per_pair=attention_flops_per_pair(model.active, layers, hidden, c, architecture),
        step_overhead_s=step_overhead_s(model.total, replica, model.is_moe, c, layers),
        token_overhead_s=token_overhead_s(
            replica,
            c,
            recurrent_state_bytes(model.active, layers, hidden, architecture, c),
            machine.bandwidth_bytes_per_s,
        ),
        **{name: getattr(demand, name) for name in Demand._fields if name != "note"},
        gpu_max_power_w=machine.max_power_w,
        gpu_idle_power_w=machine.idle_power_w,
        gpu_flops_per_s=machine.flops_per_s,
        gpu_bandwidth_bytes_per_s=machine.bandwidth_bytes_per_s,
        replica_gpus=replica,
        node_gpus=machine.gpus,
        host_idle_power_w=machine.host_idle_power_w,
        host_active_power_w=machine.host_active_power_w,
        gpu_embodied_gco2e=machine.embodied_gco2e,
        gpu_embodied_ml=machine.embodied_ml,
        host_embodied_gco2e=machine.host_embodied_gco2e,
        host_embodied_ml=machine.host_embodied_ml,
        use_life_s=machine.use_life_s,
        default_utilization=utilization,
        default_batch_size=batch,
        default_pue=facility.pue,
        default_wue_l_per_kwh=facility.wue_l_per_kwh,
        default_grid_gco2e_per_kwh=grid.life_cycle,
        default_grid_direct_gco2e_per_kwh=grid.direct,
        default_grid_market_gco2e_per_kwh=facility.market
        if facility.market == facility.market
        else grid.life_cycle,
        default_ewif_l_per_kwh=catalog.ewif_value(place.zone_ix),
        **making_unknown.per_request(),
    )
    life = lifetime(catalog, model_ix, _default_request_flops(unmade, c))
    setup = unmade._replace(**life.per_request())
    replica_choice = Choice(
        "accelerators",
        f"{replica:g} x {catalog.gpus.ids[hardware.gpu_ix]}",
        "given" if d.gpu_count else "derived",
        "gpu_count" if d.gpu_count else "smallest number that holds the weights",
    )
    workload = Choice("workload", task.chosen, task.basis, "demand of the task", demand.note)
    choices = (
        model_choice,
        task,
        *((service_choice,) if service_choice else ()),
        hardware.choice,
        datatype_choice,
        replica_choice,
        batch_choice,
        utilization_choice,
        *place.choices,
        grid.choice,
        life.choice,
        *((workload,) if demand.note else ()),
    )
    return Resolved(
        setup,
        choices,
        task.chosen,
        model_ix,
        hardware.node_ix,
        hardware.gpu_ix,
        service_ix,
        datatype_ix,
        place,
        d,
        demand,
        life,
    )


#: A row that states nothing: what the setup's defaults make of it is the model's default request.
_NOTHING_STATED = Evidence(*([math.nan] * len(Evidence._fields)))._replace(
    grid_hourly_ratio=1.0, ewif_hourly_ratio=1.0, quantity=1.0
)


def _default_request_flops(setup: Setup, c: Constants) -> float:
    """Arithmetic of one default request of the model. [FLOP]"""
    impact = estimate(setup, _NOTHING_STATED, c, FLOATS)
    many = impact.denoise
    return float(
        impact.prefill.prefill_flops
        + impact.decode.decode_flops
        + impact.passes.pass_flops
        + many.denoise_linear_flops
        + many.denoise_attention_flops
        + many.denoise_decoder_flops
        + many.denoise_prompt_flops
    )


def kernel_constants(catalog: Catalog) -> Constants:
    """The kernel's constants from the catalog's figures."""
    values = catalog.constant_values()
    return Constants(**{name: values[name] for name in Constants._fields})


#: Catalog columns of a model that a demand is built from.
_MODEL_TEXTS = ("architecture", "task", "native_resolution", "default_resolution", "decoder_type")
MODEL_NUMBERS = (
    "total_params_billions",
    "active_params_billions",
    "num_layers",
    "hidden_size",
    "context_length",
    "gflops_per_item",
    "default_steps",
    "guidance_passes",
    "latent_downscale",
    "latent_temporal_downscale",
    "text_encoder_params_billions",
    "fps",
    "default_frames",
    "audio_window_seconds",
    "audio_tokens_per_second",
)


def model_fields(catalog: Catalog, ix: int, weight_bytes: float) -> dict[str, float | str]:
    """A model's catalog columns for ``demand_for``, under their own names."""
    fields: dict[str, float | str] = {name: catalog.models.text(ix, name) for name in _MODEL_TEXTS}
    fields.update((name, catalog.models.number(ix, name)) for name in MODEL_NUMBERS)
    fields["weight_bytes"] = weight_bytes
    own = catalog.tasks.find(str(fields["task"]))
    if own is not None:
        fields["task"] = catalog.tasks.ids[own]
    return fields


class Weights(NamedTuple):
    """Sizes of a model in weights."""

    total: float
    active: float
    is_moe: bool


def weights_of(catalog: Catalog, ix: int) -> Weights:
    """Total and active weights; active is the total where the catalog gives none."""
    total = catalog.models.number(ix, "total_params_billions") * PER_BILLION
    active = catalog.models.number(ix, "active_params_billions") * PER_BILLION
    active = active if active == active else total
    return Weights(total, active, catalog.models.text(ix, "architecture") == "moe")


class Machine(NamedTuple):
    """One accelerator of a node as the kernel sees it, and the host around it."""

    max_power_w: float
    idle_power_w: float
    flops_per_s: float
    bandwidth_bytes_per_s: float
    memory_bytes: float
    embodied_gco2e: float
    embodied_ml: float
    gpus: float
    host_idle_power_w: float
    host_active_power_w: float
    host_embodied_gco2e: float
    host_embodied_ml: float
    use_life_s: float


#: Peak rates by precision of the arithmetic: the fastest of the first group that the accelerator has.
_PEAKS = {
    "8-bit": (("fp8_tflops_dense", "int8_tops_dense"), ("fp16_tflops_dense",)),
    "16-bit": (("fp16_tflops_dense",),),
    "32-bit": (("fp16_tflops_dense",),),
}


def machine_of(catalog: Catalog, hardware: HardwareFound, datatype_ix: int) -> Machine:
    """The accelerator and its host.

    A slice of an accelerator (count below 1) has that share of everything. Where the node has no accelerator its
    processors take the place of one: their power is then part of the node's and is taken out of the host's.
    """
    gpu, node = hardware.gpu_ix, hardware.node_ix
    of_gpu, of_node = catalog.gpus.number, catalog.nodes.number
    count = of_node(node, "gpu_count")
    on_processor = not count > 0
    part = min(1.0, of_node(node, "share_of_host")) if on_processor else min(1.0, count)
    max_power, idle_power = of_gpu(gpu, "max_power_w") * part, of_gpu(gpu, "idle_power_w") * part
    host_idle, host_active = of_node(node, "idle_power_w_ex_gpu"), of_node(node, "active_power_w_ex_gpu")
    if on_processor:
        host_idle, host_active = max(0.0, host_idle - idle_power), max(0.0, host_active - max_power)
        host_active = max(host_idle, host_active)
    efficiency = of_gpu(gpu, "software_efficiency_vs_cuda")
    return Machine(
        max_power_w=max_power,
        idle_power_w=idle_power,
        flops_per_s=peak_flops(catalog, gpu, datatype_ix) * part,
        bandwidth_bytes_per_s=of_gpu(gpu, "memory_bandwidth_gb_s") * BYTES_PER_GB * efficiency * part,
        memory_bytes=of_gpu(gpu, "memory_gb") * BYTES_PER_GB * part,
        embodied_gco2e=0.0 if on_processor else of_gpu(gpu, "embodied_emissions_kgco2e") * G_PER_KG * part,
        embodied_ml=0.0 if on_processor else of_gpu(gpu, "embodied_water_l") * ML_PER_L * part,
        gpus=max(1.0, count),
        host_idle_power_w=host_idle,
        host_active_power_w=host_active,
        host_embodied_gco2e=of_node(node, "embodied_emissions_kgco2e_ex_gpu") * G_PER_KG,
        host_embodied_ml=of_node(node, "embodied_water_l_ex_gpu") * ML_PER_L,
        use_life_s=of_node(node, "use_life_years") * S_PER_YEAR,
    )


def peak_flops(catalog: Catalog, gpu: int, datatype_ix: int) -> float:
    """Dense peak rate at the precision of the arithmetic, as far as the accelerator's software reaches it. [FLOP/s]"""
    peak = catalog.datatypes.text(datatype_ix, "peak")
    rate = math.nan
    for columns in _PEAKS[peak]:
        rates = [value for column in columns if (value := catalog.gpus.number(gpu, column)) == value]
        if rates:
            rate = max(rates)
            break
    if peak == "32-bit":
        rate *= catalog.constant("fp32_rate_share")
    reached = catalog.gpus.number(gpu, "software_efficiency_vs_cuda") * catalog.gpus.number(
        gpu, "sustained_compute_factor"
    )
    return rate * FLOPS_PER_TFLOP * reached


def _batch(catalog: Catalog, service_ix: int | None) -> tuple[float, Choice]:
    if service_ix is not None:
        batch = catalog.services.number(service_ix, "typical_batch_size")
        if batch == batch:
            return batch, Choice("batch", f"{batch:g} requests in flight", "assumed", "service default")
    batch = catalog.constant("default_requests_in_flight")
    return batch, Choice("batch", f"{batch:g} requests in flight", "assumed", "default")


def _utilization(catalog: Catalog, service_ix: int | None, node_ix: int) -> tuple[float, Choice]:
    if service_ix is not None:
        share = catalog.services.number(service_ix, "average_utilization_rate")
        if share == share:
            return share, Choice("utilisation", f"{share:g}", "assumed", "service default")
    share = catalog.nodes.number(node_ix, "average_utilization_rate")
    if share == share:
        return share, Choice("utilisation", f"{share:g}", "assumed", "node default")
    share = catalog.constant("default_utilization_rate")
    return share, Choice("utilisation", f"{share:g}", "assumed", "default")


class FacilityFigures(NamedTuple):
    """What the building adds; ``market`` is NaN where no contract figure is known."""

    pue: float
    wue_l_per_kwh: float
    market: float


def facility_of(catalog: Catalog, place: PlaceFound) -> FacilityFigures:
    """PUE, WUE and market-based intensity: the datacenter's, else the cloud region's, else the operator's."""

    def first(quantity: str) -> float:
        entity = facility_entity(catalog, place, quantity)
        return math.nan if entity is None else entity[0].number(entity[1], quantity)

    return FacilityFigures(first("pue"), first("wue_l_per_kwh"), first("market_gco2e_per_kwh"))


def facility_entity(catalog: Catalog, place: PlaceFound, quantity: str) -> tuple[Table, int] | None:
    """The nearest entity that has a figure for a quantity of the facility: its table and row."""
    rungs = [
        (catalog.datacenters, place.datacenter_ix),
        (catalog.regions, place.region_ix),
        (catalog.providers, place.provider_ix),
    ]
    if quantity != "market_gco2e_per_kwh":  # a contract is somebody's: there is none of the world's
        rungs.append((catalog.providers, catalog.providers.find("world-default")))
    for table, ix in rungs:
        if ix is not None and not math.isnan(table.number(ix, quantity)):
            return table, ix
    return None


class GridFigures(NamedTuple):
    """Annual intensities of the request's year."""

    life_cycle: float
    direct: float
    choice: Choice


def grid_of(catalog: Catalog, place: PlaceFound, year: int | None) -> GridFigures:
    """Location-based intensity of the place: life-cycle, and direct beside it (the life-cycle one where none is known)."""
    asked = NEWEST_YEAR if year is None else year
    found = catalog.intensity(place.zone_ix, GRID, asked)
    direct = catalog.intensity(place.zone_ix, GRID_DIRECT, asked)
    if place.datacenter_ix is not None:
        own = catalog.datacenters.number(place.datacenter_ix, "gco2e_per_kwh")
        if not math.isnan(own):
            return GridFigures(own, own, Choice("grid year", "datacenter", "given", "datacenter_id"))
    if year is None:
        choice = Choice("grid year", str(found.year), "assumed", "newest figure", "no utc_datetime is given")
    else:
        note = "" if found.year == year else f"figure of {found.year} used for {year}"
        choice = Choice(
            "grid year", str(found.year), "given" if found.year == year else "assumed", found.rung, note
        )
    return GridFigures(found.value, direct.value, choice)
