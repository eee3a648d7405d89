"""Values that a shell completes from the catalog: ids as they are spelled there, and every other name of them."""

from __future__ import annotations

from collections.abc import Callable

import click

_MOST_OFFERED = 200

Complete = Callable[[click.Context, click.Parameter, str], list[str]]


def names_of(kind: str) -> Complete:
    """A completion of the names of one kind: models, nodes, ..."""

    def complete(_: click.Context, __: click.Parameter, begun: str) -> list[str]:
        from ..catalog import load

        table = load().table(kind)
        offered = [name for name in table.ids if name.startswith(begun)]
        offered += [name for name, _ in table.names() if name.startswith(begun) and name not in offered]
        return offered[:_MOST_OFFERED]

    return complete
