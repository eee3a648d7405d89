"""``wattdrop keys create|list|revoke``."""

from __future__ import annotations

import click

from ..store.terms import end_of, name_of, rate_of, scopes_of
from .opened import opened_store
from .refused import named_options
from .tables import table


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
    "admin manages keys, users and customers, of everybody, and what all customers see.",
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
    with named_options():
        name = name_of(name)
        rights, end = scopes_of(scopes.split(",")), end_of(expires)
        requests, rows = rate_of(rate), rate_of(row_rate, "row_rate")
    with opened_store() as store:
        owner = store.customers.find(customer).id
        user_id = store.customers.find_user(owner, user).id if user else None
        key = store.keys.create(name, owner, rights, end, user_id, requests, rows)
        click.echo(f"Key {name!r} in {store.database.shown}; it is not shown again:", err=True)
    click.echo(key)


@keys.command("list")
@click.option("--customer", default="", help="Only of this customer: name or number.")
def list_keys(customer: str) -> None:
    """List every key, without the keys themselves."""
    with opened_store() as store:
        owner = store.customers.find(customer).id if customer else None
        found = store.keys.list(owner)
        names = {one.id: one.name for one in store.customers.list()}
    if not found:
        click.echo(f"No keys yet in {store.database.shown}. Create one with: wattdrop keys create NAME")
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
