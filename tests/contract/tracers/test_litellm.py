"""LiteLLM with the published client's tracer: the tracer of the SDK beneath sends the row, or LiteLLM's own where there is
none, or where a call asks for it with ``use_always_litellm_tracer``."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.contract.replay import SOUND_S, Replay, picture, sound
from tests.contract.tracers.conftest import AT_ONCE, BLOCKING, Way

Asserted = Callable[..., None]
Call = Callable[..., list[Any]]
HELLO = [{"role": "user", "content": "Say hello"}]
ITS_OWN = {"use_always_litellm_tracer": True}

#: With its own tracer asked for, the row beneath is sent too; which of the two an answer carries is certain only at once.
at_once = pytest.mark.parametrize("way", AT_ONCE, indirect=True)


@pytest.fixture
def call(way: Way, scope3: Any) -> Call:
    """``call("completion", ...)`` is ``litellm.completion(...)``, or ``litellm.acompletion(...)``."""
    import litellm

    return lambda name, **arguments: way.run(
        lambda: getattr(litellm, way.choose(name, f"a{name}"))(api_key="replayed", **arguments)
    )


@pytest.fixture
def openai(way: Way, provider: Replay) -> Any:
    from openai import AsyncOpenAI, OpenAI

    kind = way.choose(OpenAI, AsyncOpenAI)
    return kind(api_key="replayed", base_url=f"{provider.url}/openai/v1", http_client=way.http)


@pytest.fixture
def anthropic(way: Way, provider: Replay, scope3: Any) -> Iterator[dict[str, Any]]:
    """LiteLLM speaks to Anthropic by itself, without an SDK."""
    from litellm.llms.custom_httpx.http_handler import AsyncHTTPHandler, HTTPHandler

    client = AsyncHTTPHandler() if way.is_async else HTTPHandler()
    api_base = f"{provider.url}/anthropic/v1/messages"
    yield {"model": "claude-3-haiku-20240307", "messages": HELLO, "client": client, "api_base": api_base}
    way.run(client.close)


def test_chat(openai: Any, call: Call, provider: Replay, assert_traced: Asserted) -> None:
    provider.answer_with("openai-chat.http")
    answer = call("completion", model="gpt-4o-mini", messages=HELLO, client=openai)
    row = {
        "model_id": "gpt-4o-mini",
        "model_used_id": "gpt-4o-mini-2024-07-18",
        "managed_service_id": "openai",
    }
    assert_traced(answer, {**row, "input_tokens": 13, "output_tokens": 9})


@at_once
def test_chat_of_its_own_tracer(openai: Any, call: Call, provider: Replay, assert_traced: Asserted) -> None:
    """Which says all tokens where it means those that came out."""
    provider.answer_with("openai-chat.http")
    answer = call("completion", model="gpt-4o-mini", messages=HELLO, client=openai, **ITS_OWN)
    row = {"model_id": "gpt-4o-mini-2024-07-18", "managed_service_id": "litellm"}
    assert_traced(answer, {**row, "input_tokens": 13, "output_tokens": 13 + 9})


@pytest.mark.parametrize(
    ("model", "answer"),
    [("gpt-4o-mini", "openai-chat.http"), ("mistral/pixtral-12b-2409", "mistral-vision.http")],
)
def test_chat_about_a_picture(
    openai: Any, call: Call, provider: Replay, assert_traced: Asserted, model: str, answer: str
) -> None:
    """OpenAI's SDK is also how LiteLLM speaks to others: the row says ``openai`` of a model of Mistral's."""
    provider.answer_with(answer)
    url = f"data:image/png;base64,{base64.b64encode(picture()).decode()}"
    content = [{"type": "text", "text": "What is it?"}, {"type": "image_url", "image_url": {"url": url}}]
    seen = call("completion", model=model, messages=[{"role": "user", "content": content}], client=openai)
    row = {"model_id": model.rpartition("/")[2], "managed_service_id": "openai"}
    assert_traced(seen, {**row, "input_images": ["640x480"]})


def test_chat_without_an_sdk(
    anthropic: dict[str, Any], call: Call, provider: Replay, assert_traced: Asserted
) -> None:
    provider.answer_with("anthropic-message.http")
    row = {"model_id": "claude-3-haiku-20240307", "managed_service_id": "litellm"}
    assert_traced(call("completion", **anthropic), {**row, "input_tokens": 10, "output_tokens": 22})


def test_stream_without_an_sdk(
    anthropic: dict[str, Any], call: Call, provider: Replay, assert_traced: Asserted
) -> None:
    """A row a chunk, with the chunks so far as its tokens."""
    provider.answer_with("anthropic-stream.http")
    chunks = call("completion", **anthropic, stream=True)
    counts = [part.scope3ai.request.output_tokens for part in chunks]
    assert counts == sorted(counts)
    row = {"model_id": "claude-3-haiku-20240307", "managed_service_id": "litellm", "input_tokens": None}
    assert_traced(chunks, *[row] * len(chunks))


def test_images(openai: Any, call: Call, provider: Replay, assert_traced: Asserted) -> None:
    provider.answer_with("openai-images.http")
    answer = call(
        "image_generation", model="dall-e-2", prompt="A teal square", n=2, size="512x512", client=openai
    )
    assert_traced(answer, {"managed_service_id": "openai", "output_images": ["512x512", "512x512"]})


@at_once
def test_images_of_its_own_tracer(openai: Any, call: Call, provider: Replay, assert_traced: Asserted) -> None:
    provider.answer_with("openai-images.http")
    answer = call("image_generation", model="dall-e-2", prompt="A teal square", client=openai, **ITS_OWN)
    row = {"model_id": "dall-e-2", "managed_service_id": "litellm", "task": "text-to-image"}
    assert_traced(answer, {**row, "output_images": ["1024x1024"], "input_tokens": 3})


def test_speech(openai: Any, call: Call, provider: Replay, assert_traced: Asserted) -> None:
    provider.answer_with("sound.mp3")
    answer = call("speech", model="tts-1", voice="alloy", input="Hello", client=openai)
    assert_traced(answer, {"model_id": "tts-1", "managed_service_id": "openai", "input_tokens": 1})


@at_once
def test_speech_of_its_own_tracer(openai: Any, call: Call, provider: Replay, assert_traced: Asserted) -> None:
    provider.answer_with("sound.mp3")
    answer = call("speech", model="tts-1", voice="alloy", input="Hello", client=openai, **ITS_OWN)
    assert answer[0].scope3ai.request.output_audio_seconds == pytest.approx(SOUND_S, rel=0.05)
    assert_traced(answer, {"model_id": "tts-1", "managed_service_id": "litellm", "input_tokens": 1})


# The tracer of OpenAI's asynchronous transcriptions fails, before it sends anything, on the raw answers that LiteLLM asks
# for; so does that of its streams. Neither can reach a server.


@pytest.fixture
def recording(tmp_path: Path) -> Iterator[Any]:
    (tmp_path / "recording.wav").write_bytes(sound())
    with (tmp_path / "recording.wav").open("rb") as file:
        yield file


@pytest.mark.parametrize("way", BLOCKING, indirect=True)
def test_transcription(
    openai: Any, call: Call, provider: Replay, assert_traced: Asserted, recording: Any
) -> None:
    provider.answer_with("openai-transcription.http")
    answer = call("transcription", model="whisper-1", file=recording, client=openai)
    assert_traced(answer, {"managed_service_id": "openai", "input_audio_seconds": SOUND_S})


@pytest.mark.parametrize("way", AT_ONCE[:1], indirect=True)
def test_transcription_of_its_own_tracer(
    openai: Any, call: Call, provider: Replay, assert_traced: Asserted, recording: Any
) -> None:
    provider.answer_with("openai-transcription.http")
    answer = call("transcription", model="whisper-1", file=recording, client=openai, **ITS_OWN)
    row = {"model_id": "whisper-1", "managed_service_id": "litellm", "task": "speech-to-text"}
    assert_traced(answer, {**row, "input_audio_seconds": SOUND_S, "output_tokens": 8})
