"""What a ledger keeps of an estimate: the entities of each row, its five metrics with ranges, and the parts of its error.

The parts make ranges of sums possible long after: for each cause (see ``ranges``) that rows may share, the value times
the half-width, down and up, of each metric. Parts of the same name add up over rows, parts of different names are
independent:

    low = total x exp(-sqrt(sum of (part / total)²))        high = total x exp(+sqrt(sum of (part / total)²))

as in ``Ranges.total``. Names are made of ids, so that rows of different days, catalogs and versions still share them.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from .api import METRICS, estimate

if TYPE_CHECKING:
    from ..catalog import Catalog
    from ..schema import ImpactRow
    from .api import Estimate

Metrics = tuple[float, float, float, float, float]
"""Usage energy [Wh], emissions [gCO2e] and water [mL], embodied emissions [gCO2e] and water [mL]."""

LEVEL: Final = 0.9
"""Share of cases that the kept ranges are meant to hold."""

#: Quantities that tell later why a recomputed row moved.
BASIS: Final = (
    "device_s",
    "requests_in_flight",
    "it_energy_wh",
    "effective_pue",
    "facility_energy_wh",
    "grid_intensity_gco2e_per_kwh",
    "onsite_water_ml",
    "row_training_energy_wh",
)

#: The tables that the numbers in the key of a cause are rows of.
_TABLES: Final[Mapping[str, tuple[str, ...]]] = {
    "occupancy": ("services", "nodes"),
    "utilisation": ("services", "nodes"),
    "activity": ("models", ""),
    "parameters": ("models",),
    "precision": ("models", "services"),
    "hardware": ("services",),
    "host": ("nodes",),
    "pue": ("datacenters", "regions", "providers"),
    "wue": ("datacenters", "regions", "providers"),
    "grid": ("zones",),
    "ewif": ("zones",),
    "embodied": ("gpus", "nodes"),
    "training": ("models",),
    "gpu": ("gpus",),
}
_LEAST_WIDTH: Final = 1e-5
"""Half-widths below this change no range that anybody could read."""


class Recorded(NamedTuple):
    """One computed row."""

    model_id: str
    node_id: str
    gpu_id: str
    service_id: str
    country: str
    zone_id: str
    task: str
    central: Metrics
    low: Metrics
    high: Metrics
    basis: dict[str, float]
    parts: dict[str, tuple[float, ...]]
    """By the name of a cause: value times half-width down of the five metrics, then up."""


def recorded(rows: Sequence[ImpactRow], catalog: Catalog) -> dict[int, Recorded]:
    """What to keep of each row that can be computed, by its number."""
    result = estimate(rows, catalog)
    return of_estimate(result) if result.resolution.computed else {}


def of_estimate(result: Estimate) -> dict[int, Recorded]:
    """The same of an estimate that was made."""
    centrals = list(zip(*(result.evaluation.column(name) for name in METRICS["total"]), strict=True))
    ends = [result.ranges(name, LEVEL) for name in METRICS["total"]]
    lows, highs = (list(zip(*(end[side] for end in ends), strict=True)) for side in (0, 1))
    basis = list(zip(*(result.evaluation.column(name) for name in BASIS), strict=True))
    parts = _parts(result)
    catalog, kept = result.catalog, {}
    for at, number in enumerate(result.resolution.computed):
        of = result.resolution.at(at)
        kept[number] = Recorded(
            catalog.models.ids[of.model_ix],
            catalog.nodes.ids[of.node_ix],
            catalog.gpus.ids[of.gpu_ix],
            "" if of.service_ix is None else catalog.services.ids[of.service_ix],
            catalog.zones.text(of.zone_ix, "country"),
            catalog.zones.ids[of.zone_ix],
            of.task,
            centrals[at],
            lows[at],
            highs[at],
            dict(zip(BASIS, basis[at], strict=True)),
            parts[at],
        )
    return kept


def _parts(result: Estimate) -> list[dict[str, tuple[float, ...]]]:
    import numpy as np

    parts: list[dict[str, tuple[float, ...]]] = [{} for _ in result.resolution.computed]
    centrals = np.array([result.evaluation.column(name) for name in METRICS["total"]] * 2)
    effects = [result.half_widths(name, LEVEL) for name in METRICS["total"]]
    names: dict[Hashable, str] = {}
    for nth, (cause, _, _, keys) in enumerate(effects[0]):
        widths = np.array([of_metric[nth][side] for side in (1, 2) for of_metric in effects])
        of_rows = (centrals * widths).T.tolist()
        for at in np.flatnonzero((widths > _LEAST_WIDTH).any(axis=0)).tolist():
            key = keys[at]
            if key is not None:
                name = names.get((cause, key)) or names.setdefault(
                    (cause, key), _name(result, cause, at, key)
                )
                parts[at][name] = tuple(of_rows[at])
    return parts


def _name(result: Estimate, cause: str, at: int, key: Any) -> str:
    """The name of a part: the cause, and the ids of what rows must have in common to share it."""
    catalog, of = result.catalog, result.resolution.at(at)
    head, *rest = key
    if head == "duration":  # the error of one deployment's observed times
        service = "" if of.service_ix is None else catalog.services.ids[of.service_ix]
        ids = [service, catalog.nodes.ids[of.node_ix], catalog.models.ids[of.model_ix]]
    elif head in _TABLES:
        ids = [
            str(ix) if table == "" else "" if ix is None else catalog.table(table).ids[ix]
            for table, ix in zip(_TABLES[head], rest, strict=True)
        ]
    else:  # the method's own error: kind of work, model
        ids = [catalog.models.ids[ix] for ix in rest]
    return "|".join((cause, *ids) if head == cause else (cause, head, *ids))
