"""What makes a range wide: each cause's part of it, the largest first, and what would settle it.

Worked out cause by cause, a column for all rows; only the order of the causes is found row by row.
"""

from __future__ import annotations

from ..typed import TYPE_CHECKING, NamedTuple
from .half_widths import Column, any_of, ends_at, listed, plus, share_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Final, TypeAlias, TypeVar

    Made = TypeVar("Made")

#: What a caller can give to settle a cause, and the row fields that count as having given it.
ADVICE: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "occupancy": ("give batch_size, or processing_duration_ms", ("batch_size",)),
    "utilisation": ("give utilization_rate", ("utilization_rate",)),
    "activity": ("give tokens, images, steps or seconds", ()),
    "precision": ("give datatype", ("datatype",)),
    "hardware": ("give node_id, or gpu_id and gpu_count", ("node_id", "gpu_id", "cloud_instance_id")),
    "pue": ("give pue, or the datacenter", ("pue",)),
    "wue": ("give wue_l_per_kwh, or the datacenter", ("wue_l_per_kwh",)),
    "grid": (
        "give country, cloud_region or grid_gco2e_per_kwh",
        ("country", "cloud_region", "datacenter_id", "grid_gco2e_per_kwh"),
    ),
    "ewif": ("give country or cloud_region", ("country", "cloud_region", "datacenter_id")),
    "method": ("give measured_energy_wh", ("measured_energy_wh",)),
}
_NO_ADVICE: Final[tuple[str, tuple[str, ...]]] = ("", ())
#: A cause whose part of the squared width is no larger is not named.
_LEAST_SHARE: Final = 1e-12


class CauseShare(NamedTuple):
    """One cause of a range: its part of the squared width, the range it would make alone, and what would settle it."""

    cause: str
    share: float
    low: float
    high: float
    advice: str  # empty where the caller can do nothing, or has done it


Given = frozenset[str]
"""The fields that a row fills."""

Squares: TypeAlias = "Mapping[str, tuple[Column, Column]]"
"""By cause, the squared half-widths down and up of every row."""


def causes_of_rows(
    values: Column,
    squares: Squares,
    given: Sequence[Given],
    made: Callable[..., Made],
    no_advice: str | None = "",
) -> list[list[Made]]:
    """The causes of the 90 % range of each row, the largest first.

    Parameters
    ----------
    values : of each row, what the range is of.
    made : makes a cause of its fields, in the order of ``CauseShare``.
    no_advice : what stands for no advice.
    """
    names = [name for name, sides in squares.items() if any(map(any_of, sides))]
    if not names:
        return [[] for _ in given]
    widths = [plus(*squares[name]) for name in names]
    whole = widths[0]
    for width in widths[1:]:
        whole = plus(whole, width)
    shares = [share_of(width, whole) for width in widths]
    ends = [list(map(listed, ends_at(values, *squares[name]))) for name in names]
    lows, highs = zip(*ends, strict=True)
    advised: dict[Given, list[str | None]] = {}
    found: list[list[Made]] = []
    of_rows = (zip(*columns, strict=True) for columns in (map(listed, shares), lows, highs))
    for order, fields, share, low, high in zip(_largest_first(shares), given, *of_rows, strict=True):
        advice = advised.get(fields)
        if advice is None:
            advice = advised[fields] = [_advice(name, fields) or no_advice for name in names]
        found.append([made(names[at], share[at], low[at], high[at], advice[at]) for at in order])
    return found


def _largest_first(shares: Sequence[Column]) -> list[list[int]]:
    """For each row the numbers of its causes that count, the one of the largest share first."""
    if isinstance(shares[0], list):
        numbers = range(len(shares))
        return [
            [at for at in sorted(numbers, key=share.__getitem__, reverse=True) if share[at] > _LEAST_SHARE]
            for share in zip(*shares, strict=True)
        ]
    import numpy as np

    of_rows = np.array(shares).T
    order = np.argsort(-of_rows, axis=1, kind="stable").tolist()
    counts = (of_rows > _LEAST_SHARE).sum(axis=1).tolist()
    return [numbers[:count] for numbers, count in zip(order, counts, strict=True)]


def _advice(name: str, given: Given) -> str:
    """What would settle a cause; empty where it is given already."""
    text, settles = ADVICE.get(name, _NO_ADVICE)
    return text if given.isdisjoint(settles) else ""
