"""1000 rows in one request, as the published Python client sends them: ``python benchmarks/thousand_rows.py``.

That client gives up after 5 s. A server process of its own is started with one worker; each request goes over loopback
and is timed from sending to having read the whole answer. Requests come one at a time, then eight at once. Beside the
times stands the CPU time of the server a request, which other work on the machine does not add to.
"""

from __future__ import annotations

import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import httpx
import psutil

from wattdrop.catalog import load

ROWS = 1000
ROUNDS = 20
AT_ONCE = 8
LIMIT_S = 5.0  # httpx's default, which the published client keeps

ONE = {
    "model_id": "gpt-4o",
    "managed_service_id": "openai",
    "country": "US",
    "input_tokens": 100,
    "output_tokens": 500,
    "utc_datetime": "2025-02-03T10:11:12.123456Z",
    "application_id": "default",
    "request_duration_ms": 812.4,
}


def batches() -> dict[str, tuple[str, list[dict[str, Any]]]]:
    """What is sent, and to which address."""
    models = load().models.ids
    one = [{**ONE, "request_id": f"{n:032x}"} for n in range(ROWS)]
    many = [{**row, "model_id": models[n % len(models)], "output_tokens": n} for n, row in enumerate(one)]
    return {
        "one model": ("/v1/impact", one),
        "a thousand models": ("/v1/impact", many),
        "a thousand models, debug": ("/v1/impact?debug=true", many),
        "empty cells in every row": ("/v1/impact", [{**row, "node_id": "", "task": None} for row in many]),
        "an error in every row": ("/v1/impact", [{**row, "model_id": f"nonesuch-{n}"} for n, row in enumerate(many)]),
    }  # fmt: skip


@contextmanager
def server() -> Iterator[tuple[str, str, psutil.Process]]:
    """Address and key of a server process, and the process."""
    with tempfile.TemporaryDirectory() as folder:
        process = subprocess.Popen(
            [sys.executable, "-m", "wattdrop", "serve", "--port", "0"],
            env={**os.environ, "WATTDROP_DATA_DIR": folder, "PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        try:
            assert process.stdout is not None
            announced = ""
            for line in process.stdout:
                announced += line
                if "keys create" in line:
                    break
            (url,), (key,) = re.findall(r"serves (\S+)", announced), re.findall(r"Bearer (\S+)'", announced)
            yield url, key, psutil.Process(process.pid)
        finally:
            process.terminate()
            process.wait()


def timed_s(call: Callable[[], httpx.Response]) -> float:
    """Seconds until the answer is read."""
    start = time.perf_counter()
    assert call().status_code == 200
    return time.perf_counter() - start


def cpu_s(process: psutil.Process) -> float:
    """User and system time of a process and its children."""
    times = [one.cpu_times() for one in (process, *process.children(recursive=True))]
    return sum(time.user + time.system for time in times)


def main() -> None:
    """Print a line per batch."""
    together = f"{AT_ONCE} at once, worst"
    print(f"{'1000 rows in one request, ms':30} {'CPU':>7} {'p50':>7} {'worst':>7} {together:>18}")
    with server() as (url, key, process), httpx.Client(timeout=60) as client:
        headers = {"Authorization": f"Bearer {key}"}
        for name, (path, rows) in batches().items():

            def call(path: str = path, rows: list[dict[str, Any]] = rows) -> httpx.Response:
                return client.post(url + path, json={"rows": rows}, headers=headers)

            alone_s, spent_s = [timed_s(call)], cpu_s(process)
            alone_s += [timed_s(call) for _ in range(ROUNDS)]
            spent_s = (cpu_s(process) - spent_s) / ROUNDS
            with ThreadPoolExecutor(AT_ONCE) as threads:
                together_s = list(threads.map(lambda _, call=call: timed_s(call), range(2 * AT_ONCE)))
            print(
                f"{name:30} {1000 * spent_s:7.0f} {1000 * statistics.median(alone_s):7.0f} "
                f"{1000 * max(alone_s):7.0f} {1000 * max(together_s):18.0f}"
            )
    print(f"The published client gives up after {1000 * LIMIT_S:.0f} ms.")


if __name__ == "__main__":
    main()
