"""``/v1/columns``: what columns may be, and how a file is read: guessed, or as the caller says."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.bulk.test_presets import SAMPLES
from tests.conftest import Service

from wattdrop.bulk.json_keys import exploded, paths_of_lines
from wattdrop.bulk.presets import NAMES, document
from wattdrop.schema import FIELDS


def test_the_list_is_sent_once_to_who_keeps_it(service: Service) -> None:
    first = service.get("/v1/columns", key=None)
    again = service.get("/v1/columns", key=None, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def mapped(service: Service, columns: list[str], **said: Any) -> Any:
    response = service.request("POST", "/v1/columns", key=None, json={"columns": columns, **said})
    assert response.status_code == 200, response.text
    return response.json()


def test_every_field_and_every_export_is_listed_with_its_meaning(service: Service) -> None:
    found = service.get("/v1/columns", key=None).json()
    assert [one["field"] for one in found["fields"]] == list(FIELDS)
    assert all(one["meaning"] for one in found["fields"])
    kinds = {one["field"]: (one["group"], one["kind"]) for one in found["fields"]}
    assert kinds["model_used_id"] == ("model", "text")
    assert kinds["output_tokens"] == ("work", "number")
    assert kinds["output_images"] == ("work", "list")
    whole = {one["field"] for one in found["fields"] if one["whole"]}
    assert "output_tokens" in whole and not {"pue", "model_id", "output_images"} & whole
    assert kinds["pue"] == ("known", "number")
    assert kinds["project_id"] == ("whom", "text")
    assert [one["id"] for one in found["exports"]] == list(NAMES)


@pytest.mark.parametrize(
    ("columns", "fields"),
    [
        (["Model", "Prompt Tokens"], {"model_id": "Model", "input_tokens": "Prompt Tokens"}),
        (
            ["model", "usage.prompt_tokens", "usage.total"],
            {"model_id": "model", "input_tokens": "usage.prompt_tokens"},
        ),
        (["Modèle", "Horodatage"], {"model_id": "Modèle", "utc_datetime": "Horodatage"}),
        (["model_id", "model", "output_token"], {"output_tokens": "output_token"}),
        (["model_id", "total", "note"], {}),
        (["inputTokens", "engine"], {"input_tokens": "inputTokens", "model_id": "engine"}),
    ],
)
def test_columns_are_guessed_by_their_names(
    service: Service, columns: list[str], fields: dict[str, str]
) -> None:
    found = mapped(service, columns)
    assert ("preset" in found, found["map"]) == (False, fields)
    assert set(fields) <= {one["field"] for one in found["takes"]}


@pytest.mark.parametrize("name", NAMES)
def test_exports_are_recognised_by_their_columns(service: Service, name: str) -> None:
    lines, rows_in = [json.dumps(SAMPLES[name][0]).encode()], document(name).get("rows_in")
    paths = paths_of_lines(exploded(lines, [1], rows_in)[0] if rows_in else lines)
    columns = list(map(".".join, paths))
    found = mapped(service, columns)
    assert found["preset"] == name
    assert "problem" not in found
    assert found["map"] == ({"model_id": "x_Model"} if name == "focus" else {})


def test_a_bill_needs_the_column_of_the_model(service: Service) -> None:
    columns = [name for name in SAMPLES["focus"][0] if name != "x_Model"]
    assert mapped(service, columns)["problem"]["code"] == "missing_model"


def test_no_export_is_said_and_fields_are_guessed_one_by_one(service: Service) -> None:
    columns = ["call_type", "startTime", "model", "prompt_tokens"]
    assert mapped(service, columns)["preset"] == "litellm"
    plain = mapped(service, columns, preset="none")
    assert (plain.get("preset"), plain["constants"], plain["skips"]) == (None, {}, [])
    assert plain["map"] == {"utc_datetime": "startTime", "model_id": "model", "input_tokens": "prompt_tokens"}


def test_what_the_caller_says_wins_and_nothing_is_guessed_beside_it(service: Service) -> None:
    found = mapped(service, ["a", "model", "tokens_out"], map={"model_id": "a"})
    assert found["takes"] == [{"field": "model_id", "columns": ["a"], "read": "plain"}]


def test_why_no_row_can_be_estimated_is_told(service: Service) -> None:
    assert mapped(service, ["prompt_tokens"])["problem"]["code"] == "missing_model"
    twice = mapped(service, ["model_id", "request_time", "utc_datetime"])["problem"]
    assert twice["code"] == "contradicting_fields"
    assert "'request_time' and 'utc_datetime' both mean utc_datetime" in twice["message"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "columns"),
        ({"columns": []}, "columns"),
        ({"columns": ["a"], "preset": "nonesuch"}, "preset"),
        ({"columns": ["a"], "map": {"nonesuch": "a"}}, "map"),
        ({"columns": ["a"], "map": {"model_id": 5}}, "map"),
    ],
)
def test_wrong_questions_name_their_field(service: Service, body: Any, field: str) -> None:
    response = service.request("POST", "/v1/columns", key=None, json=body)
    assert (response.status_code, response.json()["details"]["field"]) == (400, field)
