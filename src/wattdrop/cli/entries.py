"""``wattdrop models show`` and its like: one entry of the catalog with every figure, its range, basis and source."""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING, Any

import click

from .scales import figure as number_text
from .tables import table

if TYPE_CHECKING:
    from ..catalog import Catalog, Table


def entity_of(catalog: Catalog, entries: Table, ix: int) -> dict[str, Any]:
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


def echo_entity(shown: dict[str, Any]) -> None:
    """Print it as text."""
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


def echo_json(value: object) -> None:
    """Print it as JSON."""
    import msgspec

    click.echo(msgspec.json.format(msgspec.json.encode(value), indent=2))
