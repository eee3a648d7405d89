"""The published client's tracers over the real SDKs, a provider that replays, and a real server of ours."""

from __future__ import annotations

import asyncio
import importlib.util
import inspect
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.contract.answered import METRICS
from tests.contract.replay import Replay, replaying
from tests.service.processes import PATIENCE_S, Running, wait_until

#: How an application uses a provider's SDK and the tracer: its blocking or its asynchronous client, the impact asked for
#: within the call ("sync_mode") or in the background.
AT_ONCE = ("at once", "at once, async")
BLOCKING = ("at once", "in the background")
WAYS = (*AT_ONCE, "in the background", "in the background, async")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What the SDKs of early 2025 use of the libraries of today is deprecated in places: their matter, not ours."""
    for item in items:
        if item.path.parent == Path(__file__).parent:
            item.add_marker(pytest.mark.filterwarnings("ignore"))


@pytest.fixture(scope="session")
def provider() -> Iterator[Replay]:
    with replaying() as replay:
        yield replay


@pytest.fixture(autouse=True)
def sealed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing leaves this machine: names of other hosts are not found."""
    find = socket.getaddrinfo

    def find_here(host: Any, *rest: Any, **named: Any) -> Any:
        if host not in ("127.0.0.1", "localhost", b"127.0.0.1", None):
            raise socket.gaierror(f"{host} is not on this machine")
        return find(host, *rest, **named)

    monkeypatch.setattr(socket, "getaddrinfo", find_here)


@pytest.fixture(scope="session")
def at_hand(provider: Replay) -> Iterator[None]:
    """What SDKs would fetch on their own is here; Hugging Face's address, which no argument names, is the provider's."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HF_INFERENCE_ENDPOINT", f"{provider.url}/huggingface")
        patch.setenv("LITELLM_LOCAL_MODEL_COST_MAP", "True")
        patch.setenv("TIKTOKEN_CACHE_DIR", str(folder_of("litellm") / "litellm_core_utils" / "tokenizers"))
        yield


def folder_of(package: str) -> Path:
    """LiteLLM ships the tokenizer that the tracers count with."""
    found = importlib.util.find_spec(package)
    assert found is not None and found.origin is not None
    return Path(found.origin).parent


@pytest.fixture(scope="session")
def scope3(live: Running, at_hand: None, loop: asyncio.Runner) -> Iterator[Any]:
    """The published client, with all its tracers, sending to our server: one URL and one key are all that it is told."""
    from scope3ai import Scope3AI

    scope3 = Scope3AI.init(api_key=live.key, api_url=live.url)
    yield scope3
    scope3._sync_client.client.close()
    loop.run(scope3._async_client.client.aclose())
    scope3.close()


@pytest.fixture(scope="session")
def loop() -> Iterator[asyncio.Runner]:
    """One event loop for all: the published client keeps its asynchronous connections for as long as it lives."""
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest, scope3: Any, loop: asyncio.Runner) -> Iterator[Way]:
    chosen = Way(request.param, scope3, loop)
    yield chosen
    chosen.close()
    scope3.sync_mode = False


class Way:
    """One of the ``WAYS``."""

    def __init__(self, name: str, scope3: Any, loop: asyncio.Runner) -> None:
        scope3.sync_mode = name in AT_ONCE
        self.is_async = name.endswith("async")
        self.http = httpx.AsyncClient() if self.is_async else httpx.Client()
        self._loop = loop

    def choose(self, blocking: Any, asynchronous: Any) -> Any:
        """The SDK's client, or its method, of this way."""
        return asynchronous if self.is_async else blocking

    def run(self, call: Callable[[], Any]) -> list[Any]:
        """What the call gave; of a stream, every part."""
        return self._loop.run(_finished_async(call)) if self.is_async else _finished(call())

    def close(self) -> None:
        """SDKs leave connections open; those of these tests go over ``http``."""
        if isinstance(self.http, httpx.AsyncClient):
            self._loop.run(self.http.aclose())
        else:
            self.http.close()


def _finished(given: Any) -> list[Any]:
    return list(given) if inspect.isgenerator(given) else [given]


async def _finished_async(call: Callable[[], Any]) -> list[Any]:
    given = call()
    if inspect.isawaitable(given):
        given = await given
    return [part async for part in given] if inspect.isasyncgen(given) else [given]


@pytest.fixture
def assert_traced(live: Running) -> Callable[..., None]:
    """``assert_traced(parts, {...}, ...)``: these rows were sent, each part of the answer has its impact, and our
    server logged that it computed every row that it got."""
    before = len(live.log())

    def check(parts: list[Any], *rows: dict[str, Any]) -> None:
        traces = [trace for part in parts if (trace := getattr(part, "scope3ai", None)) is not None]
        for trace in traces:
            trace.wait_impact(PATIENCE_S)
        sent = [trace.request.model_dump(mode="json", exclude_unset=True) for trace in traces]
        shown = [{name: row.get(name) for name in said} for row, said in zip(sent, rows, strict=True)]
        assert shown == list(rows)
        for trace in traces:
            assert trace.impact.error is None, trace.impact.error.message
            assert all(getattr(trace.impact.total_impact, metric) > 0 for metric in METRICS), trace.impact

        def arrived() -> list[tuple[int, int]]:
            return [(one["rows"], one["row_errors"]) for one in live.log()[before:] if one.get("rows")]

        wait_until(lambda: len(arrived()) >= len(rows), "the server did not log all rows")
        assert set(arrived()) == {(1, 0)}

    return check
