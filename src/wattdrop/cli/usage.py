"""``wattdrop usage``: what the ledger adds up to; ``export`` and ``erase`` its rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..errors import BadRequest
from .opened import opened_store
from .scales import CARBON, ENERGY, WATER, counted, digits, scale_for
from .tables import table

if TYPE_CHECKING:
    from ..service.usage_questions import Erasure, Question
    from ..store import Usage

_SHOWN = (
    ("energy", "usage_energy_wh", ENERGY),
    ("carbon", "usage_emissions_gco2e", CARBON),
    ("water", "usage_water_ml", WATER),
)
_ROWS_PER_GROUP = 65_536
_customer = click.option("--customer", default="1", show_default=True, help="Whose: name or number.")
_first = click.option("--from", "first", default="", help="First day, such as 2026-11-01. Empty: 30 days.")
_last = click.option("--to", "last", default="", help="Last day. Empty: today.")


@click.group(invoke_without_command=True)
@_customer
@_first
@_last
@click.option(
    "--by",
    default="model",
    show_default=True,
    help="Groups: some of model, service, project, client, application, environment, country, region, task, and one "
    "of day, week, month; separated by commas.",
)
@click.option(
    "--only", multiple=True, metavar="NAME=VALUE", help="Only such rows, as project=search. Repeatable."
)
@click.option(
    "--format", "form", type=click.Choice(["table", "json", "csv"]), default="table", show_default=True
)
@click.pass_context
def usage(
    context: click.Context, customer: str, first: str, last: str, by: str, only: Sequence[str], form: str
) -> None:
    """Show what stored requests add up to, with 90 % ranges."""
    if context.invoked_subcommand is not None:
        return
    question = _question({"from": first, "to": last, "group_by": by, **_filters(only)})
    with opened_store() as store:
        owner = store.customers.find(customer).id
        days = (question.first_day, question.last_day)
        groups = store.usage.usage(owner, *days, question.group_by, question.period, question.only)
        (total,) = store.usage.usage(owner, *days, only=question.only)
    click.echo(_SHOW[form](question, owner, groups, total), nl=form != "csv")


@usage.command()
@click.argument("file", type=click.Path(dir_okay=False, writable=True, path_type=Path))
@_customer
@_first
@_last
def export(file: Path, customer: str, first: str, last: str) -> None:
    """Write stored rows to FILE: Parquet where its name ends with .parquet, else CSV."""
    question = _question({"from": first, "to": last})
    write = _write_parquet if file.suffix == ".parquet" else _write_csv
    with opened_store() as store:
        owner = store.customers.find(customer).id
        count = write(file, store.ledger.rows(owner, question.first_day, question.last_day))
    click.echo(
        f"{counted(count, 'row')} from {question.first_day} to {question.last_day} written to {file}.",
        err=True,
    )


@usage.command()
@_customer
@click.option("--client", help="Rows with this client_id.")
@click.option("--project", help="Rows with this project_id.")
@click.option("--before", help="Rows from before this day, such as 2026-01-01.")
@click.confirmation_option(prompt="Erase these rows for good?")
def erase(customer: str, client: str | None, project: str | None, before: str | None) -> None:
    """Erase rows and their sums: those that match everything given."""
    given = {"client_id": client, "project_id": project, "before": before}
    what = _erasure({name: text for name, text in given.items() if text is not None})
    with opened_store() as store:
        owner = store.customers.find(customer).id
        count = store.ledger.erase(owner, **what._asdict())
    click.echo(f"Erased {counted(count, 'row')}.")


def _question(texts: dict[str, str]) -> Question:
    from ..service.usage_questions import question_of

    try:
        return question_of(texts)
    except BadRequest as error:
        raise click.UsageError(error.message) from None


def _erasure(texts: dict[str, str]) -> Erasure:
    from ..service.usage_questions import erasure_of

    try:
        return erasure_of(texts)
    except BadRequest as error:
        raise click.UsageError(error.message) from None


def _filters(only: Sequence[str]) -> dict[str, str]:
    from ..store.usage import GROUPS

    found = {}
    for text in only:
        name, equals, value = text.partition("=")
        if not equals or name not in GROUPS:
            expected = ", ".join(GROUPS)
            raise click.BadParameter(
                f"expected NAME=VALUE, NAME one of {expected}; got {text[:40]!r}", param_hint="--only"
            )
        found[name] = value
    return found


# --- ways to show ---


def _as_table(question: Question, owner: int, groups: Sequence[Usage], total: Usage) -> str:
    if not total.rows:
        return f"No rows from {question.first_day} to {question.last_day}. What is answered by a service is stored there."
    names = ([question.period] if question.period else []) + list(question.group_by)
    units = [
        scale_for((one.amounts[metric].central for one in (*groups, total)), scale)
        for _, metric, scale in _SHOWN
    ]
    head = (
        *names,
        "rows",
        "errors",
        *(f"{name} [{unit}]" for (name, _, _), (unit, _) in zip(_SHOWN, units, strict=True)),
    )
    lines = []
    for one in (*groups, total):
        cells = (
            [one.group.get(name, "") or "-" for name in names] if one is not total else _total_cells(names)
        )
        for (_, metric, _), (_, size) in zip(_SHOWN, units, strict=True):
            low, central, high = one.amounts[metric]
            cells.append(f"{digits(central / size)} ({digits(low / size)} to {digits(high / size)})")
        lines.append([*cells[: len(names)], str(one.rows), str(one.errors), *cells[len(names) :]])
    if not names:
        lines = lines[-1:]
    title = f"From {question.first_day} to {question.last_day}, with 90 % ranges."
    return f"{title}\n\n{table(head, lines, right=range(len(names), len(head)))}"


def _total_cells(names: Sequence[str]) -> list[str]:
    return ["total", *([""] * (len(names) - 1))] if names else []


def _as_json(question: Question, owner: int, groups: Sequence[Usage], total: Usage) -> str:
    import msgspec

    from ..schema.usage import UsageResponse
    from ..service.usage_questions import usage_group

    answer = UsageResponse(
        customer_id=owner,
        first_day=question.first_day,
        last_day=question.last_day,
        total=usage_group(total),
        groups=[usage_group(one) for one in groups],
    )
    return msgspec.json.format(msgspec.json.encode(answer), indent=2).decode()


def _as_csv(question: Question, owner: int, groups: Sequence[Usage], total: Usage) -> str:
    from ..service.usage_questions import usage_csv

    return usage_csv(question, groups)


_SHOW = {"table": _as_table, "json": _as_json, "csv": _as_csv}


# --- files ---


def _write_csv(file: Path, rows: Iterator[dict[str, Any]]) -> int:
    import csv

    from ..store.columns import COLUMNS

    count = 0
    with file.open("w", encoding="utf-8", newline="") as text:
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(COLUMNS)
        for row in rows:
            writer.writerow(row.values())
            count += 1
    return count


def _write_parquet(file: Path, rows: Iterator[dict[str, Any]]) -> int:
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ModuleNotFoundError:
        raise click.UsageError(
            "Parquet needs one more package: pip install 'wattdrop[bulk]'; or write .csv"
        ) from None
    from ..store.segments import schema_of_rows

    schema, count = schema_of_rows(), 0
    with pq.ParquetWriter(file, schema, compression="zstd") as writer:
        while block := list(islice(rows, _ROWS_PER_GROUP)):
            writer.write_table(pa.Table.from_pylist(block, schema=schema))
            count += len(block)
    return count
