"""``wattdrop models|gpus|nodes|services|regions list|show``: the catalog as people and scripts read it."""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING, Final, NamedTuple

import click

from .completions import names_of
from .entries import echo_entity, echo_json, entity_of
from .scales import figure as number_text
from .tables import shortened, table

if TYPE_CHECKING:
    from ..catalog import Table

_ALL = 0
_USUAL_LIMIT = 40


class Column(NamedTuple):
    """One column of a list: a text field or a quantity."""

    name: str
    title: str
    width: int
    is_number: bool = False


class Listing(NamedTuple):
    """How one kind is listed, and the fields that its list can be filtered by."""

    kind: str
    one: str
    columns: tuple[Column, ...]
    filters: tuple[str, ...]
    searched: tuple[str, ...]


LISTINGS: Final = (
    Listing(
        "models",
        "model",
        (
            Column("family", "family", 16),
            Column("task", "task", 17),
            Column("total_params_billions", "params [1e9]", 12, is_number=True),
        ),
        ("family", "task", "developer"),
        ("name", "family", "developer", "hugging_face_path"),
    ),
    Listing(
        "gpus",
        "accelerator",
        (
            Column("name", "name", 30),
            Column("max_power_w", "power [W]", 9, is_number=True),
            Column("memory_gb", "memory [GB]", 11, is_number=True),
        ),
        ("vendor",),
        ("name", "vendor", "architecture"),
    ),
    Listing(
        "nodes",
        "node",
        (
            Column("cloud_id", "cloud", 10),
            Column("gpu_count", "count", 5, is_number=True),
            Column("gpu_id", "accelerator", 24),
        ),
        ("cloud_id", "gpu_id"),
        ("name", "cloud_id", "cloud_instance_id", "gpu_id"),
    ),
    Listing(
        "services",
        "service",
        (
            Column("kind", "kind", 12),
            Column("default_cloud_id", "cloud", 10),
            Column("default_node_id", "usual node", 26),
            Column("default_country", "country", 7),
        ),
        ("kind",),
        ("name", "provider_id", "kind"),
    ),
    Listing(
        "regions",
        "cloud region",
        (
            Column("country", "country", 7),
            Column("zone", "grid", 12),
            Column("city", "city", 20),
            Column("pue", "PUE", 5, is_number=True),
        ),
        ("cloud_id", "country"),
        ("region_id", "city", "name", "country"),
    ),
)


def _group(listing: Listing) -> click.Group:
    @click.group(listing.kind, help=f"List and show {listing.kind}.")
    def group() -> None:
        pass

    group.add_command(_list_command(listing))
    group.add_command(_show_command(listing))
    return group


def _list_command(listing: Listing) -> click.Command:
    @click.command(
        "list", help=f"List {listing.kind}; SEARCH keeps those whose id or name holds every word of it."
    )
    @click.argument("search", nargs=-1)
    @click.option("--limit", default=_USUAL_LIMIT, show_default=True, help="Most lines shown; 0 for all.")
    @click.option(
        "--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True
    )
    def command(search: tuple[str, ...], limit: int, form: str, **filters: str | None) -> None:
        from ..catalog import load

        entries = load().table(listing.kind)
        rows = [ix for ix in range(len(entries)) if _kept(entries, ix, listing, search, filters)]
        shown = rows if limit == _ALL or form == "json" else rows[:limit]
        if form == "json":
            echo_json([_listed(entries, ix, listing) for ix in shown])
            return
        _echo_list(entries, shown, listing)
        hidden = len(rows) - len(shown)
        more = f", {len(shown)} shown (--limit 0 for all)" if hidden else ""
        click.echo(f"\n{len(rows)} of {len(entries)} {listing.kind}{more}", err=True)

    for name in reversed(listing.filters):
        flag = "--" + name.removesuffix("_id")
        command = click.option(flag, name, metavar="TEXT", help=f"Only of this {name.removesuffix('_id')}.")(
            command
        )
    return command


def _show_command(listing: Listing) -> click.Command:
    @click.command("show", help=f"Show one {listing.one}: every figure with range, basis and source.")
    @click.argument("name", shell_complete=names_of(listing.kind))
    @click.option(
        "--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True
    )
    def command(name: str, form: str) -> None:
        from ..catalog import load

        catalog = load()
        entries = catalog.table(listing.kind)
        ix = entries.find(name)
        if ix is None:
            near = ", ".join(entries.nearest(name))
            raise click.UsageError(f"no {listing.one} is called {name!r}; nearest: {near}")
        shown = entity_of(catalog, entries, ix)
        if form == "json":
            echo_json(shown)
        else:
            echo_entity(shown)

    return command


def _kept(
    entries: Table, ix: int, listing: Listing, search: tuple[str, ...], filters: dict[str, str | None]
) -> bool:
    from ..schema.names import letters_and_digits

    for name, wanted in filters.items():
        if wanted is not None and letters_and_digits(entries.text(ix, name)) != letters_and_digits(wanted):
            return False
    if not search:
        return True
    texts = (
        entries.ids[ix],
        *(entries.text(ix, field) for field in listing.searched),
        *entries.texts(ix, "aliases"),
    )
    told = " ".join(map(letters_and_digits, texts))
    return all(letters_and_digits(word) in told for word in search)


def _listed(entries: Table, ix: int, listing: Listing) -> dict[str, object]:
    row: dict[str, object] = {"id": entries.ids[ix]}
    for column in listing.columns:
        value = (
            _number(entries, ix, column.name) if column.is_number else entries.text(ix, column.name) or None
        )
        if value is not None:
            row[column.name] = value
    return row


def _number(entries: Table, ix: int, quantity: str) -> float | None:
    value = entries.number(ix, quantity)
    return None if isnan(value) else value


def _echo_list(entries: Table, rows: list[int], listing: Listing) -> None:
    id_width = min(max((len(entries.ids[ix]) for ix in rows), default=2), 40)
    lines = []
    for ix in rows:
        cells = [shortened(entries.ids[ix], id_width)]
        for column in listing.columns:
            number = _number(entries, ix, column.name) if column.is_number else None
            text = (
                entries.text(ix, column.name)
                if not column.is_number
                else ""
                if number is None
                else number_text(number)
            )
            cells.append(shortened(text, column.width))
        lines.append(cells)
    right = [position for position, column in enumerate(listing.columns, 1) if column.is_number]
    click.echo(table(["id", *(column.title for column in listing.columns)], lines, right))


models, gpus, nodes, services, regions = map(_group, LISTINGS)
