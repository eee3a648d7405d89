"""The official OpenTelemetry SDK and its exporter against a real server process."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SimpleSpanProcessor, SpanExportResult
from opentelemetry.trace import SpanKind
from tests.adapters.otlp_requests import CALL, PROMPT
from tests.service.processes import Running, running


class Watched(OTLPSpanExporter):
    """Keeps what each export came to."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.results: list[SpanExportResult] = []

    def export(self, spans: Any) -> SpanExportResult:
        self.results.append(super().export(spans))
        return self.results[-1]


def exporter(server: Running, key: str = "", **options: Any) -> Watched:
    headers = {"authorization": f"Bearer {key or server.key}"}
    return Watched(endpoint=f"{server.url}/v1/traces", headers=headers, **options)


def rows(server: Running) -> float:
    lines = server.get("/metrics").text.splitlines()
    return sum(float(line.split()[1]) for line in lines if line.startswith("wattdrop_rows_total"))


def provider(processor: Any) -> TracerProvider:
    found = TracerProvider(resource=Resource.create({"service.name": "shop", "cloud.region": "eu-west-1"}))
    found.add_span_processor(processor)
    return found


@pytest.mark.parametrize("compression", [Compression.NoCompression, Compression.Gzip])
def test_a_batch_by_the_exporter(tmp_path: Path, compression: Compression) -> None:
    with running(tmp_path) as server:
        watched = exporter(server, compression=compression)
        traces = provider(BatchSpanProcessor(watched))
        tracer = traces.get_tracer("test")
        with tracer.start_as_current_span(
            "invoke_agent shop", attributes={"gen_ai.operation.name": "invoke_agent"}
        ):
            for _ in range(3):
                with tracer.start_as_current_span("chat gpt-4o", kind=SpanKind.CLIENT) as call:
                    call.set_attributes({**CALL, "gen_ai.input.messages": PROMPT})
                with tracer.start_as_current_span("GET /stock"):
                    pass
        assert traces.force_flush()
        traces.shutdown()
        assert watched.results == [SpanExportResult.SUCCESS]
        assert rows(server) == 3
        assert server.stop() == 0
        (line,) = (one for one in server.log() if one.get("path") == "/v1/traces")
        assert (line["status"], line["rows"], line["row_errors"]) == (200, 3, 0)
        assert PROMPT not in "".join(server.lines)


def test_spans_that_are_sent_one_by_one_are_counted_once(tmp_path: Path) -> None:
    """Each span is a request of its own, the child's first: what a framework repeats comes later."""
    with running(tmp_path) as server:
        watched = exporter(server)
        traces = provider(SimpleSpanProcessor(watched))
        tracer = traces.get_tracer("test")
        with (
            tracer.start_as_current_span("chat by framework", attributes=CALL),
            tracer.start_as_current_span("POST"),
            tracer.start_as_current_span("chat by client", attributes=CALL),
        ):
            pass
        traces.shutdown()
        assert watched.results == [SpanExportResult.SUCCESS] * 3
        assert rows(server) == 1


def test_a_wrong_key_fails_the_export_at_once(tmp_path: Path) -> None:
    with running(tmp_path) as server:
        watched = exporter(server, key="wrong")
        traces = provider(SimpleSpanProcessor(watched))
        traces.get_tracer("test").start_span("chat", attributes=CALL).end()
        traces.shutdown()
        assert watched.results == [SpanExportResult.FAILURE]
        assert httpx.get(server.url + "/status").status_code == 200
