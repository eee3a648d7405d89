"""Every hostile body on every route that reads one, at a real server: it answers, honestly, and lives on."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from typing import Any

import httpx
import psutil
import pytest
from tests.conftest import Service
from tests.service.hostile import Attack, attacks
from tests.service.processes import PATIENCE_S, Running, running
from tests.service.routes import with_body

#: Over what the server needs at rest: ten megabytes of JSON are some hundred as Python objects, and a few bodies overlap
#: while the allocator gives nothing back. Without the limits it was 6.5 GB.
MOST_MORE_BYTES = 900_000_000

ATTACKS = attacks()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("hostile"), "--read-seconds", str(PATIENCE_S)) as server:
        yield server


class Peak:
    """The most memory that a process had while this ran."""

    def __init__(self, pid: int) -> None:
        self._process = psutil.Process(pid)
        self.before = self.most = self._process.memory_info().rss
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def _watch(self) -> None:
        while not self._over.wait(0.02):
            self.most = max(self.most, self._process.memory_info().rss)

    def __enter__(self) -> Peak:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()


class Pulse:
    """Asks for the health again and again; what takes long or fails shows."""

    def __init__(self, server: Running) -> None:
        self._server = server
        self.answers: list[int] = []
        self.slowest_s = 0.0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._ask, daemon=True)

    def _ask(self) -> None:
        with httpx.Client() as client:
            while not self._over.wait(0.05):
                start = time.monotonic()
                self.answers.append(client.get(self._server.url + "/health", timeout=PATIENCE_S).status_code)
                self.slowest_s = max(self.slowest_s, time.monotonic() - start)

    def __enter__(self) -> Pulse:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join(PATIENCE_S)


@pytest.mark.parametrize("name", ATTACKS)
def test_a_hostile_body_is_answered_and_the_server_lives_on(
    server: Running, service: Service, name: str
) -> None:
    routes = with_body(service.app)
    assert {route.path for route in routes} >= {"/", "/v1/impact", "/v1/impact/bulk", "/v1/log_json"}
    with Peak(server.process.pid) as peak, Pulse(server) as pulse:
        for route in routes:
            check_answer(
                send(server, route.method, route.path, ATTACKS[name]), f"{route.method} {route.path}"
            )
    assert peak.most - peak.before < MOST_MORE_BYTES
    assert set(pulse.answers) <= {200}
    assert server.get("/health").json() == {"live": True}
    assert server.impact().status_code == 200
    assert not any("Traceback" in line or "failed" in line for line in server.lines)


def send(server: Running, method: str, path: str, attack: Attack) -> httpx.Response:
    headers = {"Authorization": f"Bearer {server.key}", "Content-Type": "application/json", **attack.headers}
    return httpx.request(
        method, server.url + path, content=attack.content(), headers=headers, timeout=PATIENCE_S
    )


def check_answer(response: httpx.Response, what: str) -> None:
    """Never a fault of the server, never its insides, never a number that JSON has not."""
    is_json = response.headers.get("content-type") == "application/json"
    code = response.json().get("code") if response.status_code == 503 and is_json else None
    assert response.status_code < 500 or code == "overloaded", (
        f"{what}: {response.status_code} {response.text[:500]}"
    )
    assert "Traceback" not in response.text
    assert 'File "' not in response.text
    if is_json:
        json.loads(response.content, parse_constant=_refuse)


def _refuse(name: str) -> Any:
    raise AssertionError(f"{name} in an answer")
