"""What a dashboard asks of usage: the largest groups, rows by pages, one with its explanation, a workbook, a demo."""

from __future__ import annotations

import asyncio
import io
import zipfile
from datetime import date
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from tests.conftest import Service
from tests.service.test_usage import ROW, Recorded, recorded, today

from wattdrop.catalog import load
from wattdrop.errors import StoreError
from wattdrop.service import demo
from wattdrop.service.catalogs import Catalogs
from wattdrop.service.demo_requests import requests_of
from wattdrop.store.database import Database, open_database

__all__ = ["recorded"]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def filled(recorded: Recorded) -> None:
    """Six rows: two projects, a trace of three, one that could not be computed."""
    recorded.impact(
        {**ROW, "request_id": "a", "trace_id": "t", "utc_datetime": f"{today()}T00:00:01Z"},
        {
            **ROW,
            "request_id": "b",
            "trace_id": "t",
            "output_tokens": 9000,
            "utc_datetime": f"{today()}T00:00:02Z",
        },
        {
            **ROW,
            "request_id": "c",
            "trace_id": "t",
            "model_id": "nonesuch",
            "utc_datetime": f"{today()}T00:00:03Z",
        },
        {**ROW, "request_id": "x/y", "project_id": "chat", "utc_datetime": f"{today()}T00:00:04Z"},
        {
            **ROW,
            "request_id": "d",
            "project_id": "=1+1",
            "output_tokens": 1,
            "utc_datetime": f"{today()}T00:00:05Z",
        },
        {**ROW, "request_id": "old", "utc_datetime": "2026-01-02T00:00:00Z"},
    )
    recorded.until(6)


def page(recorded: Recorded, query: str, **options: Any) -> dict[str, Any]:
    response = recorded.service.get(f"/v1/usage/rows?{query}", **options)
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


def names(found: dict[str, Any]) -> list[str]:
    return [row["request_id"] for row in found["rows"]]


# --- rows ---


def test_rows_come_a_page_at_a_time(recorded: Recorded) -> None:
    filled(recorded)
    first = page(recorded, "limit=3")
    assert names(first) == ["d", "x/y", "c"]
    second = page(recorded, f"limit=3&after={first['next']}")
    assert names(second) == ["b", "a"]
    assert "next" not in second
    assert names(page(recorded, "sort=oldest&limit=2&from=2026-01-01")) == ["old", "a"]
    assert names(page(recorded, "sort=energy")) == ["b", "x/y", "a", "d"]  # the failed one has no energy


def test_rows_are_filtered_and_a_trace_is_found_on_any_day(recorded: Recorded) -> None:
    filled(recorded)
    assert names(page(recorded, "format=json&project=chat")) == ["x/y"]
    assert names(page(recorded, "format=json&failed=true")) == ["c"]
    trace = page(recorded, "limit=10&trace_id=t")
    assert names(trace) == ["c", "b", "a"]
    assert (trace["total"]["rows"], trace["total"]["errors"], trace["total"]["output_tokens"]) == (3, 1, 9500)
    for end in ("value", "low_90", "high_90"):
        of_rows = [row["usage_energy_wh"][end] for row in trace["rows"] if "usage_energy_wh" in row]
        assert trace["total"]["usage_energy_wh"][end] == pytest.approx(sum(of_rows))
    for said in ("to=2026-01-31", "from=2026-01-01&to=2026-01-31"):
        assert names(page(recorded, f"limit=10&trace_id=t&{said}")) == []
    lines = recorded.service.get("/v1/usage/rows?project=search").text.splitlines()
    assert len(lines) == 3  # a stream is filtered, too


def test_one_row_is_told_with_every_step_to_its_numbers(recorded: Recorded) -> None:
    filled(recorded)
    found = recorded.service.get("/v1/usage/rows/x/y").json()
    assert (found["row"]["project_id"], found["request"]["output_tokens"]) == ("chat", 500)
    assert "explanation" not in found
    told = recorded.service.get("/v1/usage/rows/b?explain=true").json()
    row, results = told["row"], told["explanation"]["results"]
    assert results["total_energy_wh"] == pytest.approx(row["usage_energy_wh"]["value"])
    assert told["explanation"]["steps"][0]["formula"]
    failed = recorded.service.get("/v1/usage/rows/c?explain=true").json()
    assert failed["row"]["error"] == failed["explanation"]["error"]["code"] == "unknown_model"
    assert recorded.service.get("/v1/usage/rows/nonesuch").status_code == 404


def test_rows_of_another_customer_are_not_there(recorded: Recorded) -> None:
    filled(recorded)
    other = recorded.store.customers.create("acme").id
    reader = recorded.store.keys.create("reader", other, frozenset({"read"}))
    assert page(recorded, "limit=5&trace_id=t", key=reader)["rows"] == []
    assert recorded.service.get("/v1/usage/rows/a", key=reader).status_code == 404


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"),
        ("limit=501", "limit"),
        ("sort=largest", "sort"),
        ("after=x", "after"),
        ("after=W10&sort=energy", "after"),
        ("limit=5&format=csv", "limit"),
        ("failed=yes", "failed"),
        ("demo=1", "demo"),
        ("trace=t", "trace"),
    ],
)
def test_a_page_that_cannot_be_is_named(service: Service, query: str, field: str) -> None:
    response = service.get(f"/v1/usage/rows?{query}")
    assert (response.status_code, response.json()["details"]["field"]) == (400, field)


# --- groups ---


def test_the_largest_groups_are_told_and_how_many_there_are(recorded: Recorded) -> None:
    filled(recorded)
    usage = recorded.usage("?group_by=project&limit=2&sort=water")
    assert [one["group"]["project"] for one in usage["groups"]] == ["search", "chat"]
    assert (usage["group_count"], usage["total"]["rows"]) == (3, 5)
    by_month = recorded.usage("?group_by=project&period=month&limit=1&from=2026-01-01")
    assert {one["group"]["project"] for one in by_month["groups"]} == {"search"}
    assert len(by_month["groups"]) == 2
    for wrong in ("limit=0", "limit=10001", "sort=largest"):
        assert recorded.service.get(f"/v1/usage?{wrong}").status_code == 400


def test_it_says_what_is_stored_whatever_was_asked(recorded: Recorded) -> None:
    assert "stored_first_day" not in recorded.usage()
    filled(recorded)
    usage = recorded.usage("?from=2025-01-01&to=2025-01-31")
    assert (usage["total"]["rows"], usage["ledger"]) == (0, "on")
    assert (usage["stored_first_day"], usage["stored_last_day"]) == ("2026-01-02", today())


# --- a workbook ---


def sheet(book: bytes, number: int) -> list[list[Any]]:
    """The cells of a sheet, numbers as numbers."""
    with zipfile.ZipFile(io.BytesIO(book)) as files:
        texts = ElementTree.fromstring(files.read("xl/sharedStrings.xml"))
        shared = ["".join(one.itertext()) for one in texts]
        rows = ElementTree.fromstring(files.read(f"xl/worksheets/sheet{number}.xml")).iter(f"{MAIN}row")
        found = []
        for row in rows:
            assert row.find(f".//{MAIN}f") is None  # no formula
            cells = [(cell.get("t"), cell.findtext(f"{MAIN}v") or "") for cell in row]
            found.append([shared[int(value)] if kind == "s" else float(value) for kind, value in cells])
    return found


def test_usage_is_a_workbook_of_numbers_that_says_what_they_are(recorded: Recorded) -> None:
    filled(recorded)
    response = recorded.service.get("/v1/usage?group_by=project&environment=&format=xlsx")
    assert response.headers["content-type"] == XLSX
    head, *rows = sheet(response.content, 1)
    groups = {one["group"]["project"]: one for one in recorded.usage("?group_by=project")["groups"]}
    assert [row[0] for row in rows] == list(groups)
    assert "=1+1" in groups  # a text, and no formula
    for row in rows:
        told = dict(zip(head, row, strict=True))
        assert told["usage_energy_wh_high_90"] == pytest.approx(
            groups[told["project"]]["usage_energy_wh"]["high_90"]
        )
        assert told["rows"] == groups[told["project"]]["rows"]
    about = dict(sheet(response.content, 2))
    assert "90 %" in about["Ranges"] and about["Filters"] == "environment = "
    assert about["Days"].endswith(f"{today()}, UTC, both included")
    assert set(about) >= {"Method version", "Catalog digest", "Units", "Split by"}


# --- made-up requests ---


def test_made_up_usage_needs_no_key_and_is_none_of_anybodys(recorded: Recorded) -> None:
    usage = recorded.usage("?demo=true&group_by=project&from=2000-01-01", key=None)
    assert usage["ledger"] == "demo"
    assert usage["total"]["rows"] > 2000
    assert {"support-chat", "code-assistant"} <= {one["group"]["project"] for one in usage["groups"]}
    assert recorded.usage("?from=2000-01-01")["total"]["rows"] == 0  # the real ledger is as it was
    row = page(recorded, "demo=true&limit=1", key=None)["rows"][0]
    told = recorded.service.get(f"/v1/usage/rows/{row['request_id']}?demo=true&explain=true", key=None).json()
    assert told["explanation"]["steps"] or told["row"]["error"]
    about = dict(sheet(recorded.service.get("/v1/usage?demo=true&format=xlsx", key=None).content, 2))
    assert "made up" in about["Data"]
    for path in ("/v1/usage", "/v1/usage/rows", "/v1/usage/rows/a"):
        assert recorded.service.get(path, key=None).status_code == 401
        assert recorded.service.get(f"{path}?demo=false", key=None).status_code == 401


def test_made_up_usage_that_fails_leaves_nothing_open(
    recorded: Recorded, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[Database] = []

    def noted(path: Path) -> Database:
        opened.append(open_database(path))
        return opened[-1]

    def fail(*_: object) -> int:
        raise OSError("no space left")

    made = demo.Demo(Catalogs(load(), recorded.store.entities))
    with monkeypatch.context() as patched:
        patched.setattr(demo, "open_database", noted)
        patched.setattr(demo, "fill", fail)
        with pytest.raises(OSError, match="no space"):
            made.filled()
    (database,) = opened
    with pytest.raises(StoreError):
        database.query("SELECT 1")
    assert made.filled().ledger.count() > 2000
    asyncio.run(made.stop())


def test_made_up_requests_are_the_same_every_time() -> None:
    day = date(2026, 11, 26)
    assert list(requests_of(day)) == list(requests_of(day))
    later = [row for row in requests_of(date(2026, 11, 27)) if (row.utc_datetime or "") < "2026-11-27"]
    days = {(row.utc_datetime or "")[:10] for row in later}
    assert "2026-11-26" in days and "2026-08-29" not in days
