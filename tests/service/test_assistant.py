"""Tools for assistants: the SDK's own client over HTTP against a real server and over standard input and output."""

from __future__ import annotations

import asyncio
import gzip
import json
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mcp import Client, MCPError, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client
from tests.conftest import Service
from tests.service.processes import PATIENCE_S, Running, running

from wattdrop.service.assistant.tools import TOOLS

ROW = {"model_id": "llama_v31_8b", "node_id": "aws:p4d.24xlarge", "input_tokens": 100, "output_tokens": 500}
Use = Callable[[Client], Awaitable[None]]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("assistant")) as one:
        yield one


@asynccontextmanager
async def over_http(server: Running, mode: str = "auto", key: str = "") -> AsyncIterator[Client]:
    headers = {"Authorization": f"Bearer {key or server.key}"}
    async with (
        httpx2.AsyncClient(headers=headers, timeout=PATIENCE_S) as http,
        Client(streamable_http_client(f"{server.url}/mcp", http_client=http), mode=mode) as client,
    ):
        yield client


@asynccontextmanager
async def over_stdio(tmp_path: Path) -> AsyncIterator[Client]:
    command = StdioServerParameters(
        command=sys.executable, args=["-m", "wattdrop", "mcp"], env={"WATTDROP_DATA_DIR": str(tmp_path)}
    )
    async with Client(command) as client:
        yield client


async def every_tool(client: Client) -> None:
    """What an assistant does, from finding the tools to a number and its reasons."""
    tools = {tool.name: tool for tool in (await client.list_tools()).tools}
    assert tools.keys() == {"estimate_impact", "explain_impact", "list_models", "list_nodes"}
    assert all(tool.description and tool.annotations.read_only_hint for tool in tools.values())  # type: ignore[union-attr]

    models = await answer(client, "list_models", search="llama 3.1 8b", limit=5)
    assert "llama_v31_8b" in [one["id"] for one in models["models"]]
    nodes = await answer(client, "list_nodes", search="p4d", cloud="aws")
    assert "aws-p4d-24xlarge" in [one["id"] for one in nodes["nodes"]]

    result = await client.call_tool("estimate_impact", {"rows": [ROW, {"model_id": "no-such-model"}]})
    assert not result.is_error
    first, second = result.structured_content["rows"]
    assert first["total_impact"]["usage_energy_wh"] == result.structured_content["total_energy_wh"] > 0
    assert second["error"]["code"] == "unknown_model"
    assert json.loads(result.content[0].text) == result.structured_content  # type: ignore[union-attr]

    explained = await answer(client, "explain_impact", row=ROW)
    assert explained["results"]["total_energy_wh"] == pytest.approx(first["total_impact"]["usage_energy_wh"])
    assert {"model", "hardware"} <= {choice["question"] for choice in explained["choices"]}
    assert explained["sources"]
    one = await answer(client, "explain_impact", row=ROW, step="facility_energy")
    assert all("facility_energy" in step["name"] and step["inputs"] for step in one["steps"])


async def answer(client: Client, tool: str, **arguments: Any) -> Any:
    result = await client.call_tool(tool, arguments)
    assert not result.is_error, result.content
    return result.structured_content


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_over_http(server: Running, mode: str) -> None:
    async def session() -> None:
        async with over_http(server, mode) as client:
            await every_tool(client)

    asyncio.run(session())


def test_over_standard_input_and_output(tmp_path: Path) -> None:
    async def session() -> None:
        async with over_stdio(tmp_path) as client:
            await every_tool(client)

    asyncio.run(session())
    assert list(tmp_path.iterdir()) == []  # no key, no database


def test_the_numbers_are_those_of_the_service(server: Running) -> None:
    async def session() -> Any:
        async with over_http(server) as client:
            return await answer(client, "estimate_impact", rows=[ROW], ranges=True)

    found = asyncio.run(session())
    plain = server.impact(ROW).json()
    assert found["rows"][0]["total_impact"] == plain["rows"][0]["total_impact"]
    assert found["rows"][0]["ranges"] and found["total_ranges"]


def test_requests_are_logged_and_counted(server: Running) -> None:
    def rows() -> float:
        lines = server.get("/metrics").text.splitlines()
        return sum(float(line.split()[1]) for line in lines if line.startswith("wattdrop_rows_total"))

    async def session() -> None:
        async with over_http(server) as client:
            await client.call_tool("estimate_impact", {"rows": [ROW] * 200})

    before = rows()
    asyncio.run(session())
    assert rows() == before + 200
    assert any(line.get("path") == "/mcp" and line.get("rows") == 200 for line in server.log())


@pytest.mark.parametrize(
    ("tool", "arguments", "said"),
    [
        ("estimate_impact", {"rows": [{"model_id": "no-such-model"}]}, "no-such-model"),
        ("estimate_impact", {"rows": [{"model_id": "gpt-4o", "output_token": 5}]}, "did you mean output_tokens"),
        ("estimate_impact", {}, "model_id"),
        ("estimate_impact", {"rows": "not json"}, "JSON"),
        ("estimate_impact", {"rows": [ROW] * 1001}, "at most 1000"),
        ("estimate_impact", {"row": ROW}, "no such argument; estimate_impact takes: rows, ranges"),
        ("estimate_impact", {"rows": [ROW], "ranges": "true"}, "expected true or false"),
        ("explain_impact", {"row": [ROW, ROW]}, "one row"),
        ("explain_impact", {"row": {"model_id": "no-such-model"}}, "no-such-model"),
        ("list_models", {"search": 5}, "expected text"),
        ("list_nodes", {"limit": 1000}, "from 1 to 100"),
    ],
)  # fmt: skip
def test_problems_are_results_that_say_what_to_change(tool: str, arguments: Any, said: str) -> None:
    async def session() -> Any:
        from wattdrop.service.assistant.callers import LocalUser
        from wattdrop.service.assistant.server import server_for

        async with Client(server_for(LocalUser())) as client:
            return await client.call_tool(tool, arguments)

    result = asyncio.run(session())
    assert result.is_error
    assert said in result.content[0].text


@pytest.mark.parametrize("rows", [ROW, json.dumps(ROW), json.dumps([ROW]), [ROW]])
def test_rows_as_assistants_write_them(rows: Any) -> None:
    async def session() -> Any:
        from wattdrop.service.assistant.callers import LocalUser
        from wattdrop.service.assistant.server import server_for

        async with Client(server_for(LocalUser())) as client:
            return await answer(client, "estimate_impact", rows=rows)

    assert asyncio.run(session())["has_errors"] is False


def test_an_unknown_tool_is_an_error_of_the_protocol(server: Running) -> None:
    async def session() -> None:
        async with over_http(server) as client:
            await client.call_tool("format_disk", {})

    with pytest.raises(BaseExceptionGroup) as raised:
        asyncio.run(session())
    found = raised.value
    while isinstance(found, BaseExceptionGroup):
        found = found.exceptions[0]  # type: ignore[assignment]
    assert isinstance(found, MCPError) and "there are: estimate_impact" in str(found)


# --- over HTTP, by hand ---------------------------------------------------------------------------------------------

CALL = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "list_models", "arguments": {}}}
ACCEPT = {"Accept": "application/json, text/event-stream", "Content-Type": "application/json"}


def post(service: Service, body: Any, **options: Any) -> Any:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {**ACCEPT, **options.pop("headers", {})}
    return service.request("POST", "/mcp", content=content, headers=headers, **options)


def test_keys_and_their_scopes(service: Service) -> None:
    refused = post(service, CALL, key=None)
    assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer")
    assert post(service, CALL).json()["result"]["isError"] is False
    only_estimates = service.keys.create("estimates", scopes=("impact",))
    result = post(service, CALL, key=only_estimates).json()["result"]
    assert result["isError"] and "lacks the scope read" in result["content"][0]["text"]
    assert post(service, CALL, key=service.keys.create("reads", scopes=("read",))).status_code == 403


def test_questions_are_stored_only_if_asked(service: Service) -> None:
    params = {"name": "estimate_impact", "arguments": {"rows": [{"model_id": "gpt-4o"}]}}
    body = json.dumps({**CALL, "params": params})
    for query, stored in (("", None), ("?store=true", "1")):
        response = service.request("POST", "/mcp" + query, content=body, headers=ACCEPT)
        assert (response.status_code, response.headers.get("x-wattdrop-stored")) == (200, stored)


def test_bodies_are_bounded_and_may_be_compressed(service: Service) -> None:
    packed = gzip.compress(json.dumps(CALL).encode())
    assert post(service, packed, headers={"Content-Encoding": "gzip"}).json()["result"]["isError"] is False
    assert post(service, b" " * 10_000_001).status_code == 413
    assert service.get("/mcp").status_code == 405


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"5", b'{"jsonrpc": "2.0"}', b"[" * 100_000, b"\xff", b'{"id": 1e999}']
)
def test_what_is_no_message_is_refused(service: Service, body: bytes) -> None:
    assert 400 <= post(service, body).status_code < 500


def test_without_the_extra_it_says_how_to_get_it(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    from wattdrop.service.assistant import resource

    monkeypatch.setattr(resource, "find_spec", lambda name: None)
    response = post(service, CALL)
    assert (response.status_code, response.json()["code"]) == (404, "missing_extra")
    assert "pip install 'wattdrop[mcp]'" in response.json()["message"]


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10) | st.just("\ud800"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
ARGUMENTS = st.dictionaries(
    st.sampled_from(["rows", "row", "ranges", "step", "search", "family", "cloud", "gpu", "limit", "\ud800"]),
    VALUES
    | st.lists(st.dictionaries(st.sampled_from(["model_id", "output_tokens", "x"]), VALUES), max_size=3),
    max_size=3,
)


@given(st.sampled_from(sorted(TOOLS)), ARGUMENTS)
def test_no_arguments_are_a_fault_of_ours(service: Service, tool: str, arguments: Any) -> None:
    call = {**CALL, "params": {"name": tool, "arguments": arguments}}
    for version in ({}, {"MCP-Protocol-Version": "2025-06-18"}):
        response = post(service, call, headers=version)
        assert response.status_code < 500, response.text
        assert response.json().get("error", {}).get("code") != -32603, response.text  # internal error


def test_the_command_says_what_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    from click.testing import CliRunner

    from wattdrop.cli import root

    monkeypatch.setitem(sys.modules, "mcp.server.stdio", None)
    result = CliRunner().invoke(root, ["mcp"])
    assert result.exit_code == 2
    assert "pip install 'wattdrop[mcp]'" in result.output
