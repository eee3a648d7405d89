"""Runs the application in one process: one socket, a drain that loses nothing, a key that works at once."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import os
import select
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from types import FrameType
from typing import Any

import uvicorn

from ..errors import WattdropError
from . import logs, metrics
from .app import app_of_environment
from .connections import protocol_of
from .front import Front
from .settings import Settings
from .shares import Acceptor, Shares

_log = logging.getLogger(__name__)

_BACKLOG = 1024
_SWITCH_SECONDS = 0.001
_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_ACCEPT_SECONDS = 1.0
_FAREWELL_SECONDS = 1.0
_TICK_SECONDS = 0.02


class AddressError(WattdropError):
    """The service cannot listen where it should."""

    default_code = "address_error"


class Server(uvicorn.Server):
    """One process. Ends by itself with 0; by requests that it had to cut off, with 1; by a second signal, at once."""

    def __init__(self, app: Front, settings: Settings, shares: Shares | None = None, slot: int = 0) -> None:
        """With what it shares with other processes of one socket, and its place there; none where it is alone."""
        super().__init__(
            uvicorn.Config(
                app,
                http=protocol_of(settings, self._count),
                ws="none",
                interface="asgi3",
                lifespan="on",
                log_config=None,
                access_log=False,
                proxy_headers=False,
                server_header=False,
                timeout_keep_alive=settings.keep_alive_seconds,
            )
        )
        self.front = app
        self._shares = shares or Shares.of_one()
        self._slot = slot
        self._acceptors: list[Acceptor] = []
        self._drain_seconds = settings.drain_seconds
        self.cut_off = 0
        """Requests that were not answered when the time to drain was over."""

    @property
    def exit_status(self) -> int:
        """0 where it started and answered everything, else 1."""
        return 0 if self.started and not self.cut_off else 1

    def drain(self) -> None:
        """Take no more connections, answer what is open, then end."""
        self.front.lifecycle.draining = True
        self.should_exit = True

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start all parts, then take requests."""
        # Windows' loop cannot watch a socket, and takes all who wait by itself; uvloop would take one in a turn.
        watches = sys.platform != "win32"
        await super().startup([] if watches else sockets)
        if self.should_exit:  # a part could not start
            return
        connections = self.server_state.connections
        self._acceptors = [
            Acceptor(one, self._protocol, lambda: len(connections), self._shares, self._slot)
            for one in (sockets or [] if watches else [])
        ]
        metrics.takes_requests()

    def _protocol(self) -> asyncio.Protocol:
        kind: Any = self.config.http_protocol_class
        made: asyncio.Protocol = kind(
            config=self.config, server_state=self.server_state, app_state=self.lifespan.state
        )
        return made

    def _count(self) -> None:
        for one in self._acceptors:
            one.count()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """SIGTERM and Ctrl-C drain; the second of them ends at once."""
        before = {one: signal.signal(one, self.handle_exit) for one in _SIGNALS}
        try:
            yield
        finally:
            for one, handler in before.items():
                signal.signal(one, handler)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """A signal came."""
        if self.should_exit:
            os._exit(128 + sig)
        self.drain()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Drain: connections that wait are taken, then no more; open requests are answered; then parts stop."""
        await self._take_waiting(sockets or [])
        self.close_listeners()
        for one in sockets or []:
            one.close()
        await asyncio.sleep(_TICK_SECONDS)  # the loop closes them at its next turn
        await self.all_refuse()
        # Only now may clients be sent away: before, they would have come back to a queue that nobody takes from.
        self.front.lifecycle.leaving = True
        # Until now idle connections were kept: a request may be on its way to one. Each answer closes its connection.
        await self._until(
            lambda: not self.server_state.connections, min(_FAREWELL_SECONDS, self._drain_seconds)
        )
        for connection in list(self.server_state.connections):
            connection.shutdown()
        if not await self._until(self._is_empty, self._drain_seconds):
            self.cut_off = len(self.server_state.tasks)
            _log.error("%d requests were cut off: drain_seconds are over", self.cut_off)
            for task in self.server_state.tasks:
                task.cancel()
            await self._until(lambda: not self.server_state.tasks, _FAREWELL_SECONDS)
        await self.lifespan.shutdown()

    def close_listeners(self) -> None:
        """Take no more connections."""
        for listener in self.servers:
            listener.close()
        for one in self._acceptors:
            one.close()

    async def all_refuse(self) -> None:
        """Wait until other processes take no connections from the same socket either. There are none."""

    def _is_empty(self) -> bool:
        return not self.server_state.connections and not self.server_state.tasks

    async def _take_waiting(self, sockets: Sequence[socket.socket]) -> None:
        """Whoever connected before the signal has been promised an answer by the kernel."""
        if not hasattr(select, "poll"):
            return
        poll = select.poll()
        for one in sockets:
            poll.register(one, select.POLLIN)
        await self._until(lambda: not poll.poll(0), _ACCEPT_SECONDS)

    async def _until(self, reached: Callable[[], bool], most_seconds: float) -> bool:
        end = time.monotonic() + most_seconds
        while not reached():
            if time.monotonic() >= end:
                return False
            await asyncio.sleep(_TICK_SECONDS)
        return True


def bind(host: str, port: int) -> socket.socket:
    """A socket with the address: taken before anything is announced, so that the announcement is true.

    Whoever connects is refused until somebody listens: a service that cannot start leaves nobody waiting.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise AddressError(_why_not(host, port, error)) from None
    return listener


def listen(listener: socket.socket) -> None:
    """Let clients connect."""
    try:
        listener.listen(_BACKLOG)
    except OSError as error:  # another took the same address and was faster
        host, port, *_ = listener.getsockname()
        listener.close()
        raise AddressError(_why_not(host, port, error)) from None


def _why_not(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"port {port} of {host} is in use, perhaps by another wattdrop; choose another port: "
            f"wattdrop serve --port {port + 1}, or make run PORT={port + 1}"
        )
    return f"cannot listen on {host} port {port}: {error.strerror}; choose others with --host and --port"


def run(listener: socket.socket, settings: Settings) -> int:
    """Serve until SIGTERM or Ctrl-C. Gives the exit status: 0 drained, 1 with requests cut off or workers lost, 3
    where a part could not start.
    """
    handler = logs.set_up(settings.log_format, settings.log_level)
    allow_many_connections()
    try:
        if settings.workers > 1:
            from .supervisor import Supervisor

            return Supervisor(listener, settings).run()
        let_small_requests_in()
        server = Server(app_of_environment(), settings)
        server.run(sockets=[listener])
        return server.exit_status
    finally:
        handler.close()


def allow_many_connections() -> None:
    """Raise the soft limit of open files, which is often 1024, to the hard one."""
    try:
        import resource
    except ModuleNotFoundError:  # Windows has no such limit
        return
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def let_small_requests_in() -> None:
    """Let a thread with a large batch give way to the event loop five times as often as Python would by itself."""
    sys.setswitchinterval(_SWITCH_SECONDS)
