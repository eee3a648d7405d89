"""What an option must not be, said as click says it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click

from ..errors import BadRequest


@contextmanager
def named_options() -> Iterator[None]:
    """A value that is refused in this block is the one of an option, or argument, of the same name."""
    try:
        yield
    except BadRequest as error:
        field = error.field or ""
        reason = error.message.removeprefix(f"{field}: ")
        hint = "NAME" if field == "name" else "--" + field.replace("_", "-")
        raise click.BadParameter(reason, param_hint=hint) from None
