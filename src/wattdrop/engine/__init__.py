"""Rows in, impact out: resolve, compute, render, explain."""

from .api import METHOD_VERSION, Estimate, RowResult, estimate

__all__ = ["METHOD_VERSION", "Estimate", "RowResult", "estimate"]
