"""Cohere's SDK with the published client's tracer: the first and the second version of its chat, and their streams."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests.contract.replay import Replay
from tests.contract.tracers.conftest import Way

Asserted = Callable[..., None]
MODEL = "command-r-plus-08-2024"
ROW = {"model_id": MODEL, "managed_service_id": "cohere"}
HELLO = [{"role": "user", "content": "Say hello"}]


@pytest.fixture
def options(way: Way, provider: Replay) -> dict[str, Any]:
    return {"api_key": "replayed", "base_url": f"{provider.url}/cohere", "httpx_client": way.http}


@pytest.fixture
def cohere(way: Way, options: dict[str, Any]) -> Any:
    from cohere import AsyncClient, Client

    return way.choose(Client, AsyncClient)(**options)


@pytest.fixture
def cohere_v2(way: Way, options: dict[str, Any]) -> Any:
    from cohere import AsyncClientV2, ClientV2

    return way.choose(ClientV2, AsyncClientV2)(**options)


def test_chat(cohere: Any, way: Way, provider: Replay, assert_traced: Asserted) -> None:
    provider.answer_with("cohere-chat-v1.http")
    answer = way.run(lambda: cohere.chat(model=MODEL, message="Say hello"))
    assert provider.asked == ["POST /cohere/v1/chat"]
    assert_traced(answer, {**ROW, "input_tokens": 69, "output_tokens": 9})


def test_stream(cohere: Any, way: Way, provider: Replay, assert_traced: Asserted) -> None:
    provider.answer_with("cohere-stream-v1.http")
    events = way.run(lambda: cohere.chat_stream(model=MODEL, message="Say hello"))
    assert_traced(events, {**ROW, "input_tokens": 69, "output_tokens": 3})


def test_chat_of_version_2(cohere_v2: Any, way: Way, provider: Replay, assert_traced: Asserted) -> None:
    provider.answer_with("cohere-chat-v2.http")
    answer = way.run(lambda: cohere_v2.chat(model=MODEL, messages=HELLO))
    assert provider.asked == ["POST /cohere/v2/chat"]
    assert_traced(answer, {**ROW, "input_tokens": 204, "output_tokens": 8})


def test_stream_of_version_2(cohere_v2: Any, way: Way, provider: Replay, assert_traced: Asserted) -> None:
    provider.answer_with("cohere-stream-v2.http")
    events = way.run(lambda: cohere_v2.chat_stream(model=MODEL, messages=HELLO))
    assert_traced(events, {**ROW, "input_tokens": 204, "output_tokens": 2})
