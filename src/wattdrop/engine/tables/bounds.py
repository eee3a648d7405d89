"""Which numbers a field may have, as the typed row says."""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

import msgspec
import numpy as np

from ...schema import ImpactRow


class Bounds(NamedTuple):
    """The least and the most, and whether only whole numbers are."""

    low: float
    high: float
    whole: bool


@cache
def bounds_of(name: str) -> Bounds:
    """Bounds of a numeric field."""
    kind = next(f.type for f in msgspec.inspect.type_info(ImpactRow).fields if f.name == name)  # type: ignore[attr-defined]
    for option in getattr(kind, "types", (kind,)):
        if isinstance(option, (msgspec.inspect.IntType, msgspec.inspect.FloatType)):
            low = (
                option.ge
                if option.ge is not None
                else (option.gt if option.gt is not None else float("-inf"))
            )
            high = option.le if option.le is not None else float("inf")
            if option.gt is not None:
                low = float(low) + 5e-324 if low == 0 else low
            return Bounds(float(low), float(high), isinstance(option, msgspec.inspect.IntType))
    raise LookupError(f"{name} is not a number in the schema")


def out_of_bounds(values: Any, most: float, bounds: Bounds, whole: bool) -> Any:
    """Which values no row may have; None where all may be. ``most``: the largest; ``whole``: that they are whole numbers is
    known.
    """
    wrong: Any = None
    if np.fmin.reduce(values) < bounds.low or most > bounds.high:
        wrong = (values < bounds.low) | (values > bounds.high)
    if bounds.whole and not whole:
        fractions = (values == values) & (values != np.floor(values))
        if fractions.any():
            wrong = fractions if wrong is None else wrong | fractions
    return wrong
