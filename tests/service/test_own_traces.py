"""Traces of the service itself, taken by a receiver that listens here."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import httpx
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status
from tests.service.processes import PATIENCE_S, ROW, running, wait_until

SECRET = "s3cr3t-c0ffee"
CALLER = "0af7651916cd43dd8448eb211c80319c"


class Receiver:
    """What was exported, and with which headers."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.raw = b""
        self.requests: list[ExportTraceServiceRequest] = []

    def spans(self) -> list[Span]:
        return [
            span
            for request in self.requests
            for of_resource in request.resource_spans
            for of_scope in of_resource.scope_spans
            for span in of_scope.spans
        ]


@contextmanager
def receiver() -> Iterator[Receiver]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers.get("Content-Encoding") == "gzip":
                body = gzip.decompress(body)
            received.raw += body
            received.requests.append(ExportTraceServiceRequest.FromString(body))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        received = Receiver(f"http://127.0.0.1:{server.server_port}")
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield received
        server.shutdown()


def attributes(span: Span) -> dict[str, object]:
    return {
        one.key: getattr(one.value, one.value.WhichOneof("value") or "string_value")
        for one in span.attributes
    }


def test_each_request_is_a_span_without_anything_secret(tmp_path: Path) -> None:
    with receiver() as received:
        with running(
            tmp_path, OTEL_EXPORTER_OTLP_ENDPOINT=received.url, OTEL_BSP_SCHEDULE_DELAY="100"
        ) as server:
            headers = {
                "Authorization": f"Bearer {server.key}",
                "traceparent": f"00-{CALLER}-b7ad6b7169203331-01",
            }
            url = f"{server.url}/v1/impact?note={SECRET}"
            rows = [{**ROW, "session_id": SECRET}, {SECRET: 1}]
            answer = httpx.post(url, json={"rows": rows}, headers=headers, timeout=PATIENCE_S)
            server.get(f"/{SECRET}")
            server.get("/health")
            server.get("/ready")
            server.get("/metrics")
            wait_until(lambda: len(received.spans()) == 2, "no spans")
            server.get("/gpu")  # sent by the drain
            assert server.stop() == 0
            logged = [line for line in server.log() if line.get("path") == "/v1/impact"]
        by_name = {span.name: span for span in received.spans()}
        assert by_name.keys() == {"POST /v1/impact", "GET (unknown)", "GET /gpu"}
        span = by_name["POST /v1/impact"]
        assert span.trace_id.hex() == CALLER
        assert span.parent_span_id.hex() == "b7ad6b7169203331"
        assert span.kind == Span.SPAN_KIND_SERVER
        assert span.status.code == Status.STATUS_CODE_UNSET
        found = attributes(span)
        assert found["http.route"] == "/v1/impact"
        assert found["http.response.status_code"] == answer.status_code == 200
        assert (found["wattdrop.rows"], found["wattdrop.row_errors"]) == (2, 1)
        assert found["wattdrop.request_id"] == answer.headers["x-request-id"]
        assert [line["trace_id"] for line in logged] == [CALLER]
        assert SECRET.encode() not in received.raw
        assert server.key.encode() not in received.raw


def test_a_receiver_that_is_away_changes_no_answer_and_delays_no_stop(tmp_path: Path) -> None:
    with running(tmp_path, OTEL_EXPORTER_OTLP_ENDPOINT="http://127.0.0.1:9") as server:
        for _ in range(20):
            assert server.impact().status_code == 200
        assert server.stop() == 0
