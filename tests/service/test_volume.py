"""Much to store: a sample, or rows in files; what is told as usage stays true, and nothing acknowledged is lost."""

from __future__ import annotations

import asyncio
import json
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from tests.service.processes import running, wait_until
from tests.service.test_faults import QUIET, Load, all_once
from tests.service.test_usage import ROW, Recorded, today

from wattdrop.errors import SettingError
from wattdrop.service.sample import in_sample
from wattdrop.service.settings import read_settings, store_of

Opened = Callable[..., Recorded]
SEGMENTS = {"ledger_store": "segments"}


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opened]:
    services: list[Recorded] = []

    def one(name: str = "data", **settings: str) -> Recorded:
        services.append(Recorded(tmp_path / name, **settings))
        return services[-1]

    yield one
    for service in services:
        asyncio.run(service.app.lifecycle.stop())
        service.store.close()


# --- samples ---


def test_of_a_sample_the_named_rows_are_kept_and_sums_are_scaled_up(opened: Opened) -> None:
    service = opened(ledger="sampled", ledger_one_in="5")
    names = [f"request {number}" for number in range(400)]
    chosen = [name for name in names if in_sample(name, 5)]
    response = service.impact(*({**ROW, "request_id": name} for name in names))
    assert response.headers["x-wattdrop-stored"] == str(len(chosen))
    service.until(len(chosen))
    assert sorted(row["request_id"] for row in service.store.ledger.rows(1)) == sorted(chosen)
    total = service.usage()["total"]
    assert (total["kept_rows"], total["rows"], total["input_tokens"]) == (
        len(chosen), 5 * len(chosen), 500 * len(chosen),
    )  # fmt: skip
    energy = response.json()["rows"][0]["total_impact"]["usage_energy_wh"]
    assert total["usage_energy_wh"]["value"] == pytest.approx(5 * len(chosen) * energy)


def test_a_replay_counts_what_a_sample_stands_for(opened: Opened) -> None:
    service = opened(ledger="sampled", ledger_one_in="5")
    chosen = [name for number in range(100) if in_sample(name := f"request {number}", 5)]
    service.impact(*({**ROW, "request_id": name} for name in chosen))
    service.until(len(chosen))
    assert f"{5 * len(chosen)} rows (a sample: {len(chosen)} kept)" in service.command("replay")
    service.store.database.execute(
        "UPDATE ledger SET usage_energy_wh = usage_energy_wh / 2, node_id = 'old', method_version = '2025.1'"
    )
    found = json.loads(service.command("replay", "--format", "json"))
    assert (found["rows"], found["moved_rows"], found["kept_rows"]) == (
        5 * len(chosen), 5 * len(chosen), len(chosen),
    )  # fmt: skip
    assert found["versions"] == {"2025.1": 5 * len(chosen)}
    (model,) = found["models"]
    assert list(model["entities"].values()) == [5 * len(chosen)]
    total = service.usage()["total"]["usage_energy_wh"]["value"]
    assert model["after"][0] == pytest.approx(total)


def test_a_sample_is_wider_than_all_rows(opened: Opened) -> None:
    rows = [{**ROW, "request_id": f"r{number}", "output_tokens": 10 + 5 * number} for number in range(200)]
    widths = {}
    for name, settings in (("whole", {}), ("part", {"ledger": "sampled", "ledger_one_in": "20"})):
        service = opened(name, **settings)
        service.impact(*rows)
        service.until(200 if name == "whole" else sum(in_sample(row["request_id"], 20) for row in rows))
        energy = service.usage()["total"]["usage_energy_wh"]
        widths[name] = energy["high_90"] / energy["value"]
        true = sum(row["total_impact"]["usage_energy_wh"] for row in service.impact(*rows).json()["rows"])
        assert energy["low_90"] < true < energy["high_90"]
    assert widths["part"] > widths["whole"]


def test_the_same_request_is_in_the_sample_or_not_however_often_it_is_sent(opened: Opened) -> None:
    service = opened(ledger="sampled", ledger_one_in="2")
    inside, outside = (
        next(name for number in range(100) if in_sample(name := f"n{number}", 2) is wanted)
        for wanted in (True, False)
    )
    for _ in range(3):
        assert service.impact({**ROW, "request_id": inside}).headers["x-wattdrop-stored"] == "1"
        assert service.impact({**ROW, "request_id": outside}).headers["x-wattdrop-stored"] == "0"
    service.until(1)
    first = service.impact(ROW, ROW, ROW, headers={"Idempotency-Key": "k"}).headers["x-wattdrop-stored"]
    for _ in range(3):
        again = service.impact(ROW, ROW, ROW, headers={"Idempotency-Key": "k"})
        assert again.headers["x-wattdrop-stored"] == first


def test_rows_without_names_are_drawn(opened: Opened) -> None:
    service = opened(ledger="sampled", ledger_one_in="10")
    stored = sum(int(service.impact(*[ROW] * 500).headers["x-wattdrop-stored"]) for _ in range(4))
    assert 100 < stored < 320  # 200 on average; 7 standard deviations either way
    service.until(stored)
    assert service.usage()["total"]["rows"] == 10 * stored


@pytest.mark.parametrize("name", ["request {}", "{:032x}", "a-{}-b", "2026-11-26T10:00:00.{:06}Z"])
def test_samples_are_fair_whatever_names_look_like(name: str) -> None:
    kept = sum(in_sample(name.format(number), 100) for number in range(100_000))
    assert 850 < kept < 1150


# --- segments ---


def test_rows_in_files_are_told_exported_erased_and_replayed(opened: Opened, tmp_path: Path) -> None:
    service = opened(**SEGMENTS)
    response = service.impact(
        {**ROW, "request_id": "a", "client_id": "ann"},
        {**ROW, "model_id": "no such model"},
        {**ROW, "quantity": 3},
    )
    assert response.headers["x-wattdrop-stored"] == "3"
    service.until(3)
    assert service.store.database.query("SELECT COUNT(*) FROM ledger") == [(0,)]
    assert list((service.folder / "ledger").glob("*.parquet"))
    total = service.usage()["total"]
    assert (total["rows"], total["errors"]) == (3, 1)
    lines = service.service.get("/v1/usage/rows").text.splitlines()
    assert len(lines) == 3 and '"request_id":"a"' in lines[0]
    assert json.loads(service.command("replay", "--format", "json"))["rows"] == 3
    service.command("usage", "export", str(tmp_path / "rows.parquet"))
    assert service.service.request("DELETE", "/v1/usage?client_id=ann").json() == {"erased_rows": 1}
    assert len(service.service.get("/v1/usage/rows").text.splitlines()) == 2
    assert service.usage(f"?from={today()}")["total"]["rows"] == 2


def test_sums_with_ranges_are_those_of_a_ledger_in_the_database(opened: Opened) -> None:
    rows = [
        {**ROW, "request_id": f"r{at}", "country": ("FR", "US")[at % 2], "output_tokens": 10 * at}
        for at in range(60)
    ]
    found = []
    for name, settings in (("table", {}), ("files", SEGMENTS)):
        service = opened(name, **settings)
        service.impact(*rows)
        service.until(60)
        found.append(service.usage("?group_by=country"))
    assert found[0] == found[1]


def test_a_retry_is_stored_once_in_files(opened: Opened) -> None:
    service = opened(**SEGMENTS)
    for _ in range(2):
        service.impact({**ROW, "request_id": "a"}, ROW, headers={"Idempotency-Key": "k"})
    service.impact(ROW, ROW)
    service.until(4)
    asyncio.run(service.app.lifecycle.stop())
    assert service.store.ledger.count() == 4


def test_killing_the_process_loses_no_row_and_stores_none_twice(tmp_path: Path) -> None:
    acknowledged: list[str] = []
    environment = {"WATTDROP_LEDGER_STORE": "segments"}
    for _ in range(3):
        with running(tmp_path, *QUIET, **environment) as server:
            load = Load(server)
            wait_until(lambda load=load: len(load.acknowledged) > 150, "no answers")
            server.process.send_signal(signal.SIGKILL)
            server.wait()
            acknowledged += load.stop()
    settings = read_settings({"WATTDROP_DATA_DIR": str(tmp_path), **environment})
    with running(tmp_path, *QUIET, **environment) as server, closing(store_of(settings)) as store:

        def ids() -> list[str]:
            return [row["request_id"] for row in store.ledger.rows(1, columns=["request_id"])]

        wait_until(lambda: set(acknowledged) <= set(ids()), "rows that were acknowledged are lost")
        assert server.stop() == 0
        assert all_once(Counter(ids()))
        (usage,) = store.usage.usage(1, "2000-01-01", "2099-12-31")
        assert usage.rows == len(ids())
    assert list((tmp_path / "journal").iterdir()) == []


def test_settings_that_cannot_be_are_named() -> None:
    with pytest.raises(SettingError, match="WATTDROP_LEDGER_ONE_IN"):
        read_settings({"WATTDROP_LEDGER_ONE_IN": "0"})
    with pytest.raises(SettingError, match="database, segments"):
        read_settings({"WATTDROP_LEDGER_STORE": "files"})
