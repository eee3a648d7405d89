"""A description resolved: the model, machine and place it means, and the kernel's setup bound from their figures."""

from __future__ import annotations

import math

from ..errors import RowError
from ..kernel.columns import Evidence, Setup
from ..kernel.constants import Constants
from ..kernel.demand import Demand, demand_for
from ..kernel.estimate import estimate
from ..kernel.ops import FLOATS
from ..kernel.replica import (
    alone_step_s,
    attention_flops_per_pair,
    kv_bytes_per_token,
    recurrent_state_bytes,
    replica_gpus,
    serving_token_s,
    step_overhead_s,
    token_overhead_s,
)
from ..typed import TYPE_CHECKING, NamedTuple
from ..units import PER_BILLION
from .choice import Choice
from .description import Description
from .facility import facility_of, grid_of
from .hardware import HardwareFound, names_hardware, resolve_hardware
from .lifetime import Lifetime, Making, lifetime
from .machine import machine_of
from .model import ModelFound, resolve_model
from .occupancy import Room, most_requests, usual_batch, utilization
from .place import PlaceFound, resolve_place
from .service import ServiceFound, resolve_service
from .software import serving_software, with_pipelines
from .suggestions import unknown
from .task import named_task, resolve_task

if TYPE_CHECKING:
    from ..catalog import Catalog


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
    request_flops: float  # of one default request of the model

    def named(self) -> frozenset[str]:
        """The fields of the description that say something."""
        return frozenset(
            name for name, value in zip(Description._fields, self.description, strict=True) if value
        )

    @property
    def zone_ix(self) -> int:
        """The grid zone."""
        return self.place.zone_ix


class Found(NamedTuple):
    """What the names of a row mean: the answer to each question that a description leaves open."""

    task: Choice
    model: ModelFound
    service: ServiceFound
    datatype: DatatypeFound
    hardware: HardwareFound
    place: PlaceFound


class DatatypeFound(NamedTuple):
    """Index in the catalog's datatypes and how it was found."""

    ix: int
    choice: Choice


class Served(NamedTuple):
    """How a request is served: the setup without the share in making the model, and what it rests on."""

    setup: Setup
    demand: Demand
    choices: tuple[Choice, ...]


def resolve_description(catalog: Catalog, d: Description) -> Resolved | RowError:
    """Everything that follows from a description."""
    found = find(catalog, d)
    if isinstance(found, RowError):
        return found
    c = kernel_constants(catalog)
    served = serve(catalog, d, found, c)
    request_flops = _default_request_flops(served.setup, c)
    life = lifetime(catalog, found.model.ix, request_flops)
    note = served.demand.note
    workload = Choice("workload", found.task.chosen, found.task.basis, "demand of the task", note)
    return Resolved(
        served.setup._replace(**life.per_request()),
        (*served.choices, life.choice, *((workload,) if note else ())),
        found.task.chosen,
        found.model.ix,
        found.hardware.node_ix,
        found.hardware.gpu_ix,
        found.service.ix,
        found.datatype.ix,
        found.place,
        d,
        served.demand,
        life,
        request_flops,
    )


def find(catalog: Catalog, d: Description) -> Found | RowError:
    """Answer every question that a description leaves open, in the order in which the answers need each other."""
    task_named = named_task(catalog, d)
    if isinstance(task_named, RowError):
        return task_named
    model = resolve_model(catalog, d, task_named)
    if isinstance(model, RowError):
        return model
    task = resolve_task(catalog, d, task_named, model.ix)
    service = resolve_service(catalog, d, model.ix, names_hardware(d))
    datatype = _datatype(catalog, d, model.ix, service.ix)
    if isinstance(datatype, RowError):
        return datatype
    weight_bytes = catalog.datatypes.number(datatype.ix, "bytes_per_weight")
    size_billions = catalog.models.number(model.ix, "total_params_billions")
    if size_billions != size_billions:  # of the package's own every one has a size
        name = catalog.models.ids[model.ix]
        message = f"the model {name} has no total_params_billions, without which nothing is known of its work; add it"
        return RowError(code="unknown_model", field="model_id", message=message)
    model_bytes = size_billions * PER_BILLION * weight_bytes
    hardware = resolve_hardware(catalog, d, service.ix, model_bytes)
    if isinstance(hardware, RowError):
        return hardware
    place = resolve_place(catalog, d, service.ix, hardware.node_ix)
    return Found(task, model, service, datatype, hardware, place)


def _datatype(
    catalog: Catalog, d: Description, model_ix: int, service_ix: int | None
) -> DatatypeFound | RowError:
    table = catalog.datatypes
    if d.datatype:
        ix = table.find(d.datatype)
        if ix is None:
            return unknown("datatype", "datatype", d.datatype, table)
        return DatatypeFound(ix, Choice("datatype", table.ids[ix], "given", "datatype"))
    packed = "" if service_ix is None else catalog.services.text(service_ix, "default_datatype")
    if packed:
        return DatatypeFound(table.row(packed), Choice("datatype", packed, "assumed", "service default"))
    of_model = catalog.models.text(model_ix, "datatype")
    ix = table.find(of_model) if of_model else None
    if ix is not None:
        choice = Choice("datatype", table.ids[ix], "published", "the model's usual serving precision")
        return DatatypeFound(ix, choice)
    return DatatypeFound(
        table.row("bf16"), Choice("datatype", "bf16", "assumed", "no precision is published")
    )


def serve(catalog: Catalog, d: Description, found: Found, c: Constants) -> Served:
    """The setup that follows from what the names mean, and the choices that it rests on."""
    model_ix, service_ix, datatype_ix = found.model.ix, found.service.ix, found.datatype.ix
    software = serving_software(catalog, d.year)
    constants = with_pipelines(catalog.constant_values(), software.pipeline_ratio)
    weight_bytes = catalog.datatypes.number(datatype_ix, "bytes_per_weight")
    demand = demand_for(found.task.chosen, model_fields(catalog, model_ix, weight_bytes), constants)
    machine = machine_of(catalog, found.hardware.node_ix, found.hardware.gpu_ix, datatype_ix)
    demand = demand._replace(
        pass_activation_bytes_per_flop=demand.pass_activation_bytes_per_flop
        * machine.activation_traffic_share
    )
    model = weights_of(catalog, model_ix)
    replica = (
        float(d.gpu_count)
        if d.gpu_count
        else replica_gpus(model.total, weight_bytes, machine.memory_bytes, machine.gpus, math.nan, c)
    )
    number = catalog.models.number
    layers, hidden = number(model_ix, "num_layers"), number(model_ix, "hidden_size")
    architecture = catalog.models.text(model_ix, "architecture")
    cache = kv_bytes_per_token(
        model.active,
        layers,
        number(model_ix, "num_kv_heads"),
        number(model_ix, "head_dim"),
        constants["kv_cache_bytes"],
        c,
        architecture,
    )
    room = Room(replica * machine.memory_bytes, model.total * weight_bytes, cache)
    batch, batch_choice = usual_batch(catalog, service_ix, room)
    if not demand.decodes:
        served = f"{demand.pass_batch_size:g} in one call"
        batch_choice = Choice("batch", served, "assumed", "default of the kind of work")
    utilisation, utilization_choice = utilization(catalog, service_ix, found.hardware.node_ix)
    facility = facility_of(catalog, found.place)
    grid = grid_of(catalog, found.place, d.year)
    setup = Setup(
        total_params=model.total,
        active_params=model.active,
        is_moe=float(model.is_moe),
        weight_bytes=weight_bytes,
        kv_bytes_per_token=cache,
        attention_flops_per_pair=attention_flops_per_pair(model.active, layers, hidden, c, architecture),
        step_overhead_s=software.step_ratio * step_overhead_s(model.total, replica, model.is_moe, c, layers),
        token_wait_s=(software.token_ratio - 1.0) * serving_token_s(replica, c),
        alone_call_s=0.0
        if demand.step_host_s > 0.0
        else demand.decodes * constants["alone_call_s"] * replica,
        alone_step_s=software.pipeline_ratio * alone_step_s(model.total, replica, model.is_moe, c, layers),
        token_overhead_s=token_overhead_s(
            replica,
            c,
            recurrent_state_bytes(model.active, layers, hidden, architecture, c),
            machine.bandwidth_bytes_per_s,
        ),
        **{name: getattr(demand, name) for name in Demand._fields if name != "note"},
        frame_aspect=_frame_aspect(catalog, model_ix),
        method_ratio=1.0,
        **machine.of_setup(),
        replica_gpus=replica,
        default_utilization=utilisation,
        default_batch_size=batch,
        most_batch_size=max(batch, most_requests(catalog, room)),
        default_pue=facility.pue,
        default_wue_l_per_kwh=facility.wue_l_per_kwh,
        default_grid_gco2e_per_kwh=grid.life_cycle,
        default_grid_direct_gco2e_per_kwh=grid.direct,
        default_grid_market_gco2e_per_kwh=facility.market
        if facility.market == facility.market
        else grid.life_cycle,
        default_ewif_l_per_kwh=catalog.ewif_value(found.place.zone_ix),
        **_MAKING_UNKNOWN,
    )
    replica_choice = Choice(
        "accelerators",
        f"{replica:g} x {catalog.gpus.ids[found.hardware.gpu_ix]}",
        "given" if d.gpu_count else "derived",
        "gpu_count" if d.gpu_count else "smallest number that holds the weights",
    )
    choices = (
        found.model.choice,
        found.task,
        *((found.service.choice,) if found.service.choice else ()),
        found.hardware.choice,
        found.datatype.choice,
        replica_choice,
        batch_choice,
        *((software.choice,) if demand.decodes else ()),
        utilization_choice,
        *found.place.choices,
        grid.choice,
    )
    return Served(setup, demand, choices)


_MAKING_UNKNOWN = Lifetime(Making(), Making(), Choice("training", "", "", "")).per_request()

#: A row that states nothing: what the setup's defaults make of it is the model's default request.
_NOTHING_STATED = Evidence(*([math.nan] * len(Evidence._fields)))._replace(
    grid_hourly_ratio=1.0, ewif_hourly_ratio=1.0, quantity=1.0
)


def _frame_aspect(catalog: Catalog, model_ix: int) -> float:
    """Width of a video frame over its height: that of the model's own clips, else of common video."""
    width, _, height = catalog.models.text(model_ix, "default_resolution").partition("x")
    return float(width) / float(height) if height else catalog.constant("video_aspect_ratio")


def _default_request_flops(setup: Setup, c: Constants) -> float:
    """Arithmetic of one default request of the model. [FLOP]"""
    impact = estimate(setup, _NOTHING_STATED, c, FLOATS)
    many = impact.denoise
    return float(
        impact.prefill.prefill_flops
        + impact.reply.decode_flops
        + impact.passes.pass_flops
        + many.denoise_linear_flops
        + many.denoise_attention_flops
        + many.denoise_decoder_flops
        + many.denoise_prompt_flops
    )


def kernel_constants(catalog: Catalog) -> Constants:
    """The kernel's constants from the catalog's figures."""
    values = catalog.constant_values()
    return Constants(*map(values.__getitem__, Constants._fields))


#: Catalog columns of a model that a demand is built from.
_MODEL_TEXTS = ("architecture", "task", "native_resolution", "default_resolution", "decoder_type")
MODEL_NUMBERS = (
    "total_params_billions",
    "active_params_billions",
    "num_layers",
    "num_decoder_layers",
    "layer_launch_ratio",
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
