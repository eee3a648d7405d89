"""A record alone is read as columns of many are: two readers of one mapping, held to each other."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.bulk.made import read, wattdrop
from tests.bulk.test_presets import MAPPED, SAMPLES

import wattdrop as package
from wattdrop.bulk.mapping import Mapping, with_mapped
from wattdrop.bulk.presets import preset
from wattdrop.bulk.records import row_of_record
from wattdrop.errors import RowError
from wattdrop.schema import parse_rows

#: More tokens of reasoning than of completion, as xAI counts them: apart.
REASONED = {"usage_object": {"completion_tokens_details": {"reasoning_tokens": 317}}}

#: What real files have besides what their documents show, in every way of reading.
ODDITIES: dict[str, list[dict[str, Any]]] = {
    "litellm": [
        {"startTime": -5.0},
        {"startTime": None, "endTime": None},
        {"call_type": "aembedding"},
        {"prompt_tokens": " 250 ", "completion_tokens": ""},
        {"cache_hit": "TRUE"},
        {"status": "failure"},
        {"call_type": "call_mcp_tool", "model": "MCP: search"},
        {"custom_llm_provider": "", "api_base": ""},
        {"prompt_tokens": "many"},
        {"completion_tokens": 2, "metadata": REASONED},
        {"completion_tokens": 500, "metadata": REASONED},
        {"completion_tokens": None, "metadata": REASONED},
    ],
    "langfuse": [
        {"usage_details": {}},
        {"usage_details": {"input": 600}, "latency": None},
        {"provided_model_name": "", "model": "gpt-4o"},
        {"type": "SPAN"},
        {"latency": "1.25"},
    ],
    "focus": [
        {"ConsumedUnit": "Hours"},
        {"ConsumedUnit": None},
        {"ConsumedUnit": "Hrs", "ChargeCategory": "Tax"},
        {"ConsumedUnit": "1M Tokens", "ConsumedQuantity": 0.3},
        {"SkuMeter": "Input tokens"},
        {"SkuMeter": "Batch requests"},
        {"ConsumedQuantity": "1,000"},
        {"ChargeCategory": "Tax"},
        {"CommitmentDiscountStatus": "Unused", "ConsumedQuantity": None},
    ],
    "bedrock": [{"errorCode": "ThrottlingException"}, {"inferenceRegion": "eu-west-1"}, {"input": None}],
    "vertex": [{"endpoint": "projects/1/locations/europe-west4/endpoints/2"}, {"endpoint": ""}],
}


def mapping_of(name: str) -> Mapping:
    mapped = [("model_id", "x_Model")] if name == "focus" else []
    return with_mapped(preset(name), mapped)._replace(required=())


#: What all records of a file have, if any has it: dates as text, objects as text.
DATES = {"startTime": "2024-11-01 00:00:00", "endTime": "2024-11-01 00:00:02"}
TEXTS = [
    {"metadata": '{"usage_object": {"prompt_tokens_details": {"cached_tokens": 30}}}'},
    {"metadata": "{broken"},
]
FILES = [(name, [{}, *odd]) for name, odd in ODDITIES.items()]
FILES += [("litellm", [DATES, DATES | {"prompt_tokens": 0}]), ("litellm", TEXTS)]


@pytest.mark.parametrize(("name", "odd"), FILES)
def test_odd_records_give_the_numbers_that_the_command_gives(
    name: str, odd: list[dict[str, Any]], tmp_path: Path
) -> None:
    record = SAMPLES[name][0]
    records = [record | one for one in odd]
    (tmp_path / "in.jsonl").write_text("\n".join(map(json.dumps, records)))
    flags = ["--preset", name, *MAPPED.get(name, [])]
    wattdrop("estimate", tmp_path / "in.jsonl", "-o", tmp_path / "out.jsonl", *flags)
    by_columns = list(read(tmp_path / "out.jsonl"))
    mapping = mapping_of(name)
    rows = parse_rows(row_of_record(one, mapping) for one in records)
    for one, row, found in zip(records, package.estimate(rows).rows, by_columns, strict=True):
        assert (row.error and row.error.code) == found.get("error_code"), one
        if row.error is None:
            assert row.metrics().usage_energy_wh == found["total_energy_wh"], one


@pytest.mark.parametrize("value", [5, None, "text", ["a"]])
def test_what_is_no_record_is_left_to_the_parser(value: object) -> None:
    (row,) = parse_rows([row_of_record(value, Mapping())])
    assert isinstance(row, RowError) and row.code == "not_an_object"


def test_attribution_is_taken_along_and_numbers_become_ids() -> None:
    mapping = with_mapped(Mapping(), [("project_id", "team"), ("client_id", "user.id")])
    row = row_of_record({"model_id": "gpt-4o", "team": 7, "user": {"id": "u1"}, "note": "x"}, mapping)
    assert row == {"model_id": "gpt-4o", "project_id": "7", "client_id": "u1"}


def test_two_columns_of_one_field_are_refused() -> None:
    error = row_of_record({"request_time": "2024-11-01T00:00:00Z", "utc_datetime": "2024-11-01"}, Mapping())
    assert isinstance(error, RowError) and error.code == "contradicting_fields"
