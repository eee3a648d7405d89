"""Ten minutes of mixed traffic on a real service: does its memory grow, does its latency drift? ``make soak``.

The service runs with two workers on a free port and an own database. Clients send at a fixed rate, each over a
connection that it keeps: single rows, rows that no cache has seen, 1000 rows, streams, lists, and requests that fail.
Of each hundred requests every kind has the same share, so that no minute is dearer than another by chance.

Memory is the resident set of each process. Latency is printed; what decides is the CPU time of a request. Other work on
the machine changes that too, by as much as half, since cores share caches and clocks: so every second a fixed piece of
plain Python is timed as well, the yardstick, and the CPU time of a request is told in yardsticks. The first fifth of the
time warms up and is left out of both fits.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import NamedTuple

import httpx
import psutil
from soak_report import table, verdicts
from soak_traffic import ROW, Deck

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.service.processes import Running, running, wait_until

SAMPLE_SECONDS = 5
YARDSTICK_SECONDS = 1


class Answer(NamedTuple):
    """One answered request."""

    at_s: float
    kind: str
    seconds: float
    status: int


class Sample(NamedTuple):
    """Resident memory of one process, and the CPU time that it has used since it started."""

    at_s: float
    pid: int
    bytes: int
    cpu_s: float


def sample(at_s: float, process: psutil.Process) -> Sample:
    times = process.cpu_times()
    return Sample(at_s, process.pid, process.memory_info().rss, times.user + times.system)


_YARDSTICK = json.dumps(
    [{**ROW, "request_id": f"{number:016x}", "cost": number / 7} for number in range(1000)]
)


def yardstick() -> float:
    """CPU seconds of a fixed piece of work of the kind that requests are: JSON, dictionaries, numbers, fresh memory."""
    start = time.thread_time()
    rows = json.loads(_YARDSTICK)
    found = {row["request_id"]: row["input_tokens"] * 0.5 + row["cost"] for row in rows}
    json.dumps(found)
    return time.thread_time() - start


class Soak:
    """Clients and the clock."""

    def __init__(self, server: Running, seconds: float, rate: float, clients: int) -> None:
        self.server = server
        self.seconds = seconds
        self.answers: list[Answer] = []
        self.samples: list[Sample] = []
        self.yardsticks: list[tuple[float, float]] = []
        """When each was taken, and what it cost."""
        self.clients_of_workers: list[int] = []
        """At the last sample."""
        self.began = time.monotonic()
        self._gap_s = clients / rate
        self._clients = clients
        self._deck = Deck()

    def run(self) -> None:
        """Until the time is over."""
        threads = [threading.Thread(target=self._ask, daemon=True) for _ in range(self._clients)]
        for thread in threads:
            thread.start()
        processes = [psutil.Process(self.server.process.pid), *self.server.workers()]
        sample_at = 0.0
        while (now := time.monotonic() - self.began) < self.seconds:
            if now >= sample_at:
                self.samples += [sample(now, one) for one in processes]
                sample_at += SAMPLE_SECONDS
                self.clients_of_workers = [len(one.net_connections("tcp")) - 1 for one in processes[1:]]
            self.yardsticks.append((now, yardstick()))
            time.sleep(YARDSTICK_SECONDS)
        for thread in threads:
            thread.join(60)

    def _ask(self) -> None:
        headers = {"Authorization": f"Bearer {self.server.key}", "Content-Type": "application/json"}
        due = time.monotonic() + random.random() * self._gap_s
        with httpx.Client(base_url=self.server.url, headers=headers, timeout=60) as client:
            while time.monotonic() - self.began < self.seconds:
                time.sleep(max(0.0, due - time.monotonic()))
                due += self._gap_s
                kind = self._deck.next()
                start = time.perf_counter()
                status = kind(client).status_code
                seconds = time.perf_counter() - start
                self.answers.append(Answer(time.monotonic() - self.began, kind.__name__, seconds, status))


def main() -> int:
    """Print the table and what it says. 1 where memory grows, requests get dearer or an answer failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10, help="at least 5")
    parser.add_argument("--rate", type=float, default=40, help="requests a second, of all clients")
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    if options.minutes < 5:
        parser.error("--minutes: at least 5, or the fits say nothing")
    with tempfile.TemporaryDirectory() as folder:
        flags = ("--workers", str(options.workers), "--log-level", "warning")
        with running(Path(folder), *flags) as server:
            if options.workers > 1:
                wait_until(lambda: len(server.ready_workers()) == options.workers, "no workers")
            soak = Soak(server, options.minutes * 60, options.rate, options.clients)
            soak.run()
            load = ", ".join(f"{one:.1f}" for one in psutil.getloadavg())
            print(table(soak))
            print(f"clients of each worker: {soak.clients_of_workers}")
            print(f"load average at the end, other work on the machine included: {load}")
            found = verdicts(soak)
            for good, text in found:
                print(f"{'ok  ' if good else 'LOOK'} {text}")
            stopped = server.stop()
            print(f"exit status after SIGTERM: {stopped}")
    return 0 if all(good for good, _ in found) and stopped == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
