"""``wattdrop replay``."""

from __future__ import annotations

import click
import msgspec

from ..errors import BadRequest
from .opened import opened_store
from .scales import CARBON, ENERGY, WATER, counted, digits, scale_for
from .tables import table

_SHOWN = (("energy", 0, ENERGY), ("carbon", 1, CARBON), ("water", 2, WATER))
_LETTERS = 12


@click.command()
@click.option("--customer", default="1", show_default=True, help="Whose rows: name or number.")
@click.option("--from", "first", default="", help="First day, such as 2026-11-01. Empty: 30 days.")
@click.option("--to", "last", default="", help="Last day. Empty: today.")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
def replay(customer: str, first: str, last: str, form: str) -> None:
    """Recompute stored rows with today's method and data, and say what moved and why. Nothing is changed."""
    from ..catalog import load
    from ..service.catalogs import Catalogs
    from ..service.replaying import replay as replayed
    from ..service.usage_questions import question_of

    try:
        question = question_of({"from": first, "to": last})
    except BadRequest as error:
        raise click.UsageError(error.message) from None
    with opened_store() as store:
        owner = store.customers.find(customer).id
        catalog = Catalogs(load(), store.entities).of(owner)
        found = replayed(store.ledger, catalog, owner, question.first_day, question.last_day)
    if form == "json":
        click.echo(msgspec.json.format(msgspec.json.encode(found), indent=2).decode())
        return
    from ..service.replaying import reasons

    kept = f" (a sample: {found.kept_rows} kept)" if found.kept_rows < found.rows else ""
    click.echo(
        f"{counted(found.rows, 'row')}{kept} from {question.first_day} to {question.last_day}, {found.moved_rows} moved."
    )
    click.echo(f"Then: method {_said(found.versions)}; data {_said(found.digests)}.")
    click.echo(f"Now:  method {found.method_version}; data {found.catalog_digest[:_LETTERS]}.")
    if not found.moved_rows:
        return
    rows, why = [], []
    for moved in found.models:
        if not moved.moved_rows:
            continue
        cells = [moved.model_id or "(unknown model)", str(moved.moved_rows)]
        for _, at, scale in _SHOWN:
            unit, size = scale_for((moved.before[at], moved.after[at]), scale)
            cells.append(f"{digits(moved.before[at] / size)} -> {digits(moved.after[at] / size)} {unit}")
        rows.append(cells)
        why += [f"{moved.model_id or '(unknown model)'}: {reason}" for reason in reasons(moved)]
    click.echo()
    click.echo(table(("model", "moved", *(name for name, _, _ in _SHOWN)), rows, right=(1,)))
    click.echo()
    click.echo("\n".join(why))


def _said(counts: dict[str, int]) -> str:
    return ", ".join(f"{name[:_LETTERS]} ({count})" for name, count in counts.items()) or "none"
