"""The request's share of making the hardware."""

from __future__ import annotations

from ..typed import NamedTuple
from .columns import Evidence, Setup
from .constants import Constants
from .ops import Column, Ops


class Embodied(NamedTuple):
    """Manufacture of the hardware, per request."""

    work_life_s: Column
    life_share: Column
    inference_embodied_gco2e: Column
    inference_embodied_ml: Column


def embodied(
    s: Setup, e: Evidence, c: Constants, op: Ops, device_s: Column, utilization_share: Column
) -> Embodied:
    """Accelerator and its share of the host, by the part of the useful life that the request takes.

    Parameters
    ----------
    s : Setup
        Embodied emissions [gCO2e] and water [mL] of one accelerator and of the host; ``node_gpus``; ``use_life_s`` [s].
    device_s : Column
        Accelerators x seconds of the request. [s]
    utilization_share : Column
        Share of the life that is spent on work. [-]

    Returns
    -------
    Embodied
        Seconds of work in a life [s], the share of one accelerator's [-] and its emissions [gCO2e] and water [mL].

    Notes
    -----
    ``device_s / (use_life_s x utilisation) x (accelerator + host / node_gpus)``: idle time is paid by the work. Buildings
    and networks are not included.

    Examples
    --------
    100 s of an H100 (164 kg) and an eighth of its host (2,515 kg), 5 years at 60 %: 1.06e-6 x 478 kg = 0.51 g.

    References
    ----------
    ISO 14040 allocation by use; Boavizta, Impacts of ICT services (same time share).
    """
    work_life_s = s.use_life_s * utilization_share
    life_share = device_s / work_life_s
    inference_embodied_gco2e = device_s * (
        (s.gpu_embodied_gco2e + s.host_embodied_gco2e / s.node_gpus) / work_life_s
    )
    inference_embodied_ml = device_s * ((s.gpu_embodied_ml + s.host_embodied_ml / s.node_gpus) / work_life_s)
    return Embodied(
        work_life_s=work_life_s,
        life_share=life_share,
        inference_embodied_gco2e=inference_embodied_gco2e,
        inference_embodied_ml=inference_embodied_ml,
    )
