"""Settings of the whole suite, and the service as tests speak to it: in process, through its real ASGI interface."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest
from hypothesis import HealthCheck, settings

# Property tests are slow to start on a busy machine. They repeat exactly, so that a change is judged by what it changes;
# `make fuzz` makes up other values each time.
settings.register_profile(
    "wattdrop",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize="FUZZ_EXAMPLES" not in os.environ,
)
settings.load_profile("wattdrop")

ROOT = Path(__file__).parent.parent

#: Of longer lists the ends are held to the description: a thousand rows would take seconds.
MOST_HELD = 6


class Service(NamedTuple):
    """The running application and a key that it takes."""

    app: Any
    key: str
    keys: Any
    store: Any
    folder: Path = Path()

    def request(self, method: str, path: str, *, key: str | None = "", **options: Any) -> httpx.Response:
        """One request, with the valid key unless another (or None) is given."""
        headers = dict(options.pop("headers", {}))
        if key is not None and "authorization" not in {name.lower() for name in headers}:
            headers["Authorization"] = f"Bearer {key or self.key}"
        response = asyncio.run(self._request(method, path, headers=headers, **options))
        hold_to_description(response)
        return response

    async def _request(self, method: str, path: str, **options: Any) -> httpx.Response:
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://service.test") as client:
            return await client.request(method, path, **options)

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self.request("GET", path, **options)

    def impact(self, *rows: Any, **options: Any) -> httpx.Response:
        return self.request("POST", "/v1/impact", json={"rows": list(rows)}, **options)


def hold_to_description(response: httpx.Response) -> None:
    """Fails where the service answers something that its own description (openapi/wattdrop.yaml) does not say."""
    from tests.description import described_answer, validator

    media_type = response.headers.get("content-type", "").partition(";")[0]
    method, path = response.request.method.lower(), re.sub("/{2,}", "/", response.request.url.path)
    schema_at = described_answer(method, path, response.status_code, media_type)
    if media_type == "application/json" and schema_at and response.content:
        validator(schema_at).validate(_ends(response.json()))


def _ends(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _ends(part) for name, part in value.items()}
    if isinstance(value, list):
        cut = len(value) > MOST_HELD
        return [_ends(part) for part in ([*value[:3], *value[-3:]] if cut else value)]
    return value


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    from wattdrop.catalog import load
    from wattdrop.service.app import create_app
    from wattdrop.service.settings import read_settings
    from wattdrop.store import open_store

    folder = tmp_path_factory.mktemp("service")
    settings = read_settings({"WATTDROP_DATA_DIR": str(folder), "WATTDROP_KEY_CACHE_SECONDS": "0"})
    store = open_store(settings.database, settings.secret())
    app = create_app(load(), store, settings)
    yield Service(app, store.keys.create("tests"), store.keys, store, folder)
    asyncio.run(app.lifecycle.stop())
    store.close()
