"""``wattdrop check-data``."""

from __future__ import annotations

import click

_USUAL_LIMIT = 50


@click.command("check-data")
@click.argument("folder", required=False, type=click.Path(exists=True, file_okay=False))
@click.option("--limit", default=_USUAL_LIMIT, show_default=True, help="Most problems shown; 0 for all.")
def check_data(folder: str | None, limit: int) -> None:
    """Check every figure of the catalog, or of another data FOLDER, and count what is there."""
    from ..catalog import load
    from ..catalog.check import check_folder
    from ..catalog.kinds import KINDS

    problems = check_folder(folder)
    shown = problems[: limit or None]
    for problem in shown:
        click.echo(str(problem), err=True)
    if problems:
        hidden = f", {len(shown)} shown (--limit 0 for all)" if len(shown) < len(problems) else ""
        raise click.ClickException(f"{len(problems):,} problems in the data{hidden}")
    catalog = load(folder)
    counts = [
        f"{len(catalog.table(kind.name)):,} {kind.name.replace('_', ' ')}" for kind in KINDS if kind.files
    ]
    click.echo(
        f"{', '.join(counts)}; {len(catalog.sources()):,} sources. No problems. Digest {catalog.digest}"
    )
