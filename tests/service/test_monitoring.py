"""What orchestrators and monitors ask: live, ready, and numbers that Prometheus reads."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families
from tests.conftest import Service
from tests.service.processes import PATIENCE_S, ROW, Running, running, wait_until

from wattdrop.catalog import load
from wattdrop.service import metrics
from wattdrop.service.app import create_app
from wattdrop.service.exchange import Exchange
from wattdrop.service.readiness import Readiness
from wattdrop.service.settings import read_settings
from wattdrop.store import open_store


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Service]:
    """An application of its own, whose parts a test may break."""
    settings = read_settings({"WATTDROP_DATA_DIR": str(tmp_path), "WATTDROP_METRICS_TOKEN": "let-me-see"})
    store = open_store(settings.database, settings.secret())
    yield Service(create_app(load(), store, settings), store.keys.create("tests"), store.keys, store)
    store.close()


def test_all_is_well(fresh: Service) -> None:
    assert fresh.get("/health", key=None).json() == {"live": True}
    ready = fresh.get("/ready", key=None)
    assert (ready.status_code, ready.json()) == (
        200,
        {"ready": True, "parts": {"catalog": "ok", "database": "ok"}},
    )
    assert ready.headers["cache-control"] == "no-store"
    assert fresh.get("/status", key=None).json() == {"ready": True}


def test_a_database_that_is_away_makes_it_not_ready_but_live(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = read_settings({"WATTDROP_DATA_DIR": str(tmp_path)})
    store = open_store(settings.database, settings.secret())

    def away(_: object) -> str:
        raise OSError("connection to server at 10.0.0.5 failed: password of wattdrop")

    monkeypatch.setattr(type(store), "ping", away)
    service = Service(create_app(load(), store, settings), "", store.keys, store)
    ready = service.get("/ready", key=None)
    assert ready.status_code == 503
    assert ready.json() == {"ready": False, "parts": {"catalog": "ok", "database": "not reachable"}}
    status = service.get("/status", key=None)
    assert status.json() == {"ready": False, "reason": "database: not reachable"}
    assert service.get("/health", key=None).status_code == 200
    assert "10.0.0.5" not in ready.text + status.text
    store.close()


def test_a_service_that_drains_is_not_ready_but_live_and_answers(fresh: Service) -> None:
    fresh.app.lifecycle.draining = True
    assert fresh.get("/ready", key=None).json() == {
        "ready": False,
        "parts": {"catalog": "ok", "database": "ok", "service": "stopping"},
    }
    assert fresh.get("/status", key=None).json() == {"ready": False, "reason": "service: stopping"}
    assert fresh.get("/health", key=None).status_code == 200
    assert fresh.impact(ROW).status_code == 200


def test_a_check_that_hangs_is_reported_and_keeps_nobody_waiting(
    fresh: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    import asyncio

    monkeypatch.setattr("wattdrop.service.readiness._PROBE_SECONDS", 0.01)
    go_on = threading.Event()
    readiness = Readiness(fresh.app.lifecycle)
    readiness.add("database", lambda: "" if go_on.wait(PATIENCE_S) else "hung")

    async def ask() -> tuple[Any, Any]:
        hung = await readiness.problems()
        go_on.set()
        while (then := await readiness.problems()) == hung:
            await asyncio.sleep(0.01)
        return hung, then

    assert asyncio.run(ask()) == ({"service": "a check takes too long"}, {})


def test_checks_are_asked_once_a_second_whoever_asks_how_often(fresh: Service) -> None:
    import asyncio

    now, asked = [0.0], []
    readiness = Readiness(fresh.app.lifecycle, clock=lambda: now[0])
    readiness.add("database", lambda: asked.append(now[0]) or "")  # type: ignore[func-returns-value]

    async def ask() -> None:
        for moment in (0.0, 0.1, 0.9, 1.1, 1.2):
            now[0] = moment
            await asyncio.gather(*(readiness.problems() for _ in range(10)))

    asyncio.run(ask())
    assert asked == [0.0, 1.1]


# --- numbers ----------------------------------------------------------------------------------------------------------


def numbers(text: str) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    """Every sample, as Prometheus reads it."""
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def of(found: dict[Any, float], name: str, **labels: str) -> float:
    return found.get((f"wattdrop_{name}", frozenset(labels.items())), 0.0)


def test_the_token_guards_the_numbers(fresh: Service) -> None:
    refused = fresh.get("/metrics", key=None)
    assert (refused.status_code, refused.json()["code"]) == (401, "unauthorized")
    assert fresh.get("/metrics").status_code == 401  # a key of the API is no token
    assert fresh.get("/metrics", key="let-me-se").status_code == 401
    assert "let-me-see" not in refused.text
    allowed = fresh.get("/metrics", key="let-me-see")
    assert allowed.status_code == 200
    assert allowed.headers["content-type"].startswith("text/plain; version=")


def test_what_happened_is_counted(service: Service) -> None:
    before = numbers(service.get("/metrics", key=None).text)
    service.impact(ROW, {"model_id": "no such model"}, {"output_token": 5})
    service.impact(ROW, key="wd_wrong")
    after = numbers(service.get("/metrics", key=None).text)

    def more(name: str, **labels: str) -> float:
        return of(after, name, **labels) - of(before, name, **labels)

    assert more("rows_total") == 3
    assert more("row_errors_total", code="unknown_model") == 1
    assert more("row_errors_total", code="unknown_field") == 1
    assert more("requests_total", method="POST", path="/v1/impact", status="200") == 1
    assert more("requests_total", method="POST", path="/v1/impact", status="401") == 1
    assert more("request_duration_seconds_count", path="/v1/impact") == 2
    assert of(after, "requests_in_flight") == 1  # the one that asks


def test_strangers_make_no_labels(service: Service) -> None:
    service.get("/metrics", key=None)
    service.get("/unknown")
    before = numbers(service.get("/metrics", key=None).text)
    for number in range(50):
        service.get(f"/wp-admin/{number}.php?x={number}")
        service.get(f"/model/{{model{'x' * number}}}")
        service.impact(
            {"model_id": f"model-{number}"}, {f"field_{number}": 1}, headers={"x-request-id": f"{number}"}
        )
        service.request("PROPFIND", "/v1/impact")
    after = numbers(service.get("/metrics", key=None).text)
    assert of(after, "requests_total", method="GET", path="(unknown)", status="404") >= 100
    new = {labels for labels in after if labels not in before}
    assert len(new) < 40  # codes of errors, buckets of a path that was not asked before


def test_each_duration_is_in_its_bucket(fresh: Service) -> None:
    for seconds in (0.001, 0.0011, 0.2, 40.0):
        metrics.begun()
        one = Exchange("GET")
        one.template, one.status, one.duration_s = "/of/durations", 200, seconds
        metrics.answered(one)
    found = numbers(fresh.get("/metrics", headers={"Authorization": "Bearer let-me-see"}, key=None).text)

    def at_most(seconds: str) -> float:
        return of(found, "request_duration_seconds_bucket", path="/of/durations", le=seconds)

    assert [at_most(one) for one in ("0.001", "0.0025", "0.1", "0.25", "30.0", "+Inf")] == [1, 2, 2, 3, 3, 4]
    assert of(found, "request_duration_seconds_sum", path="/of/durations") == pytest.approx(40.2021)
    assert of(found, "requests_total", method="GET", path="/of/durations", status="200") == 4


def test_workers_add_up(tmp_path: Path) -> None:
    with running(tmp_path, "--workers", "2", "--log-level", "warning") as server:
        wait_until(lambda: len(server.ready_workers()) == 2, "no workers")
        for _ in range(40):  # each over a connection of its own, so that both take some
            assert server.impact().status_code == 200
        wait_until(lambda: of(numbers(server.get("/metrics").text), "rows_total") == 40, "not counted")
        for _ in range(5):  # whichever is asked
            found = numbers(server.get("/metrics").text)
            assert of(found, "requests_total", method="POST", path="/v1/impact", status="200") == 40
            assert of(found, "rows_total") == 40
            assert of(found, "requests_in_flight") == 1
        (folder,) = {Path(one.environ()["PROMETHEUS_MULTIPROC_DIR"]) for one in server.workers()}
        for killed in (1, 2, 3):
            server.workers()[0].kill()
            wait_until(
                lambda killed=killed: (
                    of(numbers(server.get("/metrics").text), "worker_restarts_total") == killed
                ),
                "none replaced",
            )
            wait_until(lambda: len(server.ready_workers()) == 2, "no workers")
            found = numbers(server.get("/metrics").text)
            assert of(found, "rows_total") == 40  # what it counted stays
            assert of(found, "requests_in_flight") == 1
        # The parent, two workers, and all that are dead together: one file each.
        assert len(list(folder.glob("counter_*.db"))) == 4


def test_ready_and_metrics_of_a_real_server(tmp_path: Path) -> None:
    with running(tmp_path, WATTDROP_METRICS_TOKEN="let-me-see") as server:
        assert server.get("/ready").status_code == 200
        assert server.get("/metrics").status_code == 401
        assert server.get("/metrics", headers={"Authorization": "Bearer let-me-see"}).status_code == 200
        assert "let-me-see" not in _settings_shown(server)


def _settings_shown(server: Running) -> str:
    import subprocess
    import sys

    command = [sys.executable, "-m", "wattdrop", "settings"]
    environment = {"WATTDROP_METRICS_TOKEN": "let-me-see", "PATH": "/usr/bin:/bin", "HOME": "/nonexistent"}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout


def test_what_waits_for_the_ledger_is_counted(tmp_path: Path) -> None:
    with running(tmp_path) as server:

        def waiting() -> float:
            return of(numbers(server.get("/metrics").text), "ledger_waiting_bytes")

        assert server.get("/ready").status_code == 200
        with closing(sqlite3.connect(tmp_path / "wattdrop.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")  # nobody else writes until this ends
            assert server.impact().headers["x-wattdrop-stored"] == "1"
            assert waiting() > 0
            other.execute("ROLLBACK")
        wait_until(lambda: waiting() == 0, "it waits on")
