"""API keys: made once, shown once, kept as a keyed hash."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from hmac import compare_digest, digest
from typing import Final, Literal, NamedTuple, TypeAlias, get_args

from ..errors import NotFound
from .clock import now, written
from .customers import FIRST_CUSTOMER_ID
from .database import Database, Row
from .secret import check_secret
from .windows import Selection, Window, counted, listed, number_in

_PREFIX = "wd_"
_SHOWN_LETTERS = 7
_COLUMNS = (
    "k.id, k.customer_id, k.name, k.shown, k.created_at, k.revoked_at, k.scopes, k.expires_at, "
    "k.user_id, u.name, k.last_used_at, k.requests_per_s, k.rows_per_s"
)
_FROM = "FROM api_key k LEFT JOIN app_user u ON u.id = k.user_id"
_VALID = (
    "k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > ?) "
    "AND (k.user_id IS NULL OR u.disabled_at IS NULL)"
)


Scope: TypeAlias = Literal["impact", "read", "write", "admin"]
State: TypeAlias = Literal["valid", "ended"]
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
    user_id: int | None
    user: str | None
    last_used_at: str | None
    requests_per_s: float | None
    rows_per_s: float | None

    @property
    def owner(self) -> str:
        """Who is written down as the maker of things made with this key."""
        return self.user or self.name


class Keys:
    """Create, recognise, list and revoke keys."""

    def __init__(self, database: Database, secret: bytes) -> None:
        check_secret(database, secret)
        self._database = database
        self._secret = secret

    def create(
        self,
        name: str,
        customer_id: int = FIRST_CUSTOMER_ID,
        scopes: frozenset[str] = SCOPES,
        expires: datetime | None = None,
        user_id: int | None = None,
        requests_per_s: float | None = None,
        rows_per_s: float | None = None,
    ) -> str:
        """A new key. This is the only time it can be read.

        Parameters
        ----------
        scopes
            What it may do, some of ``SCOPES``.
        expires
            When it ends, in UTC; never, where not given.
        user_id
            Whose it is; it ends with the user.
        requests_per_s, rows_per_s
            How much it may ask for; the service's own limits, where not given.
        """
        key = _PREFIX + secrets.token_urlsafe(32)
        with self._database.transaction() as transaction:
            if not transaction.query("SELECT id FROM customer WHERE id = ?", (customer_id,)):
                raise NotFound(
                    f"there is no customer {customer_id}; make one with: wattdrop customers create NAME"
                )
            transaction.execute(
                "INSERT INTO api_key (customer_id, name, shown, hash, keyed, created_at, scopes, expires_at, user_id, "
                "requests_per_s, rows_per_s) VALUES (?, ?, ?, ?, 1, ?, ?, ?, ?, ?, ?)",
                (
                    customer_id,
                    name,
                    key[:_SHOWN_LETTERS],
                    self._hash(key),
                    now(),
                    " ".join(sorted(scopes)),
                    written(expires) if expires else None,
                    user_id,
                    requests_per_s,
                    rows_per_s,
                ),
            )
        return key

    def find(self, key: str) -> ApiKey | None:
        """The record of a key that is valid now."""
        keyed, plain = self._hash(key), sha256(_bytes(key)).digest()
        moment = now()
        rows = self._database.query(
            f"SELECT {_COLUMNS}, k.hash {_FROM} "
            f"WHERE ((k.hash = ? AND k.keyed = 1) OR (k.hash = ? AND k.keyed = 0)) AND {_VALID}",
            (keyed, plain, moment),
        )
        for *row, stored in rows:
            found = _key(tuple(row))
            if compare_digest(bytes(stored), keyed):
                return found
            if compare_digest(bytes(stored), plain):  # made by an early version: hashed better from now on
                self._database.execute(
                    "UPDATE api_key SET hash = ?, keyed = 1 WHERE id = ? AND keyed = 0", (keyed, found.id)
                )
                return found
        return None

    def list(
        self,
        customer_id: int | None = None,
        window: Window | None = None,
        search: str = "",
        state: State | None = None,
        newest_first: bool = False,
    ) -> list[ApiKey]:
        """Every key ever made, of one customer or of all, oldest first.

        Parameters
        ----------
        search
            Only those that hold every word of this in their name, their first letters or the name of their user.
        state
            Only those that are valid now, or have ended.
        """
        chosen, order = _chosen(customer_id, search, state), "k.id DESC" if newest_first else "k.id"
        return [_key(row) for row in listed(self._database, _COLUMNS, _FROM, chosen, order, window)]

    def count(self, customer_id: int | None = None, search: str = "", state: State | None = None) -> int:
        """How many of these there are."""
        return counted(self._database, _FROM, _chosen(customer_id, search, state))

    def revoke(self, key_id: int, customer_id: int | None = None) -> ApiKey:
        """End a key, of one customer or of any. A running service notices within seconds."""
        rows = self._database.query(f"SELECT {_COLUMNS} {_FROM} WHERE k.id = ?", (number_in(str(key_id)),))
        found = next((key for key in map(_key, rows) if customer_id in (None, key.customer_id)), None)
        changed = found and self._database.execute(
            "UPDATE api_key SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL", (now(), key_id)
        )
        if found is None or not changed:
            state = "is revoked already" if found else "does not exist"
            raise NotFound(f"key {key_id} {state}; list them with: wattdrop keys list")
        return found

    def used(self, moments: Mapping[int, str]) -> None:
        """Note when keys were last used, by their ids."""
        with self._database.transaction() as transaction:
            transaction.execute_many(
                "UPDATE api_key SET last_used_at = ? WHERE id = ? AND (last_used_at IS NULL OR last_used_at < ?)",
                [(moment, key_id, moment) for key_id, moment in sorted(moments.items())],
            )

    def _hash(self, key: str) -> bytes:
        return digest(self._secret, _bytes(key), sha256)


def _chosen(customer_id: int | None, search: str, state: State | None) -> Selection:
    chosen = Selection().owned_by("k.customer_id", customer_id).holding(search, "k.name", "k.shown", "u.name")
    if state is not None:
        chosen = chosen.where(_VALID if state == "valid" else f"NOT ({_VALID})", now())
    return chosen


def _bytes(key: str) -> bytes:
    return key.encode("utf-8", "surrogateescape")


def _key(row: Row) -> ApiKey:
    fields = list(row)
    fields[6] = frozenset(fields[6].split())
    return ApiKey._make(fields)
