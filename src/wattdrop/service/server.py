"""Runs the application: one socket, one or more processes, a key that works at once."""

from __future__ import annotations

import errno
import os
import socket
from pathlib import Path

import uvicorn
from uvicorn.supervisors import Multiprocess

from ..errors import WattdropError
from ..store import Keys
from .settings import Settings

APPLICATION = "wattdrop.service.app:app_of_environment"
LOCAL_KEY_NAME = "local"


class AddressError(WattdropError):
    """The service cannot listen where it should."""

    default_code = "address_error"


def listen(host: str, port: int) -> socket.socket:
    """A bound socket: taken before anything is announced, so that the announcement is true."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(1024)
    except OSError as error:
        listener.close()
        raise AddressError(_why_not(host, port, error)) from None
    listener.set_inheritable(True)
    return listener


def _why_not(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"port {port} of {host} is in use, perhaps by another wattdrop; choose another port: "
            f"wattdrop serve --port {port + 1}, or make run PORT={port + 1}"
        )
    return f"cannot listen on {host} port {port}: {error.strerror}; choose others with --host and --port"


def run(listener: socket.socket, settings: Settings, workers: int) -> None:
    """Serve until SIGTERM or Ctrl-C; requests that are being answered are finished first."""
    config = uvicorn.Config(
        APPLICATION,
        factory=True,
        workers=workers,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=settings.drain_seconds,
    )
    if workers > 1:
        Multiprocess(config, sockets=[listener]).run()
    else:
        uvicorn.Server(config).run(sockets=[listener])


def local_key(keys: Keys, path: Path) -> str:
    """The key that the start message shows: the same at every start, in a file that only its owner can read."""
    if path.exists():
        key = path.read_text(encoding="ascii", errors="replace").strip()
        if keys.find(key) is not None:
            return key
    key = keys.create(LOCAL_KEY_NAME)
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(key + "\n")
    return key
