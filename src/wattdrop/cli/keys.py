"""``wattdrop keys create|list|revoke``."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import click

from ..store import SCOPES
from .opened import opened_store
from .tables import table

_UNITS = {"d": timedelta(days=1), "h": timedelta(hours=1)}
_SECONDS = {"s": 1.0, "min": 60.0, "h": 3600.0}


@click.group()
def keys() -> None:
    """Create, list and revoke API keys of the service. They are stored as hashes and shown once."""


@keys.command()
@click.argument("name")
@click.option("--customer", default="1", show_default=True, help="Whose key it is: name or number.")
@click.option(
    "--user", default="", help="User of the customer, by name or number; the key ends with the user."
)
@click.option(
    "--scopes",
    default="impact,read,write,admin",
    show_default=True,
    help="What it may do: impact estimates; read lists objects and usage; write changes own objects and erases usage; "
    "admin does everything for every customer.",
)
@click.option("--rate", default="", help="Most requests, such as 10/s, 600/min. Empty: the setting rate.")
@click.option("--row-rate", default="", help="Most rows, such as 5000/s. Empty: the setting row_rate.")
@click.option(
    "--expires",
    default="",
    help="When it ends: a day such as 2027-01-31, or a time from now such as 90d, 12h.",
)
def create(name: str, customer: str, user: str, scopes: str, rate: str, row_rate: str, expires: str) -> None:
    """Create a key called NAME. The last line printed is the key alone."""
    rights, end = _scopes(scopes), _end(expires)
    requests, rows = _rate(rate, "--rate"), _rate(row_rate, "--row-rate")
    with opened_store() as store:
        owner = store.customers.find(customer).id
        user_id = store.customers.find_user(owner, user).id if user else None
        key = store.keys.create(name, owner, rights, end, user_id, requests, rows)
        click.echo(f"Key {name!r} in {store.database.shown}; it is not shown again:", err=True)
    click.echo(key)


def _rate(text: str, option: str) -> float | None:
    """A number of things a second."""
    if not text:
        return None
    number, _, unit = text.partition("/")
    try:
        value = float(number) / _SECONDS[unit.strip() or "s"]
    except (ValueError, KeyError):
        value = math.nan
    if not 0.0 < value < math.inf:
        raise click.BadParameter(
            f"expected a rate such as 10/s, 600/min, got {text[:40]!r}", param_hint=option
        )
    return value


def _scopes(text: str) -> frozenset[str]:
    named = frozenset(name.strip() for name in text.split(",") if name.strip())
    if wrong := sorted(named - SCOPES):
        raise click.BadParameter(
            f"{', '.join(wrong)} is no scope; name some of {', '.join(sorted(SCOPES))}", param_hint="--scopes"
        )
    if not named:
        raise click.BadParameter(f"name some of {', '.join(sorted(SCOPES))}", param_hint="--scopes")
    return named


def _end(text: str) -> datetime | None:
    """A day (its last moment, UTC) or a time from now."""
    if not text:
        return None
    now = datetime.now(UTC)
    if text[-1:] in _UNITS and text[:-1].isdecimal() and 0 < int(text[:-1]) < 100_000:
        return now + int(text[:-1]) * _UNITS[text[-1]]
    try:
        end = datetime.fromisoformat(text).replace(tzinfo=UTC) + timedelta(days=1)
    except ValueError:
        end = None
    if end is None or len(text) != len("2027-01-31"):
        raise click.BadParameter(
            f"expected a day such as 2027-01-31, or 90d, 12h, got {text[:40]!r}", param_hint="--expires"
        )
    if end <= now:
        raise click.BadParameter(f"{text} is over; name a day to come", param_hint="--expires")
    return end


@keys.command("list")
@click.option("--customer", default="", help="Only of this customer: name or number.")
def list_keys(customer: str) -> None:
    """List every key, without the keys themselves."""
    with opened_store() as store:
        owner = store.customers.find(customer).id if customer else None
        found = store.keys.list(owner)
        names = {one.id: one.name for one in store.customers.list()}
    if not found:
        click.echo("No keys yet. Create one with: wattdrop keys create NAME")
        return
    rows = [
        (
            str(key.id),
            key.name,
            names.get(key.customer_id, str(key.customer_id)),
            key.user or "",
            key.shown + "...",
            ",".join(sorted(key.scopes)),
            "; ".join(_limits(key.requests_per_s, key.rows_per_s)),
            key.created_at,
            key.last_used_at or "",
            key.expires_at or "",
            key.revoked_at or "",
        )
        for key in found
    ]
    heads = (
        "id",
        "name",
        "customer",
        "user",
        "key",
        "scopes",
        "limits",
        "created",
        "last used",
        "expires",
        "revoked",
    )
    click.echo(table(heads, rows, right=(0,)))


def _limits(requests_per_s: float | None, rows_per_s: float | None) -> list[str]:
    limits = [(requests_per_s, "requests"), (rows_per_s, "rows")]
    return [f"{rate:g} {what}/s" for rate, what in limits if rate is not None]


@keys.command()
@click.argument("key_id", type=int)
def revoke(key_id: int) -> None:
    """Revoke the key with this id (see: wattdrop keys list)."""
    with opened_store() as store:
        key = store.keys.revoke(key_id)
    click.echo(f"Revoked key {key.id}, {key.name!r}. A running service stops taking it within seconds.")
