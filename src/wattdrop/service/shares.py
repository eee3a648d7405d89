"""How workers share the clients of one socket: whoever has the fewest connections takes the next.

Left to the kernel, a worker that wakes takes everybody who waits: sixteen clients that come at once, as a pool of
connections does, often end at one of two workers, and stay there as long as they keep their connections. So each worker
tells the others how many it has, in memory that all of them see, and takes who waits as long as no other has fewer; then
it leaves them to that one for a moment. A worker that is busy or hangs is not waited for.

It takes many in a turn of its loop: a turn answers everybody who is there, so of a crowd that is let in one by one the last
would wait for as many turns as there are clients.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import mmap
import socket
import struct
from collections.abc import Callable
from typing import Final

_log = logging.getLogger(__name__)
_SLOT: Final = struct.Struct("=q")
_NOBODY: Final = 2**62
#: How long connections are left to those who have fewer, in steps; then they are busy, and whoever waits is taken.
_LEAVE_SECONDS: Final = 0.001
_MOST_LEAVES: Final = 5
#: Of so many connections one more counts as none: the last of a large crowd do not wait until it is even.
_EVEN: Final = 8
#: As many are taken in one turn of the loop, at most.
_MOST_AT_ONCE: Final = 64
_FULL: Final = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)
_FULL_SECONDS: Final = 1.0


class Shares:
    """The number of connections of each worker, in a file that all of them have mapped."""

    def __init__(self, file: int, workers: int) -> None:
        self._workers = workers
        self._memory = mmap.mmap(file, workers * _SLOT.size)

    @classmethod
    def of_one(cls) -> Shares:
        """Of a process that shares with nobody."""
        return cls(-1, 1)  # memory without a file

    @staticmethod
    def size(workers: int) -> int:
        """Bytes of the file."""
        return workers * _SLOT.size

    def put(self, slot: int, connections: int | None) -> None:
        """Tell how many a worker has; None where there is none to take any."""
        _SLOT.pack_into(self._memory, slot * _SLOT.size, _NOBODY if connections is None else connections)

    def least_beside(self, slot: int) -> int:
        """The fewest that any other worker has."""
        counts = _SLOT.iter_unpack(self._memory)
        return min((count for number, (count,) in enumerate(counts) if number != slot), default=_NOBODY)


class Acceptor:
    """Takes connections from a socket that other processes take from as well."""

    def __init__(
        self,
        listener: socket.socket,
        protocol: Callable[[], asyncio.Protocol],
        connections: Callable[[], int],
        shares: Shares,
        slot: int,
    ) -> None:
        self._listener = listener
        self._protocol = protocol
        self._connections = connections
        self._shares = shares
        self._slot = slot
        self._loop = asyncio.get_running_loop()
        self._handle: asyncio.TimerHandle | None = None
        self._leaves = 0
        self._opening: set[asyncio.Task[object]] = set()
        self._closed = False
        listener.setblocking(False)
        self.count()
        self._watch()

    def count(self) -> None:
        """Tell the others how many connections there are here."""
        if not self._closed:
            self._shares.put(self._slot, self._mine())

    def close(self) -> None:
        """Take no more."""
        self._loop.remove_reader(self._listener.fileno())
        if self._handle is not None:
            self._handle.cancel()
        self._closed = True
        self._shares.put(self._slot, None)

    def _mine(self) -> int:
        return self._connections() + len(self._opening)

    def _watch(self) -> None:
        self._handle = None
        self._loop.add_reader(self._listener.fileno(), self._waits)

    def _pause(self, seconds: float) -> None:
        self._loop.remove_reader(self._listener.fileno())
        self._handle = self._loop.call_later(seconds, self._watch)

    def _waits(self) -> None:
        """Somebody waits."""
        for _ in range(_MOST_AT_ONCE):
            least = self._shares.least_beside(self._slot)
            if self._mine() <= least + least // _EVEN:
                self._leaves = 0
            elif self._leaves < _MOST_LEAVES:
                self._leaves += 1
                self._pause(_LEAVE_SECONDS)
                return
            if not self._take():
                return

    def _take(self) -> bool:
        """Take one of those who wait; false where there is none, or no room."""
        try:
            connection, _ = self._listener.accept()
        except (BlockingIOError, InterruptedError, ConnectionAbortedError):  # another was faster
            self._leaves = 0
            return False
        except OSError as error:
            if error.errno not in _FULL:
                raise
            _log.error("no connection can be taken: %s", error.strerror)
            self._pause(_FULL_SECONDS)
            return False
        connection.setblocking(False)
        with contextlib.suppress(OSError):
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        opening: asyncio.Task[object] = self._loop.create_task(self._open(connection))
        self._opening.add(opening)
        opening.add_done_callback(self._opening.discard)
        self.count()
        return True

    async def _open(self, connection: socket.socket) -> None:
        try:
            await self._loop.connect_accepted_socket(self._protocol, connection)
        except OSError:  # gone again
            connection.close()
