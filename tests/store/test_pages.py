"""Rows come a page at a time, by time or size, filtered, from a table and from files, and one by its name."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from tests.store.conftest import SECRET
from tests.store.test_ledger import CENTRAL, row

from wattdrop.store import Store, open_store
from wattdrop.store.asked import ORDERS, Asked
from wattdrop.store.columns import COLUMNS
from wattdrop.store.pages import _tests


@pytest.fixture(params=["table", "files", "both"])
def filled(where: str | Path, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Store]:
    """Forty rows of ten days: each third has a trace, each seventh failed, each fifth is of one project."""
    stores = [open_store(where, SECRET, tmp_path / "files", in_files) for in_files in (False, True)]
    for number in range(40):
        failed = number % 7 == 3
        one = row(
            f"r{number:02}",
            at=f"2026-11-{1 + number // 4:02}T{number % 4 * 5:02}:00:00Z",
            trace_id=f"t{number // 9}" if number % 3 == 0 else "",
            project_id="search" if number % 5 == 0 else "chat",
            error="unknown_model" if failed else "",
            **{end: None for end in ("central", "low", "high") if failed},
            **({} if failed else {"central": tuple(value * (1 + number * 7 % 40) for value in CENTRAL)}),
            **({"parts": {}} if failed else {}),
        )
        in_files = {"table": False, "files": True, "both": number % 2 == 0}[request.param]
        stores[in_files].ledger.add([one])
    stores[0].ledger.add([row("other", customer_id=2, at="2026-11-05T00:00:00Z", trace_id="t1")])
    yield stores[1]
    for store in stores:
        store.close()


def names(rows: list[dict[str, Any]]) -> list[str]:
    return [one["request_id"] for one in rows]


def all_pages(store: Store, asked: Asked, order: Any, limit: int) -> list[str]:
    found: list[str] = []
    after = None
    for _ in range(100):
        page = store.pages.page(asked, order, limit, after)
        assert len(page.rows) <= limit
        found += names(page.rows)
        after = page.next
        if after is None:
            return found
    raise AssertionError("the pages do not end")


ASKED = {
    "all": Asked(1),
    "days": Asked(1, "2026-11-03", "2026-11-07"),
    "project": Asked(1, only={"project": "search"}),
    "project and trace": Asked(1, "2026-11-02", "2026-11-09", {"project": "chat", "trace_id": "t2"}),
    "trace": Asked(1, only={"trace_id": "t1"}),
    "failed": Asked(1, failed=True),
    "nothing": Asked(1, only={"project": "nonesuch"}),
    "nobody's": Asked(3),
}
COLUMN = {"energy": "usage_energy_wh", "carbon": "usage_emissions_gco2e", "water": "usage_water_ml"}


def fitting(store: Store, asked: Asked, order: str) -> list[str]:
    """The same without pages, filters and indexes."""

    def fits(one: dict[str, Any]) -> bool:
        return (
            asked.first_day <= one["day"] <= asked.last_day
            and one["project_id"] == asked.only.get("project", one["project_id"])
            and one["trace_id"] == asked.only.get("trace_id", one["trace_id"])
            and (not asked.failed or one["error"] != "")
            and (order not in COLUMN or one["error"] == "")
        )

    rows = sorted(
        filter(fits, store.ledger.rows(asked.customer_id)),
        key=lambda one: (one[COLUMN.get(order, "at")], one["request_id"]),
        reverse=order != "oldest",
    )
    return names(rows)


@pytest.mark.parametrize("limit", [4, 100])
def test_pages_together_are_all_rows_in_order(filled: Store, limit: int) -> None:
    for name, asked in ASKED.items():
        for order in ORDERS:
            assert all_pages(filled, asked, order, limit) == fitting(filled, asked, order), (name, order)
    assert len(fitting(filled, ASKED["all"], "newest")) == 40
    assert len(fitting(filled, ASKED["failed"], "oldest")) == 6


def test_one_row_is_found_by_its_name(filled: Store) -> None:
    found = filled.pages.one(1, "r06")
    assert found is not None
    assert tuple(found) == COLUMNS
    assert (found["request_id"], found["trace_id"], found["request"]) == ("r06", "t0", '{"model_id":"m"}')
    assert filled.pages.one(1, "other") is None


def test_what_belongs_together_adds_up(filled: Store) -> None:
    added = filled.pages.added(Asked(1, only={"trace_id": "t0"}))
    # r00, r03 (failed) and r06
    assert (added.rows, added.errors, added.input_tokens, added.output_tokens) == (3, 1, 200, 1000)
    low, central, high = added.amounts["usage_energy_wh"]
    assert central == pytest.approx(1 + (1 + 42 % 40))
    assert (low, high) == (pytest.approx(2 * CENTRAL[0] / 2), pytest.approx(2 * CENTRAL[0] * 3))
    assert filled.pages.added(Asked(1, only={"trace_id": "none"})).rows == 0


def test_rows_that_stand_for_more_count_as_many(store: Store) -> None:
    store.ledger.add([row("a", trace_id="t", weight=5), row("b", trace_id="t", weight=5)])
    added = store.pages.added(Asked(1, only={"trace_id": "t"}))
    assert (added.rows, added.input_tokens, added.amounts["usage_energy_wh"].central) == (10, 1000, 10.0)


@pytest.mark.parametrize(
    ("only", "index"),
    [
        ({}, "ledger_day (customer_id=? AND day>? AND day<?)"),
        ({"trace_id": "t"}, "ledger_trace (customer_id=? AND trace_id=? AND day>? AND day<?)"),
        ({"session_id": "s"}, "ledger_session (customer_id=? AND session_id=? AND day>? AND day<?)"),
    ],
)
def test_a_page_is_read_by_an_index(tmp_path: Path, only: dict[str, str], index: str) -> None:
    store = open_store(tmp_path / "wattdrop.db", SECRET)
    tests, values = _tests(Asked(1, only=only))
    sql = f"SELECT * FROM ledger WHERE {' AND '.join(tests)} ORDER BY day DESC, at DESC, request_id DESC LIMIT 9"
    with closing(sqlite3.connect(tmp_path / "wattdrop.db")) as database:
        plan = database.execute(f"EXPLAIN QUERY PLAN {sql}", values).fetchall()
    store.close()
    assert [step[-1] for step in plan] == [f"SEARCH ledger USING INDEX {index}"]  # and nothing is sorted
