"""Water of one request: evaporated on site, and consumed where the electricity is made."""

from __future__ import annotations

from ..typed import NamedTuple
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
    """Cooling water of the facility (WUE on IT energy) plus that of the power plants (EWIF on facility energy).

    Parameters
    ----------
    s : Setup
        ``default_wue_l_per_kwh`` and ``default_ewif_l_per_kwh`` of the place. [L/kWh]
    e : Evidence
        ``wue_l_per_kwh`` of the row; ``ewif_hourly_ratio``. [L/kWh, -]
    it_energy_wh, facility_energy_wh : Column
        Before and after the PUE. [Wh]

    Returns
    -------
    Water
        On site, off site and both. [mL]

    Notes
    -----
    Consumption (evaporated), not withdrawal. 1 L/kWh is 1 mL/Wh. WUE is defined on IT energy: taking it on facility energy
    would count the PUE twice.

    Examples
    --------
    10 Wh of IT, 12 Wh at the meter, WUE 0.3 and EWIF 3 L/kWh: 3 + 36 = 39 mL.

    References
    ----------
    Li, Yang, Islam, Ren 2023, Making AI Less Thirsty, arXiv 2304.03271. ISO/IEC 30134-9:2022 (WUE).
    """
    onsite_water_ml = it_energy_wh * op.pick(e.wue_l_per_kwh, s.default_wue_l_per_kwh)
    offsite_water_ml = facility_energy_wh * s.default_ewif_l_per_kwh * e.ewif_hourly_ratio
    inference_water_ml = onsite_water_ml + offsite_water_ml
    return Water(
        onsite_water_ml=onsite_water_ml,
        offsite_water_ml=offsite_water_ml,
        inference_water_ml=inference_water_ml,
    )
