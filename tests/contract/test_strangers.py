"""Requests made up from the description, sent to a real server with a key, a wrong key and none: no fault, no hang.

The description is the one that the server serves; a server that serves none is asked what the pinned contract describes.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, assume, given, settings
from schemathesis.checks import not_a_server_error
from tests.conftest import ROOT
from tests.service.processes import PATIENCE_S, Running, running

#: ``make fuzz`` sets it.
MANY = os.environ.get("FUZZ_EXAMPLES", "")

KEYS = ("authorization", "x-api-key", "x-scope3-api-key", "cookie")

#: Open to everyone.
OPEN = {
    "/status",
    "/health",
    "/ready",
    "/metrics",
    "/openapi.json",
    "/docs",
    "/v1/accuracy",
    "/v1/accuracy/measurements",
    "/v1/choices",
    "/v1/places",
    "/v1/columns",
    "/v1/equivalents",
    "/catalog",
    "/import",
}


#: Streams, for which nothing makes up bodies from a description; ``tests/service/test_body_fuzz.py`` does.
STREAMS = {"/v1/impact/bulk"}


#: The key that a server prints is the first of a new database; it may revoke itself, and then nobody asks on.
OWN_KEY_ID = "1"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("strangers")) as server:
        yield server


@pytest.fixture(scope="module")
def operations(server: Running) -> list[Any]:
    served = server.get("/openapi.json").status_code == 200
    if served:
        schema = schemathesis.openapi.from_url(server.url + "/openapi.json")
    else:
        schema = schemathesis.openapi.from_path(ROOT / "openapi" / "aiapi.yaml")
    schema.config.update(base_url=server.url)
    found = [one.ok() for one in schema.get_all_operations() if one.ok().path not in STREAMS]
    assert len(found) >= 20
    return found


@pytest.mark.parametrize("who", ["with a key", "with a wrong key", "without a key"])
def test_nothing_that_a_stranger_makes_up_breaks_it(server: Running, operations: list[Any], who: str) -> None:
    key = {"with a key": server.key, "with a wrong key": "wd_" + "x" * 43, "without a key": ""}[who]
    for operation in operations:
        ask(operation, key, is_known=key == server.key)
    if key == server.key:  # else the others were asked by nobody
        known = server.get("/v1/key", headers={"Authorization": f"Bearer {key}"})
        assert known.status_code == 200, known.text
    assert server.get("/health").status_code == 200
    assert not any(line.get("status", 0) >= 500 or "traceback" in line for line in server.log())


def ask(operation: Any, key: str, is_known: bool) -> None:
    headers = {"Authorization": f"Bearer {key}"} if key else {}

    @given(case=operation.as_strategy())
    @settings(
        max_examples=int(MANY or 200) // 20,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        database=None,
        derandomize=not MANY,
    )
    def ask_once(case: Any) -> None:
        if operation.label == "DELETE /v1/keys/{key_id}":
            assume(str(case.path_parameters["key_id"]) != OWN_KEY_ID)
        case.headers = {
            name: value for name, value in (case.headers or {}).items() if name.lower() not in KEYS
        }
        response = case.call(headers=headers, timeout=PATIENCE_S)
        case.validate_response(response, checks=[not_a_server_error])
        assert "Traceback" not in response.text
        made_up = "demo" in (case.query or {})  # usage that nobody had is shown to everyone
        if not is_known and operation.path not in OPEN and not made_up:
            assert response.status_code >= 400, (case, response.status_code)

    ask_once()
