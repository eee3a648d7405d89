"""Rows in, impact out: resolve, compute, render, explain."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .api import METHOD_VERSION, Estimate, RowResult, estimate

if TYPE_CHECKING:
    from .tables import estimate_table

__all__ = ["METHOD_VERSION", "Estimate", "RowResult", "estimate", "estimate_table"]


def __getattr__(name: str) -> Any:
    if name == "estimate_table":  # needs pyarrow, which a plain install lacks
        from .tables import estimate_table

        return estimate_table
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
