"""``wattdrop keys create|list|revoke``."""

from __future__ import annotations

from contextlib import closing

import click

from ..service.settings import read_settings
from ..store import Keys, open_database
from .tables import table


@click.group()
def keys() -> None:
    """Create, list and revoke API keys of the service. They are stored as hashes and shown once."""


@keys.command()
@click.argument("name")
@click.option("--customer", default=1, show_default=True, type=click.IntRange(1), help="Whose key it is.")
def create(name: str, customer: int) -> None:
    """Create a key called NAME. The last line printed is the key alone."""
    settings = read_settings()
    with closing(open_database(settings.database)) as database:
        key = Keys(database).create(name, customer)
    click.echo(f"Key {name!r} in {settings.database}; it is not shown again:", err=True)
    click.echo(key)


@keys.command("list")
def list_keys() -> None:
    """List every key, without the keys themselves."""
    with closing(open_database(read_settings().database)) as database:
        found = Keys(database).list()
    if not found:
        click.echo("No keys yet. Create one with: wattdrop keys create NAME")
        return
    rows = [
        (str(key.id), key.name, str(key.customer_id), key.shown + "...", key.created_at, key.revoked_at or "")
        for key in found
    ]
    click.echo(table(("id", "name", "customer", "key", "created", "revoked"), rows, right=(0, 2)))


@keys.command()
@click.argument("key_id", type=int)
def revoke(key_id: int) -> None:
    """Revoke the key with this id (see: wattdrop keys list)."""
    with closing(open_database(read_settings().database)) as database:
        key = Keys(database).revoke(key_id)
    click.echo(f"Revoked key {key.id}, {key.name!r}. A running service stops taking it within seconds.")
