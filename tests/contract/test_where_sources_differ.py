"""Section 6 of the protocol: where the published sources differ from each other, what the server takes and says."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.conftest import Service
from tests.contract.answered import Row, answered, computed, refused, said

TEXT: Row = {"model_id": "gpt-4o", "input_tokens": 100, "output_tokens": 500}
#: Dates change the grid figure, so that a time that was not read would show.
IN_2020: Row = {**TEXT, "country": "US", "utc_datetime": "2020-01-01T12:00:00Z"}
LLAMA: Row = {"model_id": "llama_v31_8b", "output_tokens": 500}
VIDEO: Row = {"model_family": "stablediffusion", "model_name": "SD-XL 1.0-base", "output_video_frames": 90}


def without(row: Row, *names: str) -> Row:
    return {name: value for name, value in row.items() if name not in names}


#: Two spellings of one row, by the topic of the table: both are computed, and alike.
SAME: dict[str, tuple[Row, Row]] = {
    "audio input, input_audio_duration_s": (
        {"model_id": "whisper-1", "input_audio_duration_s": 240},
        {"model_id": "whisper-1", "input_audio_seconds": 240.0},
    ),
    "time, requestTime": (
        {**without(IN_2020, "utc_datetime"), "requestTime": "2020-01-01T12:00:00Z"},
        IN_2020,
    ),
    "time, request_time": (
        {**without(IN_2020, "utc_datetime"), "request_time": "2020-01-01T12:00:00Z"},
        IN_2020,
    ),
    "time, start_time_utc": (
        {**without(IN_2020, "utc_datetime"), "start_time_utc": "2020-01-01T12:00:00Z"},
        IN_2020,
    ),
    "time, a zone and a Z": ({**IN_2020, "utc_datetime": "2020-01-01T12:00:00.000000+00:00Z"}, IN_2020),
    "time, no zone": ({**IN_2020, "utc_datetime": "2020-01-01T12:00:00"}, IN_2020),
    "time, a blank and UTC": ({**IN_2020, "utc_datetime": "2020-01-01 12:00:00 UTC"}, IN_2020),
    "time, another zone": ({**IN_2020, "utc_datetime": "2020-01-01T14:00:00+02:00"}, IN_2020),
    "served model, model_id_used": (
        {**TEXT, "model_id_used": "gpt-4o-mini"},
        {**TEXT, "model_used_id": "gpt-4o-mini"},
    ),
    "served model wins over the one asked for": (
        {**TEXT, "model_used_id": "gpt-4o-mini"},
        {**TEXT, "model_id": "gpt-4o-mini"},
    ),
    "served model that is unknown falls back": ({**TEXT, "model_used_id": "ft-of-nobody-9000"}, TEXT),
    "currency, request_currency": (
        {**TEXT, "request_cost": 1, "request_currency": "EUR"},
        {**TEXT, "request_cost": 1, "currency": "EUR"},
    ),
    "family, stable-diffusion": (VIDEO, {**VIDEO, "model_family": "stable-diffusion"}),
    "family, StableDiffusion": (VIDEO, {**VIDEO, "model_family": "StableDiffusion"}),
    "family, Family.stable_diffusion": (VIDEO, {**VIDEO, "model_family": "Family.stable_diffusion"}),
    "model id, llama_31_8b": ({**LLAMA, "model_id": "llama_31_8b"}, LLAMA),
    "model id, another case": ({**LLAMA, "model_id": "LLaMA_v31_8B"}, LLAMA),
    "model id, other separators": ({**LLAMA, "model_id": "llama-v31.8b"}, LLAMA),
    "model id, gpt_4o": ({**TEXT, "model_id": "gpt_4o"}, TEXT),
    "model id, with a date": (
        {**TEXT, "model_id": "gpt-4o-mini-2024-07-18"},
        {**TEXT, "model_id": "gpt-4o-mini"},
    ),
    "model id, with a date that nobody lists": (
        {**TEXT, "model_id": "gpt-4o-mini-2031-07-18"},
        {**TEXT, "model_id": "gpt-4o-mini"},
    ),
    "model id, org/name": ({**LLAMA, "model_id": "meta-llama/Llama-3.1-8B"}, LLAMA),
    "model id, with a provider": (
        {**LLAMA, "model_id": "mistral/pixtral-12b-2409"},
        {**LLAMA, "model_id": "pixtral-12b-2409"},
    ),
    "model id, with huggingface/": ({**LLAMA, "model_id": "huggingface/meta-llama/Llama-3.1-8B"}, LLAMA),
    "model name, LLaMa v3.1 8B": (
        {"model_family": "llama", "model_name": "LLaMa v3.1 8B", "output_tokens": 500},
        LLAMA,
    ),
    "model name, LLaMA v3.1 8B": (
        {"model_family": "llama", "model_name": "LLaMA v3.1 8B", "output_tokens": 500},
        LLAMA,
    ),
    "Hugging Face path, in its field": (
        {"model_hugging_face_path": "meta-llama/Llama-3.1-8B", "output_tokens": 500},
        LLAMA,
    ),
    "Hugging Face path, of the example": (
        {"model_hugging_face_path": "meta/llama31_8b", "output_tokens": 500},
        LLAMA,
    ),
    "Hugging Face path, in model_id": ({**LLAMA, "model_id": "meta/llama31_8b"}, LLAMA),
    "node id, aws:p4d.24xlarge": (
        {**LLAMA, "node_id": "aws:p4d.24xlarge"},
        {**LLAMA, "node_id": "aws-p4d-24xlarge"},
    ),
    "node id, in capitals": (
        {**LLAMA, "node_id": "AWS:P4D.24xlarge"},
        {**LLAMA, "node_id": "aws-p4d-24xlarge"},
    ),
    "node id, by parts": (
        {**LLAMA, "cloud_id": "aws", "cloud_instance_id": "p4d.24xlarge"},
        {**LLAMA, "node_id": "aws-p4d-24xlarge"},
    ),
}


@pytest.mark.parametrize("topic", SAME)
def test_both_spellings_are_one(service: Service, topic: str) -> None:
    one, other = SAME[topic]
    assert computed(service, one) == computed(service, other)


def test_time_is_read(service: Service) -> None:
    """Or else the spellings above would be alike for nothing."""
    assert computed(service, IN_2020) != computed(service, without(IN_2020, "utc_datetime"))


def test_gpt_4_turbo_is_a_model(service: Service) -> None:
    computed(service, {**TEXT, "model_id": "gpt-4-turbo"})


def test_text_to_video_is_taken_and_never_emitted(service: Service) -> None:
    computed(service, {**VIDEO, "task": "text-to-video"})
    debug = answered(service, {**VIDEO, "task": "text-to-video"}, debug=True)["debug"]
    assert debug["model"].get("task") != "text-to-video"
    tasks = [model.get("task") for model in service.get("/model").json()["models"]]
    assert "text-to-video" not in tasks


def test_node_ids_keep_the_pattern_in_answers(service: Service) -> None:
    debug = answered(service, {**LLAMA, "node_id": "aws:p4d.24xlarge"}, debug=True)["debug"]
    assert debug["hardware_node"]["id"] == "aws-p4d-24xlarge"


@pytest.mark.parametrize("rows", [[], [TEXT], [None]], ids=["no rows", "computed", "failed"])
def test_has_errors_is_always_sent(service: Service, rows: list[Any]) -> None:
    assert service.impact(*rows).json()["has_errors"] is (rows == [None])


def test_an_invalid_format_is_406_there_and_400_elsewhere(service: Service) -> None:
    for path, status in (("/v1/impact", 406), ("/v1/log_json", 400), ("/", 400)):
        response = service.request("POST", path, content=b"{", headers={"Content-Type": "application/json"})
        assert response.status_code == status, path


def test_extra_fields_are_a_row_error_on_impact(service: Service) -> None:
    error = refused(service, {**TEXT, "scope3_team": "search"})
    assert (error["code"], error["details"]["field"]) == ("unknown_field", "scope3_team")


def test_extra_fields_are_ignored_on_log_json(service: Service) -> None:
    logged = {**TEXT, "scope3_team": "search", "scope3_project_id": "search", "whatever": {"nested": [1]}}
    response = service.request("POST", "/v1/log_json", json={"rows": [logged]})
    assert response.json()["rows"] == [answered(service, TEXT)]


def big_query(service: Service, *calls: list[Any]) -> list[Row]:
    response = service.request("POST", "/", json={"requestId": "1", "calls": calls})
    assert response.status_code == 200
    return [json.loads(reply) for reply in response.json()["replies"]]


@pytest.mark.parametrize("empty", [None, ""], ids=["NULL", "empty text"])
def test_nulls_of_big_query(service: Service, empty: Any) -> None:
    call = ["gpt-4o", *[empty] * 12, 100, 500, *[empty] * 6]
    assert big_query(service, call) == [answered(service, TEXT)]


@pytest.mark.parametrize("length", [17, 18, 19, 20, 21])
def test_big_query_sends_17_to_21_values(service: Service, length: int) -> None:
    call = ["gpt-4o", *[None] * 12, 100, 500, *[None] * 6]
    assert big_query(service, call[:length]) == [answered(service, TEXT)]


def test_the_9_values_of_the_openapi_example_fail_in_their_slot(service: Service) -> None:
    short = ["gpt-4o", None, None, None, None, None, None, 100, 500]
    failed, computed_reply = big_query(service, short, ["gpt-4o", *[None] * 12, 100, 500, *[None] * 6])
    assert failed["error"]["code"] == "wrong_length"
    assert set(failed["total_impact"].values()) == {0.0}
    assert "error" not in computed_reply


def test_speech_to_text_is_computed_from_what_is_there(service: Service) -> None:
    """Hugging Face rows of transcriptions say ``text-to-speech``."""
    heard: Row = {"model_id": "openai/whisper-large-v3", "input_audio_seconds": 60}
    assert computed(service, {**heard, "task": "text-to-speech"}) == computed(
        service, {**heard, "task": "speech-to-text"}
    )


@pytest.mark.parametrize("code", ["NSW", "US-CA"])
def test_a_region_of_more_letters_is_a_row_error_with_a_hint(service: Service, code: str) -> None:
    error = refused(service, {**TEXT, "country": "AU", "region": code})
    assert error["details"]["field"] == "region"
    assert code in error["message"] and "cloud_region" in error["message"]


@pytest.mark.parametrize(
    "cloud_region", ["australia-southeast1", "us-west1", "europe-west1", "ap-southeast-2"]
)
def test_a_region_is_two_letters_or_absent_in_answers(service: Service, cloud_region: str) -> None:
    grid = answered(service, {**TEXT, "cloud_region": cloud_region}, debug=True)["debug"].get("grid_mix", {})
    region = grid.get("region")
    assert region is None or (len(region) == 2 and region.isalpha() and region.isupper())


#: Provider ids as the sources spell them, and whose they are here.
SERVICES: dict[str, str] = {
    **{
        name: name
        for name in (
            "openai anthropic cohere mistral huggingface google-gemini google-vertex aws-bedrock azure-openai ibm-watsonx "
            "oracle-ai alibaba-pai tencent-hunyuan yandex-yagpt replicate ai21 together anyscale deepinfra perplexity "
            "groq fireworks forefront stability-ai meta-llama inflection-ai databricks writer xai deepseek"
        ).split()
    },
    "nvidia-nemo": "nvidia-nim",
    "mistralai": "mistral",
    "mistral_ai": "mistral",
    "huggingface_hub": "huggingface",
    "azure": "azure-openai",
    "azure_ai": "azure-openai",
    "azure.ai.openai": "azure-openai",
    "azure.ai.inference": "azure-openai",
    "az.ai.openai": "azure-openai",
    "bedrock": "aws-bedrock",
    "bedrock_converse": "aws-bedrock",
    "sagemaker": "aws-sagemaker",
    "aws.bedrock": "aws-bedrock",
    "vertex_ai": "google-vertex",
    "vertex_ai_beta": "google-vertex",
    "gcp.vertex_ai": "google-vertex",
    "gemini": "google-gemini",
    "gcp.gemini": "google-gemini",
    "gcp.gen_ai": "google-vertex",
    "google-genai": "google-gemini",
    "cohere_chat": "cohere",
    "together_ai": "together",
    "fireworks_ai": "fireworks",
    "watsonx": "ibm-watsonx",
    "ibm.watsonx.ai": "ibm-watsonx",
    "x_ai": "xai",
    "ollama": "ollama",
    "ollama_chat": "ollama",
    "hosted_vllm": "self-hosted",
    "vllm": "self-hosted",
}
#: A model of the one provider that serves only its own; any other hosts Llama.
OWN_MODEL = {"openai": "gpt-4o"}


@pytest.mark.parametrize("name", SERVICES)
def test_a_managed_service_is_known_under_each_name(service: Service, name: str) -> None:
    row = {"model_id": OWN_MODEL.get(name, "llama_v31_8b"), "managed_service_id": name, "output_tokens": 500}
    assert f"service: {SERVICES[name]} (given, managed_service_id)" in said(service, row)


@pytest.mark.parametrize("router", ["litellm", "litellm_proxy", "openrouter"])
@pytest.mark.parametrize(
    ("model", "provider"),
    [("gpt-4o", "openai"), ("claude-3-haiku-20240307", "anthropic"), ("gemini-2.0-flash", "google-gemini")],
)
def test_behind_a_router_the_provider_is_the_models(
    service: Service, router: str, model: str, provider: str
) -> None:
    row: Row = {"model_id": model, "output_tokens": 500}
    assert computed(service, {**row, "managed_service_id": router}) == computed(service, row)
    assert f"service: {provider} (assumed, the model's own)" in said(
        service, {**row, "managed_service_id": router}
    )


def test_openai_is_said_of_any_compatible_end_point_so_the_model_wins(service: Service) -> None:
    row: Row = {"model_id": "pixtral-12b-2409", "output_tokens": 500}
    assert computed(service, {**row, "managed_service_id": "openai"}) == computed(service, row)
    assert "'openai' only says how the model was called" in said(
        service, {**row, "managed_service_id": "openai"}
    )
