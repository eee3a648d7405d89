"""Water of one request: evaporated on site, and consumed where the electricity is made."""

from __future__ import annotations

from typing import NamedTuple

from .columns import Evidence, Setup
from .constants import Constants
from .ops import Column, Ops


class Water(NamedTuple):
    """Water consumed for one request."""

    onsite_water_ml: Column
    offsite_water_ml: Column
    inference_water_ml: Column


def water(
    s: Setup, e: Evidence, c: Constants, op: Ops, it_energy_wh: Column, facility_energy_wh: Column
) -> Water:
    """Cooling water of the facility (WUE on IT energy) plus that of the power plants (EWIF on facility energy)."""
    onsite_water_ml = it_energy_wh * op.pick(e.wue_l_per_kwh, s.default_wue_l_per_kwh)
    offsite_water_ml = facility_energy_wh * s.default_ewif_l_per_kwh * e.ewif_hourly_ratio
    inference_water_ml = onsite_water_ml + offsite_water_ml
    return Water(
        onsite_water_ml=onsite_water_ml,
        offsite_water_ml=offsite_water_ml,
        inference_water_ml=inference_water_ml,
    )
