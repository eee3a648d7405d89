"""OpenAI's SDK with the published client's tracer: chat, streams, pictures, sound, speech, images."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.contract.replay import SOUND_S, Replay, picture, sound
from tests.contract.tracers.conftest import Way

Asserted = Callable[..., None]
HELLO = [{"role": "user", "content": "Say hello"}]
MODELS = {
    "model_id": "gpt-4o-mini",
    "model_used_id": "gpt-4o-mini-2024-07-18",
    "managed_service_id": "openai",
}


def in_base64(content: bytes) -> str:
    return base64.b64encode(content).decode()


def looking(width: int, height: int) -> dict[str, Any]:
    url = f"data:image/png;base64,{in_base64(picture(width, height))}"
    return {"type": "image_url", "image_url": {"url": url}}


@pytest.fixture
def openai(way: Way, provider: Replay) -> Any:
    from openai import AsyncOpenAI, OpenAI

    kind = way.choose(OpenAI, AsyncOpenAI)
    return kind(api_key="replayed", base_url=f"{provider.url}/openai/v1", http_client=way.http)


def test_chat(openai: Any, way: Way, provider: Replay, assert_traced: Asserted) -> None:
    provider.answer_with("openai-chat.http")
    answer = way.run(lambda: openai.chat.completions.create(model="gpt-4o-mini", messages=HELLO))
    assert answer[0].choices[0].message.content == "Hello! How can I help?"
    assert_traced(answer, {**MODELS, "input_tokens": 13, "output_tokens": 9})


def test_chat_stream(openai: Any, way: Way, provider: Replay, assert_traced: Asserted) -> None:
    provider.answer_with("openai-chat-stream.http")
    chunks = way.run(lambda: openai.chat.completions.create(model="gpt-4o-mini", messages=HELLO, stream=True))
    assert len(chunks) == 5
    assert_traced(chunks, {**MODELS, "input_tokens": 13, "output_tokens": 2})


def test_chat_about_pictures(openai: Any, way: Way, provider: Replay, assert_traced: Asserted) -> None:
    provider.answer_with("openai-chat.http")
    content = [{"type": "text", "text": "Which is larger?"}, looking(640, 480), looking(1024, 768)]
    messages = [{"role": "user", "content": content}]
    answer = way.run(lambda: openai.chat.completions.create(model="gpt-4o-mini", messages=messages))
    assert_traced(answer, {**MODELS, "input_images": ["640x480", "1024x768"], "input_tokens": 13})


def test_chat_about_sound(openai: Any, way: Way, provider: Replay, assert_traced: Asserted) -> None:
    provider.answer_with("openai-chat-audio.http")
    heard = {"type": "input_audio", "input_audio": {"data": in_base64(sound()), "format": "wav"}}
    messages = [{"role": "user", "content": [{"type": "text", "text": "Is it silent?"}, heard]}]
    answer = way.run(
        lambda: openai.chat.completions.create(
            model="gpt-4o-audio-preview",
            modalities=["text", "audio"],
            audio={"voice": "alloy", "format": "wav"},
            messages=messages,
        )
    )
    (trace,) = [part.scope3ai for part in answer]
    assert trace.request.input_audio_seconds == pytest.approx(SOUND_S, rel=0.01)
    assert_traced(answer, {"model_id": "gpt-4o-audio-preview", "input_tokens": 39, "output_tokens": 52})


@pytest.mark.parametrize(("form", "made"), [("mp3", "sound.mp3"), ("wav", "sound.wav")])
def test_speech(
    openai: Any, way: Way, provider: Replay, assert_traced: Asserted, form: str, made: str
) -> None:
    provider.answer_with(made)
    answer = way.run(
        lambda: openai.audio.speech.create(model="tts-1", voice="alloy", input="Hello", response_format=form)
    )
    assert answer[0].scope3ai.request.output_audio_seconds == pytest.approx(SOUND_S, rel=0.05)
    assert_traced(answer, {"model_id": "tts-1", "task": "text-to-speech", "input_tokens": 1})


@pytest.mark.parametrize(
    ("form", "answer"),
    [
        ("json", "openai-transcription.http"),
        ("text", "openai-transcription-text.http"),
        ("verbose_json", "openai-transcription-verbose.http"),
    ],
)
def test_transcription(
    openai: Any, way: Way, provider: Replay, assert_traced: Asserted, tmp_path: Path, form: str, answer: str
) -> None:
    provider.answer_with(answer)
    recording = tmp_path / "recording.wav"
    recording.write_bytes(sound())
    with recording.open("rb") as file:
        heard = way.run(
            lambda: openai.audio.transcriptions.create(model="whisper-1", file=file, response_format=form)
        )
    expected = {"model_id": "whisper-1", "task": "speech-to-text", "input_audio_seconds": SOUND_S}
    assert_traced(heard, {**expected, "output_tokens": 8})


def test_translation(
    openai: Any, way: Way, provider: Replay, assert_traced: Asserted, tmp_path: Path
) -> None:
    provider.answer_with("openai-transcription.http")
    recording = tmp_path / "recording.wav"
    recording.write_bytes(sound())
    with recording.open("rb") as file:
        heard = way.run(lambda: openai.audio.translations.create(model="whisper-1", file=file))
    expected = {"model_id": "whisper-1", "task": "translation", "input_audio_seconds": SOUND_S}
    assert_traced(heard, {**expected, "output_tokens": 8})


def test_images(openai: Any, way: Way, provider: Replay, assert_traced: Asserted) -> None:
    provider.answer_with("openai-images.http")
    answer = way.run(
        lambda: openai.images.generate(model="dall-e-2", prompt="A teal square", n=2, size="512x512")
    )
    expected = {"model_id": "dall-e-2", "task": "text-to-image", "output_images": ["512x512", "512x512"]}
    assert_traced(answer, {**expected, "input_tokens": None})
