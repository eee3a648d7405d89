"""Requests over HTTP, of one row and of many."""

from __future__ import annotations

import http.client
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Final

import msgspec
import psutil
from benchmarks.rows import row
from benchmarks.timing import Absent, Case

#: Where clocks of other processes tick in hundredths of a second, a round is to have many of them.
REQUESTS: Final = 1500
#: Of many rows: enough for the ledger's thread to meet batches as it does under load.
ROWS: Final = 1000
LARGE_REQUESTS: Final = 100
#: For so long that the ledger's thread has several batches of a sample, of which the first costs as much as the last.
SAMPLED_REQUESTS: Final = 3 * REQUESTS
#: What the service may keep. Of a sample every hundredth row.
LEDGERS: Final[Mapping[str, Mapping[str, str]]] = {
    "off": {"WATTDROP_LEDGER": "off"},
    "on": {"WATTDROP_LEDGER": "on"},
    "sampled": {"WATTDROP_LEDGER": "sampled", "WATTDROP_LEDGER_ONE_IN": "100"},
}
#: A server that uses less CPU time in a pause is idle; the ledger gathers for half a second.
IDLE_S, PAUSE_S = 0.03, 1.0


def request(stack: ExitStack) -> Sequence[Case | Absent]:
    """CPU time of the server process for one ``POST /v1/impact`` over a kept connection, of one row and of 1,000: without
    the ledger, with a sample of one row in a hundred, and of one row with all of it, what is done behind the answers
    included; beside it a handler on the same server and framework that reads the body and answers a constant.
    """
    from tests.service.processes import running

    def service(name: str, ledger: str, rows: int = 1) -> Case:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        server = stack.enter_context(running(folder, "--log-level", "error", **LEDGERS[ledger]))
        body = msgspec.json.encode({"rows": [row(number) for number in range(rows)]})
        count = LARGE_REQUESTS if rows > 1 else SAMPLED_REQUESTS if ledger == "sampled" else REQUESTS
        ask, clock = _requests(stack, server.port, server.key, body, count), _cpu_of(server.process.pid)
        return Case(name, ask if ledger == "off" else lambda: _until_idle(ask, clock), count, clock)

    command = [sys.executable, "-m", "benchmarks.empty_handler"]
    empty = stack.enter_context(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
    stack.callback(empty.kill)
    assert empty.stdout is not None
    port = int(empty.stdout.readline())
    ask = _requests(stack, port, "", msgspec.json.encode({"rows": [row(0)]}), REQUESTS)
    return [
        Case("request, empty handler", ask, REQUESTS, _cpu_of(empty.pid)),
        service("request of one row", "off"),
        service("request of one row, ledger on", "on"),
        service("request of one row, ledger sampled", "sampled"),
        service("request of 1000 rows", "off", ROWS),
        service("request of 1000 rows, ledger sampled", "sampled", ROWS),
    ]


def _requests(stack: ExitStack, port: int, key: str, body: bytes, count: int) -> Callable[[], None]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    stack.callback(connection.close)
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}

    def ask() -> None:
        connection.close()  # servers drop a connection that is idle while others have their turn
        for _ in range(count):
            connection.request("POST", "/v1/impact", body, headers)
            answer = connection.getresponse()
            answer.read()
            if answer.status != 200:
                raise RuntimeError(f"the server answers {answer.status}")

    return ask


def _until_idle(ask: Callable[[], None], clock: Callable[[], float]) -> None:
    """The ledger is filled behind the answers: that counts too."""
    ask()
    used = float("inf")
    while used > IDLE_S:
        before = clock()
        time.sleep(PAUSE_S)
        used = clock() - before


def _cpu_of(pid: int) -> Callable[[], float]:
    process = psutil.Process(pid)

    def seconds() -> float:
        return sum(map(_used_s, (process, *process.children(recursive=True))))

    return seconds


def _used_s(process: psutil.Process) -> float:
    """From the scheduler's own sums where it shows them: clock ticks are a seventh of what a round of empty requests takes,
    and the least of several rounds is one that lost a tick.
    """
    try:
        threads = (one.read_text() for one in Path(f"/proc/{process.pid}/task").glob("*/schedstat"))
        of_threads = [int(text.split()[0]) for text in threads]
    except OSError:
        of_threads = []
    if of_threads:
        return sum(of_threads) / 1e9
    used = process.cpu_times()
    return used.user + used.system
