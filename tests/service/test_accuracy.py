"""What ``/v1/accuracy`` says: the scores as they are stored, and every shipped measurement beside its prediction."""

from __future__ import annotations

from statistics import fmean, median

import pytest
from tests.conftest import Service

from wattdrop.engine import METHOD_VERSION
from wattdrop.validation.measurements import read


def test_scores_need_no_key_and_are_of_the_method_that_answers(service: Service) -> None:
    found = service.get("/v1/accuracy", key=None).json()
    assert found["method_version"] == METHOD_VERSION
    text = next(one for one in found["work"] if one["id"] == "text")
    assert (text["given"], text["n"], text["within_2x"]) == ("batch", 810, 0.9926)
    assert {one["tool"].split()[0] for one in found["peers"]} == {"EcoLogits", "ecocost"}
    chat = next(one for one in found["tasks"] if one["task"] == "chat")
    assert chat["n"] == chat["in_sample"]["n"] == 515


def test_every_shipped_measurement_is_there_with_source_and_licence(service: Service) -> None:
    found = service.get("/v1/accuracy/measurements", key=None).json()["measurements"]
    assert [one["id"] for one in found] == [m.text("row_id") for m in read()]
    sources = service.get("/v1/accuracy", key=None).json()["sources"]
    licences = {name: one["licence"] for one in sources for name in one["names"]}
    for one in found:
        assert one["licence"] == licences[one["source"]] in ("Apache-2.0", "MIT")
        assert one["url"].startswith("https://github.com/")
        assert (
            one["low_90_wh"]
            <= one["low_50_wh"]
            <= one["predicted_wh"]
            <= one["high_50_wh"]
            <= one["high_90_wh"]
        )
        assert one["predicted_to_measured"] == pytest.approx(one["predicted_wh"] / one["measured_wh"])


@pytest.mark.parametrize("given", ["batch", "latency", "hardware", "none"])
def test_the_predictions_make_the_scores(service: Service, given: str) -> None:
    """Those of the one line that is defined by task alone, and of those of language models in engines."""
    rows = service.get("/v1/accuracy/measurements", key=None, params={"given": given}).json()["measurements"]
    lines = service.get("/v1/accuracy", key=None).json()["work"]
    tasks = {"chat", "code", "reasoning", "image-text-to-text", "video-text-to-text"}
    of_line = [
        one
        for one in rows
        if one["scored"] and one["task"] in tasks and one["source"] in ("ML.ENERGY v2", "ML.ENERGY v3.0")
    ]
    name = {"batch": "text"}.get(given, f"text_{given}")
    line = next(one for one in lines if one["id"] == name)
    assert line["n"] == len(of_line)
    assert fmean(0.5 <= one["predicted_to_measured"] <= 2 for one in of_line) == pytest.approx(
        line["within_2x"], abs=2e-3
    )
    assert median(one["predicted_to_measured"] for one in of_line) == pytest.approx(line["bias"], rel=2e-3)
    held = fmean(one["low_90_wh"] <= one["measured_wh"] <= one["high_90_wh"] for one in of_line)
    assert held == pytest.approx(line["coverage_90"], abs=2e-3)


def test_what_cannot_be_given_is_named(service: Service) -> None:
    wrong = service.get("/v1/accuracy/measurements", key=None, params={"given": "luck"})
    assert (wrong.status_code, wrong.json()["details"]["field"]) == (400, "given")
    assert "batch, latency, hardware, none" in wrong.json()["message"]


@pytest.mark.parametrize("path", ["/v1/accuracy", "/v1/accuracy/measurements"])
def test_it_is_compressed_and_sent_once(service: Service, path: str) -> None:
    first = service.get(path, key=None, headers={"Accept-Encoding": "gzip"})
    assert first.headers["content-encoding"] == "gzip"
    assert first.headers["cache-control"] == "no-cache"
    again = service.get(path, key=None, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
