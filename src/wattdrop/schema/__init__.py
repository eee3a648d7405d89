"""Shapes on the wire: what callers send and get, with the names and units of the public contract."""

from .entities import GPU, GPUResponse, Model, ModelResponse, Node, NodeResponse
from .requests import FIELD_ALIASES, FIELDS, ImpactRequest, ImpactRow
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
    "parse_json",
    "parse_request",
    "parse_rows",
]
