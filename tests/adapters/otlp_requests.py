"""Requests of OTLP as tests write them: spans with attributes, in both encodings."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span

TRACE = "5b8efff798038103d269b633813fc60c"
START_NS = 1_760_000_000_000_000_000  # 2025-10-09T08:53:20Z
PROMPT = "a prompt that must never be kept"
REPLY = "a reply that must never be kept"

CALL = {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "openai",
    "gen_ai.request.model": "gpt-4o",
    "gen_ai.usage.input_tokens": 100,
    "gen_ai.usage.output_tokens": 500,
}

RECORDED = sorted(Path(__file__).parent.glob("otel_*.json"))


def recorded(file: Path) -> list[dict[str, Any]]:
    """The requests that an instrumentation sent."""
    requests: list[dict[str, Any]] = json.loads(file.read_text())
    return requests


def span(
    number: int = 1, attributes: Any = None, parent: int = 0, trace: str = TRACE, **fields: Any
) -> dict[str, Any]:
    """A span in OTLP's JSON encoding; ids are small numbers."""
    return {
        "traceId": trace,
        "spanId": f"{number:016x}",
        **({"parentSpanId": f"{parent:016x}"} if parent else {}),
        "startTimeUnixNano": str(START_NS),
        "endTimeUnixNano": str(START_NS + 2_500_000_000),
        "attributes": pairs(CALL if attributes is None else attributes),
        **fields,
    }


def pairs(attributes: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"key": key, "value": _value(value)} for key, value in attributes.items()]


def _value(value: Any) -> dict[str, Any]:
    if isinstance(value, bool):
        return {"boolValue": value}
    if isinstance(value, int):
        return {"intValue": str(value)}
    if isinstance(value, float):
        return {"doubleValue": value}
    return {"stringValue": value} if isinstance(value, str) else value


def request(*spans: dict[str, Any], **resource: Any) -> dict[str, Any]:
    named = {name.replace("_", "."): value for name, value in resource.items()}
    return {
        "resourceSpans": [{"resource": {"attributes": pairs(named)}, "scopeSpans": [{"spans": list(spans)}]}]
    }


def as_protobuf(asked: dict[str, Any]) -> bytes:
    """The same request in the binary encoding."""
    message = ExportTraceServiceRequest()
    for resource_spans in asked["resourceSpans"]:
        of_resource = message.resource_spans.add()
        of_resource.resource.attributes.extend(map(_pair, resource_spans["resource"].get("attributes", [])))
        for scope_spans in resource_spans["scopeSpans"]:
            of_resource.scope_spans.add().spans.extend(map(_message, scope_spans["spans"]))
    return message.SerializeToString()


def _message(one: dict[str, Any]) -> Span:
    message = Span(
        trace_id=bytes.fromhex(one["traceId"]),
        span_id=bytes.fromhex(one["spanId"]),
        parent_span_id=bytes.fromhex(one.get("parentSpanId", "")),
        name=one.get("name", ""),
        start_time_unix_nano=int(one["startTimeUnixNano"]),
        end_time_unix_nano=int(one["endTimeUnixNano"]),
        attributes=map(_pair, one.get("attributes", [])),
    )
    message.status.code = one.get("status", {}).get("code", 0)
    for event in one.get("events", []):
        message.events.add(name=event["name"], attributes=map(_pair, event.get("attributes", [])))
    return message


def _pair(pair: dict[str, Any]) -> KeyValue:
    return KeyValue(key=pair["key"], value=_any(pair["value"]))


def _any(value: dict[str, Any]) -> AnyValue:
    if "arrayValue" in value:
        found = AnyValue()
        found.array_value.values.extend(map(_any, value["arrayValue"].get("values", [])))
        return found
    if "intValue" in value:
        return AnyValue(int_value=int(value["intValue"]))
    names = {"stringValue": "string_value", "doubleValue": "double_value", "boolValue": "bool_value"}
    return AnyValue(**{names[name]: inner for name, inner in value.items()})
