"""``wattdrop validate``."""

from __future__ import annotations

import click

_MOST_LISTED = 10


@click.command()
@click.option(
    "--measurements",
    type=click.Path(exists=True, dir_okay=False),
    help="CSV of measured energy; the shipped one by default.",
)
@click.option(
    "--given",
    default="batch,hardware,datatype",
    show_default=True,
    help="Evidence that the method may see: any of batch, latency, hardware, datatype; or none.",
)
@click.option(
    "--by", default="task", show_default=True, help="Groups: task, family, model, gpu, source, quality, ..."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option(
    "--plot", type=click.Path(dir_okay=False), help="Draw predicted against measured: .png, .svg or .html."
)
def validate(measurements: str | None, given: str, by: str, as_json: bool, plot: str | None) -> None:
    """Predict every row of a table of measured energy and say how far off the predictions are.

    Predictions are compared at the boundary of each row: accelerators, server, or facility. Factor: median of the larger of
    predicted/measured and its inverse. Bias: median of predicted/measured. Width: median of high/low of the 90 % ranges.

    \b
    wattdrop validate
    wattdrop validate --given none --by task,source
    wattdrop validate --measurements mine.csv --json --plot mine.svg
    """
    from ..engine.api import default_catalog
    from ..validation.activity import given_of
    from ..validation.measurements import read
    from ..validation.predict import predict
    from ..validation.report import HEADER, by_of, cells, report
    from .tables import table

    groups = by_of(by)
    predictions = predict(read(measurements), given_of(given), default_catalog())
    found = report(predictions, groups)
    if plot:
        from ..validation.plot import draw

        draw(predictions, plot)
    if as_json:
        import msgspec

        click.echo(msgspec.json.format(msgspec.json.encode(found), indent=2))
        return
    lines = [(*group["by"].values(), *cells(group)) for group in found["groups"]]
    lines.append(("all rows", *("" for _ in groups[1:]), *cells(found["overall"])))
    first = len(groups) or 1
    click.echo(table((*(groups or ("",)), *HEADER), lines, right=range(first, first + len(HEADER))))
    for row in found["unpredicted"][:_MOST_LISTED]:
        click.echo(f"row {row['row']} not predicted: {row['reason']}", err=True)
    more = len(found["unpredicted"]) - _MOST_LISTED
    if more > 0:
        click.echo(f"and {more} more rows not predicted; --json lists them all", err=True)
    if plot:
        click.echo(f"Wrote {plot}", err=True)
