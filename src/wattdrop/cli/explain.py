"""``wattdrop explain``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from ..engine.api import METRICS
from ..errors import RowError
from ..units import unit_of
from .choices import choice_lines
from .estimate import rows_of
from .row_flags import row_flags, row_of_flags
from .scales import figure
from .tables import wrapped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..catalog import Catalog
    from ..engine import Estimate
    from ..engine.explain import Explanation, Input, Step

_WIDTH = 100


@click.command()
@click.argument("file", required=False)
@click.option(
    "--row", "number", default=1, show_default=True, type=click.IntRange(1), help="Which row of FILE."
)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--step", "steps", multiple=True, metavar="NAME", help="Only steps whose name holds this.")
@click.option(
    "--all", "everything", is_flag=True, help="Also the steps that are 0 for this kind of work, or lead to 0."
)
@row_flags
def explain(
    file: str | None, number: int, form: str, steps: tuple[str, ...], everything: bool, **flags: str | None
) -> None:
    """Every step to the numbers of one request: value, unit, formula, inputs, each with its source and basis.

    The request is given by the flags of `wattdrop estimate`, or is one row of FILE (JSON, JSON lines or CSV).
    """
    rows = rows_of(file, row_of_flags(flags))
    if number > len(rows):
        raise click.UsageError(f"there are {len(rows)} rows, no row {number}")
    row = rows[number - 1]
    from ..engine import estimate

    result = estimate([row])
    error = result.rows[0].error
    if error is not None:
        _fail(error)
    explanation = result.explain(0)
    kept = _wanted(explanation.steps, steps, everything)
    if form == "json":
        click.echo(_as_json(result, kept))
    else:
        click.echo(_as_text(explanation, kept, result))


def _fail(error: RowError) -> None:
    click.echo(f"{error.message} [{error.code}]", err=True)
    sys.exit(1)


def _wanted(steps: Sequence[Step], names: tuple[str, ...], everything: bool) -> list[Step]:
    if names:
        return [step for step in steps if any(name in step.name for name in names)]
    return list(steps) if everything else _at_work(steps)


def _at_work(steps: Sequence[Step]) -> list[Step]:
    """Steps that are not 0 and on which another such step rests, or none at all, as on a result."""
    asked = {one.name for step in steps for one in step.inputs if one.origin == "step"}
    kept: list[Step] = []
    rested: set[str] = set()
    for step in reversed(steps):
        if step.value != 0 and (step.name in rested or step.name not in asked):
            kept.append(step)
            rested.update(one.name for one in step.inputs)
    return kept[::-1]


def _as_json(result: Estimate, steps: list[Step]) -> str:
    import msgspec

    from ..engine.explained import explained

    names = {step.name for step in steps}
    value = explained(result, 0)
    value["steps"] = [step for step in value["steps"] if step["name"] in names]
    used = {id for step in value["steps"] for one in step["inputs"] for id in one["source_ids"]}
    value["sources"] = [source for source in value["sources"] if source["id"] in used]
    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode()


def _as_text(explanation: Explanation, steps: list[Step], result: Estimate) -> str:
    lines = ["Chosen", *choice_lines(explanation.choices, _WIDTH)]
    stage = ""
    for step in steps:
        if step.stage != stage:
            stage = step.stage
            lines += ["", stage.replace("_", " ").capitalize()]
        lines += _step_lines(step)
    lines += ["", *_range_lines(result)]
    sources = _source_lines(steps, result.catalog)
    lines += ["", "Sources", *sources] if sources else []
    lines += ["", f"method {explanation.method_version}, catalog {explanation.catalog_digest}"]
    return "\n".join(lines)


def _step_lines(step: Step) -> list[str]:
    unit = "" if step.unit == "1" else f" {step.unit}"
    lines = [f"  {step.name} = {figure(step.value)}{unit}", wrapped(f"    = {step.formula}", _WIDTH, " " * 8)]
    lines += [_input_line(one) for one in step.inputs]
    return lines


def _input_line(one: Input) -> str:
    unit = "" if one.unit == "1" else f" {one.unit}"
    value = "not given" if one.value is None else f"{figure(one.value)}{unit}"
    why = ", ".join(
        part for part in ("" if one.value is None else _known_by(one), " ".join(one.source_ids)) if part
    )
    note = f"; {one.note}" if one.note else ""
    told = f" ({why}{note})" if why or note else ""
    return wrapped(f"      {one.name}: {value}{told}", _WIDTH, " " * 10)


def _known_by(one: Input) -> str:
    return "step above" if one.origin == "step" else one.basis


def _range_lines(result: Estimate) -> list[str]:
    """The 90 % range of the totals, where the energy's comes from, and what would narrow it."""
    (row,) = result.rows
    lines = ["90 % range"]
    for name in METRICS["total"]:
        low, central, high = row.range(name)
        lines.append(f"  {name}: {figure(central)}, from {figure(low)} to {figure(high)} {unit_of(name)}")
    lines.append("Where the range of the energy comes from")
    for cause in row.causes("total_energy_wh"):
        advice = f"; {cause.advice}" if cause.advice else ""
        alone = f"alone from {figure(cause.low)} to {figure(cause.high)} Wh"
        lines.append(f"  {cause.cause}: {100 * cause.share:.0f} %, {alone}{advice}")
    return lines


def _source_lines(steps: list[Step], catalog: Catalog) -> list[str]:
    from ..engine.explained import citation

    used = dict.fromkeys(source for step in steps for one in step.inputs for source in one.source_ids)
    known = catalog.sources()
    return [
        wrapped(f"  {id}: {citation(known[id])} [{known[id].kind}]", _WIDTH, " " * 6)
        for id in used
        if id in known
    ]
