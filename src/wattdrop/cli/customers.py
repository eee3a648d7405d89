"""``wattdrop customers create|list``."""

from __future__ import annotations

import click

from ..store.terms import name_beside_numbers
from .opened import opened_store
from .refused import named_options
from .tables import table


@click.group()
def customers() -> None:
    """Create and list customers: none of them sees the objects and usage of another."""


@customers.command()
@click.argument("name")
def create(name: str) -> None:
    """Create a customer called NAME. The last line printed is its number."""
    with named_options():
        name = name_beside_numbers(name)
    with opened_store() as store:
        customer = store.customers.create(name)
    click.echo(
        f"Customer {customer.name!r}; make it a key with: wattdrop keys create NAME --customer ...", err=True
    )
    click.echo(str(customer.id))


@customers.command("list")
def list_customers() -> None:
    """List every customer. Number 0 owns what all of them see."""
    with opened_store() as store:
        found = store.customers.list()
    rows = [(str(one.id), one.name, one.created_at) for one in found]
    click.echo(table(("id", "name", "created"), rows, right=(0,)))
