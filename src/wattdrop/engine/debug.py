"""What ``debug=true`` adds to a row, in the public shape: model, machine, grid and the steps of the work."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..schema import DebugInfo, GridMix, PredictionStep
from ..units import MS_PER_S
from .entities import model_entity, node_entity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..resolve.choice import Choice
    from ..resolve.resolved import Resolved
    from ..schema.entities import Model, Node
    from .api import Estimate

_HIGHEST_INTENSITY = 2000.0  # bound of the contract


class Debugger:
    """Debug of the computed rows of an estimate. Rows of a batch mostly share a model and a machine: each is made once."""

    def __init__(self, estimate: Estimate) -> None:
        self._estimate = estimate
        self._models: dict[int, Model] = {}
        self._nodes: dict[int, Node] = {}
        self._choices = estimate.every_choice()

    def info(self, at: int) -> DebugInfo:
        """Debug of a row; ``at`` counts computed rows only."""
        estimate, resolved = self._estimate, self._estimate.resolution.at(at)
        if resolved.model_ix not in self._models:
            self._models[resolved.model_ix] = model_entity(estimate.catalog, resolved.model_ix)
        if resolved.node_ix not in self._nodes:
            self._nodes[resolved.node_ix] = node_entity(estimate.catalog, resolved.node_ix)
        return DebugInfo(
            model=self._models[resolved.model_ix],
            hardware_node=self._nodes[resolved.node_ix],
            grid_mix=_grid_mix(estimate, resolved, at),
            steps=_steps(estimate, at, self._choices[at]),
        )


def _grid_mix(estimate: Estimate, resolved: Resolved, at: int) -> GridMix | None:
    zones = estimate.catalog.zones
    country = zones.text(resolved.zone_ix, "country")
    intensity = estimate.evaluation.value(at, "grid_intensity_gco2e_per_kwh")
    if len(country) != 2:
        return None  # the world is no country, and the contract has no word for it
    code = zones.text(resolved.zone_ix, "iso3166_2").partition("-")[2]
    region = code if len(code) == 2 and code.isalpha() else None
    return GridMix(country=country, region=region, gco2e_per_kwh=min(intensity, _HIGHEST_INTENSITY))


def _steps(estimate: Estimate, at: int, choices: Sequence[Choice]) -> list[PredictionStep]:
    value = estimate.evaluation.value
    parts = (
        ("prefill", value(at, "prefill_device_s"), 1.0),
        ("decode", value(at, "decode_device_s"), value(at, "decode_tokens")),
        ("single pass", value(at, "pass_device_s"), 1.0),
        ("denoise", value(at, "denoise_device_s"), value(at, "denoise_passes")),
    )
    steps = [
        PredictionStep(
            description=f"{name} (accelerator time)",
            duration_ms=seconds * MS_PER_S,
            inferences=max(1, round(count)),
        )
        for name, seconds, count in parts
        if seconds > 0.0
    ]
    said = [
        f"{c.question}: {c.chosen} ({c.basis}, {c.rung})" + (f"; {c.note}" if c.note else "") for c in choices
    ]
    return steps + [PredictionStep(description=text, duration_ms=0.0, inferences=0) for text in said]
