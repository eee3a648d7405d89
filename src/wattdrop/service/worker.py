"""One of several worker processes: started by the supervisor as
``python -m wattdrop.service.worker LISTENER LIFELINE SHARES SLOT``.

The lifeline is a socket between the two. The worker says ``.`` when it is ready and then every second, and ``c`` when it
has closed the listener. The supervisor says ``d`` for drain, and closes its end when every worker has closed the listener;
so the end of the lifeline means the same when the supervisor was killed.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import sys

from . import logs
from .app import app_of_environment
from .front import Front
from .server import Server, allow_many_connections, let_small_requests_in
from .settings import Settings, read_settings
from .shares import Shares

BEAT_SECONDS = 1.0
_MOST_WAIT_SECONDS = 3.0


def main(listener_fd: int, lifeline_fd: int, shares_fd: int, slot: int) -> int:
    """Serve until told to stop."""
    settings = read_settings()
    handler = logs.set_up(settings.log_format, settings.log_level)
    allow_many_connections()
    let_small_requests_in()
    lifeline = socket.socket(fileno=lifeline_fd)
    lifeline.setblocking(False)
    shares = Shares(shares_fd, settings.workers)
    server = WorkerServer(app_of_environment(), settings, lifeline, shares, slot)
    try:
        server.run(sockets=[socket.socket(fileno=listener_fd)])
        return server.exit_status
    finally:
        handler.close()


class WorkerServer(Server):
    """A server at a lifeline."""

    def __init__(
        self, app: Front, settings: Settings, lifeline: socket.socket, shares: Shares, slot: int
    ) -> None:
        super().__init__(app, settings, shares, slot)
        self._lifeline = lifeline
        self._alone = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    def handle_exit(self, sig: int, frame: object) -> None:
        """SIGTERM drains, however often it comes; Ctrl-C at a terminal goes to all, and is the supervisor's."""
        if sig == signal.SIGTERM:
            self.drain()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Take connections; from then on be heard."""
        await super().startup(sockets)
        self._tasks += [asyncio.create_task(self._listen()), asyncio.create_task(self._beat())]

    async def all_refuse(self) -> None:
        """Tell the supervisor, and wait for its word that the others have closed the listener too."""
        self._say(b"c")
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._alone.wait(), _MOST_WAIT_SECONDS)

    async def _listen(self) -> None:
        loop = asyncio.get_running_loop()
        with contextlib.suppress(OSError):
            while await loop.sock_recv(self._lifeline, 16):
                self.drain()
        self._alone.set()
        self.drain()

    async def _beat(self) -> None:
        while True:
            self._say(b".")
            await asyncio.sleep(BEAT_SECONDS)

    def _say(self, word: bytes) -> None:
        with contextlib.suppress(OSError):  # nobody listens any more, or not now
            self._lifeline.send(word)


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
