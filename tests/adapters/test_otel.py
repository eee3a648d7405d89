"""Spans as rows: what five instrumentations really send (see record_otel.py), every spelling, and what counts once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.adapters.otlp_requests import (
    CALL,
    PROMPT,
    RECORDED,
    REPLY,
    TRACE,
    as_protobuf,
    pairs,
    recorded,
    request,
    span,
)

from wattdrop.adapters import otel
from wattdrop.adapters.otel.spellings import COUNTS, MODELS, OF_ROW


def rows(*spans: Any, **resource: Any) -> Any:
    """The rows of spans, which must be the same in both encodings."""
    asked = request(*spans, **resource)
    of_json = otel.batch_of(otel.spans_of(json.dumps(asked).encode(), otel.JSON))
    assert otel.batch_of(otel.spans_of(as_protobuf(asked), otel.PROTOBUF)) == of_json
    return of_json.rows


def row(attributes: dict[str, Any], **fields: Any) -> Any:
    (found,) = rows(span(1, attributes, **fields))
    return found


def test_a_call_as_a_row() -> None:
    asked = {"service_name": "shop", "cloud_region": "eu-west-1"}
    (found,) = rows(span(1, {**CALL, "deployment.environment.name": "staging", "session.id": "s1"}), **asked)
    assert found == {
        "managed_service_id": "openai",
        "model_id": "gpt-4o",
        "input_tokens": 100,
        "output_tokens": 500,
        "application_id": "shop",
        "environment": "staging",
        "cloud_region": "eu-west-1",
        "session_id": "s1",
        "trace_id": TRACE,
        "request_id": f"{TRACE}-0000000000000001",
        "integration_source": "opentelemetry",
        "utc_datetime": "2025-10-09T08:53:20.000000000Z",
        "request_duration_ms": 2500.0,
    }


@pytest.mark.parametrize("encoding", ["json", "protobuf"])
@pytest.mark.parametrize("file", RECORDED, ids=lambda file: file.stem)
def test_what_instrumentations_send(file: Path, encoding: str) -> None:
    bodies = [json.dumps(one).encode() if encoding == "json" else as_protobuf(one) for one in recorded(file)]
    kind = otel.JSON if encoding == "json" else otel.PROTOBUF
    batches = [otel.batch_of(otel.spans_of(body, kind)) for body in bodies]
    found: list[Any] = [one for batch in batches for one in batch.rows]
    text = json.dumps(found)
    assert PROMPT not in text and REPLY not in text
    # One plain chat, one streamed, one embedding; the call that failed ran nothing.
    chats = [one for one in found if one.get("task") != "text-embedding"]
    (embedding,) = (one for one in found if one.get("task") == "text-embedding")
    assert [(one["input_tokens"], one["output_tokens"]) for one in chats] == [(1200, 300)] * 2
    for one in chats:
        assert "gpt-4o-2024-08-06" in (one.get("model_used_id"), one["model_id"])
        assert 0 < one["request_duration_ms"] < 60_000
    assert (embedding["model_id"], embedding["input_tokens"]) == ("text-embedding-3-small", 8)
    if "langfuse" in file.name:  # knows no provider, and names no service
        return
    assert {(one["managed_service_id"], one["application_id"]) for one in found} == {("openai", "shop")}
    assert {one["environment"] for one in found} == {"staging"}


@pytest.mark.parametrize("file", RECORDED, ids=lambda file: file.stem)
def test_cached_and_reasoning_tokens_where_they_are_sent(file: Path) -> None:
    text = file.read_text()
    found: list[Any] = [
        one
        for asked in recorded(file)
        for one in otel.batch_of(otel.spans_of(json.dumps(asked).encode(), otel.JSON)).rows
    ]
    assert ("cache" in text) == any(one.get("cached_input_tokens") == 1000 for one in found)
    assert ("reasoning" in text) == any(one.get("reasoning_tokens") == 100 for one in found)


SPELLINGS = [(field, name) for field, names in OF_ROW.items() for name in names]


@pytest.mark.parametrize(("field", "name"), SPELLINGS, ids=lambda one: one)
def test_every_spelling(field: str, name: str) -> None:
    value: Any = 7 if field in COUNTS else 0.25 if field == "request_cost" else "some-name"
    base = {"openinference.span.kind": "LLM"}
    if field not in MODELS:
        base["llm.model_name"] = "gpt-4o"
    if field not in COUNTS:
        base["llm.token_count.prompt"] = 5  # type: ignore[assignment]
    found = row({**base, name: value})
    assert found[field] == ("https://some-name" if field == "base_url" else value)


def test_the_current_spelling_wins() -> None:
    both = {**CALL, "gen_ai.usage.prompt_tokens": 1, "llm.token_count.prompt": 2, "gen_ai.system": "x"}
    assert (row(both)["input_tokens"], row(both)["managed_service_id"]) == (100, "openai")


@pytest.mark.parametrize("name", ["deployment.environment.name", "deployment.environment"])
def test_the_span_knows_better_than_its_resource(name: str) -> None:
    (found,) = rows(span(1, {**CALL, name: "of span"}), **{name.replace(".", "_"): "of resource"})
    assert found["environment"] == "of span"


@pytest.mark.parametrize(
    ("mark", "task"),
    [
        ({"gen_ai.operation.name": "chat"}, None),
        ({"gen_ai.operation.name": "generate_content"}, None),
        ({"gen_ai.operation.name": "text_completion"}, None),
        ({"gen_ai.operation.name": "embeddings"}, "text-embedding"),
        ({"gen_ai.operation.name": "something_new"}, None),
        ({"llm.request.type": "completion"}, None),
        ({"llm.request.type": "embedding"}, "text-embedding"),
        ({"openinference.span.kind": "LLM"}, None),
        ({"openinference.span.kind": "EMBEDDING"}, "text-embedding"),
        ({"langfuse.observation.type": "generation"}, None),
        ({}, None),
    ],
)
def test_marks_of_calls(mark: dict[str, str], task: str | None) -> None:
    plain = {name: value for name, value in CALL.items() if name != "gen_ai.operation.name"}
    assert row({**plain, **mark}).get("task") == task


@pytest.mark.parametrize(
    "mark",
    [
        *({"gen_ai.operation.name": name} for name in (
            "invoke_agent", "invoke_workflow", "execute_tool", "retrieval", "create_agent",
        )),
        *({"openinference.span.kind": kind} for kind in ("CHAIN", "AGENT", "TOOL", "RETRIEVER")),
        *({"langfuse.observation.type": kind} for kind in ("span", "agent", "tool")),
        {"traceloop.span.kind": "workflow"},
    ],
    ids=str,
)  # fmt: skip
def test_spans_around_calls_are_no_calls(mark: dict[str, str]) -> None:
    plain = {name: value for name, value in CALL.items() if name != "gen_ai.operation.name"}
    assert rows(span(1, {**plain, **mark})) == []


@pytest.mark.parametrize(
    "attributes",
    [
        {},
        {"http.request.method": "POST", "server.address": "api.openai.com"},
        {"gen_ai.operation.name": "chat"},
        {"gen_ai.request.model": "gpt-4o"},
        {**CALL, "gen_ai.usage.input_tokens": 0, "gen_ai.usage.output_tokens": 0, "error.type": "timeout"},
    ],
)
def test_spans_that_say_nothing_of_a_call(attributes: dict[str, Any]) -> None:
    assert rows(span(1, attributes)) == []


def test_a_call_without_counts_is_one_still() -> None:
    found = row({"gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt-4o"})
    assert "output_tokens" not in found  # the method assumes a usual reply
    assert (
        rows(span(1, {"gen_ai.operation.name": "chat", "gen_ai.request.model": "x"}, status={"code": 2}))
        == []
    )


def test_counts_of_an_event() -> None:
    usage = {
        "gen_ai.usage.input_tokens": 100,
        "gen_ai.usage.output_tokens": 500,
        "gen_ai.input.messages": PROMPT,
    }
    plain = {name: value for name, value in CALL.items() if "usage" not in name}
    event = {"name": "gen_ai.client.inference.operation.details", "attributes": pairs(usage)}
    assert row(plain, events=[event]) == row(CALL)
    assert "output_tokens" not in row(plain, events=[{**event, "name": "another"}])


def test_parts_that_were_left_out_of_their_whole_are_added() -> None:
    found = row({**CALL, "gen_ai.usage.cache_read_input_tokens": 900, "gen_ai.usage.reasoning_tokens": 600})
    assert (found["input_tokens"], found["cached_input_tokens"]) == (1000, 900)
    assert (found["output_tokens"], found["reasoning_tokens"]) == (1100, 600)
    found = row(
        {**CALL, "gen_ai.usage.cache_read.input_tokens": 90, "gen_ai.usage.reasoning.output_tokens": 60}
    )
    assert (found["input_tokens"], found["output_tokens"]) == (100, 500)


def test_a_cache_that_was_filled_beside_the_input_is_added() -> None:
    filled = {"gen_ai.usage.cache_creation.input_tokens": 2000, "gen_ai.usage.cache_read.input_tokens": 50}
    assert row({**CALL, **filled})["input_tokens"] == 2150
    assert row({**CALL, **filled, "gen_ai.usage.input_tokens": 2050})["input_tokens"] == 2050


def test_images_of_the_size_that_was_asked_for() -> None:
    made = {"gen_ai.operation.name": "image", "gen_ai.request.model": "dall-e-3"}
    asked = {**made, "gen_ai.request.image_size": "1024x1024", "gen_ai.request.choice.count": 2}
    assert (row(asked)["task"], row(asked)["output_images"]) == ("text-to-image", ["1024x1024"] * 2)
    assert "output_images" not in row({**made, "gen_ai.request.image_size": "auto"})


def test_labels_of_other_types_fail_nothing() -> None:
    listed = {"arrayValue": {"values": [{"stringValue": "x"}]}}
    found = row(
        {
            **CALL,
            "session.id": 42,
            "service.name": listed,
            "cloud.region": "x" * 3000,
            "gen_ai.usage.cost": -1,
        }
    )
    assert found["session_id"] == "42"
    assert not {"application_id", "cloud_region", "request_cost"} & found.keys()


def test_original_names_and_numbers_in_json() -> None:
    asked = {
        "resource_spans": [{
            "resource": {"attributes": [{"key": "service.name", "value": {"string_value": "shop"}}]},
            "scope_spans": [{"spans": [{
                "trace_id": TRACE.upper(), "span_id": "00000000000000AB", "start_time_unix_nano": 1760000000000000000,
                "end_time_unix_nano": "1760000002500000000",
                "attributes": [
                    {"key": "gen_ai.request.model", "value": {"string_value": "gpt-4o"}},
                    {"key": "gen_ai.usage.input_tokens", "value": {"int_value": 100}},
                    {"key": "gen_ai.usage.output_tokens", "value": {"stringValue": "500"}},
                ],
            }]}],
        }]
    }  # fmt: skip
    (found,) = otel.batch_of(otel.spans_of(json.dumps(asked).encode(), otel.JSON)).rows
    assert isinstance(found, dict)
    assert found["request_id"] == f"{TRACE}-00000000000000ab"
    assert (found["input_tokens"], found["output_tokens"], found["request_duration_ms"]) == (100, 500, 2500.0)


def test_a_call_without_ids_is_refused() -> None:
    (found,) = rows(span(1, trace="00" * 16))
    assert found.code == "invalid_value"
    assert rows(span(1, {"http.route": "/"}, trace="00" * 16)) == []


# --- a call is counted once -----------------------------------------------------------------------------------------


def counted(*spans: Any, earlier: Any = ()) -> tuple[list[str], list[otel.Counted]]:
    body = json.dumps(request(*spans)).encode()
    batch = otel.batch_of(otel.spans_of(body, otel.JSON), lambda trace_id: list(earlier))
    return [one[-2:] for one in batch.span_ids], batch.counted


def usage(input_tokens: int, output_tokens: int, **more: Any) -> dict[str, Any]:
    counts = {"gen_ai.usage.input_tokens": input_tokens, "gen_ai.usage.output_tokens": output_tokens}
    return {**CALL, **counts, **more}


def test_a_parent_that_repeats_its_child_is_not_counted() -> None:
    assert counted(span(1), span(2, parent=1))[0] == ["02"]
    assert counted(span(2, parent=1), span(1))[0] == ["02"]


def test_also_with_other_spans_between() -> None:
    between = span(2, {"http.route": "/"}, parent=1)
    assert counted(span(1), between, span(3, parent=2))[0] == ["03"]


def test_a_parent_that_repeats_the_sum_of_its_children() -> None:
    children = span(2, usage(10, 20), parent=1), span(3, usage(30, 40), parent=1)
    assert counted(span(1, usage(40, 60)), *children)[0] == ["02", "03"]


def test_a_parent_that_leaves_the_cached_part_out() -> None:
    child = span(2, {**usage(1000, 50), "gen_ai.usage.cache_read.input_tokens": 900}, parent=1)
    assert counted(span(1, usage(100, 50)), child)[0] == ["02"]
    cached = {"gen_ai.usage.cache_read.input_tokens": 200}
    children = child, span(3, {**usage(300, 10), **cached}, parent=1)
    assert counted(span(1, usage(100 + 100, 60)), *children)[0] == ["02", "03"]


def test_a_parent_with_counts_of_its_own_is_counted() -> None:
    assert counted(span(1, usage(1000, 50)), span(2, usage(10, 20), parent=1))[0] == ["01", "02"]


def test_of_two_spans_the_one_with_counts_is_kept() -> None:
    bare = {"gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt-4o"}
    assert counted(span(1, bare), span(2, parent=1))[0] == ["02"]
    assert counted(span(1), span(2, bare, parent=1))[0] == ["01"]


def test_three_levels_are_one_call() -> None:
    assert counted(span(1), span(2, parent=1), span(3, parent=2))[0] == ["03"]


def test_equal_calls_side_by_side_are_two() -> None:
    assert counted(span(1), span(2))[0] == ["01", "02"]
    assert counted(span(2, parent=1), span(3, parent=1))[0] == ["02", "03"]


def test_the_same_span_twice_is_one() -> None:
    assert counted(span(1), span(1))[0] == ["01"]


def test_spans_of_other_traces_are_no_parents() -> None:
    assert counted(span(1), span(2, parent=1, trace="ab" * 16))[0] == ["01", "02"]


def test_circles_end() -> None:
    assert counted(span(1, parent=2), span(2, parent=1), span(3))[0] == ["03"]


def test_a_parent_in_a_later_request_is_not_counted() -> None:
    first, left = counted(span(3, parent=2))
    assert first == ["03"]
    between, left = counted(span(2, {"http.route": "/"}, parent=1), earlier=left)
    assert between == []
    assert counted(span(1), earlier=left)[0] == []
    assert counted(span(1, usage(7, 7)), earlier=left)[0] == ["01"]


def test_children_of_several_requests_add_up() -> None:
    _, left = counted(span(2, usage(10, 20), parent=1))
    _, more = counted(span(3, usage(30, 40), parent=1), earlier=left)
    assert counted(span(1, usage(40, 60)), earlier=[*left, *more])[0] == []


def test_a_request_that_is_sent_again_gives_the_same_rows() -> None:
    first, left = counted(span(2, parent=1))
    assert counted(span(2, parent=1), earlier=left)[0] == first


def test_a_long_chain_costs_its_length() -> None:
    links = [span(number, {"http.route": "/"}, parent=number - 1) for number in range(2, 6_000)]
    calls = [span(100_000 + number, parent=number) for number in range(3_000, 6_000)]
    found, _ = counted(span(1), *links, *calls)
    assert len(found) == 3_000
