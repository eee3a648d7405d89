"""The few operations whose spelling differs between one float and an array of floats.

The kernel is written once. Evaluated with :data:`FLOATS` it runs on plain Python floats and numpy is never imported;
evaluated with :func:`arrays` it runs on numpy blocks. Both give the same bits, because only ``+ - * /``, comparisons,
minimum, maximum, square root and rounding up are used: IEEE 754 fixes the result of each. Powers, exponentials and
logarithms are not in this list; they are taken once per entity (see ``kernel.demand``), outside the row path.
"""

from __future__ import annotations

import math

from ..typed import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any, TypeAlias

#: A column: one float, or a numpy array of float64 of shape (n,). The two are never mixed within one call.
Column: TypeAlias = "Any"


class Ops:
    """What a kernel stage may call besides arithmetic."""

    __slots__ = ()

    def mn(self, a: Column, b: Column) -> Column:
        """Smaller of the two."""

    def mx(self, a: Column, b: Column) -> Column:
        """Larger of the two."""

    def where(self, condition: Column, a: Column, b: Column) -> Column:
        """``a`` where the condition holds, else ``b``; both are evaluated."""

    def pick(self, given: Column, default: Column) -> Column:
        """``given`` where it is a number, ``default`` where it is NaN (not given)."""

    def is_given(self, given: Column) -> Column:
        """1.0 where it is a number, 0.0 where it is NaN (not given)."""

    def sqrt(self, a: Column) -> Column:
        """Square root, correctly rounded."""

    def ceil(self, a: Column) -> Column:
        """Smallest whole number not below, as a float."""


class _Floats(Ops):
    """Python floats: a row at a time, without numpy."""

    __slots__ = ()

    def mn(self, a: float, b: float) -> float:
        return a if a < b else b

    def mx(self, a: float, b: float) -> float:
        return a if a > b else b

    def where(self, condition: bool, a: float, b: float) -> float:
        return a if condition else b

    def pick(self, given: float, default: float) -> float:
        return given if given == given else default

    def is_given(self, given: float) -> float:
        return 1.0 if given == given else 0.0

    def sqrt(self, a: float) -> float:
        return math.sqrt(a)

    def ceil(self, a: float) -> float:
        return float(math.ceil(a))


FLOATS: Ops = _Floats()


class _Arrays(Ops):
    """numpy blocks: many rows at a time."""

    __slots__ = ("_np",)

    def __init__(self) -> None:
        import numpy

        self._np = numpy

    def mn(self, a: Column, b: Column) -> Column:
        return self._np.minimum(a, b)

    def mx(self, a: Column, b: Column) -> Column:
        return self._np.maximum(a, b)

    def where(self, condition: Column, a: Column, b: Column) -> Column:
        return self._np.where(condition, a, b)

    def pick(self, given: Column, default: Column) -> Column:
        return self._np.where(given == given, given, default)

    def is_given(self, given: Column) -> Column:
        return self._np.where(given == given, 1.0, 0.0)

    def sqrt(self, a: Column) -> Column:
        return self._np.sqrt(a)

    def ceil(self, a: Column) -> Column:
        return self._np.ceil(a)


def arrays() -> Ops:
    """Operations for numpy blocks; imports numpy on first use."""
    global _arrays
    if _arrays is None:
        _arrays = _Arrays()
    return _arrays


_arrays: Ops | None = None
