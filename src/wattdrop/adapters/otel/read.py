"""A request of OTLP over HTTP as spans, one at a time, in either encoding."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ...errors import UnsupportedMediaType
from .from_json import spans_of_json
from .span import Span

JSON: Final = "application/json"
PROTOBUF: Final = "application/x-protobuf"

#: The package of OTLP's messages; the plain service has it, a service without its extra may not.
_MESSAGES: Final = ("google", "opentelemetry")


def spans_of(body: bytes, media_type: str) -> Iterator[Span]:
    """The spans of a body. What is no OTLP raises ``BadRequest``, wherever it is."""
    if media_type == JSON:
        return spans_of_json(body)
    try:
        from .from_protobuf import spans_of_protobuf
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in _MESSAGES:
            raise
        raise UnsupportedMediaType(
            f"{PROTOBUF} needs one more package on the server: pip install 'wattdrop[service]'; or send "
            f"{JSON} (OTEL_EXPORTER_OTLP_PROTOCOL=http/json, where the exporter knows it)",
            field="Content-Type",
        ) from None
    return spans_of_protobuf(body)
