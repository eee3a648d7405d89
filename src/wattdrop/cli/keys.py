"""``wattdrop keys create|list|revoke``."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime, timedelta

import click

from ..service.settings import read_settings
from ..store import SCOPES, Keys, open_database
from .tables import table

_UNITS = {"d": timedelta(days=1), "h": timedelta(hours=1)}


@click.group()
def keys() -> None:
    """Create, list and revoke API keys of the service. They are stored as hashes and shown once."""


@keys.command()
@click.argument("name")
@click.option("--customer", default=1, show_default=True, type=click.IntRange(1), help="Whose key it is.")
@click.option(
    "--scopes",
    default="impact,read,write,admin",
    show_default=True,
    help="What it may do: impact estimates, read lists models and sources, write and admin are for what comes.",
)
@click.option(
    "--expires",
    default="",
    help="When it ends: a day such as 2027-01-31, or a time from now such as 90d, 12h.",
)
def create(name: str, customer: int, scopes: str, expires: str) -> None:
    """Create a key called NAME. The last line printed is the key alone."""
    settings = read_settings()
    rights, end = _scopes(scopes), _end(expires)
    with closing(open_database(settings.database)) as database:
        key = Keys(database).create(name, customer, rights, end)
    click.echo(f"Key {name!r} in {settings.database}; it is not shown again:", err=True)
    click.echo(key)


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
def list_keys() -> None:
    """List every key, without the keys themselves."""
    with closing(open_database(read_settings().database)) as database:
        found = Keys(database).list()
    if not found:
        click.echo("No keys yet. Create one with: wattdrop keys create NAME")
        return
    rows = [
        (
            str(key.id),
            key.name,
            str(key.customer_id),
            key.shown + "...",
            ",".join(sorted(key.scopes)),
            key.created_at,
            key.expires_at or "",
            key.revoked_at or "",
        )
        for key in found
    ]
    heads = ("id", "name", "customer", "key", "scopes", "created", "expires", "revoked")
    click.echo(table(heads, rows, right=(0, 2)))


@keys.command()
@click.argument("key_id", type=int)
def revoke(key_id: int) -> None:
    """Revoke the key with this id (see: wattdrop keys list)."""
    with closing(open_database(read_settings().database)) as database:
        key = Keys(database).revoke(key_id)
    click.echo(f"Revoked key {key.id}, {key.name!r}. A running service stops taking it within seconds.")
