"""``POST /v1/traces``: answers in the encoding of the request, in OTLP's own shapes, whatever is sent."""

from __future__ import annotations

import asyncio
import gzip
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from google.rpc.error_details_pb2 import BadRequest
from google.rpc.status_pb2 import Status
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from tests.adapters.otlp_requests import CALL, PROMPT, RECORDED, TRACE, as_protobuf, recorded, request, span
from tests.conftest import Service
from tests.service.test_usage import Recorded

from wattdrop.adapters.otel import JSON, PROTOBUF

UNKNOWN = {**CALL, "gen_ai.request.model": "no-such-model-at-all"}


def send(service: Service, body: bytes | str | dict[str, Any], kind: str = JSON, **options: Any) -> Any:
    if isinstance(body, dict):
        body = json.dumps(body) if kind == JSON else as_protobuf(body)
    headers = {"Content-Type": kind, **options.pop("headers", {})}
    path = "/v1/traces" + options.pop("query", "")
    return service.request("POST", path, content=body, headers=headers, **options)


def partial(response: Any) -> tuple[int, str]:
    """What a successful answer says of rejected spans."""
    assert response.status_code == 200, response.text
    if response.headers["content-type"] == JSON:
        found = response.json().get("partialSuccess", {})
        return found.get("rejectedSpans", 0), found.get("errorMessage", "")
    message = ExportTraceServiceResponse.FromString(response.content).partial_success
    return message.rejected_spans, message.error_message


def status(response: Any) -> Any:
    """The google.rpc.Status of a failure, read as the client reads it."""
    if response.headers["content-type"] == PROTOBUF:
        return Status.FromString(response.content)
    assert response.headers["content-type"] == JSON
    found = response.json()
    assert found.keys() <= {"code", "message", "details"}
    return Status(code=found["code"], message=found["message"])


@pytest.mark.parametrize("kind", [JSON, PROTOBUF])
def test_calls_are_taken(service: Service, kind: str) -> None:
    response = send(service, request(span(1), span(2, {"http.route": "/"}), service_name="shop"), kind)
    assert partial(response) == (0, "")
    assert response.headers["content-type"] == kind
    assert response.content == (b"{}" if kind == JSON else b"")


@pytest.mark.parametrize("kind", [JSON, PROTOBUF])
@pytest.mark.parametrize("file", RECORDED, ids=lambda file: file.stem)
def test_what_instrumentations_send_is_computed(service: Service, file: Path, kind: str) -> None:
    before = rows_counted(service)
    for one in recorded(file):
        assert partial(send(service, one, kind)) == (0, "")
    assert rows_counted(service) == before + 3


def rows_counted(service: Service) -> float:
    lines = service.get("/metrics").text.splitlines()
    return sum(float(line.split()[1]) for line in lines if line.startswith("wattdrop_rows_total"))


@pytest.mark.parametrize("kind", [JSON, PROTOBUF])
def test_what_cannot_be_computed_is_counted_and_named(service: Service, kind: str) -> None:
    bad = [span(number, UNKNOWN) for number in (1, 2)]
    negative = span(3, {**CALL, "gen_ai.usage.output_tokens": -5})
    rejected, message = partial(send(service, request(*bad, negative, span(4), trace="x"), kind))
    assert rejected == 3
    assert message.count("span ") == 2  # each problem once
    assert "no-such-model-at-all" in message and "output_tokens" in message and "-5" in message


def test_spans_of_other_things_are_taken_and_ignored(service: Service) -> None:
    before = rows_counted(service)
    assert partial(send(service, request(span(1, {"http.route": "/"})))) == (0, "")
    assert partial(send(service, {})) == (0, "")
    assert partial(send(service, b"", PROTOBUF)) == (0, "")
    assert rows_counted(service) == before


def test_a_parent_in_a_later_request_is_not_counted(service: Service) -> None:
    trace = "cd" * 16
    before = rows_counted(service)
    send(service, request(span(2, parent=1, trace=trace)))
    send(service, request(span(1, trace=trace)))
    assert rows_counted(service) == before + 1


def test_calls_of_other_customers_are_not_mixed_up(service: Service) -> None:
    from wattdrop.adapters.otel import Counted
    from wattdrop.adapters.otel.counting import Usage
    from wattdrop.service.traces import RecentCalls

    recent = RecentCalls(most_calls=2)
    one = Counted(TRACE, "02", "01", Usage(1, 2, 0))
    recent.add(1, [one, one])
    assert recent.of(1, TRACE) == [one]
    assert recent.of(2, TRACE) == []
    recent.add(1, [one._replace(trace_id="a"), one._replace(trace_id="b")])
    assert recent.of(1, TRACE) == []  # the oldest is forgotten


def test_prompts_are_neither_logged_nor_answered(service: Service, caplog: pytest.LogCaptureFixture) -> None:
    spoken = {**UNKNOWN, "gen_ai.input.messages": PROMPT, "gen_ai.prompt": PROMPT, "input.value": PROMPT}
    named = span(1, spoken, name=PROMPT, status={"code": 0, "message": PROMPT})
    with caplog.at_level(logging.DEBUG):
        response = send(service, request(named))
    assert partial(response)[0] == 1
    assert PROMPT not in response.text and PROMPT not in caplog.text


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Recorded]:
    one = Recorded(tmp_path)
    yield one
    asyncio.run(one.app.lifecycle.stop())
    one.store.close()


def test_calls_are_stored_once_however_often_they_are_sent(ledger: Recorded) -> None:
    spoken = {**CALL, "gen_ai.input.messages": PROMPT, "session.id": "s1"}
    batch = request(span(1, spoken), span(2, spoken, parent=3), service_name="shop")
    first = send(ledger.service, batch, PROTOBUF)
    assert first.headers["x-wattdrop-stored"] == "2"
    ledger.until(2)
    send(ledger.service, batch, JSON)
    send(ledger.service, request(span(3), span(4)))  # 3 repeats 2
    ledger.until(3)
    used = ledger.usage("?group_by=application&from=2025-10-01&to=2025-10-31")
    assert "shop" in json.dumps(used) and PROMPT not in json.dumps(used)
    kept = b"".join(file.read_bytes() for file in ledger.folder.rglob("*") if file.is_file())
    assert b"shop" in kept and PROMPT.encode() not in kept
    assert "x-wattdrop-stored" not in send(ledger.service, batch, query="?store=false").headers
    ledger.until(3)


# --- requests that fail as a whole ----------------------------------------------------------------------------------


def test_a_key_is_needed(service: Service) -> None:
    for kind in (JSON, PROTOBUF):
        response = send(service, request(span(1)), kind, key=None)
        assert response.status_code == 401
        assert response.headers["www-authenticate"] == "Bearer"
        assert (status(response).code, "API key" in status(response).message) == (16, True)
    encoded = {"Authorization": f"Bearer%20{service.key}"}  # as some exporters send their header setting
    assert send(service, {}, headers=encoded).status_code == 200


def test_a_key_that_only_reads_is_refused(service: Service) -> None:
    key = service.keys.create("reader", scopes=("read",))
    response = send(service, {}, key=key)
    assert (response.status_code, status(response).code) == (403, 7)


@pytest.mark.parametrize("kind", ["", "text/plain", "application/grpc", "application/x-ndjson"])
def test_other_media_types(service: Service, kind: str) -> None:
    response = send(service, b"x", kind)
    assert response.status_code == 415
    assert PROTOBUF in status(response).message


@pytest.mark.parametrize("kind", [JSON, PROTOBUF])
def test_what_is_no_otlp_names_the_fault(service: Service, kind: str) -> None:
    response = send(service, b"\xff\xff nonsense", kind)
    assert response.status_code == 400
    found = status(response)
    assert (found.code, bool(found.message)) == (3, True)
    if kind == PROTOBUF:
        (detail,) = found.details
        bad = BadRequest()
        assert detail.Unpack(bad)
        assert bad.field_violations[0].description == found.message
    else:
        (shown,) = response.json()["details"]
        assert shown["@type"] == "type.googleapis.com/google.rpc.BadRequest"


@pytest.mark.parametrize(
    "body",
    [
        "[]", "5", '"x"', "{]", "",
        '{"resourceSpans": 5}', '{"resourceSpans": [5]}', '{"resourceSpans": [{"resource": 5}]}',
        '{"resourceSpans": [{"scopeSpans": [{"spans": {}}]}]}', '{"resourceSpans": [{"scopeSpans": [{"spans": [null]}]}]}',
        '{"resourceSpans": [{"scopeSpans": [{"spans": [{"attributes": {"gen_ai.request.model": "x"}}]}]}]}',
        '{"resourceSpans": [{"scopeSpans": [{"spans": [{"status": "x"}]}]}]}',
        '{"resourceSpans": ' + "[" * 100_000 + "]" * 100_000 + "}",
    ],
)  # fmt: skip
def test_json_of_another_shape(service: Service, body: str) -> None:
    assert send(service, body).status_code == 400


def test_a_body_that_was_cut_off(service: Service) -> None:
    whole = as_protobuf(request(span(1), service_name="shop"))
    for length in range(1, len(whole)):
        assert send(service, whole[:length], PROTOBUF).status_code in (200, 400)
    assert send(service, whole[:-3], PROTOBUF).status_code == 400


@pytest.mark.parametrize("kind", [JSON, PROTOBUF])
def test_gzip(service: Service, kind: str) -> None:
    asked = request(span(1))
    body = json.dumps(asked).encode() if kind == JSON else as_protobuf(asked)
    packed = gzip.compress(body)
    encoded = {"Content-Encoding": "gzip"}
    assert partial(send(service, packed, kind, headers=encoded)) == (0, "")
    assert send(service, packed[:-9], kind, headers=encoded).status_code == 400
    assert send(service, body, kind, headers=encoded).status_code == 400
    response = send(service, body, kind, headers={"Content-Encoding": "zstd"})
    assert (response.status_code, response.headers["content-type"]) == (415, kind)


def test_a_gzip_bomb(service: Service) -> None:
    bomb = gzip.compress(b"\0" * 50_000_000)
    response = send(service, bomb, PROTOBUF, headers={"Content-Encoding": "gzip"})
    assert (response.status_code, status(response).code) == (413, 8)


def test_a_million_spans(service: Service) -> None:
    smallest = _nested(_nested(b"\x12\x00" * 1_000_000, 2), 1)  # two bytes each, so the body is not too large
    response = send(service, smallest, PROTOBUF)
    assert (response.status_code, status(response).code) == (413, 8)
    calls = gzip.compress(as_protobuf(request(*[span(number) for number in range(1, 1000)])) * 1000, 1)
    assert send(service, calls, PROTOBUF, headers={"Content-Encoding": "gzip"}).status_code == 413


def _nested(data: bytes, field: int) -> bytes:
    size, encoded = len(data), bytearray([field << 3 | 2])
    while size > 0x7F:
        encoded.append(size & 0x7F | 0x80)
        size >>= 7
    return bytes([*encoded, size]) + data


def test_deep_attributes(service: Service) -> None:
    value: dict[str, Any] = {"stringValue": "x"}
    for _ in range(40):
        value = {"arrayValue": {"values": [value]}}
    deep = request(span(1, {**CALL, "deep": value}))
    for kind in (JSON, PROTOBUF):
        assert partial(send(service, deep, kind)) == (0, "")
    pair = _nested(b"gen_ai.request.model", 1)
    inner = b""
    for _ in range(5_000):
        inner = _nested(_nested(inner, 1), 5)  # an array in an array ...
    body = _nested(_nested(_nested(_nested(pair + _nested(inner, 2), 9), 2), 2), 1)
    assert send(service, body, PROTOBUF).status_code == 400


def test_later_is_said_with_a_time(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    from wattdrop.errors import Overloaded, RateLimited
    from wattdrop.service import traces

    for error, expected in ((Overloaded("later"), (503, 14)), (RateLimited("later"), (429, 8))):

        async def fail(*_: object, error: Exception = error) -> bytes:
            raise error

        monkeypatch.setattr(traces, "read_body", fail)
        response = send(service, request(span(1)), PROTOBUF)
        assert (response.status_code, status(response).code) == expected
        assert int(response.headers["retry-after"]) >= 1


def test_without_the_package_of_the_messages(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "opentelemetry.proto.trace.v1.trace_pb2", None)
    monkeypatch.delitem(sys.modules, "wattdrop.adapters.otel.from_protobuf", raising=False)
    response = send(service, request(span(1)), PROTOBUF)
    assert response.status_code == 415
    assert "pip install" in status(response).message and JSON in status(response).message
    assert send(service, request(span(1))).status_code == 200


# --- whatever is sent -----------------------------------------------------------------------------------------------

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=10,
)
NAMES = st.sampled_from(
    [*CALL, "gen_ai.response.model", "llm.token_count.prompt", "langfuse.observation.usage_details"]
)
ANY_VALUES = st.one_of(
    VALUES,
    st.fixed_dictionaries({}, optional={"stringValue": VALUES, "intValue": VALUES, "doubleValue": VALUES,
                                        "boolValue": VALUES, "arrayValue": VALUES}),
)  # fmt: skip
SPANS = st.fixed_dictionaries(
    {
        "traceId": st.just(TRACE) | VALUES,
        "spanId": st.just("00000000000000ab") | VALUES,
        "attributes": st.lists(st.fixed_dictionaries({"key": NAMES, "value": ANY_VALUES}), max_size=6) | VALUES,
    },
    optional={
        "parentSpanId": VALUES, "startTimeUnixNano": VALUES, "endTimeUnixNano": VALUES, "status": VALUES, "events": VALUES,
    },
)  # fmt: skip


@given(st.lists(SPANS, max_size=3))
def test_no_json_is_a_fault_of_ours(service: Service, spans: list[Any]) -> None:
    response = send(service, json.dumps(request(*spans)))
    assert response.status_code in (200, 400), response.text
    assert response.headers["content-type"] == JSON


@given(st.binary(max_size=200))
def test_no_bytes_are_a_fault_of_ours(service: Service, body: bytes) -> None:
    response = send(service, body, PROTOBUF)
    assert response.status_code in (200, 400)
    assert response.headers["content-type"] == PROTOBUF


WHOLE = as_protobuf(recorded(RECORDED[0])[0])


@given(st.data())
def test_no_damage_is_a_fault_of_ours(service: Service, data: st.DataObject) -> None:
    body = bytearray(WHOLE)
    for _ in range(data.draw(st.integers(1, 5))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    assert send(service, bytes(body), PROTOBUF).status_code in (200, 400)


@given(st.lists(st.tuples(st.sampled_from(sorted(CALL)), VALUES), max_size=4))
def test_odd_values_are_a_problem_of_their_span(service: Service, odd: list[tuple[str, Any]]) -> None:
    message = ExportTraceServiceRequest.FromString(as_protobuf(request(span(1), span(2))))
    attributes = message.resource_spans[0].scope_spans[0].spans[0].attributes
    for name, value in odd:
        pair = attributes.add(key=name)
        if isinstance(value, bool):
            pair.value.bool_value = value
        elif isinstance(value, int) and abs(value) < 2**63:
            pair.value.int_value = value
        elif isinstance(value, float):
            pair.value.double_value = value
        elif isinstance(value, str):
            pair.value.string_value = value.encode("utf-8", "replace").decode()
        else:
            pair.value.array_value.values.add()
    rejected, _ = partial(send(service, message.SerializeToString(), PROTOBUF))
    assert rejected in (0, 1)
