"""The request's share of making the hardware."""

from __future__ import annotations

from typing import NamedTuple

from .columns import Evidence, Setup
from .constants import Constants
from .ops import Column, Ops


class Embodied(NamedTuple):
    """Manufacture of the hardware, per request."""

    life_share: Column
    inference_embodied_gco2e: Column
    inference_embodied_ml: Column


def embodied(
    s: Setup, e: Evidence, c: Constants, op: Ops, device_s: Column, utilization_share: Column
) -> Embodied:
    """Accelerator and its share of the host, by the part of the useful life that the request takes."""
    life_share = device_s / (s.use_life_s * utilization_share)
    inference_embodied_gco2e = life_share * (s.gpu_embodied_gco2e + s.host_embodied_gco2e / s.node_gpus)
    inference_embodied_ml = life_share * (s.gpu_embodied_ml + s.host_embodied_ml / s.node_gpus)
    return Embodied(
        life_share=life_share,
        inference_embodied_gco2e=inference_embodied_gco2e,
        inference_embodied_ml=inference_embodied_ml,
    )
