"""``wattdrop models|gpus|nodes|services|regions list|show``: the catalog as people and scripts read it."""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import click

from .completions import names_of
from .scales import figure as number_text
from .tables import shortened, table

if TYPE_CHECKING:
    from ..catalog import Catalog, Table

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
            _echo_json([_listed(entries, ix, listing) for ix in shown])
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
        shown = _entity(catalog, entries, ix)
        if form == "json":
            _echo_json(shown)
        else:
            _echo_entity(shown)

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


def _entity(catalog: Catalog, entries: Table, ix: int) -> dict[str, Any]:
    """Everything that the catalog says about one entry, with the sources it relies on."""
    from ..catalog.kinds import KIND

    kind = KIND[entries.kind]
    texts = {name: text for name in sorted(kind.texts - {"id"}) if (text := entries.text(ix, name))}
    lists = {name: list(items) for name in sorted(kind.lists) if (items := entries.texts(ix, name))}
    figures: list[dict[str, Any]] = [
        {
            "quantity": quantity,
            "value": found.value,
            "unit": catalog.quantity(quantity).unit,
            **({} if isnan(found.low) else {"low": found.low, "high": found.high}),
            **({"valid_from": found.valid_from} if found.valid_from else {}),
            "basis": found.basis,
            "sources": list(found.source_ids),
            **({"note": found.note} if found.note else {}),
        }
        for quantity, found in entries.figures(ix)
    ]
    used = list(
        dict.fromkeys([*(source for one in figures for source in one["sources"]), *entries.source_ids(ix)])
    )
    sources = [
        {name: text for name, text in catalog.source(source)._asdict().items() if text} for source in used
    ]
    note = entries.note(ix)
    return {
        "id": entries.ids[ix],
        **texts,
        **lists,
        **({"note": note} if note else {}),
        "figures": figures,
        "sources": sources,
    }


def _echo_entity(shown: dict[str, Any]) -> None:
    figures, sources = shown.pop("figures"), shown.pop("sources")
    width = max(len(name) for name in shown)
    for name, value in shown.items():
        text = ", ".join(value) if isinstance(value, list) else str(value)
        click.echo(_labelled(name, text, width))
    lines = [
        (
            one["quantity"],
            number_text(one["value"]),
            one["unit"],
            _range(one),
            one["basis"],
            " ".join(one["sources"]),
        )
        for one in figures
    ]
    if lines:
        click.echo()
        header = ("quantity", "value", "unit", "low..high", "basis", "source")
        click.echo(table(header, lines, right=(1, 3)))
    for one in figures:
        if "note" in one:
            click.echo(_labelled("  " + one["quantity"], one["note"], len(one["quantity"]) + 2))
    if sources:
        click.echo("\nsources")
    for source in sources:
        about = ", ".join(
            source[name] for name in ("producer", "title", "published", "url") if name in source
        )
        click.echo(
            _labelled(
                "  " + source["id"], f"{about} ({source['kind']}, {source.get('licence', 'no licence')})", 0
            )
        )


def _labelled(label: str, text: str, width: int) -> str:
    from .tables import wrapped

    return wrapped(f"{label.ljust(width)}  {text}", 100, " " * (max(width, 2) + 2))


def _range(one: dict[str, Any]) -> str:
    return f"{number_text(one['low'])}..{number_text(one['high'])}" if "low" in one else ""


def _echo_json(value: object) -> None:
    import msgspec

    click.echo(msgspec.json.format(msgspec.json.encode(value), indent=2))


models, gpus, nodes, services, regions = map(_group, LISTINGS)
