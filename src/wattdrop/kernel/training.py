"""Training and fine-tuning, spread over the model's expected lifetime requests; and the totals of a row."""

from __future__ import annotations

from ..typed import NamedTuple
from .columns import Evidence, Setup
from .constants import Constants
from .ops import Column, Ops


class Totals(NamedTuple):
    """The five reported metrics of a row: per life-cycle stage and in total, for all its equal requests."""

    row_inference_energy_wh: Column
    row_inference_emissions_gco2e: Column
    row_inference_water_ml: Column
    row_inference_embodied_gco2e: Column
    row_inference_embodied_ml: Column
    row_training_energy_wh: Column
    row_training_emissions_gco2e: Column
    row_training_water_ml: Column
    row_training_embodied_gco2e: Column
    row_training_embodied_ml: Column
    row_fine_tuning_energy_wh: Column
    row_fine_tuning_emissions_gco2e: Column
    row_fine_tuning_water_ml: Column
    row_fine_tuning_embodied_gco2e: Column
    row_fine_tuning_embodied_ml: Column
    total_energy_wh: Column
    total_emissions_gco2e: Column
    total_water_ml: Column
    total_embodied_gco2e: Column
    total_embodied_ml: Column


def totals(
    s: Setup,
    e: Evidence,
    c: Constants,
    op: Ops,
    facility_energy_wh: Column,
    inference_emissions_gco2e: Column,
    inference_water_ml: Column,
    inference_embodied_gco2e: Column,
    inference_embodied_ml: Column,
) -> Totals:
    """Per-request figures times the number of equal requests, and the sums over the life-cycle stages.

    Parameters
    ----------
    s : Setup
        Training and fine-tuning, divided by the model's expected lifetime requests already. [Wh, gCO2e, mL per request]
    e : Evidence
        ``quantity``: equal requests that the row stands for.
    facility_energy_wh ... inference_embodied_ml : Column
        One request's inference.

    Returns
    -------
    Totals
        Of the row, per life-cycle stage and summed. [Wh, gCO2e, mL]

    Examples
    --------
    0.3 Wh of inference and 0.01 Wh of training, 1,000 times: 300 + 10 = 310 Wh.
    """
    row_inference_energy_wh = facility_energy_wh * e.quantity
    row_inference_emissions_gco2e = inference_emissions_gco2e * e.quantity
    row_inference_water_ml = inference_water_ml * e.quantity
    row_inference_embodied_gco2e = inference_embodied_gco2e * e.quantity
    row_inference_embodied_ml = inference_embodied_ml * e.quantity
    row_training_energy_wh = s.training_energy_wh_per_request * e.quantity
    row_training_emissions_gco2e = s.training_emissions_gco2e_per_request * e.quantity
    row_training_water_ml = s.training_water_ml_per_request * e.quantity
    row_training_embodied_gco2e = s.training_embodied_gco2e_per_request * e.quantity
    row_training_embodied_ml = s.training_embodied_ml_per_request * e.quantity
    row_fine_tuning_energy_wh = s.fine_tuning_energy_wh_per_request * e.quantity
    row_fine_tuning_emissions_gco2e = s.fine_tuning_emissions_gco2e_per_request * e.quantity
    row_fine_tuning_water_ml = s.fine_tuning_water_ml_per_request * e.quantity
    row_fine_tuning_embodied_gco2e = s.fine_tuning_embodied_gco2e_per_request * e.quantity
    row_fine_tuning_embodied_ml = s.fine_tuning_embodied_ml_per_request * e.quantity
    total_energy_wh = row_inference_energy_wh + row_training_energy_wh + row_fine_tuning_energy_wh
    total_emissions_gco2e = (
        row_inference_emissions_gco2e + row_training_emissions_gco2e + row_fine_tuning_emissions_gco2e
    )
    total_water_ml = row_inference_water_ml + row_training_water_ml + row_fine_tuning_water_ml
    total_embodied_gco2e = (
        row_inference_embodied_gco2e + row_training_embodied_gco2e + row_fine_tuning_embodied_gco2e
    )
    total_embodied_ml = row_inference_embodied_ml + row_training_embodied_ml + row_fine_tuning_embodied_ml
    return Totals(
        row_inference_energy_wh=row_inference_energy_wh,
        row_inference_emissions_gco2e=row_inference_emissions_gco2e,
        row_inference_water_ml=row_inference_water_ml,
        row_inference_embodied_gco2e=row_inference_embodied_gco2e,
        row_inference_embodied_ml=row_inference_embodied_ml,
        row_training_energy_wh=row_training_energy_wh,
        row_training_emissions_gco2e=row_training_emissions_gco2e,
        row_training_water_ml=row_training_water_ml,
        row_training_embodied_gco2e=row_training_embodied_gco2e,
        row_training_embodied_ml=row_training_embodied_ml,
        row_fine_tuning_energy_wh=row_fine_tuning_energy_wh,
        row_fine_tuning_emissions_gco2e=row_fine_tuning_emissions_gco2e,
        row_fine_tuning_water_ml=row_fine_tuning_water_ml,
        row_fine_tuning_embodied_gco2e=row_fine_tuning_embodied_gco2e,
        row_fine_tuning_embodied_ml=row_fine_tuning_embodied_ml,
        total_energy_wh=total_energy_wh,
        total_emissions_gco2e=total_emissions_gco2e,
        total_water_ml=total_water_ml,
        total_embodied_gco2e=total_embodied_gco2e,
        total_embodied_ml=total_embodied_ml,
    )
