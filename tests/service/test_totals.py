"""Streams of records, and what they add up to: pieces of a file give the totals that the whole gives."""

from __future__ import annotations

import json
import math
from base64 import b64encode
from itertools import pairwise
from typing import Any
from zlib import compress

import msgspec
import pytest
from tests.bulk.test_presets import SAMPLES
from tests.conftest import Service

import wattdrop

ROWS = [
    {"model_id": model, "country": country, "input_tokens": 10 * n, "output_tokens": n}
    for n in range(1, 60)
    for model, country in (("gpt-4o", "FR"), ("llama_v31_8b", "US"), ("gpt-4o", "PL"))
]
NDJSON = {"Content-Type": "application/x-ndjson"}


def streamed(service: Service, rows: list[Any], query: str = "") -> list[Any]:
    body = "\n".join(map(json.dumps, rows)).encode()
    response = service.request("POST", f"/v1/impact/bulk?{query}", content=body, headers=NDJSON)
    assert response.status_code == 200, response.text
    return [json.loads(line) for line in response.text.splitlines()]


def added(service: Service, *parts: str) -> Any:
    response = service.request("POST", "/v1/impact/totals", json={"parts": list(parts)})
    assert response.status_code == 200, response.text
    return response.json()


def test_totals_and_ranges_are_those_of_one_batch_however_it_is_cut(service: Service) -> None:
    whole = wattdrop.estimate(ROWS)
    energy, water = whole.total_range("energy_wh"), whole.total_range("water_ml", 0.5)
    for cuts in ([0, len(ROWS)], [0, 1, 90, len(ROWS)]):
        pieces = [ROWS[start:end] for start, end in pairwise(cuts)]
        found = added(service, *(streamed(service, piece, "totals=model")[-1]["part"] for piece in pieces))
        ranges = found["total"]["ranges"]
        assert ranges["usage_energy_wh"]["central"] == pytest.approx(energy.central, rel=1e-12)
        assert ranges["usage_energy_wh"]["low_90"] == pytest.approx(energy.low, rel=1e-9)
        assert ranges["usage_energy_wh"]["high_90"] == pytest.approx(energy.high, rel=1e-9)
        assert ranges["usage_water_ml"]["high_50"] == pytest.approx(water.high, rel=1e-9)
        assert [(one["group"], one["rows"]) for one in found["groups"]] == [
            ("gpt_4o", 118),
            ("llama_v31_8b", 59),
        ]


def test_totals_of_totals_are_totals(service: Service) -> None:
    parts = [streamed(service, ROWS[at : at + 30], "totals=country")[-1]["part"] for at in range(0, 120, 30)]
    at_once, steps = added(service, *parts), parts[0]
    for part in parts[1:]:
        steps = added(service, steps, part)["part"]
    step_by_step = added(service, steps)
    assert step_by_step["total"] == at_once["total"]
    assert {one["group"] for one in at_once["groups"]} == {"FR", "US", "PL"}


def test_rows_without_numbers_are_counted_apart(service: Service) -> None:
    record, _ = SAMPLES["litellm"]
    lines = [record, {**record, "cache_hit": True}, {**record, "model": "nope-9b"}, 5]
    *answers, last = streamed(service, lines, "preset=litellm&totals=model")
    codes = [one.get("error", {}).get("code") for one in answers]
    assert codes == [None, "no_inference", "unknown_model", "not_an_object"]
    total = added(service, last["part"])["total"]
    assert (total["rows"], total["failed"], total["skipped"]) == (1, 2, 1)
    nothing = added(service, streamed(service, [{"model_id": "nope-9b"}], "totals=model")[-1]["part"])
    assert (nothing["total"]["failed"], nothing["groups"], "ranges" in nothing["total"]) == (1, [], False)


def test_a_stream_says_what_it_adds_up_to_only_where_asked(service: Service) -> None:
    assert len(streamed(service, ROWS[:2])) == 2
    assert list(streamed(service, ROWS[:2], "totals=task")[-1]) == ["part"]


@pytest.mark.parametrize("name", SAMPLES)
def test_a_record_is_the_row_that_it_means(service: Service, name: str) -> None:
    record, row = SAMPLES[name]
    if name == "openai-usage":  # a page holds many; a line is one
        record = {**record["data"][0], **record["data"][0]["results"][0]}
    query = f"preset={name}" + ("&map=model_id=x_Model" if name == "focus" else "")
    (answer,) = streamed(service, [record], query)
    expected = wattdrop.estimate([row]).rows[0].metrics()
    assert answer["total_impact"]["usage_energy_wh"] == expected.usage_energy_wh
    assert answer["total_impact"]["usage_emissions_gco2e"] == expected.usage_emissions_gco2e


def test_columns_of_other_names_are_mapped_and_the_rest_is_left_alone(service: Service) -> None:
    record = {"the, model": "gpt-4o", "out": "500", "team": "a", "country": "FR"}
    (answer,) = streamed(service, [record], "map=model_id=the,%20model&map=output_tokens=out")
    row = {"model_id": "gpt-4o", "output_tokens": 500, "country": "FR"}
    assert answer == service.impact(row).json()["rows"][0]


def test_a_value_that_cannot_be_read_is_refused_with_its_field(service: Service) -> None:
    records = [{"m": "gpt-4o", "n": "many"}, {"m": "gpt-4o", "n": -5}, {"m": "", "n": 5}]
    answers = streamed(service, records, "map=model_id=m&map=output_tokens=n")
    errors = [(one["error"]["code"], one["error"].get("details", {}).get("field")) for one in answers]
    assert errors[:2] == [("wrong_type", "output_tokens"), ("out_of_range", "output_tokens")]
    assert errors[2][0] == "missing_model"


@pytest.mark.parametrize(
    ("query", "field"),
    [("preset=nonesuch", "preset"), ("map=model_id", "map"), ("map=nonesuch=a", "map"), ("totals=colour", "totals")],
)  # fmt: skip
def test_a_wrong_question_is_refused_before_the_answer_begins(
    service: Service, query: str, field: str
) -> None:
    response = service.request("POST", f"/v1/impact/bulk?{query}", content=b"{}", headers=NDJSON)
    assert (response.status_code, response.json()["details"]["field"]) == (400, field)


HUGE = [1, 0, 0, [1e-20] * 5, [{"a": [1e300] * 10}, {}]]
NO_NUMBER = [1, 0, 0, [1.0] * 5, [{"a": [0.1] * 5 + [math.nan] * 5}, {}]]


@pytest.mark.parametrize(
    "parts",
    [
        [],
        ["nonsense"],
        [b64encode(b"nonsense").decode()],
        [b64encode(compress(b"\xc1")).decode()],
        [b64encode(compress(msgspec.msgpack.encode(["model", {"a": [1, 0, 0, [-1.0] * 5]}]))).decode()],
        [b64encode(compress(msgspec.msgpack.encode(["model", {"a": HUGE}]))).decode()],
        [b64encode(compress(msgspec.msgpack.encode(["model", {"a": NO_NUMBER}]))).decode()],
        [b64encode(compress(msgspec.msgpack.encode([by, {}]))).decode() for by in ("model", "task")],
    ],
)
def test_what_no_stream_ended_with_is_refused(service: Service, parts: list[str]) -> None:
    response = service.request("POST", "/v1/impact/totals", json={"parts": parts})
    assert (response.status_code, response.json()["details"]["field"]) == (400, "parts")
