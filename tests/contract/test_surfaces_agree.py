"""The same rows have the same numbers, to the bit, whichever door they come in by."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pyarrow as pa
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.conftest import Service

import wattdrop
from wattdrop.adapters.sheets import COLUMNS
from wattdrop.cli import root
from wattdrop.schema.positional import POSITIONS

ROWS = st.fixed_dictionaries(
    {
        "model_id": st.sampled_from(
            ("gpt-4o", "GPT_4O", "llama_v31_8b", "whisper-1", "stable_diffusion_xl_base_1_0", "no-such-model")
        )
    },
    optional={
        "managed_service_id": st.sampled_from(("openai", "aws-bedrock", "nobody")),
        "node_id": st.sampled_from(("aws:p4d.24xlarge", "aws-p4d-24xlarge")),
        "cloud_region": st.sampled_from(("eu-west-3", "moon-west-1")),
        "country": st.sampled_from(("US", "FR", "XX")),
        "region": st.sampled_from(("NY", "CA")),
        "task": st.sampled_from(("chat", "text-to-image", "juggling")),
        "utc_datetime": st.sampled_from(("2024-03-15T10:30:00Z", "2026-01-01T00:00:00.25Z")),
        "input_tokens": st.integers(0, 100_000),
        "output_tokens": st.integers(0, 100_000),
        "input_images": st.lists(st.sampled_from(("512x512", "1024x768")), min_size=1, max_size=2),
        "output_images": st.lists(st.sampled_from(("512x512", "1024x768")), min_size=1, max_size=2),
        "input_audio_seconds": st.floats(0, 4000),
        "output_video_frames": st.integers(0, 500),
        "input_steps": st.integers(1, 100),
    },
)


def as_texts(row: dict[str, Any]) -> dict[str, str]:
    return {name: ",".join(value) if isinstance(value, list) else str(value) for name, value in row.items()}


def as_call(row: dict[str, Any]) -> list[Any]:
    named = {**row, "request_time": row.get("utc_datetime")}
    values = [named.get(name) for name in POSITIONS]
    return [json.dumps(value) if isinstance(value, list) else value for value in values]


@given(st.lists(ROWS, min_size=1, max_size=4))
@settings(max_examples=15)
def test_rows_are_answered_alike_on_every_path(service: Service, rows: list[dict[str, Any]]) -> None:
    expected = service.impact(*rows).json()
    answers = expected["rows"]

    calls = list(map(as_call, rows))
    bigquery = service.request("POST", "/", json={"calls": calls}).json()["replies"]
    assert list(map(json.loads, bigquery)) == answers
    numbered = [[number, *call] for number, call in enumerate(calls)]
    snowflake = service.request("POST", "/v1/snowflake", json={"data": numbered}).json()["data"]
    assert snowflake == [[number, answer] for number, answer in enumerate(answers)]
    assert service.request("POST", "/v1/log_json", json={"rows": rows}).json() == expected
    lines = "\n".join(map(json.dumps, rows))
    headers = {"Content-Type": "application/x-ndjson"}
    bulk = service.request("POST", "/v1/impact/bulk", content=lines, headers=headers).text.splitlines()
    assert list(map(json.loads, bulk)) == answers
    for row, answer in zip(rows, answers, strict=True):
        asked = service.get("/v1/impact", params=as_texts(row)).json()
        assert asked["rows"] == [answer]
        (line,) = csv.DictReader(
            io.StringIO(service.get("/v1/impact", params={**as_texts(row), "format": "csv"}).text)
        )
        if "error" not in answer:
            assert {name: float(line[name]) for name in COLUMNS} == answer["total_impact"]


@given(st.lists(ROWS, min_size=1, max_size=4))
@settings(max_examples=15)
def test_what_is_asked_for_beside_the_numbers_changes_none(
    service: Service, rows: list[dict[str, Any]]
) -> None:
    plain = service.impact(*rows).json()

    for asked in ({"debug": "true"}, {"ranges": "true"}, {"debug": "true", "ranges": "true"}):
        found = service.impact(*rows, params=asked).json()
        found.pop("total_ranges", None)
        beside = [{name: row.pop(name, None) for name in ("debug", "ranges")} for row in found["rows"]]
        assert found == plain
        for row, more in zip(found["rows"], beside, strict=True):
            if "error" not in row:
                assert [name for name, value in more.items() if value] == list(asked)
            for metric, found_range in (more["ranges"] or {}).items():
                if metric != "causes":
                    assert found_range["central"] == row["total_impact"][metric]
                    ends = [found_range[end] for end in ("low_90", "low_50", "central", "high_50", "high_90")]
                    assert ends == sorted(ends)


@given(st.lists(ROWS, min_size=1, max_size=4))
@settings(max_examples=10)
def test_a_table_and_the_command_line_have_the_numbers_of_the_service(
    service: Service, rows: list[dict[str, Any]]
) -> None:
    answers = service.impact(*rows).json()["rows"]
    energies = [answer["total_impact"]["usage_energy_wh"] for answer in answers]

    names = sorted({name for row in rows for name in row})
    table = pa.Table.from_pylist([{name: row.get(name) for name in names} for row in rows])
    estimated = wattdrop.estimate(table).column("total_energy_wh").to_pylist()
    assert [energy or 0.0 for energy in estimated] == energies

    lines = "\n".join(map(json.dumps, rows))
    told = CliRunner().invoke(root, ["estimate", "-", "--format", "json"], input=lines)
    found = json.loads(told.stdout)["rows"]
    for row in found:
        row.pop("ranges", None)
    assert found == answers
