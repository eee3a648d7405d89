"""Several worker processes behind one socket: started, watched, replaced when they die or hang, drained together."""

from __future__ import annotations

import logging
import os
import selectors
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from types import FrameType
from typing import Final

from ..errors import SettingError
from . import dead_counts, metrics
from .settings import Settings
from .shares import Shares

_log = logging.getLogger(__name__)

#: For the parts that drain after the last answer, before a worker that does not end is killed.
_STOP_SECONDS: Final = 15.0
_REFUSE_SECONDS: Final = 2.0
#: A worker that starts may be silent for so long: on a busy machine, or while it waits for a database.
_START_SECONDS: Final = 60.0
_NOT_STARTED: Final = 3  # as uvicorn says of a single process
_SHORT_LIFE_SECONDS: Final = 10.0
_SHORTEST_PAUSE_SECONDS: Final = 0.5
_LONGEST_PAUSE_SECONDS: Final = 30.0
_TICK_SECONDS: Final = 0.5


class Worker:
    """A worker process and our end of its lifeline."""

    def __init__(self, listener: socket.socket, shares: int, slot: int) -> None:
        self.slot = slot
        self.lifeline, theirs = socket.socketpair()
        fds = (listener.fileno(), theirs.fileno(), shares)
        command = [sys.executable, "-m", "wattdrop.service.worker", *map(str, (*fds, slot))]
        with theirs:
            try:
                self.process = subprocess.Popen(command, pass_fds=fds, stdin=subprocess.DEVNULL)  # noqa: S603 - our own
            except OSError:
                self.lifeline.close()
                raise
        self.started = self.heard = time.monotonic()
        self.ready = self.refuses = False

    def listens(self) -> bool:
        """Read what it said. False when it closed its end: it is dead, or nearly."""
        try:
            said = self.lifeline.recv(4096)
        except OSError:
            said = b""
        if said:
            self.heard, self.ready = time.monotonic(), True
            self.refuses = self.refuses or b"c" in said
        return bool(said)

    def is_silent(self, hang_seconds: float) -> bool:
        """Whether it was not heard for longer than one that works is silent."""
        most_seconds = hang_seconds if self.ready else max(hang_seconds, _START_SECONDS)
        return time.monotonic() - self.heard > most_seconds

    def drain(self) -> None:
        """Tell it to take no more connections."""
        with suppress(OSError):
            self.lifeline.send(b"d")

    def dismiss(self) -> None:
        """Tell it that the others take none either, so that its clients may be sent away."""
        with suppress(OSError):
            self.lifeline.shutdown(socket.SHUT_WR)

    def end(self) -> int:
        """Kill it if it lives, and give its exit status."""
        self.lifeline.close()
        self.process.kill()
        return self.process.wait()


class Supervisor:
    """The parent of the workers. It answers nothing itself and holds no database."""

    def __init__(self, listener: socket.socket, settings: Settings) -> None:
        if os.name != "posix":
            raise SettingError(
                "WATTDROP_WORKERS: more than one needs Linux or macOS; set it to 1", field="workers"
            )
        self._listener = listener
        self._settings = settings
        self._workers: list[Worker] = []
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - as long as the process
        self._file.truncate(Shares.size(settings.workers))
        self._shares = Shares(self._file.fileno(), settings.workers)
        for slot in range(settings.workers):
            self._shares.put(slot, None)
        self._selector = selectors.DefaultSelector()
        self._signals: list[int] = []
        self._pause_seconds = _SHORTEST_PAUSE_SECONDS
        self._start_at = 0.0
        self._was_ready = False

    def run(self) -> int:
        """Serve until a signal comes. Gives the exit status: 0 all drained, 1 some did not, 3 never started, 128 + n
        ended at once.
        """
        bell, ring = socket.socketpair()
        for one in (bell, ring):
            one.setblocking(False)
        self._selector.register(bell, selectors.EVENT_READ, bell)
        signal.set_wakeup_fd(ring.fileno(), warn_on_full_buffer=False)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._note)
        try:
            return self._drain() if self._serve() else _NOT_STARTED
        finally:
            for worker in self._workers:
                worker.end()
            signal.set_wakeup_fd(-1)

    def _note(self, number: int, frame: FrameType | None) -> None:
        self._signals.append(number)

    def _serve(self) -> bool:
        """Until a signal. False where the workers cannot start at all, which another try would not mend."""
        while not self._signals:
            while len(self._workers) < self._settings.workers and time.monotonic() >= self._start_at:
                self._start()
            for worker in self._listen(_TICK_SECONDS):
                if not self._lost(worker, "ended"):
                    return False
            for worker in self._workers:
                if worker.refuses:  # told to stop by somebody else; the others go on
                    worker.dismiss()
            for worker in [one for one in self._workers if one.is_silent(self._settings.hang_seconds)]:
                if not self._lost(worker, "gave no sign of life"):
                    return False
        return True

    def _start(self) -> None:
        taken = {one.slot for one in self._workers}
        slot = next(number for number in range(self._settings.workers) if number not in taken)
        try:
            worker = Worker(self._listener, self._file.fileno(), slot)
        except OSError as error:
            if not self._was_ready:
                raise
            self._pause(longer=True)  # the machine has no room for another process: those that live go on
            _log.error("a worker cannot be started, another try follows: %s", error)
            return
        self._workers.append(worker)
        self._selector.register(worker.lifeline, selectors.EVENT_READ, worker)

    def _listen(self, seconds: float) -> list[Worker]:
        """What the workers say, and a signal, for so long. Gives those that are gone."""
        gone = []
        for key, _ in self._selector.select(seconds):
            if isinstance(key.data, socket.socket):
                key.data.recv(4096)  # the bell: what it rings for was noted already
            elif not key.data.listens():
                gone.append(key.data)
            elif not self._was_ready:
                self._was_ready = True
        return gone

    def _remove(self, worker: Worker) -> int:
        self._selector.unregister(worker.lifeline)
        self._workers.remove(worker)
        status = worker.end()
        self._shares.put(worker.slot, None)
        dead_counts.forget(worker.process.pid)
        return status

    def _lost(self, worker: Worker, how: str) -> bool:
        """Arrange for another in its place, after a pause that grows where they do not live long."""
        status = self._remove(worker)
        if not self._was_ready:
            _log.error("a worker ended with status %d before it was ready; the lines above say why", status)
            return False
        lived_seconds = time.monotonic() - worker.started
        self._pause(longer=lived_seconds < _SHORT_LIFE_SECONDS)
        _log.error("worker %d %s (status %d) and is replaced", worker.process.pid, how, status)
        metrics.worker_restarted()
        return True

    def _pause(self, longer: bool) -> None:
        """Before the next start: longer each time, or not at all."""
        self._pause_seconds = (
            min(2 * self._pause_seconds, _LONGEST_PAUSE_SECONDS) if longer else _SHORTEST_PAUSE_SECONDS
        )
        self._start_at = time.monotonic() + (self._pause_seconds if longer else 0.0)

    def _drain(self) -> int:
        self._listener.close()  # ours first: the last to close it is a worker that has looked whether someone waits
        for worker in self._workers:
            worker.drain()
        now = time.monotonic()
        dismiss_at, end = now + _REFUSE_SECONDS, now + self._settings.drain_seconds + _STOP_SECONDS
        status = 0
        while self._workers and time.monotonic() < end:
            for worker in self._listen(_TICK_SECONDS):
                worker.process.wait()
                status |= self._remove(worker) != 0
            if all(one.refuses for one in self._workers) or time.monotonic() >= dismiss_at:
                for worker in self._workers:
                    worker.dismiss()
            if len(self._signals) > 1:
                return 128 + self._signals[-1]
        if self._workers:
            _log.error("%d workers did not end in time and are killed", len(self._workers))
        return 1 if self._workers else status
