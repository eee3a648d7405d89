"""A real Redis for tests: what ``WATTDROP_TEST_REDIS_URL`` names, else what ``tools/redis_server.py`` installs."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import redis
from tests.service.processes import wait_until
from tools.redis_server import SERVER


@contextmanager
def started(folder: Path) -> Iterator[str]:
    """Its address; it is stopped in the end where it was started here."""
    if given := os.environ.get("WATTDROP_TEST_REDIS_URL"):
        yield given
        return
    path = folder / "redis.sock"
    command = [
        str(SERVER),
        "--port",
        "0",
        "--unixsocket",
        str(path),
        "--save",
        "",
        "--dir",
        str(folder),
    ]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        with redis.Redis(unix_socket_path=str(path)) as client:
            wait_until(lambda: _answers(client), "Redis did not start")
        yield f"unix://{path}"
    finally:
        process.kill()
        process.wait()


def _answers(client: redis.Redis) -> bool:
    try:
        return bool(client.ping())
    except redis.ConnectionError:
        return False
