"""Half-widths of rows, as lists of floats or as arrays: from the ends of a cause, scaled, squared and summed.

A half-width is the logarithm of the ratio of an end to the central value: how far down, or up, a cause may move it.
"""

from __future__ import annotations

import math

from ..typed import TYPE_CHECKING
from .quantiles import Z50, Z90

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, TypeAlias

Column: TypeAlias = "Any"
"""One number a row: a list of floats, or a float64 array where the estimate was made of arrays."""


def ends_of(central: Sequence[float], ends: Sequence[Sequence[float]]) -> tuple[list[float], list[float]]:
    """Half-widths down and up of each row from the values at a cause's ends."""
    down, up = [0.0] * len(central), [0.0] * len(central)
    for end in ends:
        if end == central:  # most causes leave most metrics alone
            continue
        for row, (value, moved) in enumerate(zip(central, end, strict=True)):
            if value > 0.0 and moved > 0.0 and moved != value:
                step = math.log(moved / value)
                down[row] = max(down[row], -step)
                up[row] = max(up[row], step)
    return down, up


def ends_of_many(central: Column, ends: Sequence[Column]) -> tuple[Column, Column]:
    """The same of arrays. Logarithms may differ from those of a few rows in the last bit."""
    import numpy as np

    nothing = np.zeros(len(central))
    down = up = nothing
    for moved in ends:
        if (moved == central).all():
            continue
        moves = (central > 0.0) & (moved > 0.0)
        step = np.log(np.divide(moved, central, out=np.ones(len(central)), where=moves))
        down, up = np.maximum(down, -step), np.maximum(up, step)
    return down, up


def times(widths: Column, factor: float) -> Column:
    """All of them times a number."""
    if factor == 1.0:
        return widths
    return [width * factor for width in widths] if isinstance(widths, list) else widths * factor


def squared(widths: Column) -> Column:
    """The square of each."""
    return [width * width for width in widths] if isinstance(widths, list) else widths * widths


def plus(a: Column, b: Column) -> Column:
    """Row by row the sum."""
    return [one + other for one, other in zip(a, b, strict=True)] if isinstance(a, list) else a + b


def any_of(widths: Column) -> bool:
    """Whether any of them is not 0."""
    return any(widths) if isinstance(widths, list) else bool(widths.any())


def share_of(a: Column, whole: Column) -> Column:
    """Row by row the part of the whole; 0 where the whole is 0."""
    if isinstance(a, list):
        return [one / of if of > 0.0 else 0.0 for one, of in zip(a, whole, strict=True)]
    import numpy as np

    return np.divide(a, whole, out=np.zeros(len(a)), where=whole > 0.0)


def ends_at(central: Column, down: Column, up: Column) -> tuple[Column, Column]:
    """The low and the high end of each value, from the squared half-widths down and up."""
    if isinstance(central, list):
        return (
            [value * math.exp(-math.sqrt(square)) for value, square in zip(central, down, strict=True)],
            [value * math.exp(math.sqrt(square)) for value, square in zip(central, up, strict=True)],
        )
    import numpy as np

    return central * np.exp(-np.sqrt(down)), central * np.exp(np.sqrt(up))


def listed(widths: Column) -> list[float]:
    """The same as a list."""
    listed: list[float] = widths if isinstance(widths, list) else widths.tolist()
    return listed


def between(z: float, inner: Column, outer: Column) -> Column:
    """Half-widths at z, from those at the 50 % and at the 90 % level."""
    if isinstance(inner, list):
        return [_one_between(z, a, b) for a, b in zip(inner, outer, strict=True)]
    return _one_between(z, inner, outer)


def _one_between(z: float, inner: Column, outer: Column) -> Column:
    if z <= Z50:
        return inner * z / Z50
    return inner + (outer - inner) * (z - Z50) / (Z90 - Z50)
