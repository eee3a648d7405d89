"""From the node to the facility's meter."""

from __future__ import annotations

from ..typed import NamedTuple
from .columns import Evidence, Setup
from .constants import Constants
from .ops import Column, Ops


class Facility(NamedTuple):
    """Energy of one request at the facility's meter."""

    facility_energy_wh: Column


def facility(
    s: Setup, e: Evidence, c: Constants, op: Ops, it_energy_wh: Column, effective_pue: Column
) -> Facility:
    """Energy drawn by the facility for the IT energy of the request.

    Parameters
    ----------
    it_energy_wh : Column
        Energy of accelerators and host, idle capacity included. [Wh]
    effective_pue : Column
        Power usage effectiveness, the row's own or the place's. [-]

    Returns
    -------
    Facility
        Energy at the facility's meter: the row's own reading, or IT energy x PUE. [Wh]

    Notes
    -----
    PUE is an annual average; it understates summer hours and overstates winter ones.

    Examples
    --------
    10 Wh at a PUE of 1.2: 12 Wh.

    References
    ----------
    ISO/IEC 30134-2:2016.
    """
    facility_energy_wh = op.pick(e.measured_facility_energy_wh, it_energy_wh * effective_pue)
    return Facility(facility_energy_wh=facility_energy_wh)
