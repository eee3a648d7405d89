"""``wattdrop estimate``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..errors import RowError
from .bulk_flags import BULK_NAMES, bulk_flags, is_bulk
from .flag_names import FORMATS
from .row_flags import row_flags, row_of_flags

if TYPE_CHECKING:
    from ..schema import ImpactRow

_FORMAT_OF_SUFFIX = {
    "": "table",
    ".txt": "table",
    ".json": "json",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".csv": "csv",
}

OTHER_COLUMNS = (
    "columns that are no fields: -o OUT --bulk carries them along, --map FIELD=COLUMN says what one fills"
)


@click.command()
@click.argument("files", nargs=-1, metavar="[FILE]...")
@click.option(
    "-o",
    "--output",
    metavar="OUT",
    help="Write to this file; its name sets the format. A folder ends with /.",
)
@click.option("--format", "form", type=click.Choice(FORMATS), help="Format of the output.  [default: table]")
@click.option("--debug", is_flag=True, help="With json and jsonl: add what each row resolved to.")
@click.option(
    "--ranges/--no-ranges",
    default=None,
    help="Add 50 % and 90 % ranges.  [default: json and table yes, jsonl and csv no]",
)
@bulk_flags
@row_flags
def estimate(
    files: tuple[str, ...],
    output: str | None,
    form: str | None,
    debug: bool,
    ranges: bool | None,
    **flags: Any,
) -> None:
    """Energy, carbon and water of requests: of every row in FILE (- for standard input), or of one given by flags.

    FILE is JSON as the API takes it, a JSON array, JSON lines, or CSV with the names of the fields in its first line.
    Every field of a request is a flag too; the common ones are listed here, docs/reference/cli.md lists all.

    \b
    wattdrop estimate --model gpt-4o --input-tokens 100 --output-tokens 500 --service openai --country US
    wattdrop estimate requests.csv -o impact.csv
    cat rows.jsonl | wattdrop estimate - --format json

    Parquet and Arrow, compressed files, several files, folders and addresses such as s3://bucket/key are read and written
    part by part, on all cores, in little memory; --bulk does so with plain CSV and JSON lines too.

    \b
    wattdrop estimate calls.parquet -o impact.parquet
    wattdrop estimate logs/ -o impact/ --preset litellm
    """
    asked = {name: flags.pop(name) for name in BULK_NAMES}
    flagged = row_of_flags(flags)
    if is_bulk(files, output, asked):
        from .bulk import estimate_bulk

        if flagged:
            raise click.UsageError("give files or flags that describe one request, not both")
        unfit = {"--format": form, "--debug": debug, "--ranges": ranges}
        estimate_bulk(files, output, asked, [flag for flag, value in unfit.items() if value])
        return
    output = None if output == "-" else output
    rows = rows_of(files[0] if files else None, flagged)
    if output and files and Path(output).exists() and Path(files[0]).resolve() == Path(output).resolve():
        raise click.UsageError(f"{output} is the file to read; name another output")
    form = form or _format_of(output)
    text, failed = _report(rows, form, debug, ranges)
    if output:
        _write(output, text)
    else:
        click.echo(text)
    if failed:
        numbers = f"{failed} of {len(rows)} rows" if len(rows) > 1 else "the request"
        click.echo(f"{numbers} could not be computed", err=True)
        if files and any(getattr(row, "code", "") == "unknown_field" for row in rows):
            click.echo(OTHER_COLUMNS, err=True)
        sys.exit(1)


def rows_of(file: str | None, flagged: dict[str, object]) -> list[ImpactRow | RowError]:
    """The rows of the file, or the one that the flags describe; not both, and not none."""
    if file is not None and flagged:
        raise click.UsageError("give a file or flags that describe one request, not both")
    if file is None and not flagged:
        raise click.UsageError(
            "give a file of requests, or one request by flags: --model NAME --output-tokens 500"
        )
    if file is None:
        from ..schema import parse_rows

        return parse_rows([flagged])
    from .row_files import read_rows

    return read_rows(file)


def _format_of(output: str | None) -> str:
    suffix = Path(output).suffix.lower() if output else ""
    if suffix not in _FORMAT_OF_SUFFIX:
        known = ", ".join(name for name in _FORMAT_OF_SUFFIX if name)
        raise click.UsageError(f"{suffix} files are not written; name it {known}, or give --format")
    return _FORMAT_OF_SUFFIX[suffix]


def _report(rows: list[ImpactRow | RowError], form: str, debug: bool, ranges: bool | None) -> tuple[str, int]:
    from ..engine import estimate as estimate_rows
    from .reports import report

    result = estimate_rows(rows)
    return report(rows, result, form, debug, ranges), sum(row.error is not None for row in result.rows)


def _write(output: str, text: str) -> None:
    try:
        Path(output).write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise click.UsageError(f"cannot write {output}: {error.strerror}") from None
    click.echo(f"Wrote {output}", err=True)
