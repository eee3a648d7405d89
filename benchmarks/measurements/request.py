"""Requests of one row over HTTP, and what those of other measurements have in common with them."""

from __future__ import annotations

import http.client
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Final

import msgspec
import psutil
from benchmarks.rows import row
from benchmarks.timing import Absent, Case

#: Requests to one server before the next has its turn.
IN_A_ROW: Final = 50
#: Where clocks of other processes tick in hundredths of a second, a sample is to have many of them.
TURNS: Final = 6
TURNS_OF_A_COARSE_CLOCK: Final = 30


def request(stack: ExitStack) -> Sequence[Case | Absent]:
    """CPU time of the server process for one ``POST /v1/impact`` of one row over a kept connection, without a ledger;
    beside it a handler on the same server and framework that reads the body and answers a constant.
    """
    command = [sys.executable, "-m", "benchmarks.empty_handler"]
    empty = stack.enter_context(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
    stack.callback(empty.kill)
    assert empty.stdout is not None
    port = int(empty.stdout.readline())
    asked = requests(stack, port, "", msgspec.json.encode({"rows": [row(0)]}), IN_A_ROW)
    cases = [
        Case("request, empty handler", asked, IN_A_ROW, cpu_of(empty.pid)),
        service(stack, "request of one row", {"WATTDROP_LEDGER": "off"}, 1, IN_A_ROW),
    ]
    return in_turn(cases, TURNS if clock_is_fine() else TURNS_OF_A_COARSE_CLOCK)


def service(stack: ExitStack, name: str, environment: Mapping[str, str], rows: int, count: int) -> Case:
    """Requests to a service with these settings, ``count`` in a row."""
    from tests.service.processes import running

    folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    server = stack.enter_context(running(folder, "--log-level", "error", **environment))
    body = msgspec.json.encode({"rows": [row(number) for number in range(rows)]})
    asked = requests(stack, server.port, server.key, body, count)
    return Case(name, asked, count, cpu_of(server.process.pid))


def in_turn(cases: Sequence[Case], times: int, pause_s: float = 0.0) -> Sequence[Case]:
    """The same cases, each of so many calls, between which the others have their turn: the speed of a shared machine moves
    from one second to the next. With a pause, what is done behind the answers counts too: it has ended when the server
    uses hardly any CPU time in one.
    """

    def asked(clock: Callable[[], float]) -> None:
        for _ in range(times):
            for case in cases:
                case.call()
        used = float("inf")
        while pause_s and used > _IDLE_S:
            before = clock()
            time.sleep(pause_s)
            used = clock() - before

    return [Case(case.name, partial(asked, case.clock), times * case.per, case.clock) for case in cases]


#: A server that uses less CPU time in a pause is idle.
_IDLE_S: Final = 0.03


def requests(stack: ExitStack, port: int, key: str, body: bytes, count: int) -> Callable[[], None]:
    """Requests over one connection, one after another."""
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


def cpu_of(pid: int) -> Callable[[], float]:
    """What the processes of a server used so far."""
    process = psutil.Process(pid)

    def seconds() -> float:
        return sum(map(_used_s, (process, *process.children(recursive=True))))

    return seconds


def clock_is_fine() -> bool:
    """Whether CPU time of other processes is told in less than clock ticks."""
    return any(Path("/proc/self/task").glob("*/schedstat"))


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
