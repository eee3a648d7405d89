"""What making the model cost, and over how many requests it is spread.

Training is published as energy, accelerator hours, compute or emissions; each is derived from the next where it is
missing. Requests of a model's life are almost never published. Unless the catalog has them, the method takes the
compute of all requests to be ``lifetime_compute_ratio`` times the compute of training (Epoch AI 2024: both deserve
about the same), and divides it by the compute of one default request of the model. Where nothing about a model's
training is published, its share per request then follows from that ratio alone.
"""

from __future__ import annotations

import math

from ..typed import TYPE_CHECKING, NamedTuple
from ..units import (
    FLOPS_PER_TFLOP,
    G_PER_KG,
    G_PER_T,
    ML_PER_L,
    S_PER_HOUR,
    S_PER_YEAR,
    WH_PER_KWH,
    WH_PER_MWH,
)
from .choice import Choice
from .place import NEWEST_YEAR

if TYPE_CHECKING:
    from ..catalog import Catalog

_GRID = "grid_intensity_gco2e_per_kwh"
_USUAL_GPU = "h100_sxm_80gb"
"""What a model is taken to be trained on where nobody says; the answer then says so."""
#: Totals of a training run that a model may have, and the factor to the unit of a share.
_KNOWN_TOTALS = {
    "water_ml": ("training_water_l", ML_PER_L),
    "embodied_gco2e": ("training_embodied_emissions_kgco2e", G_PER_KG),
    "embodied_ml": ("training_embodied_water_l", ML_PER_L),
}


class Making(NamedTuple):
    """Share of one request in making a model or in fine-tuning it."""

    energy_wh: float = 0.0
    emissions_gco2e: float = 0.0
    water_ml: float = 0.0
    embodied_gco2e: float = 0.0
    embodied_ml: float = 0.0


class Lifetime(NamedTuple):
    """Training and fine-tuning per request, and what they rest on."""

    training: Making
    fine_tuning: Making
    choice: Choice

    def per_request(self) -> dict[str, float]:
        """The setup's fields."""
        return {
            f"{stage}_{metric}_per_request": getattr(making, metric)
            for stage, making in (("training", self.training), ("fine_tuning", self.fine_tuning))
            for metric in Making._fields
        }


def lifetime(catalog: Catalog, model_ix: int, request_flops: float) -> Lifetime:
    """Training and fine-tuning of a model, per request.

    Parameters
    ----------
    request_flops : arithmetic of one default request of the model. [FLOP]
    """
    base = catalog.models.text(model_ix, "fine_tuned_from_model_id")
    base_ix = catalog.models.find(base) if base else None
    if base_ix is None:
        training, choice = _share(catalog, model_ix, request_flops)
        return Lifetime(training, Making(), choice)
    training, choice = _share(catalog, base_ix, request_flops)
    tuning, _ = _share(catalog, model_ix, request_flops, assume=False)
    return Lifetime(
        training, tuning, choice._replace(note=f"training of {base}; {choice.note}".removesuffix("; "))
    )


def _share(catalog: Catalog, ix: int, request_flops: float, assume: bool = True) -> tuple[Making, Choice]:
    number = catalog.models.number
    gpu_ix, note = _training_gpu(catalog, ix)
    flops_per_hour = _flops_per_hour(catalog, gpu_ix)
    power_w = catalog.gpus.number(gpu_ix, "max_power_w") * catalog.constant("training_it_power_ratio")
    facility_w = power_w * catalog.constant("training_pue")
    energy_wh = number(ix, "training_energy_mwh") * WH_PER_MWH
    compute = number(ix, "training_compute_flop")
    hours = number(ix, "training_gpu_hours")
    rung = "published energy" if energy_wh == energy_wh else "published accelerator hours"
    emissions = number(ix, "training_emissions_tco2e") * G_PER_T
    world = catalog.intensity(catalog.world_zone, _GRID, _year(catalog, ix))
    if energy_wh != energy_wh and hours != hours and compute != compute and emissions == emissions:
        energy_wh, rung = emissions / world.value * WH_PER_KWH, "published emissions"
    if hours != hours:
        hours = energy_wh / facility_w if energy_wh == energy_wh else compute / flops_per_hour
        rung = rung if energy_wh == energy_wh else "published compute"
    if compute != compute:
        compute = hours * flops_per_hour
    requests = number(ix, "estimated_requests_per_day") * number(ix, "estimated_use_life_days")
    stated = requests == requests and requests > 0
    of_life = requests if stated else math.nan
    if compute != compute or compute <= 0.0:
        if not assume:
            known = _with_known(catalog, ix, Making(), of_life)
            return known, Choice("training", "not published", "assumed", "none")
        compute = request_flops / catalog.constant("lifetime_compute_ratio")  # the share of one request
        hours, requests, stated, rung = compute / flops_per_hour, 1.0, False, "compute of a life's requests"
    elif not stated:
        requests = of_life = max(1.0, catalog.constant("lifetime_compute_ratio") * compute / request_flops)
    if energy_wh != energy_wh:
        energy_wh = hours * facility_w
    if emissions != emissions:
        emissions = energy_wh / WH_PER_KWH * world.value
    making = Making(
        energy_wh / requests,
        emissions / requests,
        energy_wh * _water_l_per_kwh(catalog) / requests,
        *(value / requests for value in _embodied(catalog, gpu_ix, hours)),
    )
    making = _with_known(catalog, ix, making, of_life)
    spread = (
        f"{requests:.3g} requests" if rung != "compute of a life's requests" else "the requests of its life"
    )
    basis = "published" if stated else ("derived" if rung.startswith("published") else "assumed")
    return making, Choice("training", f"spread over {spread}", basis, rung, note=note)


def _with_known(catalog: Catalog, ix: int, making: Making, requests: float) -> Making:
    """What the catalog says of training beyond energy and emissions stands in for what follows from them.

    Nothing does where nobody says how many requests share it (NaN).
    """
    known = {
        field: value * factor / requests
        for field, (quantity, factor) in _KNOWN_TOTALS.items()
        if (value := catalog.models.number(ix, quantity)) == value and requests == requests
    }
    return making._replace(**known)


def _training_gpu(catalog: Catalog, ix: int) -> tuple[int, str]:
    """The accelerator, and what to say where it is not known."""
    named = catalog.models.text(ix, "training_hardware")
    found = catalog.gpus.find(named) if named else None
    if found is not None:
        return found, ""
    return catalog.gpus.row(_USUAL_GPU), f"accelerator not known: {_USUAL_GPU} assumed"


def _flops_per_hour(catalog: Catalog, gpu_ix: int) -> float:
    peak = catalog.gpus.number(gpu_ix, "fp16_tflops_dense") * FLOPS_PER_TFLOP
    return peak * catalog.constant("training_flops_utilization_share") * S_PER_HOUR


def _year(catalog: Catalog, ix: int) -> int:
    released = catalog.models.text(ix, "release_date")[:4]
    return int(released) if released.isdigit() else NEWEST_YEAR


def _water_l_per_kwh(catalog: Catalog) -> float:
    ewif = catalog.ewif(catalog.world_zone)
    provider = catalog.providers.row("world-default")
    onsite = catalog.providers.number(provider, "wue_l_per_kwh") / catalog.constant("training_pue")
    return onsite + (ewif.value if ewif is not None else math.nan)


def _embodied(catalog: Catalog, gpu_ix: int, hours: float) -> tuple[float, float]:
    """Embodied emissions [gCO2e] and water [mL] of accelerator hours, host included."""
    node_ix = catalog.node_of_gpu(gpu_ix)
    of_gpu, of_node = catalog.gpus.number, catalog.nodes.number
    kg, litres, years = (
        of_gpu(gpu_ix, "embodied_emissions_kgco2e"),
        of_gpu(gpu_ix, "embodied_water_l"),
        math.nan,
    )
    if node_ix is not None:
        count = max(1.0, of_node(node_ix, "gpu_count"))
        kg += of_node(node_ix, "embodied_emissions_kgco2e_ex_gpu") / count
        litres += of_node(node_ix, "embodied_water_l_ex_gpu") / count
        years = of_node(node_ix, "use_life_years")
    years = years if years == years else catalog.constant("default_use_life_years")
    life_share = hours * S_PER_HOUR / (years * S_PER_YEAR * catalog.constant("training_utilization_rate"))
    return life_share * kg * G_PER_KG, life_share * litres * ML_PER_L
