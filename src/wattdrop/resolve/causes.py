"""What makes an estimate uncertain: named causes, each with the setups at its two ends.

A cause is one standard normal variable: the grid may be cleaner or dirtier than its figure, the model smaller or larger
than it is thought to be. For each cause the description is resolved again with the figures behind it at their low and
at their high end (about the 5 % and the 95 % point), everything else as it is. The kernel is then evaluated on those
setups, see ``engine.ranges``. What the row itself gives does not move: a cause that the caller has settled drops out.
"""

from __future__ import annotations

from ..errors import RowError
from ..typed import TYPE_CHECKING, NamedTuple
from .facility import facility_of, own_intensity
from .lifetime import lifetime
from .machine import machine_of
from .moved import SIZES, Moved, view
from .occupancy import utilization
from .resolved import Resolved, find, kernel_constants, resolve_description
from .serving import serve

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator, Mapping
    from typing import Final

    from ..catalog import Catalog
    from ..kernel.columns import Setup
    from .description import Description


class Cause(NamedTuple):
    """One cause of one description: the setups at its ends, and what it is shared by."""

    name: str
    ends: tuple[Setup, ...]
    key: Hashable  # rows of the same key share the error


def _whole(catalog: Catalog, resolved: Resolved) -> Setup | None:
    """The same description resolved again; a larger model on more accelerators is part of the cause."""
    again = resolve_description(catalog, resolved.description)
    return None if isinstance(again, RowError) else again.setup


def _use(catalog: Catalog, resolved: Resolved) -> Setup:
    share, _ = utilization(catalog, resolved.service_ix, resolved.node_ix)
    return resolved.setup._replace(default_utilization=share)


def _machine(catalog: Catalog, resolved: Resolved) -> Setup:
    machine = machine_of(catalog, resolved.node_ix, resolved.gpu_ix, resolved.datatype_ix)
    return resolved.setup._replace(**machine.of_setup())


def _made(catalog: Catalog, resolved: Resolved) -> dict[str, float]:
    return lifetime(catalog, resolved.model_ix, resolved.request_flops).per_request()


def _machine_and_model_made(catalog: Catalog, resolved: Resolved) -> Setup:
    return _machine(catalog, resolved)._replace(**_made(catalog, resolved))


def _power_usage(catalog: Catalog, resolved: Resolved) -> Setup:
    return resolved.setup._replace(default_pue=facility_of(catalog, resolved.place).pue)


def _water_usage(catalog: Catalog, resolved: Resolved) -> Setup:
    wue = facility_of(catalog, resolved.place).wue_l_per_kwh
    return resolved.setup._replace(default_wue_l_per_kwh=wue, **_made(catalog, resolved))


_DEFAULTS: Final = (
    "default_answer_tokens",
    "default_summary_tokens",
    "default_caption_tokens",
    "default_label_tokens",
    "default_passage_tokens",
    "default_prompt_tokens",
    "default_photo_pixels",
    "default_image_pixels",
    "default_steps",
    "default_video_frames",
    "default_video_pixels",
    "default_speech_s",
    "default_music_s",
    "default_input_audio_s",
)

#: The causes whose figures are moved. Only what follows from them is resolved again; a test holds it against the whole.
MOVED: Final[Mapping[str, Moved]] = {
    "utilisation": Moved(
        {"average_utilization_rate": "spread_utilization"}, ("default_utilization_rate",), _use
    ),
    "activity": Moved({}, _DEFAULTS, _whole),
    "parameters": Moved(dict.fromkeys(SIZES, "spread_parameters"), ("kv_stand_in_values",), _whole),
    "host": Moved(
        dict.fromkeys(("idle_power_w_ex_gpu", "active_power_w_ex_gpu", "idle_power_w"), "spread_host"),
        (),
        _machine,
    ),
    "pue": Moved({"pue": "spread_pue"}, (), _power_usage),
    "wue": Moved({"wue_l_per_kwh": "spread_water"}, (), _water_usage),
    "embodied": Moved(
        dict.fromkeys(
            (
                "embodied_emissions_kgco2e",
                "embodied_water_l",
                "embodied_emissions_kgco2e_ex_gpu",
                "embodied_water_l_ex_gpu",
            ),
            "spread_embodied",
        ),
        ("default_use_life_years",),
        _machine_and_model_made,
    ),
}

#: Every cause, in the order of explanations.
CAUSES: Final = (
    "method",
    "occupancy",
    "utilisation",
    "activity",
    "parameters",
    "precision",
    "hardware",
    "host",
    "pue",
    "grid",
    "wue",
    "ewif",
    "embodied",
    "training",
)


def causes_of(catalog: Catalog, resolved: Resolved) -> tuple[Cause, ...]:
    """The causes of a description that can move its numbers, beside the error of the method itself."""
    setup = resolved.setup
    found = []
    further = further_error(catalog, resolved.gpu_ix)
    if further != 1.0:
        found.append(Cause("method", _scaled(setup, ("method_ratio",), further), ("gpu", resolved.gpu_ix)))
    for name, ends in _ends(catalog, resolved):
        if any(end != setup for end in ends):
            found.append(Cause(name, ends, (name, *_shared_by(name, resolved))))
    return tuple(found)


def further_error(catalog: Catalog, gpu_ix: int) -> float:
    """What the method's 90 % range is wider by on an accelerator; 1 where its errors were looked up on it."""
    further = catalog.gpus.number(gpu_ix, "method_further_90")
    return further if further == further else catalog.constant("method_unmeasured_90")


def kind_of_work(setup: Setup, batch_size: float) -> str:
    """Which of the method's errors a row has.

    text: language models in serving engines; alone: the same given as served one at a time; pipeline: encoder-decoders
    and speech decoders that a library runs step by step; text_pass and image_pass: models that read once; images, video
    and sound: what they make, by denoising or in one pass.
    """
    if setup.decodes > 0.0:
        if setup.step_host_s > 0.0:
            return "pipeline"
        return "alone" if batch_size == 1.0 else "text"
    if setup.denoise_flops_per_audio_second > 0.0 or setup.pass_flops_per_output_audio_second > 0.0:
        return "sound"
    if setup.denoise_step_overhead_s > 0.0:
        return "video" if setup.default_frames > 0.0 else "images"
    seen = setup.pass_flops_per_input_image + setup.pass_flops_per_input_pixel
    return "image_pass" if seen > 0.0 else "text_pass"


def _ends(catalog: Catalog, resolved: Resolved) -> Iterator[tuple[str, tuple[Setup, ...]]]:
    for name, moved in MOVED.items():
        again = (moved.again(view(catalog, moved, end), resolved) for end in ("low", "high"))
        yield name, tuple(setup for setup in again if setup is not None)
    for name, of_cause in _SPECIAL.items():
        yield name, of_cause(catalog, resolved)


# --- causes with a rule of their own --------------------------------------------------------------------------------


def _occupancy(catalog: Catalog, resolved: Resolved) -> tuple[Setup, ...]:
    """Fewer or more requests in flight than usual, as far as memory holds them."""
    setup = resolved.setup
    spread = catalog.constant("spread_requests_in_flight")
    fields = ("default_batch_size",)
    low, high = _scaled(setup, fields, spread)
    fullest = min(high.default_batch_size, max(setup.most_batch_size, setup.default_batch_size))
    return (
        low._replace(default_batch_size=max(low.default_batch_size, 1.0)),
        high._replace(default_batch_size=fullest),
    )


def _precision(catalog: Catalog, resolved: Resolved) -> tuple[Setup, ...]:
    """Served at 8 bits instead of 16 or the other way round, where nobody says."""
    choice = next((c for c in resolved.choices if c.question == "datatype"), None)
    if choice is None or choice.basis == "given" or not resolved.setup.decodes:
        return (resolved.setup,)
    ends = []
    for name in ("fp8", "bf16"):
        if name != choice.chosen:
            setup = served_as(catalog, resolved, resolved.description._replace(datatype=name))
            if setup is not None:
                ends.append(setup)
    return tuple(ends) or (resolved.setup,)


def _hardware(catalog: Catalog, resolved: Resolved) -> tuple[Setup, ...]:
    """The other machines that a service, or whoever serves models of this size, is known to use."""
    choice = next(c for c in resolved.choices if c.question == "hardware")
    if choice.basis == "given":
        return (resolved.setup,)
    if resolved.service_ix is not None:
        others = catalog.services.texts(resolved.service_ix, "alternative_node_ids")
    else:
        others = tuple(
            node
            for ix in range(len(catalog.default_hardware_table))
            for node in catalog.default_hardware_table.texts(ix, "alternative_node_ids")
            if catalog.default_hardware_table.text(ix, "node_id") == choice.chosen
        )
    setups = []
    for node in others:
        setup = served_as(catalog, resolved, resolved.description._replace(node_id=node))
        if setup is not None and setup.replica_gpus <= setup.node_gpus:
            # the service's load and place stay, only the machine changes; a node too small for the model is none
            kept = {name: getattr(resolved.setup, name) for name in _OF_THE_SERVICE}
            setups.append(setup._replace(**kept))
    return tuple(setups) or (resolved.setup,)


def served_as(catalog: Catalog, resolved: Resolved, description: Description) -> Setup | None:
    """The setup if the same work were served as described; None where that means nothing. The model was made once."""
    found = find(catalog, description)
    if isinstance(found, RowError):
        return None
    served = serve(catalog, description, found, kernel_constants(catalog))
    return served.setup._replace(**resolved.lifetime.per_request())


_OF_THE_SERVICE: Final = (
    "default_batch_size",
    "default_utilization",
    "default_pue",
    "default_wue_l_per_kwh",
    "default_grid_gco2e_per_kwh",
    "default_grid_direct_gco2e_per_kwh",
    "default_grid_market_gco2e_per_kwh",
    "default_ewif_l_per_kwh",
)
_GRID: Final = (
    "default_grid_gco2e_per_kwh",
    "default_grid_direct_gco2e_per_kwh",
    "default_grid_market_gco2e_per_kwh",
)


def _grid(catalog: Catalog, resolved: Resolved) -> tuple[Setup, ...]:
    """The intensity of the place; of the world's usual places where the row names none. A site's own is settled."""
    own = own_intensity(catalog, resolved.place)
    if own == own:
        return (resolved.setup,)
    name = "spread_grid" if resolved.place.is_given else "spread_grid_place"
    return _scaled(resolved.setup, _GRID, catalog.constant(name))


def _ewif(catalog: Catalog, resolved: Resolved) -> tuple[Setup, ...]:
    figure = catalog.ewif(resolved.zone_ix)
    setup = resolved.setup
    if figure is not None and figure.low == figure.low and figure.high == figure.high:
        return tuple(setup._replace(default_ewif_l_per_kwh=end) for end in (figure.low, figure.high))
    return _scaled(setup, ("default_ewif_l_per_kwh",), catalog.constant("spread_ewif"))


def _training(catalog: Catalog, resolved: Resolved) -> tuple[Setup, ...]:
    making = tuple(name for name in resolved.setup._fields if name.endswith("_per_request"))
    return _scaled(resolved.setup, making, catalog.constant("spread_training"))


_SPECIAL: Final[Mapping[str, Callable[[Catalog, Resolved], tuple[Setup, ...]]]] = {
    "occupancy": _occupancy,
    "precision": _precision,
    "hardware": _hardware,
    "grid": _grid,
    "ewif": _ewif,
    "training": _training,
}


def _scaled(setup: Setup, fields: tuple[str, ...], ratio: float) -> tuple[Setup, Setup]:
    """The setup with fields divided and multiplied by a ratio."""
    return (
        setup._replace(**{name: getattr(setup, name) / ratio for name in fields}),
        setup._replace(**{name: getattr(setup, name) * ratio for name in fields}),
    )


def _shared_by(name: str, resolved: Resolved) -> tuple[Hashable, ...]:
    """What rows must have in common to share the error of a cause."""
    place = (resolved.place.datacenter_ix, resolved.place.region_ix, resolved.place.provider_ix)
    deployment = (resolved.service_ix, resolved.node_ix)
    shared: dict[str, tuple[Hashable, ...]] = {
        "occupancy": deployment,
        "utilisation": deployment,
        "activity": (resolved.model_ix, resolved.task),
        "parameters": (resolved.model_ix,),
        "precision": (resolved.model_ix, resolved.service_ix),
        "hardware": (resolved.service_ix,),
        "host": (resolved.node_ix,),
        "pue": place,
        "wue": place,
        "grid": (resolved.zone_ix,),
        "ewif": (resolved.zone_ix,),
        "embodied": (resolved.gpu_ix, resolved.node_ix),
        "training": (resolved.model_ix,),
    }
    return shared[name]
