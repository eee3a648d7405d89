"""What makes a range wide: each cause's part of it, the largest first, and what would settle it.

Worked out cause by cause, a column for all rows; only the order of the causes is found row by row.
"""

from __future__ import annotations

from math import exp, sqrt

from ..typed import TYPE_CHECKING, NamedTuple

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
        ("country", "cloud_region", "grid_gco2e_per_kwh"),
    ),
    "ewif": ("give country or cloud_region", ("country", "cloud_region")),
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

Squares: TypeAlias = "Mapping[str, tuple[Sequence[float], Sequence[float]]]"
"""By cause, the squared half-widths down and up of every row."""


def causes_of_rows(
    values: Sequence[float],
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
    names = [name for name, sides in squares.items() if any(map(any, sides))]
    widths = [[down + up for down, up in zip(*squares[name], strict=True)] for name in names]
    lows = [[value * exp(-sqrt(w)) for value, w in zip(values, squares[n][0], strict=True)] for n in names]
    highs = [[value * exp(sqrt(w)) for value, w in zip(values, squares[n][1], strict=True)] for n in names]
    if not names:
        return [[] for _ in values]
    advised: dict[Given, list[str | None]] = {}
    places = range(len(names))
    found: list[list[Made]] = []
    for of_row, low, high, fields in zip(
        zip(*widths, strict=True), zip(*lows, strict=True), zip(*highs, strict=True), given, strict=True
    ):
        whole = sum(of_row)
        if not whole > 0.0:
            found.append([])
            continue
        advice = advised.get(fields)
        if advice is None:
            advice = advised[fields] = [_advice(name, fields) or no_advice for name in names]
        shares = [width / whole for width in of_row]
        order = sorted(places, key=shares.__getitem__, reverse=True)
        least = _LEAST_SHARE * whole
        found.append(
            [made(names[at], shares[at], low[at], high[at], advice[at]) for at in order if of_row[at] > least]
        )
    return found


def _advice(name: str, given: Given) -> str:
    """What would settle a cause; empty where it is given already."""
    text, settles = ADVICE.get(name, _NO_ADVICE)
    return text if given.isdisjoint(settles) else ""
