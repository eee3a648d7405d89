"""``wattdrop estimate`` for many rows: flags to options, the job, and what it says at the end."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from typing import Any

import click

from .commands import Failure


def estimate_bulk(
    files: Sequence[str], output: str | None, asked: Mapping[str, Any], unfit: Sequence[str]
) -> None:
    """Do the job and print its summary; exit code 1 where a row failed, 2 where the job could not be done."""
    if unfit:
        raise click.UsageError(
            f"{unfit[0]} is for a few rows; name the output .csv, .jsonl, .parquet or .arrow, or give --to"
        )
    if not files:
        raise click.UsageError("give files of requests, a folder, an address, or - for standard input")
    if output is None:
        raise click.UsageError(
            "rows that go part by part need somewhere to go: -o impact.parquet, -o impact/, or -o - with --to csv"
        )
    if output == "-" and asked["target_form"] is None:
        raise click.UsageError(
            "standard output has no name that tells its format: give --to csv or --to jsonl"
        )
    if find_spec("pyarrow") is None:
        raise Failure("this needs pyarrow: pip install 'wattdrop[bulk]'")
    from ..bulk.crew import Crew, are_large, cores
    from ..bulk.refused import JobRefused, JobStopped

    try:
        with Crew((asked["workers"] or cores()) - 1) as crew:
            if crew.others and are_large(files):
                crew.start()
            from ..bulk.no_pandas import without_pandas

            without_pandas()
            from ..bulk import run
            from ..bulk.to_pipe import run_to_standard_output

            if output == "-":
                outcome = run_to_standard_output(files, _options(asked), crew)
            else:
                outcome = run(files, output, _options(asked), crew)
    except JobStopped as error:
        raise Failure(error.message) from None
    except JobRefused as error:
        raise click.UsageError(error.message) from None
    except KeyboardInterrupt:
        kept = "" if output == "-" else " Finished parts are kept; the same command goes on from there."
        click.echo(f"\nStopped.{kept}", err=True)
        sys.exit(130)
    except BrokenPipeError:  # whoever reads standard output has seen enough
        raise
    except OSError as error:
        raise Failure(f"{output}: {error}") from None
    _say("standard output" if output == "-" else output, outcome)
    if outcome.summary.failed:
        sys.exit(1)


def _options(asked: Mapping[str, Any]) -> Any:
    from ..bulk.mapping import parsed_map
    from ..bulk.options import Options

    names = [name.strip() for name in (asked["group_by"] or "").split(",") if name.strip()]
    return Options(
        source_form=asked["source_form"],
        form=asked["target_form"],
        columns=asked["columns"] or "totals",
        dtype=asked["dtype"] or "float64",
        compression=asked["compression"],
        group_by=tuple(names),
        mapped=parsed_map(asked["mapped"]),
        preset=asked["preset"],
        extra=asked["extra"] or "carry",
        error_lines=asked["error_lines"] or Options().error_lines,
        workers=asked["workers"],
        restart=asked["restart"],
    )


def _say(output: str, outcome: Any) -> None:
    """The summary, on standard error: rows, totals with units, errors by code, where they are."""
    from .scales import CARBON, ENERGY, WATER, counted, digits, scale_for

    summary = outcome.summary
    done = outcome.computed_rows
    speed = f", {done / outcome.seconds:,.0f} rows/s" if done and outcome.seconds > 0 else ""
    kept = summary.rows - done
    lines = [f"{output}: {counted(summary.rows, 'row')} in {outcome.seconds:,.1f} s{speed}"]
    if kept and done:
        lines[0] += f"; {counted(kept, 'row')} {'was' if kept == 1 else 'were'} done before"
    elif kept:
        lines[0] += "; all of it was done before, --restart computes it anew"
    if summary.rows > summary.failed + sum(summary.skipped.values()):  # no zeros where nothing was computed
        scales = (ENERGY, CARBON, WATER, CARBON, WATER)
        for (name, quantity), of in zip(_TOTALS, scales, strict=True):
            total = summary.totals.get(quantity, 0.0)
            scale = scale_for([total], of)
            lines.append(f"  {name:20} {digits(total / scale.size):>8} {scale.unit}")
    for why, count in summary.skipped.items():
        lines.append(f"  {counted(count, 'record')} of no inference ({why}): no numbers")
    if summary.failed:
        more = summary.failed > outcome.error_lines
        see = f", see {outcome.errors}" if outcome.errors else ""
        see += f", which lists the first {outcome.error_lines:,}" if see and more else ""
        lines.append(f"  {counted(summary.failed, 'row')} could not be computed{see}")
        by_count = sorted(summary.errors.items(), key=lambda item: -item[1])
        lines += [f"    {count:>10,} {code}" for code, count in by_count]
    if summary.late:
        some = ", ".join(sorted(summary.late)[:10])
        lines.append(f"  not carried along, because they only turn up further down: {some}")
    click.echo("\n".join(lines), err=True)


_TOTALS = (
    ("energy", "total_energy_wh"),
    ("emissions", "total_emissions_gco2e"),
    ("water", "total_water_ml"),
    ("embodied emissions", "total_embodied_gco2e"),
    ("embodied water", "total_embodied_ml"),
)
