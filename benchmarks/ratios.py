"""Which figures are divided by which, and what is aimed at: the one list behind the table, the page and the report of CI.

Numbers T1 to T12 are those of the project's targets for speed. A ratio without a bound is told, not judged.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, Literal, NamedTuple

#: A ratio that is so much worse than the kept one is reported.
REGRESSION: Final = 1.2


class Ratio(NamedTuple):
    """``over`` divided by ``under``, both names of figures."""

    target: str
    text: str
    over: str
    under: str
    better: Literal["more", "less"]
    bound: float | None = None

    @property
    def key(self) -> str:
        """Name among the kept results."""
        return f"{self.over} / {self.under}"

    def value(self, figures: Mapping[str, float]) -> float | None:
        """The ratio, or None where a figure is missing."""
        over, under = figures.get(self.over), figures.get(self.under)
        return None if over is None or not under else over / under

    def is_met(self, value: float) -> bool | None:
        """Whether the bound is kept; None where there is none."""
        if self.bound is None:
            return None
        return value >= self.bound if self.better == "more" else value <= self.bound

    def worse_by(self, now: float, before: float) -> float:
        """The factor by which it is worse than before; below 1 it is better."""
        return before / now if self.better == "more" else now / before


#: Figures that are no measurement.
CONSTANTS: Final[Mapping[str, float]] = {"a millisecond": 1e-3}

RATIOS: Final[Sequence[Ratio]] = (
    Ratio("T1", "EcoLogits: its call against ours, dict in, totals out", "EcoLogits", "one row, dict", "more", 20),
    Ratio("T1", "EcoLogits: its call against ours, typed row", "EcoLogits", "one row, typed", "more", 50),
    Ratio("T1", "EcoLogits: its call against our row in bulk, Parquet to Parquet", "EcoLogits", "Parquet to Parquet", "more", 200),
    Ratio("", "EcoLogits: its call against our row of 1,000 in JSON, bytes to bytes", "EcoLogits", "1000 rows, bytes to bytes", "more"),
    Ratio("", "ecocost: its call against ours, dict in", "ecocost", "one row, dict", "more"),
    Ratio("", "llm-flops: its call against ours, dict in", "llm-flops", "one row, dict", "more"),
    Ratio("T2", "1,000 rows: engine against typed decode", "estimate of 1000 typed rows", "typed decode of 1000 rows", "less", 1.2),
    Ratio("T3", "1,000 rows, bytes to bytes, against typed decode", "1000 rows, bytes to bytes", "typed decode of 1000 rows", "less", 4.5),
    Ratio("T3", "1,000 rows, bytes to bytes, against FastAPI and pydantic around the same engine", "1000 rows, bytes to bytes", "FastAPI version of 1000 rows", "less", 0.3),
    Ratio("", "1,000 rows, bytes to bytes, against a FastAPI and pydantic echo, which computes nothing", "1000 rows, bytes to bytes", "FastAPI echo of 1000 rows", "less"),
    Ratio("T4", "Request of one row against an empty handler, no ledger", "request of one row", "request, empty handler", "less", 2.5),
    Ratio("", "Request of one row, all rows kept, against without ledger", "one row, ledger on", "one row, ledger off", "less"),
    Ratio("T5", "Kernel: one row against a row in blocks", "kernel, one row", "kernel, rows in blocks", "more", 15),
    Ratio("T5", "Kernel: numpy on one row against Python floats", "kernel, numpy on one row", "kernel, one row", "more", 10),
    Ratio("", "Kernel: a row in blocks against a copy of its bytes", "kernel, rows in blocks", "copy of a row's bytes", "less"),
    Ratio("T6", "Names of dictionary columns against the kernel", "names, dictionary columns", "kernel, rows in blocks", "less", 0.2),
    Ratio("T6", "Names as plain strings against the kernel", "names, plain strings", "kernel, rows in blocks", "less", 0.8),
    Ratio("T7", "A log in Parquet to nothing against reading it", "log to nothing", "log, read", "less", 3),
    Ratio("", "Parquet to nothing against reading it, five columns whose sizes repeat", "Parquet to nothing", "Parquet, read", "less"),
    Ratio("T7", "Parquet to Parquet against reading and writing the same", "Parquet to Parquet", "Parquet, read and written", "less", 1.6),
    Ratio("T7", "`wattdrop estimate IN -o OUT` against reading and writing the same", "job, Parquet to Parquet", "job's files, read and written", "less", 1.6),
    Ratio("T10", "`wattdrop estimate` of one row against `python -c pass`", "wattdrop estimate, one row", "python -c pass", "less", 4),
    Ratio("", "`import wattdrop` against `python -c pass`", "python -c 'import wattdrop'", "python -c pass", "less"),
    Ratio("T10", "`import wattdrop`, interpreter included [ms]", "python -c 'import wattdrop'", "a millisecond", "less", 50),
    Ratio("T12", "Ledger of 1,000 rows, all kept, against their bytes to bytes", "ledger, 1000 rows", "1000 rows, bytes to bytes", "less", 0.3),
    Ratio("", "Ledger of ten such requests of a day that wait together, against the same", "ledger, 10,000 rows of a day", "1000 rows, bytes to bytes", "less"),
    Ratio("", "Ledger of the same in files, against the same", "ledger, 10,000 rows of a day in files", "1000 rows, bytes to bytes", "less"),
    Ratio("T12", "Ledger that keeps one row in 100, of fifty requests of 1,000 rows, against their bytes to bytes", "ledger, sampled, 50 requests", "1000 rows, bytes to bytes", "less", 0.3),
    Ratio("T12", "Request of 1,000 rows, one row in 100 kept, against without ledger", "request of 1000 rows, ledger sampled", "request of 1000 rows", "less", 1.3),
    Ratio("T12", "Request of one row, one row in 100 kept, against without ledger", "one row, ledger sampled", "one row, ledger off", "less", 1.3),
    Ratio("ranges", "1,000 rows: ranges on against off", "1000 rows, ranges on", "1000 rows, ranges off", "less", 2),
    Ratio("", "1,000 rows, bytes to bytes: `?ranges=true` against without", "1000 rows, answer with ranges", "1000 rows, answer without ranges", "less"),
)  # fmt: skip
