"""Shapes on the wire: what callers send and get, with the names and units of the public contract.

Each is imported when it is first asked for: a cold start of the command needs none of them.
"""

from __future__ import annotations

from ..typed import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any

    from .entities import GPU, GPUResponse, Model, ModelResponse, Node, NodeResponse
    from .requests import FIELD_ALIASES, FIELDS, ImpactRequest, ImpactRow, given_by_row, given_by_rows
    from .responses import (
        NO_IMPACT,
        DebugInfo,
        Error,
        ErrorDetails,
        GridMix,
        ImpactMetrics,
        ImpactResponse,
        MetricRange,
        ModeledRow,
        PredictionStep,
        RangeCause,
        Ranges,
        StatusResponse,
    )
    from .row_count import check_row_count
    from .rows import parse_json, parse_request, parse_rows

#: Module -> the names that it holds.
_EXPORTS = {
    "entities": ("GPU", "GPUResponse", "Model", "ModelResponse", "Node", "NodeResponse"),
    "requests": ("FIELD_ALIASES", "FIELDS", "ImpactRequest", "ImpactRow", "given_by_row", "given_by_rows"),
    "responses": (
        "NO_IMPACT",
        "DebugInfo",
        "Error",
        "ErrorDetails",
        "GridMix",
        "ImpactMetrics",
        "ImpactResponse",
        "MetricRange",
        "ModeledRow",
        "PredictionStep",
        "RangeCause",
        "Ranges",
        "StatusResponse",
    ),
    "row_count": ("check_row_count",),
    "rows": ("parse_json", "parse_request", "parse_rows"),
}

__all__ = [
    "FIELDS",
    "FIELD_ALIASES",
    "GPU",
    "NO_IMPACT",
    "DebugInfo",
    "Error",
    "ErrorDetails",
    "GPUResponse",
    "GridMix",
    "ImpactMetrics",
    "ImpactRequest",
    "ImpactResponse",
    "ImpactRow",
    "MetricRange",
    "Model",
    "ModelResponse",
    "ModeledRow",
    "Node",
    "NodeResponse",
    "PredictionStep",
    "RangeCause",
    "Ranges",
    "StatusResponse",
    "check_row_count",
    "given_by_row",
    "given_by_rows",
    "parse_json",
    "parse_request",
    "parse_rows",
]


def __getattr__(name: str) -> Any:
    from importlib import import_module

    for module, names in _EXPORTS.items():
        if name in names:
            value = getattr(import_module(f".{module}", __name__), name)
            globals()[name] = value
            return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
