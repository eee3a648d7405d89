"""API keys: made once, shown once, kept as a hash."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Final, Literal, NamedTuple, TypeAlias, get_args

from ..errors import NotFound
from .database import Database

_PREFIX = "wd_"
_SHOWN_LETTERS = 7
_COLUMNS = "id, customer_id, name, shown, created_at, revoked_at, scopes, expires_at"
FIRST_CUSTOMER_ID = 1
"""Customer of keys made on the command line. Customer 0 owns the catalog's own objects."""


Scope: TypeAlias = Literal["impact", "read", "write", "admin"]
SCOPES: Final[frozenset[str]] = frozenset(get_args(Scope))
"""What a key may do: estimate; read catalogs and usage; make and change own objects; everything, for every customer."""


class ApiKey(NamedTuple):
    """A key as the store knows it: everything but the key."""

    id: int
    customer_id: int
    name: str
    shown: str
    created_at: str
    revoked_at: str | None
    scopes: frozenset[str]
    expires_at: str | None


class Keys:
    """Create, recognise, list and revoke keys."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(
        self,
        name: str,
        customer_id: int = FIRST_CUSTOMER_ID,
        scopes: frozenset[str] = SCOPES,
        expires: datetime | None = None,
    ) -> str:
        """A new key. This is the only time it can be read.

        Parameters
        ----------
        scopes
            What it may do, some of ``SCOPES``.
        expires
            When it ends, in UTC; never, where not given.
        """
        key = _PREFIX + secrets.token_urlsafe(32)
        self._database.execute(
            "INSERT INTO api_key (customer_id, name, shown, hash, created_at, scopes, expires_at) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                customer_id,
                name,
                key[:_SHOWN_LETTERS],
                _hash(key),
                _now(),
                " ".join(sorted(scopes)),
                _written(expires) if expires else None,
            ),
        )
        return key

    def find(self, key: str) -> ApiKey | None:
        """The record of a key that is valid now."""
        row = self._database.execute(
            f"SELECT {_COLUMNS} FROM api_key "  # noqa: S608 - a constant of ours
            "WHERE hash = ? AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ?)",
            (_hash(key), _now()),
        ).fetchone()
        return _key(row) if row else None

    def list(self) -> list[ApiKey]:
        """Every key ever made, oldest first."""
        rows = self._database.execute(f"SELECT {_COLUMNS} FROM api_key ORDER BY id")  # noqa: S608
        return [_key(row) for row in rows]

    def revoke(self, key_id: int) -> ApiKey:
        """End a key. A running service notices within seconds."""
        changed = self._database.execute(
            "UPDATE api_key SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL", (_now(), key_id)
        ).rowcount
        found = next((key for key in self.list() if key.id == key_id), None)
        if found is None or not changed:
            state = "is revoked already" if found else "does not exist"
            raise NotFound(f"key {key_id} {state}; list them with: wattdrop keys list")
        return found


def _hash(key: str) -> bytes:
    return sha256(key.encode("utf-8", "surrogateescape")).digest()


def _key(row: tuple[Any, ...]) -> ApiKey:
    number, customer_id, name, shown, created_at, revoked_at, scopes, expires_at = row
    rights = frozenset(scopes.split())
    return ApiKey(number, customer_id, name, shown, created_at, revoked_at, rights, expires_at)


def _now() -> str:
    return _written(datetime.now(UTC))


def _written(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"
