"""The ledger keeps each row once, on both databases, and its sums are those of its rows."""

from __future__ import annotations

import math
import random
import threading
from collections import defaultdict
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wattdrop.store import LedgerColumns, LedgerRow, Store, open_store
from wattdrop.store.erasing import Erasure
from wattdrop.store.ledger import ENTITIES, IDS, METRICS
from wattdrop.store.usage import Amount

CENTRAL = (1.0, 0.4, 3.0, 0.01, 0.2)


def row(request_id: str, **given: object) -> LedgerRow:
    ids = tuple(str(given.pop(name, "")) for name in IDS)
    entities = tuple(str(given.pop(name, "")) for name in ENTITIES)
    values: dict[str, object] = {
        "customer_id": 1,
        "key_id": 1,
        "recorded_at": "2026-11-25T12:00:00.000000Z",
        "at": "2026-11-25T12:00:00Z",
        "input_tokens": 100,
        "output_tokens": 500,
        "cost": None,
        "currency": "",
        "error": "",
        "central": CENTRAL,
        "low": tuple(value / 2 for value in CENTRAL),
        "high": tuple(value * 3 for value in CENTRAL),
        "basis": "{}",
        "request": '{"model_id":"m"}',
        "method_version": "1",
        "catalog_digest": "d",
        "parts": {"method|text|m": [value * 0.5 for value in CENTRAL] * 2},
        **given,
    }
    return LedgerRow(request_id=request_id, ids=ids, entities=entities, **values)  # type: ignore[arg-type]


def test_a_row_comes_back_as_it_was_added(store: Store) -> None:
    added = row("r1", project_id="search", model_id="gpt_4o", region="US", cost=0.25, currency="USD")
    assert store.ledger.add([added]) == 1
    (kept,) = store.ledger.rows(1)
    assert (kept["project_id"], kept["model_id"], kept["region"], kept["client_id"]) == (
        "search",
        "gpt_4o",
        "US",
        "",
    )
    assert (kept["day"], kept["cost"], kept["currency"], kept["error"]) == ("2026-11-25", 0.25, "USD", "")
    assert tuple(kept[metric] for metric in METRICS) == CENTRAL
    assert kept["usage_water_ml_low"] == 1.5
    assert kept["usage_water_ml_high"] == 9.0
    assert list(store.ledger.rows(2)) == []


def test_a_request_that_is_sent_again_changes_nothing(store: Store) -> None:
    assert store.ledger.add([row("a"), row("b"), row("a")]) == 2
    assert store.ledger.add([row("b"), row("c")]) == 1
    assert store.ledger.add([row("a", customer_id=2)]) == 1  # another customer's own name
    assert store.ledger.count(1) == 3
    (usage,) = store.usage.usage(1, "2026-11-25", "2026-11-25")
    assert (usage.rows, usage.input_tokens, usage.amounts["usage_energy_wh"].central) == (3, 300, 3.0)


def test_rows_with_errors_are_counted_and_in_no_amount(store: Store) -> None:
    failed = row("bad", error="unknown_model", central=None, low=None, high=None, parts={})
    store.ledger.add([row("good"), failed])
    (usage,) = store.usage.usage(1, "2026-11-25", "2026-11-25")
    assert (usage.rows, usage.errors, usage.amounts["usage_energy_wh"].central) == (2, 1, 1.0)
    assert [kept["usage_energy_wh"] for kept in store.ledger.rows(1) if kept["error"]] == [None]


def test_parts_of_one_cause_add_up_and_those_of_different_causes_do_not(store: Store) -> None:
    """Two rows of 1 Wh with half-widths of 0.5 each: exp(0.5) together, exp(0.5 / sqrt(2)) apart."""
    store.ledger.add([row("a", model_id="m"), row("b", model_id="m")])
    store.ledger.add([row("c", model_id="n", customer_id=2), row("d", model_id="o", customer_id=2,
                      parts={"method|text|o": [value * 0.5 for value in CENTRAL] * 2})])  # fmt: skip
    (together,) = store.usage.usage(1, "2026-11-25", "2026-11-25")
    (apart,) = store.usage.usage(2, "2026-11-25", "2026-11-25")
    assert together.amounts["usage_energy_wh"] == pytest.approx(
        Amount(2 * math.exp(-0.5), 2.0, 2 * math.exp(0.5))
    )
    width = 0.5 / math.sqrt(2)
    assert apart.amounts["usage_energy_wh"] == pytest.approx(
        Amount(2 * math.exp(-width), 2.0, 2 * math.exp(width))
    )


def test_groups_periods_and_filters(store: Store) -> None:
    store.ledger.add(
        [
            row("a", model_id="m", project_id="search", at="2026-10-31T23:59:59Z", cost=1.0, currency="USD"),
            row("b", model_id="m", project_id="chat", at="2026-11-01T00:00:00Z", cost=2.0, currency="EUR"),
            row("c", model_id="n", project_id="chat", at="2026-11-02T08:00:00Z", cost=0.5, currency="EUR"),
            row("d", model_id="n", project_id="chat", at="2026-11-02T09:00:00Z"),
        ]
    )
    ask = store.usage.usage
    every = ("2026-01-01", "2026-12-31")
    assert {(u.group["model"], u.rows) for u in ask(1, *every, ["model"])} == {("m", 2), ("n", 2)}
    assert [(u.group["month"], u.rows) for u in ask(1, *every, period="month")] == [
        ("2026-10", 1),
        ("2026-11", 3),
    ]
    assert [(u.group["week"], u.rows) for u in ask(1, *every, period="week")] == [
        ("2026-W44", 2),
        ("2026-W45", 2),
    ]
    found = ask(1, *every, ["project", "model"], "day", {"project": "chat"})
    assert [(tuple(u.group.values()), u.rows) for u in found] == [
        (("2026-11-01", "chat", "m"), 1),
        (("2026-11-02", "chat", "n"), 2),
    ]
    (total,) = ask(1, *every)
    assert total.costs == {"USD": 1.0, "EUR": 2.5}
    assert ask(1, "2026-11-02", "2026-11-02")[0].rows == 2
    assert ask(1, *every, ["model"], only={"project": "nothing"}) == []
    assert ask(9, *every)[0].rows == 0


def rows_of_clients() -> list[LedgerRow]:
    """Four rows: of two clients, two projects, an old one, and one of another customer."""
    return [
        row("a", client_id="ann", project_id="p", at="2025-01-01T00:00:00Z"),
        row("b", client_id="ann", project_id="q"),
        row("c", client_id="bob", project_id="p"),
        row("d", client_id="ann", project_id="p", customer_id=2),
    ]


def test_erasing_forgets_rows_and_sums(store: Store) -> None:
    store.ledger.add(rows_of_clients())
    assert store.ledger.erase(1, client_id="ann", project_id="q") == 1
    assert store.ledger.erase(1, before_day="2026-01-01") == 1
    assert [(u.group, u.rows) for u in store.usage.usage(1, "2000-01-01", "2026-12-31", ["client"])] == [
        ({"client": "bob"}, 1)
    ]
    assert (store.ledger.count(1), store.ledger.count(2)) == (1, 1)
    assert store.ledger.erase(None, before_day="2027-01-01") == 2
    assert store.ledger.count() == 0
    with pytest.raises(ValueError, match="what to erase"):
        store.ledger.erase(1)


def test_retention_reads_the_old_rows_and_no_others(tmp_path: Path) -> None:
    with closing(open_store(tmp_path / "wattdrop.db", b"s" * 32)) as store:
        store.ledger.add(rows_of_clients())
        where, values = Erasure(None, None, None, "2026-01-01").condition
        found = store.database.query(f"EXPLAIN QUERY PLAN DELETE FROM ledger WHERE {where}", values)
        assert found[0][-1] == "SEARCH ledger USING INDEX ledger_day (customer_id=? AND day<?)"


def test_writers_with_the_same_rows_keep_each_once(store: Store) -> None:
    random.seed(2)
    names = [f"r{number}" for number in range(300)]

    def work() -> None:
        for start in range(0, 300, 60):
            some = names[start : start + 60]
            random.shuffle(some)
            store.ledger.add(
                [
                    row(name, model_id=f"m{name[-1]}", parts={f"method|{name[-1]}": [0.1] * 10})
                    for name in some
                ]
            )

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.ledger.count(1) == 300
    assert sum(usage.rows for usage in store.usage.usage(1, "2026-11-25", "2026-11-25", ["model"])) == 300


def test_batches_that_are_joined_are_as_one(store: Store) -> None:
    def rows(customer_id: int) -> list[LedgerRow]:
        return [
            row(str(at), customer_id=customer_id, project_id=f"p{at % 3}", cost=0.5 if at % 2 else None,
                parts={f"method|{at % 4}": [0.1 * at] * 10, "grid|FR": [0.2] * 10} if at % 5 else {})
            for at in range(60)
        ]  # fmt: skip

    whole, parts = rows(1), rows(2)
    store.ledger.add(whole)
    batches = [LedgerColumns.of(parts[start : start + 25]) for start in range(0, 60, 25)]
    assert store.ledger.add_columns(LedgerColumns.joined(batches)) == 60
    days = ("2026-11-25", "2026-11-25")
    assert store.usage.usage(2, *days, ["project"]) == store.usage.usage(1, *days, ["project"])
    first, second = (
        [{**one, "customer_id": 0} for one in store.ledger.rows(customer_id)] for customer_id in (1, 2)
    )
    assert sorted(first, key=str) == sorted(second, key=str)


texts = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=12)
amounts = st.floats(0, 1e9)


@given(
    st.lists(
        st.tuples(
            texts, texts, st.sampled_from(["m", "n"]), st.tuples(*[amounts] * 5), st.integers(0, 10**17)
        ),
        min_size=1,
        max_size=12,
    )
)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_sums_are_those_of_the_rows(
    store: Store, given_rows: list[tuple[str, str, str, tuple[float, ...], int]]
) -> None:
    store.ledger.erase(1, before_day="9999-01-01")
    store.ledger.add(
        [
            row(
                str(number),
                project_id=project,
                client_id=client,
                model_id=model,
                central=central,
                input_tokens=tokens,
            )
            for number, (project, client, model, central, tokens) in enumerate(given_rows)
        ]
    )
    energy: dict[str, float] = defaultdict(float)
    tokens: dict[str, int] = defaultdict(int)
    for project, _, _, central, count in given_rows:
        energy[project] += central[0]
        tokens[project] += count
    found = store.usage.usage(1, "2026-11-25", "2026-11-25", ["project"])
    assert {u.group["project"]: u.input_tokens for u in found} == tokens
    assert {u.group["project"]: u.amounts["usage_energy_wh"].central for u in found} == pytest.approx(energy)
