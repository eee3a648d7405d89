"""Ten minutes of mixed traffic on a real service: does its memory grow, does its latency drift? ``make soak``.

The service runs with two workers on a free port and an own database. Clients send at a fixed rate, each over a
connection that it keeps: single rows, rows that no cache has seen, 1000 rows, streams, lists, and requests that fail.
Memory is the resident set of each process. Latency is printed; what decides is the CPU time of a request, which does
not see who else uses the machine. The first fifth of the time warms up and is left out of both fits.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import httpx
import numpy as np
import psutil

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.service.processes import Running, running, wait_until

ROW = {"model_id": "llama_v31_8b", "input_tokens": 100, "output_tokens": 500}
SAMPLE_SECONDS = 5
#: Fitted growth over the window, as a share of the level, that counts as growth, and change of the median as drift.
MOST_GROWTH = 0.02
MOST_DRIFT = 0.25


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


def single(client: httpx.Client) -> httpx.Response:
    return client.post("/v1/impact", json={"rows": [ROW]})


def unseen(client: httpx.Client) -> httpx.Response:
    """Names, ids and sizes that never come twice."""
    row = {
        "model_id": f"unseen-{random.getrandbits(64):x}" if random.random() < 0.5 else "gpt-4o",
        "request_id": f"{random.getrandbits(64):x}",
        "input_tokens": random.randrange(100_000),
        "output_tokens": random.randrange(100_000),
    }
    return client.post("/v1/impact?debug=true&ranges=true", json={"rows": [row]})


def thousand(client: httpx.Client) -> httpx.Response:
    return client.post("/v1/impact", json={"rows": [ROW] * 1000})


def stream(client: httpx.Client) -> httpx.Response:
    body = (json.dumps(ROW) + "\n") * 500
    return client.post("/v1/impact/bulk", content=body, headers={"Content-Type": "application/x-ndjson"})


def listed(client: httpx.Client) -> httpx.Response:
    return client.get(random.choice(["/model", "/node?cloud=aws", "/gpu", "/model?family=llama", "/status"]))


def explained(client: httpx.Client) -> httpx.Response:
    return client.post("/v1/explain", json={"rows": [ROW]})


def failing(client: httpx.Client) -> httpx.Response:
    word = f"{random.getrandbits(64):x}"
    return random.choice(
        [
            lambda: client.post("/v1/impact", content=f'{{"rows": [{word}'),
            lambda: client.post("/v1/impact", json={"rows": [{word: 1}]}),
            lambda: client.get("/gpu", headers={"Authorization": f"Bearer {word}"}),
            lambda: client.get(f"/{word}"),
            lambda: client.delete("/v1/impact"),
        ]
    )()


#: Shares of the requests.
MIX: dict[Callable[[httpx.Client], httpx.Response], float] = {
    single: 0.55, unseen: 0.15, thousand: 0.02, stream: 0.03, listed: 0.10, explained: 0.03, failing: 0.12,
}  # fmt: skip


class Soak:
    """Clients and the clock."""

    def __init__(self, server: Running, seconds: float, rate: float, clients: int) -> None:
        self.server = server
        self.seconds = seconds
        self.answers: list[Answer] = []
        self.samples: list[Sample] = []
        self.began = time.monotonic()
        self._gap_s = clients / rate
        self._clients = clients

    def run(self) -> None:
        """Until the time is over."""
        threads = [threading.Thread(target=self._ask, daemon=True) for _ in range(self._clients)]
        for thread in threads:
            thread.start()
        processes = [psutil.Process(self.server.process.pid), *self.server.workers()]
        while (now := time.monotonic() - self.began) < self.seconds:
            self.samples += [sample(now, one) for one in processes]
            time.sleep(SAMPLE_SECONDS)
        for thread in threads:
            thread.join(60)

    def _ask(self) -> None:
        headers = {"Authorization": f"Bearer {self.server.key}", "Content-Type": "application/json"}
        kinds, weights = list(MIX), list(MIX.values())
        due = time.monotonic() + random.random() * self._gap_s
        with httpx.Client(base_url=self.server.url, headers=headers, timeout=60) as client:
            while time.monotonic() - self.began < self.seconds:
                time.sleep(max(0.0, due - time.monotonic()))
                due += self._gap_s
                (kind,) = random.choices(kinds, weights)
                start = time.perf_counter()
                status = kind(client).status_code
                seconds = time.perf_counter() - start
                self.answers.append(Answer(time.monotonic() - self.began, kind.__name__, seconds, status))


def cpu_ms_of_requests(soak: Soak) -> list[float]:
    """CPU time of all processes for each request, by minute: unlike latency, it does not see who else uses the machine."""
    found = []
    for minute in range(int(soak.seconds // 60)):
        inside = [one for one in soak.samples if minute <= one.at_s / 60 < minute + 1]
        of_pids = [[one.cpu_s for one in inside if one.pid == pid] for pid in {one.pid for one in inside}]
        first, last = min(one.at_s for one in inside), max(one.at_s for one in inside)
        answered = sum(first <= one.at_s < last for one in soak.answers)
        found.append(1000 * sum(each[-1] - each[0] for each in of_pids) / answered)
    return found


def table(soak: Soak) -> str:
    """A line a minute."""
    pids = list(dict.fromkeys(one.pid for one in soak.samples))
    names = (
        ["parent", *(f"worker {number}" for number in range(1, len(pids)))] if len(pids) > 1 else ["server"]
    )
    head = f"{'minute':>6} {'requests':>9} {'5xx':>4} {'p50':>7} {'p95':>7} {'p99':>7} {'single p50':>11} {'CPU':>6}"
    units = (
        f"{'':>6} {'':>9} {'':>4} {'ms':>7} {'ms':>7} {'ms':>7} {'ms':>11} {'ms':>6}"
        + f" {'MB':>9}" * len(names)
    )
    lines = [head + "".join(f" {name:>9}" for name in names), units]
    cpu_ms = cpu_ms_of_requests(soak)
    for minute in range(int(soak.seconds // 60)):
        here = [one for one in soak.answers if minute * 60 <= one.at_s < (minute + 1) * 60]
        every = [1000 * one.seconds for one in here]
        lone = [1000 * one.seconds for one in here if one.kind == "single"]
        p50, p95, p99 = np.percentile(every, [50, 95, 99])
        failed = sum(one.status >= 500 for one in here)
        levels = [
            np.median(
                [
                    one.bytes
                    for one in soak.samples
                    if one.pid == pid and minute * 60 <= one.at_s < (minute + 1) * 60
                ]
            )
            for pid in pids
        ]
        line = f"{minute + 1:6} {len(here):9} {failed:4} {p50:7.1f} {p95:7.1f} {p99:7.1f} {np.median(lone):11.2f}"
        lines.append(f"{line} {cpu_ms[minute]:6.2f}" + "".join(f" {level / 1e6:9.1f}" for level in levels))
    return "\n".join(lines)


def drift(values: Sequence[float]) -> float:
    """Change over all minutes by the fit, as a share of the first."""
    slope, start = np.polyfit(range(len(values)), values, 1)
    return float(slope * (len(values) - 1) / start)


def _drift_text(soak: Soak, first: int) -> str:
    lone = [one for one in soak.answers if one.kind == "single"]
    medians = [
        float(np.median([one.seconds for one in lone if minute <= one.at_s / 60 < minute + 1]))
        for minute in range(first, int(soak.seconds // 60))
    ]
    return (
        f"CPU time of a request: {drift(cpu_ms_of_requests(soak)[first:]):+.1%} by the fit "
        f"(median latency of single rows: {drift(medians):+.1%}, other work on the machine included)"
    )


def verdicts(soak: Soak) -> list[tuple[bool, str]]:
    """What the fits over the time after warming up say."""
    warm_s = soak.seconds / 5
    found = []
    for number, pid in enumerate(dict.fromkeys(one.pid for one in soak.samples)):
        of_process = [one for one in soak.samples if one.pid == pid and one.at_s >= warm_s]
        slope, start = np.polyfit([one.at_s for one in of_process], [one.bytes for one in of_process], 1)
        growth = slope * (soak.seconds - warm_s)
        share = growth / (start + slope * warm_s)
        name = "parent or server" if number == 0 else f"worker {number}"
        text = f"memory of {name}: {growth / 1e6:+.2f} MB ({share:+.2%}) by the fit"
        found.append((share <= MOST_GROWTH, text))
    first = int(warm_s // 60)
    found.append((abs(drift(cpu_ms_of_requests(soak)[first:])) <= MOST_DRIFT, _drift_text(soak, first)))
    failed = Counter(one.status for one in soak.answers if one.status >= 500)
    found.append((not failed, f"answers with 5xx: {dict(failed) or 'none'} of {len(soak.answers)}"))
    return found


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
            print(f"load average at the end, other work on the machine included: {load}")
            found = verdicts(soak)
            for good, text in found:
                print(f"{'ok  ' if good else 'LOOK'} {text}")
            stopped = server.stop()
            print(f"exit status after SIGTERM: {stopped}")
    return 0 if all(good for good, _ in found) and stopped == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
