"""What a job may be asked: the flags of ``wattdrop estimate`` that are for many rows."""

from __future__ import annotations

from typing import Final, Literal, NamedTuple, get_args

from ..engine import api

Columns = Literal["totals", "blocks", "all"]
Extra = Literal["carry", "drop", "refuse", "carry-all"]

COLUMNS: Final[tuple[str, ...]] = get_args(Columns)


class Options(NamedTuple):
    """How a job reads, what it writes. All but ``workers`` changes what is written: a resumed job needs the same."""

    source_form: str | None = None  # format of the input, where its name does not tell
    form: str | None = None  # format of the parts, where the output is a folder
    columns: Columns = "totals"
    dtype: Literal["float64", "float32"] = "float64"
    compression: str | None = None
    group_by: tuple[str, ...] = ()
    mapped: tuple[tuple[str, str], ...] = ()  # field of a row, column of the input
    preset: str | None = None
    extra: Extra = "carry"
    error_lines: int = 100_000  # most lines in the file of errors; all that fail are counted
    workers: int | None = None
    restart: bool = False

    @property
    def metrics(self) -> tuple[str, ...]:
        """Names of the columns of results."""
        return metrics_of(self.columns)


def metrics_of(columns: Columns) -> tuple[str, ...]:
    """The metrics of a choice of columns.

    >>> len(metrics_of("totals")), len(metrics_of("blocks")), len(metrics_of("all"))
    (5, 15, 20)
    """
    blocks = {"totals": ("total",), "blocks": ("inference", "training", "fine_tuning")}
    return tuple(
        name
        for part, names in api.METRICS.items()
        if columns == "all" or part in blocks[columns]
        for name in names
    )
