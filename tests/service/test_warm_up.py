"""A process is ready when the first request finds everything that it needs, not when it could begin to look for it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.service.processes import running, wait_until

#: A process of its own asks the application as a server starts it, and tells what was read from files for that.
ASK = """
import asyncio, sys
import httpx
from wattdrop.service.app import app_of_environment
from wattdrop.service.settings import read_settings, store_of

key = store_of(read_settings()).keys.create("tests")
app = app_of_environment()

async def ask():
    transport = httpx.ASGITransport(app=app)
    headers = {"Authorization": f"Bearer {key}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://x", headers=headers) as client:
        await app.lifecycle.start()
        await client.get("/health")
        opened = []
        sys.addaudithook(lambda event, of: opened.append(f"{event} {of[0]}") if event in ("open", "import") else None)
        rows = [
            {"model_id": "gpt-4o", "output_tokens": 50, "managed_service_id": "azure"},
            {"model_id": "llama_v31_8b", "node_id": "aws:p4d.24xlarge", "output_tokens": 50, "country": "SE"},
            {"task": "text-to-image", "cloud_region": "us-east-1", "cloud_id": "aws"},
        ]
        answer = await client.post(PATH, json={"rows": rows})
        print("answered", answer.status_code)
        print(*(one for one in opened if "wattdrop" in one), sep="\\n")
        await app.lifecycle.stop()

asyncio.run(ask())
"""


@pytest.mark.parametrize("query", ["", "?debug=true&ranges=true"])
def test_the_first_request_of_a_process_reads_no_file_of_ours(tmp_path: Path, query: str) -> None:
    script = f"PATH = '/v1/impact{query}'\n{ASK}"
    environment = {**os.environ, "WATTDROP_DATA_DIR": str(tmp_path), "WATTDROP_LEDGER": "off"}
    found = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, env=environment, check=True
    )
    assert found.stdout.split("\n")[:2] == ["answered 200", ""]


def test_metrics_tell_how_many_workers_take_requests(tmp_path: Path) -> None:
    with running(tmp_path, "--workers", "2", "--log-level", "warning") as server:
        wait_until(lambda: len(server.ready_workers()) == 2, "no workers")
        server.workers()[0].kill()
        wait_until(lambda: "wattdrop_workers_ready 1.0" in server.get("/metrics").text, "the dead one counts")
        wait_until(lambda: len(server.ready_workers()) == 2, "no replacement")
