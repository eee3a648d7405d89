"""One of several worker processes: ``python -m wattdrop.service.worker LISTENER LIFELINE``, started by the supervisor.

The lifeline is a socket between the two. The worker sends a byte when it is ready and then one every second; when the
supervisor's end closes, also because the supervisor was killed, the worker drains.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import sys

from . import logs
from .app import app_of_environment
from .server import Server, allow_many_connections
from .settings import read_settings

BEAT_SECONDS = 1.0


def main(listener_fd: int, lifeline_fd: int) -> int:
    """Serve until told to stop."""
    settings = read_settings()
    handler = logs.set_up(settings.log_format, settings.log_level)
    allow_many_connections()
    lifeline = socket.socket(fileno=lifeline_fd)
    lifeline.setblocking(False)
    server = WorkerServer(app_of_environment(), settings)
    beats: list[asyncio.Task[None]] = []

    async def start_beating() -> None:
        beats.append(asyncio.create_task(_beat(lifeline, server)))

    server.front.lifecycle.on_start(start_beating)
    try:
        server.run(sockets=[socket.socket(fileno=listener_fd)])
        return 1 if server.cut_off else 0
    finally:
        handler.close()


class WorkerServer(Server):
    """Signals to the whole group of processes mean the supervisor, which tells its workers in turn."""

    def handle_exit(self, sig: int, frame: object) -> None:
        """SIGTERM drains, however often it comes; Ctrl-C is the supervisor's."""
        if sig == signal.SIGTERM:
            self.drain()


async def _beat(lifeline: socket.socket, server: Server) -> None:
    loop = asyncio.get_running_loop()

    async def watch() -> None:
        with contextlib.suppress(OSError):
            while await loop.sock_recv(lifeline, 16):
                pass
        server.drain()

    watching = loop.create_task(watch())
    with contextlib.suppress(OSError):
        while not watching.done():
            with contextlib.suppress(BlockingIOError):
                lifeline.send(b".")
            await asyncio.wait([watching], timeout=BEAT_SECONDS)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2])))
