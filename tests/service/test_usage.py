"""What is answered is stored, told as usage, exported, erased; by the API and by the command line."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from tests.conftest import Service

from wattdrop.catalog import load
from wattdrop.cli import root
from wattdrop.service.app import create_app
from wattdrop.service.settings import read_settings, store_of
from wattdrop.service.usage_questions import question_of

ROW = {"model_id": "gpt-4o", "input_tokens": 100, "output_tokens": 500, "project_id": "search"}


def today() -> str:
    return f"{datetime.now(UTC):%Y-%m-%d}"


class Recorded:
    """A service of its own, whose ledger is empty at first."""

    def __init__(self, folder: Path, **settings: str) -> None:
        environment = {f"WATTDROP_{name.upper()}": value for name, value in settings.items()}
        self.folder = folder
        self.settings = read_settings({"WATTDROP_DATA_DIR": str(folder), **environment})
        self.store = store_of(self.settings)
        self.app = create_app(load(), self.store, self.settings)
        self.service = Service(self.app, self.store.keys.create("tests"), self.store.keys, self.store)

    def impact(self, *rows: dict[str, Any], query: str = "", **options: Any) -> httpx.Response:
        return self.service.request("POST", f"/v1/impact{query}", json={"rows": list(rows)}, **options)

    def until(self, rows: int) -> None:
        """Wait until so many rows are in the database: they are written off the path of the answers."""
        end = time.monotonic() + 60
        while self.store.ledger.count() < rows and time.monotonic() < end:
            time.sleep(0.01)
        assert self.store.ledger.count() == rows

    def usage(self, query: str = "", **options: Any) -> dict[str, Any]:
        response = self.service.get(f"/v1/usage{query}", **options)
        assert response.status_code == 200, response.text
        found: dict[str, Any] = response.json()
        return found

    def command(self, *words: str) -> str:
        result = CliRunner().invoke(root, words, env={"WATTDROP_DATA_DIR": str(self.folder)})
        assert result.exit_code == 0, result.output
        return result.output


@pytest.fixture
def recorded(tmp_path: Path) -> Iterator[Recorded]:
    one = Recorded(tmp_path)
    yield one
    asyncio.run(one.app.lifecycle.stop())
    one.store.close()


def test_what_is_answered_is_told_as_usage(recorded: Recorded) -> None:
    response = recorded.impact(
        ROW, {**ROW, "model_id": "no such model"}, {**ROW, "project_id": "chat", "quantity": 3}
    )
    assert response.headers["x-wattdrop-stored"] == "3"
    recorded.until(3)
    usage = recorded.usage("?group_by=project")
    answered = response.json()
    assert usage["total"]["rows"] == 3
    assert usage["total"]["errors"] == 1
    assert usage["total"]["usage_energy_wh"]["value"] == pytest.approx(answered["total_energy_wh"])
    assert usage["total"]["usage_emissions_gco2e"]["value"] == pytest.approx(answered["total_gco2e"])
    assert usage["total"]["usage_water_ml"]["value"] == pytest.approx(answered["total_mlh2o"])
    assert usage["total"]["output_tokens"] == 2000  # of the rows that could be computed
    assert [(group["group"], group["rows"]) for group in usage["groups"]] == [
        ({"project": "chat"}, 1),
        ({"project": "search"}, 2),
    ]


def test_a_comparison_is_no_use(recorded: Recorded) -> None:
    rows = [{"model_id": "gpt-4o"}, {"model_id": "gpt-4o-mini"}]
    assert recorded.service.request("POST", "/v1/compare", json={"rows": rows}).status_code == 200
    recorded.impact(*rows[:1])
    recorded.until(1)


def test_ranges_of_usage_are_those_of_the_answer(recorded: Recorded) -> None:
    rows = [ROW, {**ROW, "model_id": "llama_v31_8b"}, {**ROW, "country": "FR"}]
    ranges = recorded.impact(*rows, query="?ranges=true").json()["total_ranges"]
    recorded.until(3)
    total = recorded.usage()["total"]
    for metric in ("usage_energy_wh", "usage_emissions_gco2e", "usage_water_ml", "embodied_emissions_gco2e"):
        assert total[metric]["low_90"] == pytest.approx(ranges[metric]["low_90"], rel=1e-5)
        assert total[metric]["high_90"] == pytest.approx(ranges[metric]["high_90"], rel=1e-5)


def test_rows_have_the_time_of_the_inference(recorded: Recorded) -> None:
    recorded.impact(
        {**ROW, "utc_datetime": "2026-03-01T10:00:00Z"}, {**ROW, "utc_datetime": "2026-03-31T10:00:00Z"}
    )
    recorded.until(2)
    assert recorded.usage("?from=2026-03-01&to=2026-03-30")["total"]["rows"] == 1
    groups = recorded.usage("?from=2026-01-01&to=2026-12-31&period=month")["groups"]
    assert [group["group"] for group in groups] == [{"month": "2026-03"}]
    assert recorded.usage()["total"]["rows"] == 0


def test_a_request_that_is_sent_again_is_stored_once(recorded: Recorded) -> None:
    named = {**ROW, "request_id": "r1"}
    for _ in range(3):
        recorded.impact(named, ROW, headers={"Idempotency-Key": "k1"})
    recorded.impact(ROW)
    recorded.until(3)
    assert {row["request_id"] for row in recorded.store.ledger.rows(1)} >= {"r1", "k1-1"}


def test_nothing_is_stored_that_should_not_be(recorded: Recorded, tmp_path: Path) -> None:
    assert "x-wattdrop-stored" not in recorded.impact(ROW, query="?store=false").headers
    recorded.service.get("/v1/impact?model_id=gpt-4o")
    recorded.service.request("POST", "/", json={"calls": [["gpt-4o"] + [None] * 16]})
    recorded.service.request("POST", "/v1/impact/bulk", content=json.dumps(ROW))
    assert recorded.service.get("/v1/impact?model_id=gpt-4o&store=true").headers["x-wattdrop-stored"] == "1"
    recorded.until(1)
    off = Recorded(tmp_path / "off", ledger="off")
    assert "x-wattdrop-stored" not in off.impact(ROW).headers
    assert not (tmp_path / "off" / "journal").exists()
    off.store.close()


def test_streams_are_stored_where_asked_and_once(recorded: Recorded) -> None:
    lines = "\n".join(json.dumps({**ROW, "output_tokens": number}) for number in range(1, 2501))
    for _ in range(2):
        response = recorded.service.request(
            "POST", "/v1/impact/bulk?store=true", content=lines, headers={"Idempotency-Key": "night"}
        )
        assert len(response.text.splitlines()) == 2500
    recorded.until(2500)


def test_a_stream_that_arrives_in_other_pieces_is_stored_once(recorded: Recorded) -> None:
    """Rows without a name have that of their place, and a cache hit, which is no row, takes none."""
    record = {"model": "gpt-4o", "prompt_tokens": 100, "completion_tokens": 500}
    lines = [json.dumps(one) + "\n" for one in ({**record, "cache_hit": True}, record, record)]
    ahead = len("".join(lines[:2]))
    for padding in (0, 65_536 - ahead):  # empty lines, so that a read ends after the second
        response = recorded.service.request(
            "POST",
            "/v1/impact/bulk?store=true&preset=litellm",
            content="\n" * padding + "".join(lines),
            headers={"Idempotency-Key": "night"},
        )
        assert len(response.text.splitlines()) == 3
    recorded.service.request("DELETE", "/v1/usage?client_id=nobody")  # writes what waits
    assert recorded.store.ledger.count() == 2


def test_bigquery_repeats_itself_and_is_stored_once(recorded: Recorded) -> None:
    call = ["gpt-4o"] + [None] * 16
    body = {"requestId": "q1", "calls": [call, call], "userDefinedContext": {"store": "true"}}
    for _ in range(2):
        assert recorded.service.request("POST", "/", json=body).status_code == 200
    recorded.until(2)


def test_rows_are_told_one_by_one(recorded: Recorded) -> None:
    recorded.impact(ROW, {**ROW, "client_id": "ann, the first"})
    recorded.until(2)
    lines = [json.loads(line) for line in recorded.service.get("/v1/usage/rows").text.splitlines()]
    assert {line["client_id"] for line in lines} == {"", "ann, the first"}
    assert lines[0]["request"]["model_id"] == "gpt-4o"
    assert lines[0]["usage_energy_wh_low"] < lines[0]["usage_energy_wh"] < lines[0]["usage_energy_wh_high"]
    table = list(csv.DictReader(io.StringIO(recorded.service.get("/v1/usage/rows?format=csv").text)))
    assert [float(row["usage_energy_wh"]) for row in table] == [line["usage_energy_wh"] for line in lines]


def test_a_client_can_be_forgotten(recorded: Recorded) -> None:
    recorded.impact({**ROW, "client_id": "ann"}, {**ROW, "client_id": "bob"})
    recorded.until(2)
    assert recorded.service.request("DELETE", "/v1/usage?client_id=ann").json() == {"erased_rows": 1}
    assert [group["group"] for group in recorded.usage("?group_by=client")["groups"]] == [{"client": "bob"}]
    assert recorded.service.request("DELETE", f"/v1/usage?before={today()}").json() == {"erased_rows": 0}


@pytest.mark.parametrize("name", ["client_id", "project_id", "before"])
def test_an_empty_name_erases_nothing(recorded: Recorded, name: str) -> None:
    """A script whose variable is not set sends one."""
    recorded.impact(ROW, {"model_id": "gpt-4o", "utc_datetime": "2026-01-01T00:00:00Z"})
    recorded.until(2)
    response = recorded.service.request("DELETE", f"/v1/usage?{name}=")
    assert (response.status_code, response.json()["details"]["field"]) == (400, name)
    flag = f"--{name.removesuffix('_id')}"
    result = CliRunner().invoke(
        root, ["usage", "erase", flag, "", "--yes"], env={"WATTDROP_DATA_DIR": str(recorded.folder)}
    )
    assert result.exit_code == 2 and name in result.output
    assert recorded.store.ledger.count() == 2


def test_customers_see_their_own_usage_only(recorded: Recorded) -> None:
    other = recorded.store.customers.create("acme").id
    reader = recorded.store.keys.create("reader", other, frozenset({"read", "write"}))
    recorded.impact(ROW)
    recorded.until(1)
    assert recorded.usage(key=reader)["total"]["rows"] == 0
    assert recorded.service.get("/v1/usage/rows", key=reader).text == ""
    assert recorded.service.request("DELETE", "/v1/usage?project_id=search", key=reader).json() == {
        "erased_rows": 0
    }
    assert recorded.service.get("/v1/usage?customer_id=1", key=reader).status_code == 403
    assert (
        recorded.service.request(
            "DELETE", "/v1/usage?customer_id=1&project_id=search", key=reader
        ).status_code
        == 403
    )
    assert recorded.usage(f"?customer_id={other}")["customer_id"] == other  # the first key administers
    assert recorded.store.ledger.count() == 1


@pytest.mark.parametrize(
    ("method", "query", "field"),
    [
        ("GET", "?from=yesterday", "from"),
        ("GET", "?from=2026-02-01&to=2026-01-01", "from"),
        ("GET", "?to=2026-13-01", "to"),
        ("GET", "?group_by=colour", "group_by"),
        ("GET", "?period=year", "period"),
        ("GET", "?format=xml", "format"),
        ("GET", "?projct=search", "projct"),
        ("GET", "?customer_id=me", "customer_id"),
        ("DELETE", "", "client_id"),
        ("DELETE", "?before=soon", "before"),
    ],
)
def test_what_cannot_be_asked_is_named(recorded: Recorded, method: str, query: str, field: str) -> None:
    response = recorded.service.request(method, f"/v1/usage{query}")
    assert response.status_code == 400
    assert response.json()["details"]["field"] == field


def test_the_command_line_shows_exports_and_erases(recorded: Recorded, tmp_path: Path) -> None:
    assert "No rows" in recorded.command("usage")
    recorded.impact({**ROW, "request_cost": 0.25, "currency": "USD"}, {**ROW, "client_id": "ann"})
    recorded.until(2)
    shown = recorded.command("usage", "--by", "model,day")
    assert "gpt_4o" in shown and today() in shown and " to " in shown.splitlines()[-1]
    assert json.loads(recorded.command("usage", "--format", "json"))["total"]["costs"] == {"USD": 0.25}
    table = list(csv.DictReader(io.StringIO(recorded.command("usage", "--by", "client", "--format", "csv"))))
    assert {row["client"]: row["rows"] for row in table} == {"": "1", "ann": "1"}
    for name in ("rows.csv", "rows.parquet"):
        recorded.command("usage", "export", str(tmp_path / name))
    exported = list(csv.DictReader(io.StringIO((tmp_path / "rows.csv").read_text(encoding="utf-8"))))
    parquet = pq.read_table(tmp_path / "rows.parquet").to_pylist()
    assert [float(row["usage_energy_wh"]) for row in exported] == [row["usage_energy_wh"] for row in parquet]
    assert "Erased 1 row." in recorded.command("usage", "erase", "--client", "ann", "--yes")
    assert recorded.store.ledger.count() == 1
    assert recorded.usage("?project=search")["total"]["rows"] == 1


def test_replay_says_what_moved_and_why(recorded: Recorded) -> None:
    recorded.impact(ROW, {**ROW, "model_id": "llama_v31_8b"}, {**ROW, "model_id": "no such model"})
    recorded.until(3)
    assert "3 rows" in recorded.command("replay") and ", 0 moved" in recorded.command("replay")
    # As if an earlier method had told half the energy, at another intensity of the grid, on another machine.
    recorded.store.database.execute(
        "UPDATE ledger SET usage_energy_wh = usage_energy_wh / 2, method_version = '2025.1', node_id = 'old', "
        "basis = REPLACE(basis, '\"grid_intensity_gco2e_per_kwh\":418', '\"grid_intensity_gco2e_per_kwh\":209') "
        "WHERE model_id = 'gpt_4o'"
    )
    text = recorded.command("replay")
    assert "3 rows" in text and "1 moved" in text and "2025.1 (1)" in text
    assert "gpt_4o: node old -> azure" in text
    assert "gpt_4o: grid intensity x2" in text
    found = json.loads(recorded.command("replay", "--format", "json"))
    assert found["models"][0]["after"][0] == pytest.approx(2 * found["models"][0]["before"][0])


def test_old_rows_are_erased_where_a_retention_is_set(tmp_path: Path) -> None:
    first = Recorded(tmp_path)
    first.impact({**ROW, "utc_datetime": "2020-01-01T00:00:00Z"}, ROW)
    first.until(2)
    asyncio.run(first.app.lifecycle.stop())
    first.store.close()
    second = Recorded(tmp_path, retention_days="30")
    asyncio.run(second.app.lifecycle.start())
    _until_fewer(second)
    asyncio.run(second.app.lifecycle.stop())
    second.store.close()


def _until_fewer(recorded: Recorded) -> None:
    end = time.monotonic() + 60
    while recorded.store.ledger.count() > 1 and time.monotonic() < end:
        time.sleep(0.01)
    assert recorded.store.ledger.count() == 1


def test_no_day_lies_before_the_first_one():
    assert question_of({"to": "0001-01-01"}).first_day == "0001-01-01"
