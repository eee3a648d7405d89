"""``wattdrop settings``."""

from __future__ import annotations

import os

import click

from ..service.origins import unknown_variables
from ..service.settings import SETTINGS, effective, read_settings, variable
from .tables import table


@click.command()
def settings() -> None:
    """Show every setting of the service with its value and where that comes from; secrets are hidden."""
    texts = effective()
    rows = []
    for one in SETTINGS:
        value = "(hidden)" if one.secret and texts[one.name] else texts[one.name] or "(empty)"
        rows.append((one.name, value, texts.origins[one.name], variable(one)))
    click.echo(table(("setting", "value", "from", "variable"), rows, right=()))
    for name, near in unknown_variables(texts, os.environ).items():
        click.echo(
            f"{name} is set, and nothing reads it" + (f"; did you mean {near}?" if near else ""), err=True
        )
    read_settings()  # a value that cannot be used is an error here too, after the table that shows it
