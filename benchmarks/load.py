"""The service under load, with wrk: requests and rows a second, latency, and CPU time of the server a request.

    python benchmarks/load.py [--seconds 5] [--workers 2] [--write]

wrk (https://github.com/wg/wrk) must be installed; Debian and Homebrew have it. It runs on the machine that it measures, so
what a core does for it is missing to the server: the CPU time of the server a request is the figure that carries over,
`req/s` what this machine made of it. With ``--write`` the tables go to docs/reference/benchmarks-service.md.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import psutil

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.machine import commit, machine
from benchmarks.pages import put
from tests.service.processes import Running, running, wait_until

HERE = Path(__file__).parent
PAGE = HERE.parent / "docs" / "reference" / "benchmarks-service.md"
CONNECTIONS = (1, 16, 256)
#: A tenth of a percent of latencies needs some thousand requests.
MODELS = ("gpt-4o", "llama_v31_8b", "claude-3-5-sonnet-20241022", "mistral-large-latest", "o3-mini")
REGIONS = ("us-east-1", "eu-west-1", "us-west-2", "ap-south-1")
LEDGERS: Mapping[str, Mapping[str, str]] = {
    "off": {"WATTDROP_LEDGER": "off"},
    "sampled, 1 in 100": {"WATTDROP_LEDGER": "sampled", "WATTDROP_LEDGER_ONE_IN": "100"},
    "on": {"WATTDROP_LEDGER": "on"},
    "on, segments": {"WATTDROP_LEDGER": "on", "WATTDROP_LEDGER_STORE": "segments"},
}

SCRIPT = """
local file = io.open(os.getenv("LOAD_BODIES"), "r")
local bodies, next_body = {}, 0
for line in file:lines() do bodies[#bodies + 1] = line end
file:close()
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Authorization"] = "Bearer " .. os.getenv("LOAD_KEY")
request = function()
  next_body = next_body % #bodies + 1
  return wrk.format(nil, nil, nil, bodies[next_body])
end
done = function(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format("RESULT %d %d %d %d %d %d\\n", summary.requests, summary.duration, latency:percentile(50),
    latency:percentile(99), latency:percentile(99.9),
    errors.status + errors.connect + errors.read + errors.write + errors.timeout))
end
"""


class Load(NamedTuple):
    """What one run of wrk saw, and what the server used meanwhile."""

    requests: int
    seconds: float
    p50_ms: float
    p99_ms: float
    p999_ms: float
    errors: int
    cpu_s: float

    @property
    def per_s(self) -> float:
        """Requests a second."""
        return self.requests / self.seconds

    @property
    def cpu_us(self) -> float:
        """CPU time of the server a request."""
        return self.cpu_s / max(1, self.requests) * 1e6


def row(number: int) -> dict[str, Any]:
    """Rows as an application sends them: few models and places, many sizes and moments."""
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    return {
        "model_id": MODELS[number % 5],
        "cloud_region": REGIONS[number % 4],
        "input_tokens": 50 + 37 * number % 3000,
        "output_tokens": 20 + 11 * number % 700,
        "project_id": f"project {number % 20}",
        "utc_datetime": f"{today}T{number % 24:02}:{number % 60:02}:{number % 59:02}Z",
        "request_duration_ms": 500.0 + number % 1000,
    }


def bodies(rows: int, count: int) -> list[str]:
    return [
        json.dumps({"rows": [row(rows * at + number) for number in range(rows)]}, separators=(",", ":"))
        for at in range(count)
    ]


class Generator:
    """wrk, told what to send."""

    def __init__(self, folder: Path, rows: int, count: int) -> None:
        self._bodies = folder / f"bodies-{rows}.txt"
        self._bodies.write_text("\n".join(bodies(rows, count)) + "\n")
        self._script = folder / "load.lua"
        self._script.write_text(SCRIPT)

    def start(
        self, url: str, key: str, connections: int, seconds: float, threads: int = 1
    ) -> subprocess.Popen[str]:
        """Begin to send."""
        command = [
            "wrk",
            f"-t{threads}",
            f"-c{connections}",
            f"-d{math.ceil(seconds)}s",
            "--timeout",
            "60s",
            "-s",
            str(self._script),
            url,
        ]
        environment = {**os.environ, "LOAD_BODIES": str(self._bodies), "LOAD_KEY": key}
        return subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )

    def run(
        self,
        url: str,
        key: str,
        connections: int,
        seconds: float,
        cpu: Callable[[], float],
        threads: int = 1,
    ) -> Load:
        """Send, and wait for the end."""
        spent = cpu()
        return finished(self.start(url, key, connections, seconds, threads), cpu, spent)


def finished(process: subprocess.Popen[str], cpu: Callable[[], float], spent: float) -> Load:
    output = process.communicate()[0]
    for line in output.splitlines():
        if line.startswith("RESULT "):
            requests, micros, p50, p99, p999, errors = map(int, line.split()[1:])
            return Load(requests, micros / 1e6, p50 / 1e3, p99 / 1e3, p999 / 1e3, errors, cpu() - spent)
    raise SystemExit(f"wrk said:\n{output}")


def cpu_of(server: Running) -> Callable[[], float]:
    """CPU time of the processes of a server so far."""
    processes = [psutil.Process(server.process.pid), *server.workers()]

    def seconds() -> float:
        return sum(sum(one.cpu_times()[:2]) for one in processes)

    return seconds


@contextmanager
def service(workers: int, environment: Mapping[str, str]) -> Iterator[Running]:
    """A server with its own data folder, ready."""
    with (
        tempfile.TemporaryDirectory() as folder,
        running(Path(folder), "--workers", str(workers), **environment) as server,
    ):
        if workers > 1:
            wait_until(lambda: len(server.ready_workers()) == workers, "no workers")
        yield server


@contextmanager
def empty_handler() -> Iterator[tuple[str, Callable[[], float]]]:
    """The same framework on the same server, with a handler that reads the body and answers always the same."""
    process = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("empty_handler.py"))], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        watched = psutil.Process(process.pid)
        yield f"http://127.0.0.1:{port}", lambda: sum(watched.cpu_times()[:2])
    finally:
        process.kill()
        process.wait()


def decode_cpu_us(body: bytes, seconds: float) -> float:
    """CPU time of a typed decode of a body and nothing else, over and over for so long."""
    import msgspec

    from wattdrop.schema import ImpactRequest

    decoder = msgspec.json.Decoder(ImpactRequest)
    start, end, done = time.process_time(), time.monotonic() + seconds, 0
    while time.monotonic() < end:
        for _ in range(10):
            decoder.decode(body)
        done += 10
    return 1e6 * (time.process_time() - start) / done


# --- the tables ---


def latencies(load: Load) -> str:
    """As cells."""
    return f"{load.p50_ms:.2f} | {load.p99_ms:.1f} | {load.p999_ms:.1f}"


def cost_table(folder: Path, seconds: float, rounds: int = 5) -> str:
    """What a request costs beyond an empty handler, and a thousand rows beyond their typed decode.

    All of them take turns: the speed of a shared machine moves from one second to the next.
    """
    one, thousand = Generator(folder, 1, 200), Generator(folder, 1000, 5)
    body = bodies(1000, 1)[0].encode()
    decode = "1,000 rows, typed decode alone"
    cases: dict[str, Callable[[float], float]] = {}
    of_many: dict[str, Callable[[float], float]] = {decode: lambda seconds: decode_cpu_us(body, seconds)}

    def asked(generator: Generator, url: str, key: str, cpu: Callable[[], float]) -> Callable[[float], float]:
        return lambda seconds: generator.run(url + "/v1/impact", key, 4, seconds, cpu).cpu_us

    with ExitStack() as stack:
        url, cpu = stack.enter_context(empty_handler())
        empty = "one row, empty handler"
        cases[empty] = asked(one, url, "x", cpu)
        for name, environment in LEDGERS.items():
            server = stack.enter_context(service(1, {"WATTDROP_LOG_LEVEL": "info", **environment}))
            cases[f"one row, ledger {name}"] = asked(one, server.url, server.key, cpu_of(server))
            of_many[f"1,000 rows, ledger {name}"] = asked(thousand, server.url, server.key, cpu_of(server))
        cases |= of_many
        for measured in cases.values():
            measured(1)
        found = [[measured(seconds / 2) for measured in cases.values()] for _ in range(rounds)]
    least = dict(zip(cases, map(min, zip(*found, strict=True)), strict=True))
    lines = ["| | CPU of the server | ratio |", "|---|---|---|"]
    for name, us in least.items():
        base = least[decode if name in of_many else empty]
        shown = f"{us / 1e3:.2f} ms" if name in of_many else f"{us:.0f} µs"
        lines.append(f"| {name} | {shown} | {'1' if name in (empty, decode) else f'{us / base:.2f}'} |")
    return "\n".join(lines)


def load_table(folder: Path, seconds: float, workers: int) -> str:
    """Throughput and latency."""
    one, thousand = Generator(folder, 1, 200), Generator(folder, 1000, 5)
    lines = [
        "| ledger | rows a request | connections | req/s | rows/s | p50 ms | p99 ms | p99.9 ms | server CPU a request "
        "| cores | errors |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for name, environment in LEDGERS.items():
        for rows, generator in ((1, one), (1000, thousand)):
            with service(workers, environment) as server:
                cpu = cpu_of(server)
                generator.run(server.url + "/v1/impact", server.key, 4, 1, cpu)
                for connections in CONNECTIONS:
                    load = generator.run(server.url + "/v1/impact", server.key, connections, seconds, cpu)
                    lines.append(
                        f"| {name} | {rows:,} | {connections} | {load.per_s:,.0f} | {rows * load.per_s:,.0f} "
                        f"| {latencies(load)} | {load.cpu_us:,.0f} µs | {load.cpu_s / load.seconds:.2f} | {load.errors} |"
                    )
                    print(lines[-1], flush=True)
    return "\n".join(lines)


def mixed_table(folder: Path, seconds: float) -> str:
    """Single rows alone, and while others send thousands."""
    one, thousand = Generator(folder, 1, 200), Generator(folder, 1000, 5)
    lines = [
        "| workers | beside 4 connections of | req/s | p50 ms | p99 ms | p99.9 ms |",
        "|---|---|---|---|---|---|",
    ]
    for workers in (1, 2):
        with service(workers, LEDGERS["off"]) as server:
            cpu = cpu_of(server)
            url = server.url + "/v1/impact"
            for beside in ("nothing", "1,000 rows a request", "a stream of lines"):
                other: subprocess.Popen[Any] | None = None
                if beside.startswith("1,000"):
                    other = thousand.start(url, server.key, 4, seconds + 2)
                elif beside.startswith("a stream"):
                    other = subprocess.Popen(
                        [sys.executable, __file__, "--stream", server.url, server.key, str(seconds + 2)]
                    )
                time.sleep(1)
                load = one.run(url, server.key, 8, seconds, cpu)
                if other is not None:
                    other.wait()
                lines.append(f"| {workers} | {beside} | {load.per_s:,.0f} | {latencies(load)} |")
                print(lines[-1], flush=True)
    return "\n".join(lines)


def stream(url: str, key: str, seconds: float) -> None:
    """Four streams of lines, one after another, for so long."""
    import threading

    import httpx

    lines = "".join(json.dumps(row(number)) + "\n" for number in range(20_000)).encode()
    end = time.monotonic() + seconds
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/x-ndjson"}

    def send() -> None:
        with httpx.Client(timeout=60) as client:
            while time.monotonic() < end:
                with client.stream("POST", url + "/v1/impact/bulk", content=lines, headers=headers) as answer:
                    for _ in answer.iter_raw():
                        if time.monotonic() > end:
                            break

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def where() -> str:
    """The machine and the commit, in words."""
    about, memory = machine(), psutil.virtual_memory().total / 1e9
    return (
        f"{about['processor']}, {about['cores']} cores, {memory:.0f} GB, {about['python']}; commit {commit()}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=5, help="of each run")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--only", choices=("cost", "load", "mixed"), action="append")
    parser.add_argument(
        "--write", action="store_true", help="put the tables into docs/reference/benchmarks-service.md"
    )
    parser.add_argument("--stream", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.stream:
        stream(options.stream[0], options.stream[1], float(options.stream[2]))
    else:
        measure(options)


def measure(options: argparse.Namespace) -> None:
    """Print the tables, and write them where asked."""
    only: Sequence[str] = options.only or ("cost", "load", "mixed")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        makers: Mapping[str, Callable[[], str]] = {
            "cost": lambda: cost_table(folder, options.seconds),
            "load": lambda: load_table(folder, options.seconds, options.workers),
            "mixed": lambda: mixed_table(folder, options.seconds),
        }
        before = ", ".join(f"{one:.1f}" for one in psutil.getloadavg())
        head = f"{where()}; load average before {before}; {options.seconds:g} s a run."
        print(head, flush=True)
        tables = {}
        for part in only:
            tables[part] = makers[part]()
            print(f"\n## {part}\n\n{tables[part]}", flush=True)
    if options.write:
        put(PAGE, {"machine": head, **tables})


if __name__ == "__main__":
    main()
