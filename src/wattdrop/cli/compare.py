"""``wattdrop compare``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

import click

from ..schema.comparisons import MOST_COMPARED
from .flag_names import flags_of
from .row_flags import row_flags, row_of_flags
from .scales import CARBON, ENERGY, WATER, digits, scale_for
from .tables import shortened, table

if TYPE_CHECKING:
    from ..engine import Comparison

_METRICS: Final = {
    "energy": ("total_energy_wh", ENERGY),
    "carbon": ("total_emissions_gco2e", CARBON),
    "water": ("total_water_ml", WATER),
}
_SAID: Final = {
    "clear": "clearly more",
    "likely": "probably more",
    "open": "not told apart",
    "same": "the same",
}
_WIDEST: Final = 28


@click.command()
@click.option(
    "--vary",
    required=True,
    metavar="FLAG=A,B,...",
    help="What differs: a flag of a request without its dashes, and its values.",
)
@click.option("--metric", type=click.Choice(list(_METRICS)), default="energy", show_default=True)
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
@row_flags
def compare(vary: str, metric: str, form: str, **flags: str | None) -> None:
    """The same request with several models, services, places or hours, and whether they differ by more than is not known.

    \b
    wattdrop compare --vary model=gpt-4o,gpt-4o-mini --input-tokens 1000 --output-tokens 500
    wattdrop compare --vary country=FR,PL,US --metric carbon --model gpt-4o --output-tokens 500
    """
    from ..engine import compare as compare_rows

    field, values = _varied(vary, flags)
    rows = [row_of_flags({**flags, field: value}) for value in values]
    found = compare_rows(rows)
    click.echo(_as_json(found, values) if form == "json" else _as_table(found, values, metric))
    failed = {values[number]: error for number, error in found.estimate.resolution.errors.items()}
    for value, error in failed.items():
        click.echo(f"{value}: {error.message} [{error.code}]", err=True)
    if failed:
        sys.exit(1)


def _varied(vary: str, flags: dict[str, str | None]) -> tuple[str, list[str]]:
    """The field that differs, and its values."""
    name, _, listed = vary.partition("=")
    spelled = f"--{name.strip().removeprefix('--').replace('_', '-')}"
    field = next((one for one in flags if spelled in flags_of(one)), None)
    if field is None:
        raise click.UsageError(
            f"--vary {name}: no such flag of a request; such as model, service, country, at"
        )
    values = list(dict.fromkeys(value for value in map(str.strip, listed.split(",")) if value))
    if not 2 <= len(values) <= MOST_COMPARED:
        raise click.UsageError(
            f"--vary {name}: give 2 to {MOST_COMPARED} different values, got {len(values)}"
        )
    if flags[field] is not None:
        raise click.UsageError(f"{spelled} is given by --vary; leave one of them out")
    return field, values


def _as_json(found: Comparison, labels: list[str]) -> str:
    """The answer of the API, indented."""
    import msgspec

    from ..engine.compared import compared

    return msgspec.json.format(msgspec.json.encode(compared(found, labels)), indent=2).decode()


def _as_table(found: Comparison, labels: list[str], metric: str) -> str:
    """A line for each value that could be computed, the least first."""
    quantity, scales = _METRICS[metric]
    ranks = found.ranks(quantity)
    if not ranks:
        return "nothing to compare"
    ranges = {number: found.estimate.rows[number].range(quantity) for number in ranks}
    scale = scale_for((one.central for one in ranges.values()), scales)
    least = found.least(quantity)
    lines = []
    for number in sorted(ranks, key=ranks.__getitem__):
        low, central, high = (digits(value / scale.size) for value in ranges[number])
        said = _against(found, number, least, quantity)
        lines.append((shortened(labels[number], _WIDEST), central, f"{low} to {high}", *said))
    header = ("", f"{metric} [{scale.unit}]", "90 % range", "times", "90 % range", "")
    return table(header, lines, right=(1, 2, 3, 4))


def _against(found: Comparison, number: int, least: int, quantity: str) -> tuple[str, str, str]:
    """How many times the least a row has, from where to where, and in words."""
    if number == least:
        return "1", "", "the least"
    times, verdict, _ = found.ratio(number, least, quantity)
    if times is None:
        return "", "", _SAID[verdict]
    return digits(times.central), f"{digits(times.low_90)} to {digits(times.high_90)}", _SAID[verdict]
