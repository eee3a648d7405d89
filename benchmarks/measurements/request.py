"""One row over HTTP."""

from __future__ import annotations

import http.client
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Final

import msgspec
import psutil
from benchmarks.rows import row
from benchmarks.timing import Absent, Case

#: Where clocks of other processes tick in hundredths of a second, a round is to have many of them.
REQUESTS: Final = 1500
#: A server that uses less CPU time in a pause is idle; the ledger gathers for half a second.
IDLE_S, PAUSE_S = 0.03, 1.0


def request(stack: ExitStack) -> Sequence[Case | Absent]:
    """CPU time of the server process for one ``POST /v1/impact`` of one row over a kept connection, without the ledger
    and with it, what is done behind the answers included; beside it a handler on the same server and framework that
    reads the body and answers a constant.
    """
    from tests.service.processes import running

    body = msgspec.json.encode({"rows": [row(0)]})

    def service(name: str, ledger: str) -> Case:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        server = stack.enter_context(running(folder, "--log-level", "error", WATTDROP_LEDGER=ledger))
        ask, clock = _requests(stack, server.port, server.key, body), _cpu_of(server.process.pid)
        return Case(name, ask if ledger == "off" else lambda: _until_idle(ask, clock), REQUESTS, clock)

    command = [sys.executable, "-m", "benchmarks.empty_handler"]
    empty = stack.enter_context(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
    stack.callback(empty.kill)
    assert empty.stdout is not None
    port = int(empty.stdout.readline())
    return [
        Case("request, empty handler", _requests(stack, port, "", body), REQUESTS, _cpu_of(empty.pid)),
        service("request of one row", "off"),
        service("request of one row, ledger on", "on"),
    ]


def _requests(stack: ExitStack, port: int, key: str, body: bytes) -> Callable[[], None]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    stack.callback(connection.close)
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}

    def ask() -> None:
        connection.close()  # servers drop a connection that is idle while others have their turn
        for _ in range(REQUESTS):
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
