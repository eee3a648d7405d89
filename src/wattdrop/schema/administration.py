"""Customers, users and keys on the wire: what administrators send and get. The public contract knows none of it."""

from __future__ import annotations

from msgspec import Struct


class CustomerRequest(Struct, kw_only=True, forbid_unknown_fields=True):
    """A new customer."""

    name: str


class CustomerEntry(Struct, kw_only=True):
    """Somebody whose objects and usage no other customer sees. Number 0 owns what all of them see."""

    id: int
    name: str
    created_at: str


class CustomerList(Struct, kw_only=True):
    """All customers, oldest first."""

    customers: list[CustomerEntry]


class UserRequest(Struct, kw_only=True, forbid_unknown_fields=True):
    """A new user: of the customer named, by name or number, else of the key's own."""

    name: str
    customer: str | int | None = None


class UserEntry(Struct, kw_only=True, omit_defaults=True):
    """A person or program of a customer."""

    id: int
    customer_id: int
    customer: str
    name: str
    created_at: str
    disabled_at: str | None = None


class UserList(Struct, kw_only=True):
    """Users, oldest first."""

    users: list[UserEntry]


class KeyRequest(Struct, kw_only=True, forbid_unknown_fields=True):
    """A new key. What is left out: the customer of the asking key, no user, the service's own limits, no end."""

    name: str
    scopes: list[str] | str
    customer: str | int | None = None
    user: str | int | None = None
    rate: str | None = None
    row_rate: str | None = None
    expires: str | None = None


class KeyEntry(Struct, kw_only=True, omit_defaults=True):
    """A key without the key itself; ``key`` only in the answer that makes it."""

    id: int
    customer_id: int
    customer: str
    name: str
    shown: str
    scopes: list[str]
    created_at: str
    user_id: int | None = None
    user: str | None = None
    rate: str | None = None
    row_rate: str | None = None
    last_used_at: str | None = None
    expires_at: str | None = None
    revoked_at: str | None = None
    key: str | None = None


class KeyList(Struct, kw_only=True):
    """Keys, oldest first, also those that ended."""

    keys: list[KeyEntry]


class OwnKey(Struct, kw_only=True, omit_defaults=True):
    """What a key is and may do. ``rate`` and ``row_rate`` are the limits that hold, of the key or of the service."""

    id: int
    customer_id: int
    customer: str
    name: str
    shown: str
    scopes: list[str]
    created_at: str
    user: str | None = None
    rate: str | None = None
    row_rate: str | None = None
    burst_seconds: int | None = None
    expires_at: str | None = None
