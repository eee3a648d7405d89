"""``wattdrop users create|list|disable``."""

from __future__ import annotations

import click

from ..store.terms import name_beside_numbers
from .opened import opened_store
from .refused import named_options
from .tables import table


@click.group()
def users() -> None:
    """Create, list and disable users of a customer: people or programs that keys belong to."""


_of_customer = click.option("--customer", default="1", show_default=True, help="Name or number.")


@users.command()
@click.argument("name")
@_of_customer
def create(name: str, customer: str) -> None:
    """Create a user called NAME. The last line printed is its number."""
    with named_options():
        name = name_beside_numbers(name)
    with opened_store() as store:
        user = store.customers.create_user(store.customers.find(customer).id, name)
    click.echo(f"User {user.name!r}; make a key with: wattdrop keys create NAME --user ...", err=True)
    click.echo(str(user.id))


@users.command("list")
@click.option("--customer", default="", help="Only of this customer: name or number.")
def list_users(customer: str) -> None:
    """List users."""
    with opened_store() as store:
        owner = store.customers.find(customer).id if customer else None
        names = {one.id: one.name for one in store.customers.list()}
        found = store.customers.users(owner)
    if not found:
        click.echo(f"No users yet in {store.database.shown}. Create one with: wattdrop users create NAME")
        return
    rows = [
        (str(one.id), one.name, names[one.customer_id], one.created_at, one.disabled_at or "")
        for one in found
    ]
    click.echo(table(("id", "name", "customer", "created", "disabled"), rows, right=(0,)))


@users.command()
@click.argument("name")
@_of_customer
def disable(name: str, customer: str) -> None:
    """Disable a user, by name or number: every key of theirs ends, for good."""
    with opened_store() as store:
        user = store.customers.find_user(store.customers.find(customer).id, name)
        store.customers.disable_user(user)
    click.echo(
        f"Disabled user {user.id}, {user.name!r}. A running service stops taking their keys within seconds."
    )
