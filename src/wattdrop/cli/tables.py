"""Aligned tables of plain text, for terminals of 80 columns and for pipes."""

from __future__ import annotations

from ..typed import TYPE_CHECKING

if TYPE_CHECKING:
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
    """The text over several lines, each but the first indented.

    >>> print(wrapped("occupancy 65 % (give batch_size)", 20, "    "))
    occupancy 65 % (give
        batch_size)
    """
    words = text.split(" ")
    if not text.isprintable() or max(map(len, words)) > width - len(indent):
        return _broken(text, width, indent)
    lines = [words[0]]
    for word in words[1:]:
        if len(lines[-1]) + 1 + len(word) <= width:
            lines[-1] += f" {word}"
        elif word:
            lines.append(indent + word)
    return "\n".join(line.rstrip() for line in lines)


def _broken(text: str, width: int, indent: str) -> str:
    """The same of a text with words longer than a line. Importing textwrap takes longer than a row does to compute."""
    from textwrap import fill

    return fill(text, width=width, subsequent_indent=indent, break_on_hyphens=False)
