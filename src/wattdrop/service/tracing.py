"""Traces of the service itself, sent by OTLP where ``OTEL_EXPORTER_OTLP_ENDPOINT`` names a receiver. Extra ``otel``."""

from __future__ import annotations

import asyncio
import logging
import os
import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from ..version import __version__
from .exchange import Exchange

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider

_log = logging.getLogger(__name__)

ENDPOINT_VARIABLES: Final = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")

#: Asked every few seconds; and where the receiver is this service, a span about receiving spans would never end.
UNTRACED: Final = frozenset({"/v1/traces", "/health", "/ready", "/metrics", "/status"})


class Tracing:
    """A span of kind SERVER for each request, child of the caller's where it sends W3C ``traceparent``."""

    def __init__(self, provider: TracerProvider) -> None:
        from opentelemetry.trace import SpanKind, Status, StatusCode
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        self._provider = provider
        self._tracer = provider.get_tracer("wattdrop", __version__)
        self._caller = TraceContextTextMapPropagator()
        self._server = SpanKind.SERVER
        self._error = Status(StatusCode.ERROR)

    def begin(self, scope: Mapping[str, Any], exchange: Exchange) -> Any:
        """Start a span. Until it is ended nothing of it is sent."""
        names = (b"traceparent", b"tracestate")
        carrier = {
            name.decode(): value.decode("latin-1") for name, value in scope["headers"] if name in names
        }
        span = self._tracer.start_span("HTTP", self._caller.extract(carrier), self._server)
        exchange.trace_id = f"{span.get_span_context().trace_id:032x}"
        return span

    def end(self, span: Any, exchange: Exchange) -> None:
        """End it with what became of the request: no address, no query, no key."""
        if exchange.template in UNTRACED:
            return
        span.update_name(f"{exchange.method} {exchange.template}")
        span.set_attributes(
            {
                "http.request.method": exchange.method,
                "http.route": exchange.template,
                "http.response.status_code": exchange.status,
                "http.request.body.size": exchange.body_bytes,
                "http.response.body.size": exchange.sent_bytes,
                "wattdrop.request_id": exchange.id,
                "wattdrop.rows": exchange.rows,
                "wattdrop.row_errors": exchange.row_errors,
            }
        )
        if exchange.customer_id is not None:
            span.set_attribute("wattdrop.customer_id", exchange.customer_id)
        if exchange.status >= 500:
            span.set_status(self._error)
        span.end()

    async def stop(self) -> None:
        """Send what waits, on a thread that does not keep the process: the receiver may be gone."""
        done = asyncio.Event()
        loop = asyncio.get_running_loop()

        def shut_down() -> None:
            self._provider.shutdown()
            loop.call_soon_threadsafe(done.set)

        threading.Thread(target=shut_down, daemon=True, name="wattdrop-traces").start()
        await done.wait()


def set_up(environment: Mapping[str, str] = os.environ) -> Tracing | None:
    """Tracing as the standard variables of OpenTelemetry ask for it, or none."""
    if not any(environment.get(name) for name in ENDPOINT_VARIABLES):
        return None
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ModuleNotFoundError:
        _log.warning("no traces are sent: OTEL_EXPORTER_OTLP_ENDPOINT needs pip install 'wattdrop[otel]'")
        return None
    named = {} if environment.get("OTEL_SERVICE_NAME") else {"service.name": "wattdrop"}
    provider = TracerProvider(
        resource=Resource.create({**named, "service.version": __version__}), shutdown_on_exit=False
    )
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return Tracing(provider)
