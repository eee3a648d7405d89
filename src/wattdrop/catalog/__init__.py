"""The catalog room: reads and checks data/, and answers with rows, figures and sources."""

from __future__ import annotations

from .catalog import Catalog
from .figure import Figure, Intensity, Problem, Quantity, Source
from .loading import load, own
from .table import Table

__all__ = ["Catalog", "Figure", "Intensity", "Problem", "Quantity", "Source", "Table", "load", "own"]
