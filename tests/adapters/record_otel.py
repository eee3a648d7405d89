"""How otel_*.json were made: real instrumentations of the real OpenAI client, a local fake provider, a local receiver.

    python -m venv /tmp/recorder
    /tmp/recorder/bin/pip install openai==3.57.0 opentelemetry-exporter-otlp-proto-http==1.45.2 \
        opentelemetry-instrumentation-openai-v2==2.4b0 opentelemetry-util-genai==0.4b0 \
        openinference-instrumentation-openai==0.1.66
    /tmp/recorder/bin/python tests/adapters/record_otel.py openai_v2 > tests/adapters/otel_openai_v2_2_4b0.json
    /tmp/recorder/bin/python tests/adapters/record_otel.py openinference > tests/adapters/otel_openinference_0_1_66.json

Others, each in an environment of its own, because they bring versions of their own:

    opentelemetry-instrumentation-openai==0.62.4  record_otel.py openllmetry > tests/adapters/otel_openllmetry_0_62_4.json
    openlit==1.45.0                               record_otel.py openlit     > tests/adapters/otel_openlit_1_45_0.json
    langfuse==5.0.4                               record_otel.py langfuse    > tests/adapters/otel_langfuse_5_0_4.json

The exporter sends protobuf; what is written is the same request in OTLP's JSON encoding. Left out: tracebacks.
"""

import base64
import gzip
import http.server
import json
import os
import sys
import threading

PROMPT = "a prompt that must never be kept"
REPLY = "a reply that must never be kept"
USAGE = {
    "prompt_tokens": 1200,
    "completion_tokens": 300,
    "total_tokens": 1500,
    "prompt_tokens_details": {"cached_tokens": 1000},
    "completion_tokens_details": {"reasoning_tokens": 100},
}
MADE = {"id": "chatcmpl-1", "created": 1760000000, "model": "gpt-4o-2024-08-06"}
RECEIVED = []


class Provider(http.server.BaseHTTPRequestHandler):
    """Answers as the provider does, and takes what the exporter sends."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        if self.path.endswith("/v1/traces"):
            RECEIVED.append(gzip.decompress(body) if self.headers.get("content-encoding") == "gzip" else body)
            self.answer(b"", "application/x-protobuf")
            return
        asked = json.loads(body)
        if self.path.endswith("/embeddings"):
            vector = base64.b64encode(bytes(12)).decode()
            data = [{"object": "embedding", "index": 0, "embedding": vector}]
            usage = {"prompt_tokens": 8, "total_tokens": 8}
            self.answer({"object": "list", "data": data, "model": "text-embedding-3-small", "usage": usage})
        elif asked["model"] == "no-such-model":
            self.answer({"error": {"message": "no such model", "type": "invalid_request_error"}}, status=404)
        elif asked.get("stream"):
            delta = {"index": 0, "delta": {"role": "assistant", "content": REPLY}, "finish_reason": "stop"}
            chunks = [
                {**MADE, "object": "chat.completion.chunk", "choices": [delta]},
                {**MADE, "object": "chat.completion.chunk", "choices": [], "usage": USAGE},
            ]
            lines = [f"data: {json.dumps(chunk)}\n\n" for chunk in chunks] + ["data: [DONE]\n\n"]
            self.answer("".join(lines).encode(), "text/event-stream")
        else:
            message = {"role": "assistant", "content": REPLY}
            choices = [{"index": 0, "message": message, "finish_reason": "stop"}]
            self.answer({**MADE, "object": "chat.completion", "choices": choices, "usage": USAGE})

    def answer(self, body, media_type="application/json", status=200):
        body = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-type", media_type)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def instrument(name, address):
    """Start the instrumentation. Gives the OpenAI client class and what sends the rest."""
    if name == "langfuse":
        keys = {"public_key": "pk-1", "secret_key": "sk-1"}
        os.environ["LANGFUSE_HOST"] = address
        import langfuse
        from langfuse.openai import OpenAI

        client = langfuse.Langfuse(**keys, host=address, environment="staging")
        return OpenAI, client.flush
    from openai import OpenAI

    if name == "openlit":
        import openlit
        from opentelemetry import trace

        openlit.init(otlp_endpoint=address, application_name="shop", environment="staging")
        return OpenAI, lambda: trace.get_tracer_provider().force_flush()
    from opentelemetry import trace
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    resource = {
        "service.name": "shop",
        "deployment.environment.name": "staging",
        "cloud.region": "eu-west-1",
    }
    provider = TracerProvider(resource=Resource.create(resource))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=address + "/v1/traces")))
    trace.set_tracer_provider(provider)
    if name == "openai_v2":
        os.environ["OTEL_SEMCONV_STABILITY_OPT_IN"] = "gen_ai_latest_experimental"
        os.environ["OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"] = "span_only"
        from opentelemetry.instrumentation.openai_v2 import OpenAIInstrumentor
    elif name == "openllmetry":
        from opentelemetry.instrumentation.openai import OpenAIInstrumentor
    else:
        from openinference.instrumentation.openai import OpenAIInstrumentor
    OpenAIInstrumentor().instrument()
    return OpenAI, provider.force_flush


def calls(client):
    from openai import NotFoundError

    said = [{"role": "user", "content": PROMPT}]
    client.chat.completions.create(model="gpt-4o", messages=said)
    streamed = client.chat.completions.create(
        model="gpt-4o", messages=said, stream=True, stream_options={"include_usage": True}
    )
    for _ in streamed:
        pass
    client.embeddings.create(model="text-embedding-3-small", input=PROMPT)
    try:
        client.chat.completions.create(model="no-such-model", messages=said)
    except NotFoundError:
        pass


def as_json(body):
    """A request in OTLP's JSON encoding: as protobuf's own, but ids in hex and enums as numbers."""
    from google.protobuf.json_format import MessageToDict
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

    def hexed(value):
        if isinstance(value, dict):
            return {
                name: base64.b64decode(inner).hex()
                if name in ("traceId", "spanId", "parentSpanId")
                else hexed(inner)
                for name, inner in value.items()
            }
        return [hexed(inner) for inner in value] if isinstance(value, list) else value

    request = ExportTraceServiceRequest.FromString(body)
    for span in (span for one in request.resource_spans for scope in one.scope_spans for span in scope.spans):
        for event in span.events:
            kept = [one for one in event.attributes if one.key != "exception.stacktrace"]
            del event.attributes[:]
            event.attributes.extend(kept)
    return hexed(MessageToDict(request, use_integers_for_enums=True))


def main():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Provider)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    openai, flush = instrument(sys.argv[1], address)
    calls(openai(base_url=address + "/v1", api_key="x", max_retries=0))
    flush()
    print(json.dumps([as_json(body) for body in RECEIVED], indent=1))
    sys.stdout.flush()
    os._exit(0)  # exporters of metrics and logs would go on trying


if __name__ == "__main__":
    main()
