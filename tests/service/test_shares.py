"""Workers share clients evenly, also those that come all at once."""

from __future__ import annotations

import asyncio
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest
from tests.service.processes import ROW, Running, running, wait_until

from wattdrop.service.shares import Acceptor, Shares


@pytest.fixture
def shares() -> Iterator[Shares]:
    with tempfile.TemporaryFile() as file:
        file.truncate(Shares.size(3))
        yield Shares(file.fileno(), 3)


def test_everybody_sees_what_the_others_have(shares: Shares) -> None:
    for slot, count in enumerate((4, 7, 2)):
        shares.put(slot, count)
    assert [shares.least_beside(slot) for slot in range(3)] == [2, 2, 4]
    shares.put(2, None)  # that worker is gone: nobody waits for it
    assert [shares.least_beside(slot) for slot in range(2)] == [7, 4]


def accepted_by(shares: Shares, fewer: int, waiting: int) -> int:
    """How many of those who wait a worker with no connections takes, beside one that has ``fewer`` and never takes any."""

    async def run() -> int:
        made: list[asyncio.Protocol] = []

        def protocol() -> asyncio.Protocol:
            made.append(asyncio.Protocol())
            return made[-1]

        with socket.create_server(("127.0.0.1", 0)) as listener:
            shares.put(1, fewer)
            acceptor = Acceptor(listener, protocol, lambda: len(made), shares, 0)
            clients = [socket.create_connection(listener.getsockname()) for _ in range(waiting)]
            end = asyncio.get_running_loop().time() + 30
            while len(made) < waiting and asyncio.get_running_loop().time() < end:
                await asyncio.sleep(0.001)
            acceptor.close()
            for client in clients:
                client.close()
        return len(made)

    shares.put(2, None)
    return asyncio.run(run())


@pytest.mark.parametrize("fewer", [0, 100])
def test_one_that_takes_none_is_not_waited_for(shares: Shares, fewer: int) -> None:
    assert accepted_by(shares, fewer, 20) == 20
    assert shares.least_beside(2) == fewer  # who closed its door is not counted on


def test_a_crowd_is_let_in_at_once(shares: Shares) -> None:
    """A turn of the loop answers everybody who is in: let in one a turn, the last of 256 waited for eight seconds."""

    async def run() -> int:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            acceptor = Acceptor(listener, asyncio.Protocol, lambda: 0, shares, 0)
            clients = [socket.create_connection(listener.getsockname()) for _ in range(40)]
            for _ in range(3):
                await asyncio.sleep(0)  # the loop sees them, and they are taken
            taken = shares.least_beside(1)
            acceptor.close()
            for client in clients:
                client.close()
            return taken

    shares.put(1, None)
    shares.put(2, None)
    assert asyncio.run(run()) == 40


def connections(server: Running) -> list[int]:
    return [
        sum(one.status == psutil.CONN_ESTABLISHED for one in worker.net_connections("tcp"))
        for worker in server.workers()
    ]


def test_clients_that_come_at_once_are_spread_over_the_workers(tmp_path: Path) -> None:
    with running(tmp_path, "--workers", "2", "--log-level", "warning") as server:
        clients: list[socket.socket] = []

        def both_take() -> bool:
            clients.append(server.connect())
            return all(connections(server)) and len(server.workers()) == 2

        def none_is_left() -> None:
            while clients:
                clients.pop().close()
            wait_until(lambda: not any(connections(server)), "connections stay open")

        wait_until(both_take, "one of the workers takes no connection")
        fewest = []
        for _ in range(
            3
        ):  # a worker that the machine keeps waiting is not waited for: not every crowd is even
            none_is_left()
            clients += [server.connect() for _ in range(40)]
            wait_until(lambda: sum(connections(server)) == 40, "not all connections are taken")
            fewest.append(min(connections(server)))
        none_is_left()
        assert max(fewest) >= 10


def test_every_client_of_a_crowd_is_answered(tmp_path: Path) -> None:
    with running(tmp_path, "--workers", "3", "--log-level", "warning") as server:

        async def crowd() -> set[int]:
            limits = httpx.Limits(max_connections=60)
            headers = {"Authorization": f"Bearer {server.key}"}
            async with httpx.AsyncClient(limits=limits, timeout=60, headers=headers) as client:
                posts = [client.post(f"{server.url}/v1/impact", json={"rows": [ROW]}) for _ in range(180)]
                return {answer.status_code for answer in await asyncio.gather(*posts)}

        assert asyncio.run(crowd()) == {200}
        assert server.stop() == 0
