"""Aligned tables of plain text, for terminals of 80 columns and for pipes."""

from __future__ import annotations

from collections.abc import Collection, Sequence


def table(
    header: Sequence[str], rows: Sequence[Sequence[str]], right: Collection[int] = (), gap: str = "  "
) -> str:
    """Columns as wide as their widest cell; those in ``right`` are aligned to the right.

    >>> print(table(("id", "power"), [("h100", "700 W"), ("l4", "72 W")], right=(1,)))
    id    power
    h100  700 W
    l4     72 W
    """
    lines = [header, *rows] if any(header) else list(rows)
    widths = [max(len(line[column]) for line in lines) for column in range(len(header))]
    return "\n".join(
        gap.join(
            cell.rjust(width) if column in right else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


def shortened(text: str, width: int) -> str:
    """The text, cut to a width with an ellipsis.

    >>> shortened("meta-llama/Llama-3.1-8B", 12)
    'meta-llama/…'
    """
    return text if len(text) <= width else text[: width - 1] + "…"


def wrapped(text: str, width: int, indent: str) -> str:
    """The text over several lines, each but the first indented."""
    from textwrap import fill

    return fill(text, width=width, subsequent_indent=indent, break_on_hyphens=False)
