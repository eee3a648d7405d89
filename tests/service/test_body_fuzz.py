"""Bodies made up by the thousand, on every route that reads one: answered honestly, whatever they hold.

The suite tries a bounded number, the same each time in CI; ``make fuzz`` tries many more, other ones each time.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import os
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest
from hypothesis import given, settings, strategies
from hypothesis.strategies import SearchStrategy
from tests.conftest import Service
from tests.service.routes import Route, routes_of, with_body

from wattdrop.schema import FIELDS

#: ``make fuzz`` sets it.
MANY = os.environ.get("FUZZ_EXAMPLES", "")
bounded = settings(max_examples=int(MANY or 60), derandomize=not MANY)
few = settings(max_examples=int(MANY or 200) // 10, derandomize=not MANY)

STRANGE_TEXT = strategies.text(max_size=20) | strategies.sampled_from(
    [
        "gpt-4o",
        "llama_v31_8b",
        "1024x1024",
        "0x0",
        "US",
        "us",
        "2026-01-01T00:00:00Z",
        "\x00",
        "\r\n",
        "a" * 3000,
    ]
)
NUMBERS = (
    strategies.integers(-(10**30), 10**30)
    | strategies.integers(-2, 1000)
    | strategies.floats(allow_nan=False, allow_infinity=False)
    | strategies.sampled_from([2**31, 2**53 + 1, 2**63, 2**64, -(2**63) - 1, 1e308, 5e-324, -0.0])
)
LEAVES = strategies.none() | strategies.booleans() | NUMBERS | STRANGE_TEXT
VALUES = strategies.recursive(
    LEAVES,
    lambda inner: (
        strategies.lists(inner, max_size=5) | strategies.dictionaries(STRANGE_TEXT, inner, max_size=5)
    ),
    max_leaves=15,
)
#: Names that some route knows, so that what is behind their first check is reached.
NAMES = strategies.sampled_from(
    [
        *FIELDS, "model", "hosting", "id", "name", "alias", "gpu_id", "cpu_count", "model_id_used", "requestTime",
        "startTime", "endTime", "call_type", "custom_llm_provider", "prompt_tokens", "metadata", "max_power_w",
    ]
) | STRANGE_TEXT  # fmt: skip
ROWS = strategies.dictionaries(NAMES, VALUES, max_size=8) | VALUES
CALLS = strategies.lists(LEAVES, max_size=22) | VALUES
ENVELOPES = strategies.one_of(
    strategies.fixed_dictionaries({"rows": strategies.lists(ROWS, max_size=4) | VALUES}),
    strategies.fixed_dictionaries(
        {"calls": strategies.lists(CALLS, max_size=3) | VALUES, "userDefinedContext": VALUES}
    ),
    strategies.fixed_dictionaries({"data": strategies.lists(CALLS, max_size=3) | VALUES}),
    ROWS,
    strategies.lists(ROWS, max_size=4),
)


def lines(values: list[Any]) -> bytes:
    return b"\n".join(json.dumps(value).encode() for value in values)


@strategies.composite
def cut_or_patched(draw: Callable[[SearchStrategy[Any]], Any]) -> bytes:
    """JSON with a byte wrong, missing or too many."""
    body: bytes = json.dumps(draw(ENVELOPES)).encode()
    at = draw(strategies.integers(0, len(body)))
    return body[:at] + draw(strategies.binary(max_size=3)) + body[at + draw(strategies.integers(0, 2)) :]


JSON_BODIES = ENVELOPES.map(lambda value: json.dumps(value).encode()) | ENVELOPES.map(
    lambda value: json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")
)
BODIES = (
    JSON_BODIES
    | strategies.lists(ROWS, max_size=5).map(lines)
    | cut_or_patched()
    | strategies.binary(max_size=200)
    | JSON_BODIES.map(gzip.compress)
)
HEADERS = strategies.fixed_dictionaries(
    {},
    optional={
        "content-type": strategies.sampled_from(
            [
                "application/json",
                "application/x-ndjson",
                "application/x-protobuf",
                "text/plain",
                ";",
                "application/json;charset",
            ]
        ),
        "content-encoding": strategies.sampled_from(["gzip", "identity", "br", "gzip, gzip"]),
        "accept": strategies.sampled_from(["*/*", "text/csv", "application/json;q=0", ";;,,"]),
    },
)


def ask_all(service: Service, routes: list[Route], body: bytes, headers: dict[str, str]) -> None:
    async def ask() -> None:
        transport = httpx.ASGITransport(service.app)  # what the application raises is raised here
        async with httpx.AsyncClient(transport=transport, base_url="http://service.test") as client:
            for route in routes:
                sent = {
                    "content-type": "application/json",
                    **headers,
                    "authorization": f"Bearer {service.key}",
                }
                check(route, await client.request(route.method, route.path, content=body, headers=sent))

    asyncio.run(ask())


def check(route: Route, response: httpx.Response) -> None:
    assert response.status_code < 500, f"{route}: {response.text[:500]}"
    assert "Traceback" not in response.text
    if response.headers.get("content-type", "").startswith("application/json"):
        found = json.loads(response.content, parse_constant=_refuse)
        if route.template == "/mcp" and "jsonrpc" in found:
            assert found.keys() <= {"jsonrpc", "id", "error", "result"}  # the protocol's own shape
        elif response.status_code >= 400:
            assert found.keys() <= {"code", "message", "details"} or found.keys() == {"errorMessage"}
        elif isinstance(found, dict) and "total_energy_wh" in found:
            assert found["has_errors"] == any("error" in row for row in found["rows"])
            assert found["total_energy_wh"] >= 0


def _refuse(name: str) -> Any:
    raise AssertionError(f"{name} in an answer")


@bounded
@given(body=BODIES, headers=HEADERS)
def test_no_body_is_a_fault_of_ours(service: Service, body: bytes, headers: dict[str, str]) -> None:
    ask_all(service, with_body(service.app), body, headers)


@few
@given(
    parameters=strategies.lists(strategies.tuples(NAMES, STRANGE_TEXT | NUMBERS.map(str)), max_size=6),
    raw=strategies.binary(max_size=30),
)
def test_no_query_is_a_fault_of_ours(service: Service, parameters: list[tuple[str, str]], raw: bytes) -> None:
    """Also bytes that are no text: those the client would tidy up, so this speaks ASGI."""
    query = str(
        httpx.QueryParams([(name, value.encode("utf-8", "replace").decode()) for name, value in parameters])
    )
    for route in routes_of(service.app):
        if route.method == "GET":
            for sent in (query.encode(), raw):
                status = asyncio.run(asgi_status(service, route.path, sent))
                assert status < 500, f"{route} {sent!r}"


async def asgi_status(service: Service, path: str, query: bytes) -> int:
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http",
        "path": path, "raw_path": path.encode(), "query_string": query, "root_path": "",
        "server": ("service.test", 80), "client": ("127.0.0.1", 1),
        "headers": [(b"authorization", f"Bearer {service.key}".encode())],
    }  # fmt: skip
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    answer: Awaitable[None] = service.app(scope, receive, send)
    await answer
    return int(sent[0]["status"])


@pytest.mark.parametrize(
    "path",
    ["/" + "a/" * 2000, "/%00", "/%ff%fe", "/..%2f..%2fetc/passwd", "/model/%0d%0aX: y", "/v1/impact;x=1"],
)
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
def test_no_path_is_a_fault_of_ours(service: Service, method: str, path: str) -> None:
    response = service.request(method, path)
    assert response.status_code in (400, 401, 404, 405, 406)
    assert "x" not in {name.lower() for name in response.headers}
