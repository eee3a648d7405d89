"""Anthropic's SDK with the published client's tracer: messages, streams of events, streams of text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests.contract.replay import Replay
from tests.contract.tracers.conftest import Way

Asserted = Callable[..., None]
CALL: dict[str, Any] = {
    "model": "claude-3-haiku-20240307",
    "max_tokens": 100,
    "messages": [{"role": "user", "content": "Say hello"}],
}
ROW = {"model_id": "claude-3-haiku-20240307", "managed_service_id": "anthropic", "input_tokens": 10}


@pytest.fixture
def anthropic(way: Way, provider: Replay) -> Any:
    from anthropic import Anthropic, AsyncAnthropic

    kind = way.choose(Anthropic, AsyncAnthropic)
    return kind(api_key="replayed", base_url=f"{provider.url}/anthropic", http_client=way.http)


def test_message(anthropic: Any, way: Way, provider: Replay, assert_traced: Asserted) -> None:
    provider.answer_with("anthropic-message.http")
    answer = way.run(lambda: anthropic.messages.create(**CALL))
    assert answer[0].content[0].text == "Hello! How can I help you today?"
    assert_traced(answer, {**ROW, "output_tokens": 12})


def test_stream_of_events(anthropic: Any, way: Way, provider: Replay, assert_traced: Asserted) -> None:
    def read() -> Any:
        stream = anthropic.messages.create(**CALL, stream=True)
        assert [event.type for event in stream][-1] == "message_stop"
        return stream

    async def read_async() -> Any:
        stream = await anthropic.messages.create(**CALL, stream=True)
        assert [event.type async for event in stream][-1] == "message_stop"
        return stream

    provider.answer_with("anthropic-stream.http")
    assert_traced(way.run(way.choose(read, read_async)), {**ROW, "output_tokens": 12})


def test_stream_of_text(anthropic: Any, way: Way, provider: Replay, assert_traced: Asserted) -> None:
    """This tracer adds the counts of the first event to those of the last, which hold them already."""

    def read() -> Any:
        with anthropic.messages.stream(**CALL) as stream:
            assert "".join(stream.text_stream) == "Hello! How can I help?"
        return stream

    async def read_async() -> Any:
        async with anthropic.messages.stream(**CALL) as stream:
            assert "".join([text async for text in stream.text_stream]) == "Hello! How can I help?"
        return stream

    provider.answer_with("anthropic-stream.http")
    assert_traced(way.run(way.choose(read, read_async)), {**ROW, "output_tokens": 2 + 12})
