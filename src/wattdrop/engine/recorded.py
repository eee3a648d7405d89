"""What a ledger keeps of an estimate: the entities of each row, its five metrics with ranges, and the parts of its error.

Everything is held as columns, a cause at a time: five thousand rows have some fifty thousand parts, which no loop of Python
should meet one by one, and of which each cause leaves some of the metrics alone.

The parts make ranges of sums possible long after: for each cause (see ``ranges``) that rows may share, the value times
the half-width, down and up, of each metric. Parts of the same name add up over rows, parts of different names are
independent:

    low = total x exp(-sqrt(sum of (part / total)²))        high = total x exp(+sqrt(sum of (part / total)²))

as in ``Ranges.total``. Names are made of ids, so that rows of different days, catalogs and versions still share them.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from .api import METRICS, estimate_checked

if TYPE_CHECKING:
    from ..catalog import Catalog
    from ..resolve.resolved import Resolved
    from ..schema import ImpactRow
    from .api import Estimate

Entities = tuple[str, str, str, str, str, str, str]

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
    """The computed rows of an estimate, in order; arrays have a column for each."""

    numbers: Any
    """Numbers of the rows in the batch, as an array."""
    entities: Sequence[Entities]
    """Model, node, accelerator, service, country, zone and task of each description that rows have."""
    entities_of: Any
    """For each row which of these it has, as an array."""
    central: Any
    """The five metrics, as are ``low`` and ``high``."""
    low: Any
    high: Any
    basis: Any
    """The quantities of ``BASIS``."""
    parts: Parts


class Parts(NamedTuple):
    """Parts of the error, a cause after another; several causes may have parts of the same name."""

    causes: Sequence[CauseParts]
    names: Sequence[str]


class CauseParts(NamedTuple):
    """What one cause does to the rows that it can move."""

    row: Any
    """Positions of these rows among the computed ones, ascending."""
    name: Any
    """Number of the part's name in ``names``."""
    values: Sequence[Any]
    """Value times half-width down of the five metrics, then up: ten columns, or None where it leaves the metric alone."""


def recorded(rows: Sequence[ImpactRow], catalog: Catalog) -> Recorded | None:
    """What to keep of the rows that can be computed; None where there is none."""
    result = estimate_checked(rows, catalog, (*METRICS["total"], *BASIS))
    return of_estimate(result) if result.resolution.computed else None


def of_estimate(result: Estimate) -> Recorded:
    """The same of an estimate that was made."""
    import numpy as np

    def arrays(names: Sequence[str]) -> Any:
        return np.array([result.evaluation.array(name) for name in names])

    ends = [result.ranges(name, LEVEL) for name in METRICS["total"]]
    low, high = (np.array([end[side] for end in ends], dtype=np.float64) for side in (0, 1))
    resolution = result.resolution
    return Recorded(
        np.asarray(resolution.computed, dtype=np.int64),
        [entities(result, resolved) for resolved in resolution.resolved],
        np.asarray(resolution.resolved_of, dtype=np.int64),
        arrays(METRICS["total"]),
        low,
        high,
        arrays(BASIS),
        parts(result, LEVEL),
    )


def entities(result: Estimate, of: Resolved) -> Entities:
    """Ids of what a description resolved to: model, node, accelerator, service, country, zone and task."""
    catalog = result.catalog
    return (
        catalog.models.ids[of.model_ix],
        catalog.nodes.ids[of.node_ix],
        catalog.gpus.ids[of.gpu_ix],
        "" if of.service_ix is None else catalog.services.ids[of.service_ix],
        catalog.zones.text(of.zone_ix, "country"),
        catalog.zones.ids[of.zone_ix],
        of.task,
    )


def parts(result: Estimate, level: float) -> Parts:
    """The parts of the error of every computed row, for ranges that are meant to hold a share of the cases."""
    import numpy as np

    of_metrics = [result.half_widths_by_case(name, level) for name in METRICS["total"]]
    case_of_row = np.asarray(of_metrics[0][1], dtype=np.int64)
    row_of_case = np.zeros(len(of_metrics[0][0][0][3]), dtype=np.int64)
    row_of_case[case_of_row] = np.arange(len(case_of_row))
    central = [result.evaluation.array(name) for name in METRICS["total"]]
    numbers: dict[str, int] = {}
    causes = []
    for nth, (cause, _, _, keys) in enumerate(of_metrics[0][0]):
        widths = [np.asarray(effects[nth][side]) for side in (1, 2) for effects, _ in of_metrics]
        moved = np.logical_or.reduce([width > _LEAST_WIDTH for width in widths])
        number_of: dict[Hashable, int] = {None: -1}
        name_of_case = np.full(len(keys), -1)
        for case in np.flatnonzero(np.bincount(case_of_row[moved], minlength=len(keys))).tolist():
            key = keys[case]
            if key not in number_of:
                name = _name(result, cause, int(row_of_case[case]), key)
                number_of[key] = numbers.setdefault(name, len(numbers))
            name_of_case[case] = number_of[key]
        name_of_row = name_of_case[case_of_row]
        kept = np.flatnonzero(moved & (name_of_row >= 0))
        if len(kept):
            values = [
                (value * width).take(kept) if width.any() else None
                for value, width in zip([*central, *central], widths, strict=True)
            ]
            causes.append(CauseParts(kept, name_of_row.take(kept), values))
    return Parts(causes, tuple(numbers))


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
