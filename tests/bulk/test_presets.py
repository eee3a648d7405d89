"""Columns of other names, and exports that many people have: a record as documented, and the row that it is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.bulk.made import read, wattdrop

import wattdrop as package
from wattdrop.adapters.litellm import records_of
from wattdrop.bulk.presets import NAMES, document
from wattdrop.cli.bulk_flags import PRESETS
from wattdrop.schema import FIELDS

#: Preset -> record as its documents have it, the row that it means, and where in the export it stands.
SAMPLES: dict[str, tuple[Any, dict[str, Any]]] = {
    "litellm": (
        {
            "id": "chatcmpl-9b1", "trace_id": "t1", "call_type": "acompletion", "cache_hit": False,
            "status": "success", "custom_llm_provider": "azure", "model": "gpt-4o", "model_id": "6f2c",
            "prompt_tokens": 1000,
            "completion_tokens": 200, "startTime": 1730419200.25, "endTime": 1730419202.75, "response_cost": 0.0045,
            "api_base": "https://x.openai.azure.com", "end_user": "u7",
            "messages": [{"role": "user", "content": "secret"}],
            "metadata": {"usage_object": {"prompt_tokens_details": {"cached_tokens": 400}}},
        },
        {
            "model_id": "gpt-4o", "managed_service_id": "azure", "base_url": "https://x.openai.azure.com",
            "input_tokens": 1000,
            "cached_input_tokens": 400, "output_tokens": 200, "utc_datetime": "2024-11-01T00:00:00Z",
            "request_duration_ms": 2500.0,
        },
    ),
    "openai-usage": (
        {
            "object": "page",
            "data": [
                {
                    "object": "bucket", "start_time": 1730419200, "end_time": 1730505600,
                    "results": [
                        {
                            "object": "organization.usage.completions.result", "input_tokens": 1000, "output_tokens": 500,
                            "input_cached_tokens": 800, "num_model_requests": 5, "project_id": None, "user_id": None,
                            "api_key_id": None, "model": "gpt-4o-2024-08-06", "batch": None,
                        }
                    ],
                }
            ],
            "has_more": False, "next_page": None,
        },
        {
            "model_id": "gpt-4o-2024-08-06", "managed_service_id": "openai", "quantity": 5, "input_tokens": 200,
            "cached_input_tokens": 160, "output_tokens": 100, "utc_datetime": "2024-11-01T00:00:00Z",
        },
    ),
    "langfuse": (
        {
            "id": "o1", "trace_id": "t1", "project_id": "p1", "environment": "default", "type": "GENERATION",
            "start_time": "2024-05-29 13:46:19.963000", "provided_model_name": "claude-sonnet-4-20250514",
            "usage_details": {"input": 600, "input_cached_tokens": 400, "output": 150,
                              "output_reasoning_tokens": 50, "total": 1200},
            "latency": 2.5, "total_cost": 0.01, "user_id": "u7", "session_id": "s1", "input": "secret", "output": "secret",
        },
        {
            "model_id": "claude-sonnet-4-20250514", "input_tokens": 1000, "cached_input_tokens": 400, "output_tokens": 200,
            "reasoning_tokens": 50, "utc_datetime": "2024-05-29T13:46:19Z", "request_duration_ms": 2500.0,
        },
    ),
    "focus": (
        {
            "ServiceName": "Amazon Bedrock", "RegionId": "us-east-1", "ChargePeriodStart": "2024-11-01T00:00:00Z",
            "ConsumedQuantity": 250.0, "ConsumedUnit": "1K tokens", "SkuMeter": "Output Tokens", "ChargeCategory": "Usage",
            "BilledCost": 3.75, "BillingCurrency": "USD", "SubAccountId": "123", "x_Model": "claude-3-5-sonnet",
        },
        {
            "model_id": "claude-3-5-sonnet", "managed_service_id": "Amazon Bedrock", "cloud_region": "us-east-1",
            "utc_datetime": "2024-11-01T00:00:00Z", "quantity": 250, "output_tokens": 1000,
        },
    ),
    "bedrock": (
        {
            "schemaType": "ModelInvocationLog", "schemaVersion": "1.0", "timestamp": "2025-04-09T23:00:17Z",
            "accountId": "1", "identity": {"arn": "arn:aws:sts::xxxx"}, "region": "us-east-1", "requestId": "915a",
            "operation": "Converse",
            "modelId": "arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-3-haiku-20240307-v1:0",
            "input": {
                "inputContentType": "application/json", "inputBodyJson": {"messages": [{"content": "secret"}]},
                "inputTokenCount": 35, "cacheReadInputTokenCount": 100, "cacheWriteInputTokenCount": 0,
            },
            "output": {
                "outputBodyJson": {"output": {"message": "secret"}, "metrics": {"latencyMs": 3640}},
                "outputTokenCount": 446,
            },
        },
        {
            "model_id": "anthropic.claude-3-haiku-20240307-v1:0", "managed_service_id": "aws-bedrock", "input_tokens": 135,
            "cached_input_tokens": 100, "output_tokens": 446, "utc_datetime": "2025-04-09T23:00:17Z",
            "cloud_region": "us-east-1", "request_duration_ms": 3640.0,
        },
    ),
    "vertex": (
        {
            "endpoint": "https://us-central1-aiplatform.googleapis.com", "deployed_model_id": "123",
            "logging_time": "2025-04-09 10:00:00 UTC", "request_id": 987, "api_method": "generateContent",
            "model": "publishers/google/models/gemini-2.5-pro", "full_request": {"contents": ["secret"]},
            "full_response": {
                "candidates": ["secret"],
                "usageMetadata": {"promptTokenCount": 50, "candidatesTokenCount": 120, "thoughtsTokenCount": 80},
            },
        },
        {
            "model_id": "gemini-2.5-pro", "managed_service_id": "google-vertex", "input_tokens": 50, "output_tokens": 200,
            "reasoning_tokens": 80, "utc_datetime": "2025-04-09T10:00:00Z", "cloud_region": "us-central1",
        },
    ),
}  # fmt: skip
MAPPED = {"focus": ["--map", "model_id=x_Model"]}


@pytest.mark.parametrize("name", NAMES)
def test_a_record_is_the_row_that_it_means(name: str, tmp_path: Path) -> None:
    record, row = SAMPLES[name]
    (tmp_path / "log.jsonl").write_text(json.dumps(record) + "\n")
    flags = ["--preset", name, *MAPPED.get(name, [])]
    result = wattdrop("estimate", tmp_path / "log.jsonl", "-o", tmp_path / "out.jsonl", *flags)
    assert result.exit_code == 0, result.output
    (found,) = read(tmp_path / "out.jsonl")
    expected = package.estimate([row]).rows[0].metrics()
    assert found["total_energy_wh"] == expected.usage_energy_wh
    assert found["total_emissions_gco2e"] == expected.usage_emissions_gco2e
    assert "secret" not in (tmp_path / "out.jsonl").read_text()


@pytest.mark.parametrize("name", ["langfuse", "vertex"])
def test_objects_as_text_in_csv_cells(name: str, tmp_path: Path) -> None:
    import csv

    record, row = SAMPLES[name]
    with (tmp_path / "log.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(record)
        writer.writerow([json.dumps(v) if isinstance(v, dict) else v for v in record.values()])
    assert (
        wattdrop("estimate", tmp_path / "log.csv", "-o", tmp_path / "out.parquet", "--preset", name).exit_code
        == 0
    )
    (found,) = read(tmp_path / "out.parquet")
    assert found["total_energy_wh"] == package.estimate([row]).rows[0].metrics().usage_energy_wh


@pytest.mark.parametrize(
    ("usage", "means"),
    [
        ({"input": 600, "input_cache_read": 400, "output": 150, "output_reasoning": 50}, (1000, 400, 200, 50)),
        ({"input": 600, "cache_read_input_tokens": 300, "cache_creation_input_tokens": 100, "output": 200},
         (1000, 300, 200, None)),
        ({"input_tokens": 600, "output_tokens": 200}, (600, None, 200, None)),
        ({}, (None, None, None, None)),  # what is not said is not zero
    ],
)  # fmt: skip
def test_langfuse_exports_parquet_with_usage_in_a_map(
    usage: dict[str, int], means: tuple[int | None, ...], tmp_path: Path
) -> None:
    kind = pa.map_(pa.string(), pa.uint64())
    table = pa.table(
        {
            "provided_model_name": ["gpt-4o"],
            "model_id": ["cm7ka7zob"],
            "type": ["GENERATION"],
            "usage_details": pa.array([list(usage.items())], kind),
            "tool_calls": [["secret"]],
        }
    )
    pq.write_table(table, tmp_path / "observations.parquet")
    result = wattdrop(
        "estimate", tmp_path / "observations.parquet", "-o", tmp_path / "out.parquet", "--preset", "langfuse"
    )
    assert result.exit_code == 0, result.output
    names = ("input_tokens", "cached_input_tokens", "output_tokens", "reasoning_tokens")
    row = {name: count for name, count in zip(names, means, strict=True) if count is not None}
    (found,) = read(tmp_path / "out.parquet")
    assert (
        found["total_energy_wh"]
        == package.estimate([{"model_id": "gpt-4o"} | row]).rows[0].metrics().usage_energy_wh
    )
    assert "tool_calls" not in found and found["model_id"] == "cm7ka7zob"


def test_vertex_counts_what_tools_and_claudes_cache_held(tmp_path: Path) -> None:
    tools = {
        "usageMetadata": {"promptTokenCount": 50, "toolUsePromptTokenCount": 30, "candidatesTokenCount": 120}
    }
    claude = {"usage": {"input_tokens": 50, "cache_read_input_tokens": 400, "cache_creation_input_tokens": 20,
                        "output_tokens": 120}}  # fmt: skip
    records = [
        {"model": "gemini-2.5-pro", "full_response": tools},
        {"model": "claude-sonnet-4-5", "full_response": claude},
    ]
    (tmp_path / "log.jsonl").write_text("\n".join(map(json.dumps, records)))
    result = wattdrop("estimate", tmp_path / "log.jsonl", "-o", tmp_path / "out.jsonl", "--preset", "vertex")
    assert result.exit_code == 0, result.output
    service = {"managed_service_id": "google-vertex", "output_tokens": 120}
    expected = package.estimate(
        [
            {"model_id": "gemini-2.5-pro", "input_tokens": 80} | service,
            {"model_id": "claude-sonnet-4-5", "input_tokens": 470, "cached_input_tokens": 400} | service,
        ]
    )
    energies = [row["total_energy_wh"] for row in read(tmp_path / "out.jsonl")]
    assert energies == [row.metrics().usage_energy_wh for row in expected.rows]


def test_a_commitment_that_was_not_used_is_no_inference(tmp_path: Path) -> None:
    used = SAMPLES["focus"][0]
    unused = used | {"CommitmentDiscountStatus": "Unused", "ConsumedQuantity": None}
    (tmp_path / "bill.jsonl").write_text("\n".join(map(json.dumps, [used, unused])))
    result = wattdrop(
        "estimate", tmp_path / "bill.jsonl", "-o", tmp_path / "out.csv", "--preset", "focus", *MAPPED["focus"]
    )
    assert (
        result.exit_code == 0 and "1 record of no inference (a commitment that was not used)" in result.stderr
    )


@pytest.mark.parametrize("unit", ["Hours", "Hrs", "GB-Mo", "Requests", "", None])
def test_what_a_bill_does_not_meter_in_tokens_is_no_inference(unit: str | None, tmp_path: Path) -> None:
    """An hour of a machine counted as one usual request."""
    used = SAMPLES["focus"][0]
    machine = {
        "ServiceName": "Amazon Elastic Compute Cloud",
        "SkuMeter": "Compute",
        "ConsumedQuantity": 744.0,
    }
    rows = [used, used | machine | {"ConsumedUnit": unit, "x_Model": None}, used | {"ConsumedUnit": unit}]
    (tmp_path / "bill.jsonl").write_text("\n".join(map(json.dumps, rows)))
    out = tmp_path / "out.parquet"
    result = wattdrop("estimate", tmp_path / "bill.jsonl", "-o", out, "--preset", "focus", *MAPPED["focus"])
    assert result.exit_code == 0, result.output
    assert "2 records of no inference (not metered in tokens, see ConsumedUnit)" in result.stderr
    assert [row.get("error_code") for row in read(out)] == [None, "no_inference", "no_inference"]


def test_an_export_without_its_columns_of_tokens_stops_the_job(tmp_path: Path) -> None:
    """Columns of a table in the browser are spelt otherwise than those of the export: usual counts were assumed."""
    (tmp_path / "log.csv").write_text("id,type,model,usageDetails,inputTokens\n1,GENERATION,gpt-4o,{},100\n")
    command = ("estimate", tmp_path / "log.csv", "-o", tmp_path / "out.csv", "--preset", "langfuse")
    refused = wattdrop(*command)
    assert refused.exit_code == 2 and "no column holds tokens, such as usage_details.input" in refused.stderr
    assert "inputTokens" in refused.stderr and "--map input_tokens=COLUMN" in refused.stderr
    assert wattdrop(*command, "--map", "input_tokens=inputTokens").exit_code == 0


def test_days_without_usage_in_openais_csv_are_no_inference(tmp_path: Path) -> None:
    header = "start_time,end_time,project_id,num_model_requests,model,input_tokens,output_tokens,input_cached_tokens"
    lines = [header, "1730419200,1730505600,p,5,gpt-4o,1000,500,800", "1730505600,1730592000,,,,,,"]
    (tmp_path / "usage.csv").write_text("\n".join(lines))
    out = tmp_path / "out.parquet"
    result = wattdrop("estimate", tmp_path / "usage.csv", "-o", out, "--preset", "openai-usage")
    assert result.exit_code == 0 and "1 record of no inference (bucket without requests)" in result.stderr
    assert [row.get("error_code") for row in read(out)] == [None, "no_inference"]


def test_every_field_of_a_preset_says_where_it_is_documented() -> None:
    assert PRESETS == NAMES
    for name in NAMES:
        about = document(name)
        assert about["title"] and about["source"].startswith("https://")
        for field, one in about["field"].items():
            assert field in FIELDS and one["from"], (name, field)
            assert one.get("holds") and one.get("source", about["source"]).startswith("https://"), (
                name,
                field,
            )


def test_records_of_no_inference_have_no_numbers_and_are_no_failure(tmp_path: Path) -> None:
    record, _ = SAMPLES["litellm"]
    records = [record, record | {"cache_hit": True}, record | {"status": "failure", "prompt_tokens": 0}]
    (tmp_path / "log.jsonl").write_text("\n".join(map(json.dumps, records)))
    result = wattdrop(
        "estimate", tmp_path / "log.jsonl", "-o", tmp_path / "out.parquet", "--preset", "litellm"
    )
    assert result.exit_code == 0, result.output
    assert "cache hit" in result.stderr and "failed call" in result.stderr
    assert [row.get("error_code") for row in read(tmp_path / "out.parquet")] == [
        None,
        "no_inference",
        "no_inference",
    ]


def test_a_bill_needs_the_column_of_the_model(tmp_path: Path) -> None:
    (tmp_path / "bill.jsonl").write_text(json.dumps(SAMPLES["focus"][0]))
    result = wattdrop("estimate", tmp_path / "bill.jsonl", "-o", tmp_path / "out.csv", "--preset", "focus")
    assert result.exit_code == 2 and "--map model_id=COLUMN" in result.output


def test_map(tmp_path: Path) -> None:
    line = {
        "model_name": "gpt-4o",
        "usage": {"prompt": 100, "completion": 500},
        "model_id": "deployment-7",
        "where": "US",
    }
    (tmp_path / "log.jsonl").write_text(json.dumps(line) + "\n")
    mapped = "model_id=model_name,input_tokens=usage.prompt,output_tokens=usage.completion,country=where"
    result = wattdrop("estimate", tmp_path / "log.jsonl", "-o", tmp_path / "out.parquet", "--map", mapped)
    assert result.exit_code == 0, result.output
    (found,) = read(tmp_path / "out.parquet")
    row = {"model_id": "gpt-4o", "input_tokens": 100, "output_tokens": 500, "country": "US"}
    assert found["total_energy_wh"] == package.estimate([row]).rows[0].metrics().usage_energy_wh
    assert found["model_id"] == "deployment-7"


@pytest.mark.parametrize(
    ("flags", "says"),
    [
        (["--map", "model=model_name"], "no such field"),
        (["--map", "model_id"], "expected FIELD=COLUMN"),
        (["--map", "model_id=nowhere"], "no file has a column nowhere"),
        (["--group-by", "nowhere"], "neither a column of the input nor a field"),
        (["--extra", "refuse"], "team is no field of a row"),
        (["--format", "json"], "--format is for a few rows"),
        (["--compression", "brotli"], "parquet takes lz4"),
    ],
)
def test_wrong_usage_stops_before_anything_is_written(flags: list[str], says: str, tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text("team,model_id,output_tokens\na,gpt-4o,5\n")
    result = wattdrop("estimate", tmp_path / "log.csv", "-o", tmp_path / "out.parquet", *flags)
    assert result.exit_code == 2 and says in result.output
    assert [one.name for one in tmp_path.iterdir()] == ["log.csv"]


@pytest.mark.parametrize("name", ["log.jsonl", "log.parquet"])
def test_objects_of_a_row_are_read_in_any_format(name: str, tmp_path: Path) -> None:
    row = {"model": {"id": "gpt-4o"}, "hosting": {"service": "openai"}, "output_tokens": 5}
    if name == "log.jsonl":
        (tmp_path / name).write_text(json.dumps(row) + "\n")
    else:
        pq.write_table(pa.Table.from_pylist([row]), tmp_path / name)
    result = wattdrop("estimate", tmp_path / name, "-o", tmp_path / "out.parquet", "--bulk")
    assert result.exit_code == 0, result.output
    (found,) = read(tmp_path / "out.parquet")
    assert found["total_energy_wh"] == package.estimate([row]).rows[0].metrics().usage_energy_wh


@pytest.mark.parametrize(
    ("header", "stops"),
    [
        ("model,output_tokens", True),
        ("model,managed_service_id,output_tokens", True),  # its usual model would be taken instead
        ("llm_model,output_tokens", True),
        ("model,model_id,output_tokens", False),
        ("model_version,managed_service_id,output_tokens", False),
    ],
)
def test_a_column_of_models_that_nobody_reads_stops_the_job(header: str, stops: bool, tmp_path: Path) -> None:
    cells = {"output_tokens": "5", "managed_service_id": "openai"}
    row = ",".join(cells.get(name, "gpt-4o") for name in header.split(","))
    (tmp_path / "log.csv").write_text(f"{header}\n{row}\n")
    result = wattdrop("estimate", tmp_path / "log.csv", "-o", tmp_path / "out.parquet")
    name = header.split(",")[0]
    assert (result.exit_code, f"--map model_id={name}" in result.output) == (
        (2, True) if stops else (0, False)
    )
    if stops:
        for flags in (["--map", f"model_id={name}"], ["--extra", "carry-all"]):
            wattdrop("estimate", tmp_path / "log.csv", "-o", tmp_path / "out.parquet", "--restart", *flags)
            assert read(tmp_path / "out.parquet")[0][name] == "gpt-4o"


def test_a_slip_in_a_name_is_not_carried_along_in_silence(tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text("model_id,output_token\ngpt-4o,5\n")
    result = wattdrop("estimate", tmp_path / "log.csv", "-o", tmp_path / "out.parquet")
    assert result.exit_code == 2 and "did you mean output_tokens?" in result.output
    assert (
        wattdrop(
            "estimate", tmp_path / "log.csv", "-o", tmp_path / "out.parquet", "--extra", "carry-all"
        ).exit_code
        == 0
    )
    assert read(tmp_path / "out.parquet")[0]["output_token"] == "5"


@pytest.mark.parametrize(("completion", "means"), [(2, 319), (500, 500)])
def test_reasoning_that_litellm_counts_apart_is_added(completion: int, means: int, tmp_path: Path) -> None:
    """xAI leaves reasoning out of its completion tokens, and LiteLLM hands that on."""
    usage = {"completion_tokens_details": {"reasoning_tokens": 317}}
    record = SAMPLES["litellm"][0] | {"completion_tokens": completion, "metadata": {"usage_object": usage}}
    (tmp_path / "log.jsonl").write_text(json.dumps(record))
    result = wattdrop(
        "estimate", tmp_path / "log.jsonl", "-o", tmp_path / "out.parquet", "--preset", "litellm"
    )
    assert result.exit_code == 0, result.output
    row = SAMPLES["litellm"][1] | {"output_tokens": means}
    del row["cached_input_tokens"]
    expected = package.estimate([row]).total("energy_wh")
    assert read(tmp_path / "out.parquet")[0]["total_energy_wh"] == pytest.approx(expected)
    (logged,) = records_of(json.dumps(record).encode())
    assert logged.row["output_tokens"] == means
