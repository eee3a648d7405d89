"""Section 7 of the protocol: the rows that the published client's tracers send, of the published and of the newer client,
which is not published as a package. What the published one does over real SDKs is in ``tracers/``."""

from __future__ import annotations

from typing import Any

import pytest
from tests.conftest import Service
from tests.contract.answered import Row, answers, computed
from tests.contract.conftest import Validate

#: In every row; fields that are not set are left out.
EVERY: Row = {
    "utc_datetime": "2025-02-03T10:11:12.123456Z",
    "request_id": "0f8fad5bd9cb469fa16570867728950e",
    "application_id": "default",
    "request_duration_ms": 812.4375,
}
FROM_SETTINGS: Row = {
    "environment": "staging",
    "client_id": "client",
    "project_id": "project",
    "session_id": "session",
    "trace_id": "7c9e6679742540de944be07fc1f90ae7",
}


def row(model: str, service: str | None = None, /, **quantities: Any) -> Row:
    """A row as a tracer sends it; without a service where it names none."""
    named = {} if service is None else {"managed_service_id": service}
    return {"model_id": model, **named, **quantities, **EVERY}


def tokens(model: str, service: str | None, sent: int = 13, received: int = 9, **more: Any) -> Row:
    return row(model, service, input_tokens=sent, output_tokens=received, **more)


HAIKU, LLAMA = "claude-3-haiku-20240307", "meta-llama/Meta-Llama-3-8B-Instruct"
USED = {"model_used_id": "gpt-4o-mini-2024-07-18"}

ROWS: dict[str, list[Row]] = {
    "OpenAI chat": [tokens("gpt-4o-mini", "openai", **USED)],
    "OpenAI chat about pictures": [tokens("gpt-4o-mini", "openai", **USED, input_images=["640x480"] * 2)],
    "OpenAI chat about sound": [tokens("gpt-4o-audio-preview", "openai", input_audio_seconds=2.0125)],
    "OpenAI chat that speaks": [
        tokens("gpt-4o-audio-preview", "openai", input_audio_seconds=2.0, output_audio_seconds=3.5)
    ],
    "OpenAI speech": [
        row("tts-1", "openai", task="text-to-speech", input_tokens=20, output_audio_seconds=3.2)
    ],
    "OpenAI speech, newer": [
        row("tts-1", "", task="text-to-speech", input_tokens=20, output_audio_seconds=3.2)
    ],
    "OpenAI transcription": [
        row("whisper-1", "openai", task="speech-to-text", input_audio_seconds=12.5, output_tokens=40)
    ],
    "OpenAI transcription, newer": [
        row("whisper-1", "", task="speech-to-text", input_audio_seconds=12.5, output_tokens=40)
    ],
    "OpenAI translation": [
        row("whisper-1", "openai", task="translation", input_audio_seconds=12.5, output_tokens=40)
    ],
    "OpenAI translation, newer": [
        row("whisper-1", "", task="translation", input_audio_seconds=12.5, output_tokens=40)
    ],
    "OpenAI images": [row("dall-e-2", "openai", task="text-to-image", output_images=["1024x1024"])],
    "OpenAI images, newer": [row("dall-e-2", "", task="text-to-image", output_images=["1024x1024"])],
    "Anthropic": [tokens(HAIKU, "anthropic")],
    "Anthropic, the path that names no service": [tokens(HAIKU, None)],
    "Cohere v1": [tokens("command-r", "cohere")],
    "Cohere v2": [tokens("command-r-plus-08-2024", "cohere")],
    "Mistral": [tokens("mistral-large-latest", "mistralai")],
    "Mistral, newer": [tokens("mistral-large-latest", "mistral")],
    "Mistral stream, a row a chunk": [
        tokens("mistral-large-latest", "mistralai", *counts) for counts in ((0, 0), (1, 0), (2, 0), (2, 4))
    ],
    "Google GenAI, newer": [tokens("gemini-2.0-flash", "")],
    "Google GenAI stream, newer, cumulative": [
        tokens("gemini-2.0-flash", "", 13, count) for count in (1, 17, 33)
    ],
    "Hugging Face chat": [tokens(LLAMA, "huggingface_hub")],
    "Hugging Face chat, newer": [tokens(LLAMA, "huggingface")],
    "Hugging Face chat, newer, no service": [tokens(LLAMA, "")],
    "Hugging Face stream, running counts": [
        row(LLAMA, "huggingface_hub", output_tokens=count) for count in (1, 2, 3)
    ],
    "Hugging Face image classification": [
        row(
            "google/vit-base-patch16-224",
            "huggingface_hub",
            task="image-classification",
            input_tokens=0,
            output_images=[],
            input_images=["640x480"],
        )
    ],
    "Hugging Face vision of a picture that the tracer cannot read": [
        row(
            "facebook/detr-resnet-50",
            "huggingface_hub",
            task="object-detection",
            input_tokens=0,
            input_images=[],
        )
    ],
    "Hugging Face transcription of unknown length": [
        row("openai/whisper-large-v3", "huggingface_hub", task="text-to-speech", input_audio_seconds=0.0)
    ],
    "Hugging Face speech": [row("suno/bark", "huggingface", task="text-to-speech", input_tokens=24)],
    "Hugging Face translation": [tokens("Helsinki-NLP/opus-mt-en-de", "huggingface_hub", task="translation")],
    "Hugging Face image": [
        row(
            "stabilityai/stable-diffusion-xl-base-1.0",
            "huggingface_hub",
            task="text-to-image",
            input_tokens=24,
            output_images=["1024x768"],
        )
    ],
    "LiteLLM, all tokens as output": [tokens("gpt-4o-mini-2024-07-18", "litellm", 13, 22)],
    "LiteLLM stream": [row(HAIKU, "litellm", output_tokens=count) for count in (0, 1, 2)],
    "LiteLLM of an end point that speaks as OpenAI": [
        tokens("pixtral-12b-2409", "openai", input_images=["640x480"])
    ],
    "LiteLLM speech": [row("tts-1", "litellm", input_tokens=1, output_audio_seconds=2.01)],
}


@pytest.mark.parametrize("source", ROWS)
def test_every_row_is_computed(service: Service, validate: Validate, source: str) -> None:
    for sent in ROWS[source]:
        computed(service, sent)
    body = {"rows": ROWS[source]}
    validate("ImpactResponse", service.request("POST", "/v1/impact?debug=true", json=body).json())


@pytest.mark.parametrize("source", ROWS)
def test_what_settings_add_changes_no_number(service: Service, source: str) -> None:
    rows = ROWS[source]
    assert answers(service, *({**sent, **FROM_SETTINGS} for sent in rows)) == answers(service, *rows)


def test_chunks_of_a_stream_are_requests_of_their_own(service: Service) -> None:
    """Nothing on the wire says that they belong together, so nothing is merged: each costs a pass at least."""
    chunks = ROWS["Hugging Face stream, running counts"]
    one_by_one = [computed(service, chunk)["usage_energy_wh"] for chunk in chunks]
    total = service.impact(*chunks).json()["total_energy_wh"]
    assert total == pytest.approx(sum(one_by_one))
    assert sorted(one_by_one) == one_by_one
