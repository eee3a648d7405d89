"""Real server processes for tests: started on a free port, read while they run, ended whatever happens."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import psutil

#: Nothing is asserted about speed: this only keeps a broken server from hanging the suite.
PATIENCE_S = 60

ROW = {"model_id": "llama_v31_8b", "input_tokens": 100, "output_tokens": 500}


class Running:
    """A server that announced its address."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.lines: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        assert process.stdout is not None
        announced = []
        for line in process.stdout:
            announced.append(line)
            if "keys create" in line:
                break
        self.announced = "".join(announced)
        found = re.search(r"serves http://([^:\s]+):(\d+)", self.announced)
        assert found is not None, f"the server ended: {self.announced}{''.join(self.lines)}"
        self.host, self.port = found[1], int(found[2])
        self.url = f"http://{self.host}:{self.port}"
        self.key = re.findall(r"Bearer (\S+)'", self.announced)[0]  # "YOUR_KEY" where keys are made by name

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.lines.append(line)

    def log(self) -> list[dict[str, Any]]:
        """What was logged so far, as objects."""
        return [json.loads(line) for line in list(self.lines) if line.startswith("{")]

    def workers(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def ready_workers(self) -> list[psutil.Process]:
        """The workers, once as many as there are take requests; none before that."""
        alive = [one for one in self.workers() if is_alive(one)]
        try:
            text = self.get("/metrics").text
        except httpx.TransportError:  # taken by one that is being replaced
            return []
        found = re.search(r"^wattdrop_workers_ready (\S+)$", text, re.MULTILINE)
        return alive if found and float(found[1]) == len(alive) else []

    def wait_for_connections(self, count: int) -> None:
        """Until so many connections are in the hands of a process, and not only of the kernel."""

        def established() -> int:
            processes = [psutil.Process(self.process.pid), *self.workers()]
            every = [one for process in processes for one in process.net_connections("tcp")]
            return sum(one.status == psutil.CONN_ESTABLISHED for one in every)

        wait_until(lambda: established() >= count, "nobody took the connection")

    def get(self, path: str, **options: Any) -> httpx.Response:
        return httpx.get(self.url + path, timeout=PATIENCE_S, **options)

    def impact(self, *rows: Any, client: httpx.Client | None = None) -> httpx.Response:
        post = client.post if client else httpx.post
        headers = {"Authorization": f"Bearer {self.key}"}
        return post(
            self.url + "/v1/impact", json={"rows": list(rows) or [ROW]}, headers=headers, timeout=PATIENCE_S
        )

    def connect(self) -> socket.socket:
        return socket.create_connection((self.host, self.port), timeout=PATIENCE_S)

    def head(self, length: int, *more: str) -> bytes:
        lines = ["POST /v1/impact HTTP/1.1", "Host: x", f"Authorization: Bearer {self.key}"]
        return "\r\n".join([*lines, f"Content-Length: {length}", *more, "", ""]).encode()

    def stop(self, sig: int = signal.SIGTERM) -> int:
        """Send a signal and give the exit status."""
        self.process.send_signal(sig)
        return self.wait()

    def wait(self) -> int:
        status = self.process.wait(PATIENCE_S)
        self._reader.join(PATIENCE_S)
        return status


@contextmanager
def running(folder: Path, *options: str, **environment: str) -> Iterator[Running]:
    """A server on a free port, its database in ``folder``; killed with all its workers at the end."""
    process = subprocess.Popen(
        [sys.executable, "-m", "wattdrop", "serve", "--port", "0", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "WATTDROP_DATA_DIR": str(folder), "PYTHONUNBUFFERED": "1", **environment},
    )
    try:
        yield Running(process)
    finally:
        children = psutil.Process(process.pid).children(recursive=True) if process.poll() is None else []
        process.kill()
        for one in children:
            if one.is_running():
                one.kill()
        process.wait(PATIENCE_S)
        for stream in (process.stdout, process.stderr):
            assert stream is not None
            stream.close()


def is_alive(process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def wait_until(reached: Callable[[], bool], why_not: str) -> None:
    end = time.monotonic() + PATIENCE_S
    while not reached():
        assert time.monotonic() < end, why_not
        time.sleep(0.05)


def read_all(connection: socket.socket) -> bytes:
    """What the server sends until it closes."""
    parts = []
    try:
        while part := connection.recv(65536):
            parts.append(part)
    except ConnectionResetError:
        pass
    return b"".join(parts)
