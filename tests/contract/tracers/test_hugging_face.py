"""Hugging Face's inference client with the published client's tracer: chat, vision, sound, translation, images."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from tests.contract.replay import Replay, picture, sound
from tests.contract.tracers.conftest import Way

Asserted = Callable[..., None]
SERVICE = {"managed_service_id": "huggingface_hub"}
CHAT_MODEL = "meta-llama/Meta-Llama-3-8B-Instruct"
HELLO = [{"role": "user", "content": "Say hello"}]


@pytest.fixture
def hugging_face(way: Way, scope3: Any) -> Iterator[Any]:
    from huggingface_hub import AsyncInferenceClient, InferenceClient
    from huggingface_hub.utils import get_session

    client = way.choose(InferenceClient, AsyncInferenceClient)(token="replayed")
    yield client
    way.choose(get_session().close, lambda: way.run(client.close))()


def test_chat(hugging_face: Any, way: Way, provider: Replay, assert_traced: Asserted) -> None:
    provider.answer_with("huggingface-chat.http")
    answer = way.run(lambda: hugging_face.chat_completion(model=CHAT_MODEL, messages=HELLO))
    assert provider.asked == [f"POST /huggingface/models/{CHAT_MODEL}/v1/chat/completions"]
    output = 7 if way.is_async else 9  # the asynchronous tracer counts them itself
    assert_traced(answer, {**SERVICE, "model_id": CHAT_MODEL, "input_tokens": 38, "output_tokens": output})


def test_chat_stream(hugging_face: Any, way: Way, provider: Replay, assert_traced: Asserted) -> None:
    provider.answer_with("huggingface-chat-stream.http")
    chunks = way.run(lambda: hugging_face.chat_completion(model=CHAT_MODEL, messages=HELLO, stream=True))
    running = ({**SERVICE, "model_id": CHAT_MODEL, "output_tokens": count} for count in (1, 2, 3))
    assert_traced(chunks, *running)


@pytest.mark.parametrize(
    ("task", "model", "answer"),
    [
        ("image-classification", "google/vit-base-patch16-224", "huggingface-image-classification.http"),
        ("object-detection", "facebook/detr-resnet-50", "huggingface-object-detection.http"),
        (
            "image-segmentation",
            "facebook/mask2former-swin-large-coco-panoptic",
            "huggingface-image-segmentation.http",
        ),
    ],
)
def test_vision(
    hugging_face: Any,
    way: Way,
    provider: Replay,
    assert_traced: Asserted,
    task: str,
    model: str,
    answer: str,
) -> None:
    provider.answer_with(answer)
    look = getattr(hugging_face, task.replace("-", "_"))
    seen = way.run(lambda: look(picture(640, 480), model=model))
    expected = {**SERVICE, "model_id": model, "task": task, "input_tokens": 0, "input_images": ["640x480"]}
    assert_traced(seen, expected)


def test_speech_to_text(hugging_face: Any, way: Way, provider: Replay, assert_traced: Asserted) -> None:
    provider.answer_with("huggingface-speech-to-text.http")
    model = "openai/whisper-large-v3"
    heard = way.run(lambda: hugging_face.automatic_speech_recognition(sound(), model=model))
    expected = {**SERVICE, "model_id": model, "task": "text-to-speech", "input_audio_seconds": 2.0}
    assert_traced(heard, expected)


def test_text_to_speech(hugging_face: Any, way: Way, provider: Replay, assert_traced: Asserted) -> None:
    provider.answer_with("sound.wav")
    model = "suno/bark"
    spoken = way.run(lambda: hugging_face.text_to_speech("Hello, my name is Bark", model=model))
    assert_traced(spoken, {**SERVICE, "model_id": model, "task": "text-to-speech", "input_tokens": 24})


def test_translation(hugging_face: Any, way: Way, provider: Replay, assert_traced: Asserted) -> None:
    provider.answer_with("huggingface-translation.http")
    model = "Helsinki-NLP/opus-mt-en-de"
    answer = way.run(
        lambda: hugging_face.translation("My name is Wolfgang and I live in Berlin", model=model)
    )
    assert_traced(answer, {**SERVICE, "model_id": model, "task": "translation", "input_tokens": 9})


def test_text_to_image(hugging_face: Any, way: Way, provider: Replay, assert_traced: Asserted) -> None:
    provider.answer_with("picture")
    model = "stabilityai/stable-diffusion-xl-base-1.0"
    drawn = way.run(lambda: hugging_face.text_to_image("An astronaut on the moon", model=model))
    expected = {**SERVICE, "model_id": model, "task": "text-to-image", "output_images": ["1024x768"]}
    assert_traced(drawn, {**expected, "input_tokens": 24})


def test_image_to_image(hugging_face: Any, way: Way, provider: Replay, assert_traced: Asserted) -> None:
    provider.answer_with("picture")
    model = "stabilityai/stable-diffusion-xl-refiner-1.0"
    drawn = way.run(lambda: hugging_face.image_to_image(picture(512, 512), "Make it bright", model=model))
    expected = {**SERVICE, "model_id": model, "task": "image-generation", "input_images": ["512x512"]}
    assert_traced(drawn, {**expected, "output_images": ["1024x768"]})
