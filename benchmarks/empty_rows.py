"""The most rows that ten megabytes hold, on every route: memory, time, how long others wait. ``benchmarks/empty_rows.py``.

Before rows were counted before they are made, such a body cost up to 6.6 GB and held up everybody else for 19 seconds.
"""

from __future__ import annotations

import sys
import tempfile
import threading
import time
from pathlib import Path

import httpx
import psutil

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.service.processes import Running, running

BODY_BYTES = 10_000_000
PATIENCE_S = 300


def filled(head: str, piece: str, tail: str) -> bytes:
    count = (BODY_BYTES - len(head) - len(tail)) // (len(piece) + 1)
    return (head + ",".join([piece] * count) + tail).encode()


BODIES = [
    ("/v1/impact", filled('{"rows":[', "{}", "]}")),
    ("/v1/impact", filled('{"rows":[', "[]", "]}")),
    ("/v1/impact", filled('{"rows":[{"model_id":[', "0", "]}]}")),
    ("/v1/explain", filled('{"rows":[', "{}", "]}")),
    ("/", filled('{"calls":[', "[]", "]}")),
    ("/", filled('{"calls":[', "0", "]}")),
    ("/v1/snowflake", filled('{"data":[', "[0]", "]}")),
    ("/v1/log_json", filled('{"rows":[', "{}", "]}")),
    ("/v1/log_json", filled("[", "0", "]")),
    ("/v1/impact/bulk", b"{}\n" * (BODY_BYTES // 3)),
]


def status_of(server: Running, path: str, body: bytes) -> int:
    headers = {"Authorization": f"Bearer {server.key}", "Content-Type": "application/json"}
    url = server.url + path
    with httpx.stream("POST", url, content=body, headers=headers, timeout=PATIENCE_S) as response:
        for _ in response.iter_bytes():
            pass
        return response.status_code


def measure(server: Running, path: str, body: bytes) -> str:
    """One line: status, time, memory beyond what was held before, longest wait for /health meanwhile."""
    process = psutil.Process(server.process.pid)
    before = most = process.memory_info().rss
    found: list[int] = []
    asker = threading.Thread(target=lambda: found.append(status_of(server, path, body)))
    start = time.monotonic()
    longest_s = 0.0
    asker.start()
    with httpx.Client(base_url=server.url, timeout=PATIENCE_S) as others:
        while asker.is_alive():
            asked = time.monotonic()
            others.get("/health")
            longest_s = max(longest_s, time.monotonic() - asked)
            most = max(most, process.memory_info().rss)
            time.sleep(0.01)
    seconds = time.monotonic() - start
    shown = body[:24].decode().replace("\n", " ")
    return f"{path:17} {shown:25} {found[0]:6} {seconds:6.1f} {(most - before) / 1e6:8.0f} {1000 * longest_s:9.0f}"


def main() -> None:
    print(f"{'path':17} {'body':25} {'status':>6} {'s':>6} {'more MB':>8} {'others ms':>9}")
    for path, body in BODIES:
        with tempfile.TemporaryDirectory() as folder, running(Path(folder), "--log-level", "error") as server:
            server.get("/health")
            print(measure(server, path, body), flush=True)


if __name__ == "__main__":
    main()
