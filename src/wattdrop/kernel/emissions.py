"""Emissions of the electricity that one request uses."""

from __future__ import annotations

from ..typed import NamedTuple
from .columns import Evidence, Setup
from .constants import Constants
from .ops import Column, Ops


class Emissions(NamedTuple):
    """Emissions of one request's electricity: the reported figure and two kept beside it."""

    grid_intensity_gco2e_per_kwh: Column
    inference_emissions_gco2e: Column
    inference_direct_emissions_gco2e: Column
    inference_market_emissions_gco2e: Column


def emissions(s: Setup, e: Evidence, c: Constants, op: Ops, facility_energy_wh: Column) -> Emissions:
    """Location-based life-cycle emissions, with the direct and the market-based figure beside them.

    Parameters
    ----------
    s : Setup
        Intensities of the place in the request's year. [gCO2e/kWh]
    e : Evidence
        ``grid_gco2e_per_kwh``, used as given; ``grid_hourly_ratio``, the hour's intensity over the annual mean. [-]
    facility_energy_wh : Column
        Energy at the facility's meter. [Wh]

    Returns
    -------
    Emissions
        The reported location-based figure, the direct one (stack only) and the market-based one (by contract). [gCO2e]

    Notes
    -----
    Average, not marginal. The hourly ratio scales the life-cycle and the direct figure alike; contracts have no hour.

    Examples
    --------
    2.5 Wh at 400 g/kWh: 1 g.

    References
    ----------
    GHG Protocol Scope 2 Guidance (2015): location-based and market-based method.
    """
    grid_intensity_gco2e_per_kwh = op.pick(
        e.grid_gco2e_per_kwh, s.default_grid_gco2e_per_kwh * e.grid_hourly_ratio
    )
    inference_emissions_gco2e = facility_energy_wh * (grid_intensity_gco2e_per_kwh / 1000.0)
    inference_direct_emissions_gco2e = facility_energy_wh * (
        s.default_grid_direct_gco2e_per_kwh / 1000.0 * e.grid_hourly_ratio
    )
    inference_market_emissions_gco2e = facility_energy_wh * (s.default_grid_market_gco2e_per_kwh / 1000.0)
    return Emissions(
        grid_intensity_gco2e_per_kwh=grid_intensity_gco2e_per_kwh,
        inference_emissions_gco2e=inference_emissions_gco2e,
        inference_direct_emissions_gco2e=inference_direct_emissions_gco2e,
        inference_market_emissions_gco2e=inference_market_emissions_gco2e,
    )
