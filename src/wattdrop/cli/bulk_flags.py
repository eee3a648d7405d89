"""Flags of ``estimate`` for many rows, and the rule that tells when a job is one of many rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path, PurePath
from typing import Any, Final

import click

COLUMN_FORMATS: Final = (".parquet", ".pq", ".arrow", ".arrows", ".ipc", ".feather")
COMPRESSED: Final = (".gz", ".zst")
PRESETS: Final = ("litellm", "openai-usage", "langfuse", "focus", "bedrock", "vertex")

BULK_NAMES: Final = (
    "bulk",
    "source_form",
    "target_form",
    "mapped",
    "preset",
    "columns",
    "dtype",
    "compression",
    "group_by",
    "extra",
    "error_lines",
    "workers",
    "restart",
)

_FLAGS: Final = (
    click.option(
        "--bulk",
        is_flag=True,
        help="Go through the rows part by part, on all cores. Implied by what is below.",
    ),
    click.option(
        "--from",
        "source_form",
        type=click.Choice(("parquet", "arrow", "csv", "jsonl")),
        help="Format of the input, where no name tells it.",
    ),
    click.option(
        "--to",
        "target_form",
        type=click.Choice(("parquet", "arrow", "csv", "jsonl")),
        help="Format of the parts in a folder.  [default: parquet]",
    ),
    click.option(
        "--map",
        "mapped",
        multiple=True,
        metavar="FIELD=COLUMN,...",
        help="Which column fills which field of a row.",
    ),
    click.option(
        "--preset", type=click.Choice(PRESETS), help="Read a known export: its columns are mapped already."
    ),
    click.option(
        "--columns",
        type=click.Choice(("totals", "blocks", "all")),
        help="Results: totals, the stages that they are made of, or both.  [default: totals]",
    ),
    click.option(
        "--dtype",
        type=click.Choice(("float64", "float32")),
        help="Numbers of the results.  [default: float64]",
    ),
    click.option(
        "--compression", metavar="CODEC", help="lz4, zstd, snappy, gzip or none.  [default: lz4 for columns]"
    ),
    click.option(
        "--group-by", metavar="NAMES", help="Totals with 90 % ranges by these columns instead of rows."
    ),
    click.option(
        "--extra",
        type=click.Choice(("carry", "drop", "refuse", "carry-all")),
        help="Columns that are no fields of a row.  [default: carry]",
    ),
    click.option(
        "--error-lines",
        type=click.IntRange(1),
        metavar="N",
        help="Rows that failed to list in OUT.errors; all are counted.  [default: 100000]",
    ),
    click.option("--workers", type=click.IntRange(1), help="Processes.  [default: one a core]"),
    click.option("--restart", is_flag=True, help="Begin anew, whatever is done already."),
)


def bulk_flags(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the flags."""
    for flag in reversed(_FLAGS):
        command = flag(command)
    return command


def is_bulk(files: Sequence[str], output: str | None, flags: dict[str, Any]) -> bool:
    """Whether rows go part by part: a column format, a compressed file, several files, a folder, an address, or a flag.

    A plain file of JSON or CSV, whatever its size, is answered as it always was.
    """
    if any(value for value in flags.values()):
        return True
    ends = [PurePath(name.lower()).suffix for name in [*files, output or ""]]
    return (
        len(files) > 1
        or any(end in COLUMN_FORMATS or end in COMPRESSED for end in ends)
        or any("://" in name or set(name) & set("*?[") for name in files)
        or (output is not None and ("://" in output or output.endswith("/")))
        or any(name != "-" and Path(name).is_dir() for name in files)
    )
