"""Section 3 of the protocol: the bounds of every field of a row, and what is done with a row that does not keep them."""

from __future__ import annotations

from typing import Any

import pytest
from tests.conftest import Service
from tests.contract.answered import answered, answers, computed, refused, said

from wattdrop.schema import FIELDS

ROW = {"model_id": "gpt-4o", "input_tokens": 100, "output_tokens": 500}
IMAGE = {"model_id": "stable_diffusion_xl_base_1_0", "output_images": ["512x512"]}
VIDEO = {"model_id": "Wan-AI/Wan2.1-T2V-14B-Diffusers", "output_video_frames": 16}

COUNT = ([0, 100_000_000], [-1, 100_000_001, 10**30])
SECONDS = ([0, 12.5, 100_000], [-0.1, 100_001])
SIZES = (
    [[], ["1x1"], ["9999x9999"], ["0512x0512"], ["64x64"] * 100],
    [["64x64"] * 101, ["10000x1"], ["64"], ["64X64"], ["64 x 64"]],
)
MOMENTS = (
    ["2025-02-03T10:11:12.123456Z", "2025-02-03T10:11:12+02:00"],
    ["yesterday", "2025-02-30T00:00:00Z", "2025-13-01T00:00:00Z"],
)

#: Per row of the table of fields: a row, the field, the values at its bounds, and values beyond them.
BOUNDS: list[tuple[str, dict[str, Any], str, tuple[list[Any], list[Any]]]] = [
    ("input_tokens: 0..100 000 000", ROW, "input_tokens", COUNT),
    ("output_tokens: 0..100 000 000", ROW, "output_tokens", COUNT),
    ("output_audio_tokens: 0..100 000 000", ROW, "output_audio_tokens", COUNT),
    ("output_video_frames: 0..100 000 000", VIDEO, "output_video_frames", COUNT),
    ("input_audio_seconds: 0..100 000", {"model_id": "whisper-1"}, "input_audio_seconds", SECONDS),
    ("output_audio_seconds: 0..100 000", {"model_id": "tts-1"}, "output_audio_seconds", SECONDS),
    ("input_images: up to 100 sizes", ROW, "input_images", SIZES),
    ("output_images: up to 100 sizes", IMAGE, "output_images", SIZES),
    ("input_steps: 1..10 000", IMAGE, "input_steps", ([1, 10_000], [0, 10_001])),
    ("output_video_resolution: lines", VIDEO, "output_video_resolution", ([480, 1080], [0, -1])),
    ("country: ^[A-Z]{2}$", ROW, "country", (["US", "us"], ["USA", "U", "U1"])),
    ("region: ^[A-Z]{2}$", {**ROW, "country": "US"}, "region", (["CA", "ca"], ["NSW", "US-CA"])),
    ("utc_datetime: RFC 3339", ROW, "utc_datetime", MOMENTS),
    ("request_duration_ms: number", ROW, "request_duration_ms", ([0, 812.4], [-1])),
    ("processing_duration_ms: number", ROW, "processing_duration_ms", ([0, 812.4], [-1])),
    ("request_cost: number", ROW, "request_cost", ([0, 0.000123], [1e300])),
]

ACCEPTED = [
    pytest.param(row, field, value, id=f"{name}, {str(value)[:40]}")
    for name, row, field, (values, _) in BOUNDS
    for value in values
]
REFUSED = [
    pytest.param(row, field, value, id=f"{name}, {str(value)[:40]}")
    for name, row, field, (_, values) in BOUNDS
    for value in values
]


@pytest.mark.parametrize(("row", "field", "value"), ACCEPTED)
def test_a_value_within_the_bounds_is_computed(
    service: Service, row: dict[str, Any], field: str, value: Any
) -> None:
    computed(service, {**row, field: value})


@pytest.mark.parametrize(("row", "field", "value"), REFUSED)
def test_a_value_beyond_the_bounds_is_a_row_error(
    service: Service, row: dict[str, Any], field: str, value: Any
) -> None:
    error = refused(service, {**row, field: value})
    assert error["code"] in ("out_of_range", "invalid_value")
    assert error["details"]["field"] == field


ATTRIBUTION = (
    "currency", "integration_source", "environment", "session_id", "trace_id", "request_id", "client_id", "project_id",
    "application_id",
)  # fmt: skip


@pytest.mark.parametrize("field", ATTRIBUTION)
def test_attribution_changes_no_number(service: Service, field: str) -> None:
    assert computed(service, {**ROW, field: "anything"}) == computed(service, ROW)


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("empty", [None, ""], ids=["null", "empty text"])
def test_null_or_empty_in_an_optional_field_is_absent(service: Service, field: str, empty: Any) -> None:
    row = {"model_id": "gpt-4o", "managed_service_id": "openai", "country": "US", "output_tokens": 500}
    left_out = {name: value for name, value in row.items() if name != field}
    if field == "model_id":
        left_out["model_used_id"] = row["model_used_id"] = "gpt-4o-mini"
    assert computed(service, {**row, field: empty}) == computed(service, left_out)


WHOLE = (
    "input_tokens", "output_tokens", "output_audio_tokens", "output_video_frames", "input_steps",
    "output_video_resolution",
)  # fmt: skip


@pytest.mark.parametrize("field", WHOLE)
def test_500_point_0_for_an_integer_is_500(service: Service, field: str) -> None:
    row = VIDEO if "video" in field or "steps" in field else ROW
    assert computed(service, {**row, field: 500.0}) == computed(service, {**row, field: 500})


def test_half_a_token_is_a_row_error(service: Service) -> None:
    error = refused(service, {**ROW, "output_tokens": 500.5})
    assert (error["code"], error["details"]["field"]) == ("wrong_type", "output_tokens")
    assert "500.5" in error["message"]


@pytest.mark.parametrize(
    ("sent", "nearest"),
    [
        ("output_token", "output_tokens"),
        ("modelid", "model_id"),
        ("input_audio_duration", "input_audio_seconds"),
        ("Output_tokens", "output_tokens"),
        ("prompt_tokens", "input_tokens"),  # written more like output_tokens
        ("completion_tokens", "output_tokens"),
        ("modelId", "model_id"),
        ("timestamp", "utc_datetime"),
        ("cache_read_input_tokens", "cached_input_tokens"),
    ],
)
def test_an_unknown_field_is_named_with_the_nearest_known(service: Service, sent: str, nearest: str) -> None:
    error = refused(service, {"model_id": "gpt-4o", sent: 500})
    assert error["code"] == "unknown_field"
    assert error["details"] == {"field": sent, "candidates": [nearest]}
    assert sent in error["message"] and nearest in error["message"]


def test_an_unknown_field_like_none_is_named(service: Service) -> None:
    error = refused(service, {"model_id": "gpt-4o", "zzzzzz": 1})
    assert (error["code"], error["details"]) == ("unknown_field", {"field": "zzzzzz"})


#: Per kind of problem: the row, the code, what the message quotes, and the field at fault.
PROBLEMS: dict[str, tuple[Any, str, str, str | None]] = {
    "unknown model": ({"model_id": "gpt-99-ultra"}, "unknown_model", "gpt-99-ultra", "model_id"),
    "unknown Hugging Face path": (
        {"model_hugging_face_path": "acme/none"},
        "unknown_model",
        "acme/none",
        "model_hugging_face_path",
    ),
    "unknown node": ({**ROW, "node_id": "aws:p99.huge"}, "unknown_node", "aws:p99.huge", "node_id"),
    "unknown instance of a cloud": (
        {**ROW, "cloud_id": "aws", "cloud_instance_id": "p99.huge"},
        "unknown_node",
        "p99.huge",
        "cloud_instance_id",
    ),
    "unknown task": ({**ROW, "task": "mind-reading"}, "unknown_task", "mind-reading", "task"),
    "unknown family": ({"model_family": "nonesuch"}, "unknown_family", "nonesuch", "model_family"),
    "out of range": ({**ROW, "output_tokens": -1}, "out_of_range", "-1", "output_tokens"),
    "wrong type, text for a number": ({**ROW, "output_tokens": "many"}, "wrong_type", '"many"', "output_tokens"),
    "wrong type, a number for text": ({"model_id": 5}, "wrong_type", "5", "model_id"),
    "wrong type, a boolean": ({**ROW, "output_tokens": True}, "wrong_type", "true", "output_tokens"),
    "wrong type, a list": ({**ROW, "output_tokens": [5]}, "wrong_type", "a list", "output_tokens"),
    "wrong type, an object": ({**ROW, "model_id": {}}, "wrong_type", "an object", "model_id"),
    "null row": (None, "not_an_object", "null", None),
    "number row": (5, "not_an_object", "5", None),
    "text row": ("gpt-4o", "not_an_object", "gpt-4o", None),
    "list row": ([], "not_an_object", "a list", None),
    "empty row": ({}, "missing_model", "model", "model_id"),
}  # fmt: skip


@pytest.mark.parametrize("problem", PROBLEMS)
def test_a_problem_of_a_row_is_an_error_of_that_row(service: Service, problem: str) -> None:
    row, code, quoted, field = PROBLEMS[problem]
    error = refused(service, row)
    assert error["code"] == code
    assert quoted in error["message"]
    assert error.get("details", {}).get("field") == field


#: Names of places and providers that nobody knows, and what stands in for each.
UNKNOWN_PLACES: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "managed_service_id": ({"managed_service_id": "nonesuch"}, {}),
    "region": ({"country": "US", "region": "ZZ"}, {"country": "US"}),
    "cloud_region": ({"managed_service_id": "openai", "cloud_region": "mars-1"}, {"managed_service_id": "openai"}),
    "country": ({"country": "ZZ"}, {}),
}  # fmt: skip


@pytest.mark.parametrize("field", UNKNOWN_PLACES)
def test_an_unknown_place_or_provider_is_computed_with_its_default_and_said(
    service: Service, field: str
) -> None:
    unknown, standing_in = UNKNOWN_PLACES[field]
    assert computed(service, {**ROW, **unknown}) == computed(service, {**ROW, **standing_in})
    assert unknown[field] in said(service, {**ROW, **unknown})


def test_rows_are_answered_in_their_order(service: Service) -> None:
    counts = [500, 5, 50]
    energies = [
        row["total_impact"]["usage_energy_wh"]
        for row in answers(service, *({**ROW, "output_tokens": count} for count in counts))
    ]
    assert energies == [computed(service, {**ROW, "output_tokens": n})["usage_energy_wh"] for n in counts]


def test_a_row_of_zero_counts_costs_at_least_one_pass(service: Service) -> None:
    computed(service, {"model_id": "gpt-4o", "input_tokens": 0, "output_tokens": 0})
    computed(service, {"model_id": "whisper-1", "input_audio_seconds": 0})
    computed(service, {"model_id": "dall-e-2", "output_images": []})


def test_the_total_is_the_sum_of_the_parts(service: Service) -> None:
    answer = answered(service, ROW)
    parts = [
        answer[name]
        for name in ("inference_impact", "training_impact", "fine_tuning_impact")
        if name in answer
    ]
    assert len(parts) > 1
    for metric, total in answer["total_impact"].items():
        assert total == pytest.approx(sum(part[metric] for part in parts), rel=1e-12)


@pytest.mark.parametrize(
    ("path", "status"),
    [("/v1/impact", 406), ("/", 400), ("/v1/log_json", 400), ("/v1/explain", 400), ("/v1/compare", 400)],
)
@pytest.mark.parametrize("body", [b"nonsense", b"5"], ids=["not JSON", "no rows"])
def test_a_body_that_is_no_request_fails_as_a_whole(
    service: Service, path: str, status: int, body: bytes
) -> None:
    headers = {"Content-Type": "application/json"}
    assert service.request("POST", path, content=body, headers=headers).status_code == status
