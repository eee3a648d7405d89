"""How a request is served: the setup that follows from what its names mean, and the choices that it rests on."""

from __future__ import annotations

import math

from ..kernel.columns import Setup
from ..kernel.demand import Demand, demand_for
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
from .facility import facility_of, grid_of
from .lifetime import Lifetime, Making
from .machine import Machine, machine_of
from .occupancy import Room, most_requests, usual_batch, utilization
from .software import Software, serving_software, with_pipelines

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..catalog import Catalog
    from ..kernel.constants import Constants
    from .description import Description
    from .place import PlaceFound
    from .resolved import Found


class Served(NamedTuple):
    """How a request is served: the setup without the share in making the model, and what it rests on."""

    setup: Setup
    demand: Demand
    choices: tuple[Choice, ...]


class Weights(NamedTuple):
    """Sizes of a model in weights."""

    total: float
    active: float
    is_moe: bool


class Layers(NamedTuple):
    """Shape of a model as far as its engine's times and its cache follow from it; NaN where it is not known."""

    number: float
    hidden_size: float
    kv_heads: float
    head_dim: float
    architecture: str


def serve(catalog: Catalog, d: Description, found: Found, c: Constants) -> Served:
    """The setup, without the share in making the model."""
    model_ix, service_ix = found.model.ix, found.service.ix
    software = serving_software(catalog, d.year)
    constants = with_pipelines(catalog.constant_values(), software.pipeline_ratio)
    weight_bytes = catalog.datatypes.number(found.datatype.ix, "bytes_per_weight")
    machine = machine_of(catalog, found.hardware.node_ix, found.hardware.gpu_ix, found.datatype.ix)
    demand = _demand(catalog, found, weight_bytes, machine, constants)
    model, layers = _weights_of(catalog, model_ix), _layers(catalog, model_ix)
    replica, replica_choice = _replica(catalog, d, found, machine, model.total, weight_bytes, c)
    cache = kv_bytes_per_token(
        model.active,
        layers.number,
        layers.kv_heads,
        layers.head_dim,
        constants["kv_cache_bytes"],
        c,
        layers.architecture,
    )
    room = Room(replica * machine.memory_bytes, model.total * weight_bytes, cache)
    batch, batch_choice = usual_batch(catalog, service_ix, room)
    if not demand.decodes:
        served = f"{demand.pass_batch_size:g} in one call"
        batch_choice = Choice("batch", served, "assumed", "default of the kind of work")
    utilisation, utilization_choice = utilization(catalog, service_ix, found.hardware.node_ix)
    site, site_choice = _site(catalog, found.place, d.year)
    setup = Setup(
        total_params=model.total,
        active_params=model.active,
        is_moe=float(model.is_moe),
        weight_bytes=weight_bytes,
        kv_bytes_per_token=cache,
        attention_flops_per_pair=attention_flops_per_pair(
            model.active, layers.number, layers.hidden_size, c, layers.architecture
        ),
        **_engine_times(software, constants, c, demand, model, layers, replica, machine),
        **{name: getattr(demand, name) for name in Demand._fields if name != "note"},
        frame_aspect=_frame_aspect(catalog, model_ix),
        method_ratio=1.0,
        **machine.of_setup(),
        replica_gpus=replica,
        default_utilization=utilisation,
        default_batch_size=batch,
        most_batch_size=max(batch, most_requests(catalog, room)),
        **site,
        **_MAKING_UNKNOWN,
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
        site_choice,
    )
    return Served(setup, demand, choices)


_MAKING_UNKNOWN = Lifetime(Making(), Making(), Choice("training", "", "", "")).per_request()


def _demand(
    catalog: Catalog, found: Found, weight_bytes: float, machine: Machine, constants: Mapping[str, float]
) -> Demand:
    """What the task asks of the model, with the traffic of feature maps that the machine has."""
    fields = _model_fields(catalog, found.model.ix, weight_bytes)
    demand = demand_for(found.task.chosen, fields, constants)
    traffic = demand.pass_activation_bytes_per_flop * machine.activation_traffic_share
    return demand._replace(pass_activation_bytes_per_flop=traffic)


def _replica(
    catalog: Catalog,
    d: Description,
    found: Found,
    machine: Machine,
    total_params: float,
    weight_bytes: float,
    c: Constants,
) -> tuple[float, Choice]:
    """Accelerators of a replica: those given, else the fewest that hold the weights."""
    gpu = catalog.gpus.ids[found.hardware.gpu_ix]
    if d.gpu_count:
        return float(d.gpu_count), Choice("accelerators", f"{d.gpu_count:g} x {gpu}", "given", "gpu_count")
    replica = replica_gpus(total_params, weight_bytes, machine.memory_bytes, machine.gpus, math.nan, c)
    rung = "smallest number that holds the weights"
    return replica, Choice("accelerators", f"{replica:g} x {gpu}", "derived", rung)


def _engine_times(
    software: Software,
    constants: Mapping[str, float],
    c: Constants,
    demand: Demand,
    model: Weights,
    layers: Layers,
    replica: float,
    machine: Machine,
) -> dict[str, float]:
    """The setup's times of a serving engine beside those of arithmetic and memory, for the software of the year."""
    state = recurrent_state_bytes(model.active, layers.number, layers.hidden_size, layers.architecture, c)
    of_step = model.total, replica, model.is_moe, c, layers.number
    in_pipeline = demand.step_host_s > 0.0
    return {
        "step_overhead_s": software.step_ratio * step_overhead_s(*of_step),
        "token_wait_s": (software.token_ratio - 1.0) * serving_token_s(replica, c),
        "alone_call_s": 0.0 if in_pipeline else demand.decodes * constants["alone_call_s"] * replica,
        "alone_step_s": software.pipeline_ratio * alone_step_s(*of_step),
        "token_overhead_s": token_overhead_s(replica, c, state, machine.bandwidth_bytes_per_s),
    }


def _site(catalog: Catalog, place: PlaceFound, year: int | None) -> tuple[dict[str, float], Choice]:
    """The setup's figures of building, grid and water, and of which year they are."""
    facility, grid = facility_of(catalog, place), grid_of(catalog, place, year)
    market = facility.market if facility.market == facility.market else grid.life_cycle
    return {
        "default_pue": facility.pue,
        "default_wue_l_per_kwh": facility.wue_l_per_kwh,
        "default_grid_gco2e_per_kwh": grid.life_cycle,
        "default_grid_direct_gco2e_per_kwh": grid.direct,
        "default_grid_market_gco2e_per_kwh": market,
        "default_ewif_l_per_kwh": catalog.ewif_value(place.zone_ix),
    }, grid.choice


def _layers(catalog: Catalog, ix: int) -> Layers:
    number = catalog.models.number
    return Layers(
        number(ix, "num_layers"),
        number(ix, "hidden_size"),
        number(ix, "num_kv_heads"),
        number(ix, "head_dim"),
        catalog.models.text(ix, "architecture"),
    )


def _frame_aspect(catalog: Catalog, model_ix: int) -> float:
    """Width of a video frame over its height: that of the model's own clips, else of common video."""
    width, _, height = catalog.models.text(model_ix, "default_resolution").partition("x")
    return float(width) / float(height) if height else catalog.constant("video_aspect_ratio")


#: Catalog columns of a model that a demand is built from.
_MODEL_TEXTS = ("architecture", "task", "native_resolution", "default_resolution", "decoder_type")
_MODEL_NUMBERS = (
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


def _model_fields(catalog: Catalog, ix: int, weight_bytes: float) -> dict[str, float | str]:
    """A model's catalog columns for ``demand_for``, under their own names."""
    fields: dict[str, float | str] = {name: catalog.models.text(ix, name) for name in _MODEL_TEXTS}
    fields.update((name, catalog.models.number(ix, name)) for name in _MODEL_NUMBERS)
    fields["weight_bytes"] = weight_bytes
    own = catalog.tasks.find(str(fields["task"]))
    if own is not None:
        fields["task"] = catalog.tasks.ids[own]
    return fields


def _weights_of(catalog: Catalog, ix: int) -> Weights:
    """Total and active weights; active is the total where the catalog gives none."""
    total = catalog.models.number(ix, "total_params_billions") * PER_BILLION
    active = catalog.models.number(ix, "active_params_billions") * PER_BILLION
    active = active if active == active else total
    return Weights(total, active, catalog.models.text(ix, "architecture") == "moe")
