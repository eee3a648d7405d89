"""Rows in, impact out: resolve, compute, render, explain."""

from __future__ import annotations

from ..typed import TYPE_CHECKING
from .api import METHOD_VERSION, Estimate, RowResult, estimate

if TYPE_CHECKING:
    from typing import Any

    from .comparison import Comparison, compare
    from .tables import estimate_table

__all__ = ["METHOD_VERSION", "Comparison", "Estimate", "RowResult", "compare", "estimate", "estimate_table"]


def __getattr__(name: str) -> Any:
    if name == "estimate_table":  # needs pyarrow, which a plain install lacks
        from .tables import estimate_table

        return estimate_table
    if name in ("Comparison", "compare"):  # a cold start does without
        from . import comparison

        return getattr(comparison, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
