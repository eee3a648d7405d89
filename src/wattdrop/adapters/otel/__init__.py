"""OpenTelemetry: spans of instrumented model calls in, rows out; answers in the encoding of the request."""

from __future__ import annotations

from .answers import failure, success
from .counting import Counted
from .read import JSON, PROTOBUF, spans_of
from .rows import Batch, batch_of

__all__ = ["JSON", "PROTOBUF", "Batch", "Counted", "batch_of", "failure", "spans_of", "success"]
