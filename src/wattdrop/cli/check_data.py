"""``wattdrop check-data``."""

from __future__ import annotations

import click


@click.command("check-data")
@click.argument("folder", required=False, type=click.Path(exists=True, file_okay=False))
def check_data(folder: str | None) -> None:
    """Check every figure of the catalog, or of another data FOLDER, and count what is there."""
    from ..catalog import load
    from ..catalog.check import check_folder
    from ..catalog.kinds import KINDS

    problems = check_folder(folder)
    for problem in problems:
        click.echo(str(problem), err=True)
    if problems:
        raise click.ClickException(f"{len(problems)} problems in the data")
    catalog = load(folder)
    counts = [
        f"{len(catalog.table(kind.name)):,} {kind.name.replace('_', ' ')}" for kind in KINDS if kind.files
    ]
    click.echo(
        f"{', '.join(counts)}; {len(catalog.sources()):,} sources. No problems. Digest {catalog.digest}"
    )
