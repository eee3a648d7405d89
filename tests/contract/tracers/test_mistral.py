"""Mistral's SDK with the published client's tracer. Its streams send a row for every chunk, most of them with 0 and 0."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import pytest
from tests.contract.replay import Replay, picture
from tests.contract.tracers.conftest import Way

Asserted = Callable[..., None]
ROW = {"model_id": "mistral-large-latest", "managed_service_id": "mistralai"}
HELLO = [{"role": "user", "content": "Say hello"}]


@pytest.fixture
def mistral(way: Way, provider: Replay) -> Any:
    from mistralai import Mistral

    http = {"async_client" if way.is_async else "client": way.http}
    return Mistral(api_key="replayed", server_url=f"{provider.url}/mistral", **http)


def test_chat(mistral: Any, way: Way, provider: Replay, assert_traced: Asserted) -> None:
    provider.answer_with("mistral-chat.http")
    complete = way.choose(mistral.chat.complete, mistral.chat.complete_async)
    answer = way.run(lambda: complete(model="mistral-large-latest", messages=HELLO))
    assert_traced(answer, {**ROW, "input_tokens": 6, "output_tokens": 9})


def test_chat_about_a_picture(mistral: Any, way: Way, provider: Replay, assert_traced: Asserted) -> None:
    provider.answer_with("mistral-vision.http")
    url = f"data:image/png;base64,{base64.b64encode(picture()).decode()}"
    content = [{"type": "text", "text": "What is it?"}, {"type": "image_url", "image_url": {"url": url}}]
    complete = way.choose(mistral.chat.complete, mistral.chat.complete_async)
    answer = way.run(
        lambda: complete(model="pixtral-12b-2409", messages=[{"role": "user", "content": content}])
    )
    assert_traced(answer, {**ROW, "model_id": "pixtral-12b-2409", "input_tokens": 6, "output_tokens": 9})


def test_stream(mistral: Any, way: Way, provider: Replay, assert_traced: Asserted) -> None:
    provider.answer_with("mistral-stream.http")
    stream = way.choose(mistral.chat.stream, mistral.chat.stream_async)
    events = way.run(lambda: stream(model="mistral-large-latest", messages=HELLO))
    counts = [(0, 0), (0, 0), (2, 2)] if way.is_async else [(0, 0), (1, 0), (1, 2)]
    assert_traced(
        [event.data for event in events],
        *({**ROW, "input_tokens": before, "output_tokens": after} for before, after in counts),
    )
