"""Targets that ``make bench`` does not measure itself: from ``benchmarks/elsewhere.toml``, and from the cost curve."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Literal

import msgspec

from .ratios import Ratio
from .results import Curve

FILE: Final = Path(__file__).parent / "elsewhere.toml"
#: Peak memory of these two sizes is compared.
MEMORY_ROWS: Final = (2_000_000, 20_000_000)
MEMORY_WAY: Final = "Parquet to Parquet"


class Elsewhere(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A ratio that somebody else measured, and how."""

    target: str
    text: str
    value: float
    better: Literal["more", "less"]
    bound: float | None = None
    how: str
    commit: str
    machine: str = ""

    @property
    def ratio(self) -> Ratio:
        """Its definition, without figures of ours."""
        return Ratio(self.target, self.text, "", "", self.better, self.bound)


def read(path: Path = FILE) -> list[Elsewhere]:
    """Those of the file."""
    return msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8"))["measured"], list[Elsewhere])


def of_curve(curve: Curve | None) -> Sequence[Elsewhere]:
    """T8, where the curve reaches so far."""
    if curve is None:
        return ()
    peaks = {point.rows: point.peak_mb for point in curve.points if point.way == MEMORY_WAY}
    few, many = (peaks.get(rows) for rows in MEMORY_ROWS)
    if few is None or many is None:
        return ()

    def found(text: str, value: float, bound: float) -> Elsewhere:
        return Elsewhere(
            target="T8", text=text, value=value, better="less", bound=bound,
            how="make bench-curve", commit=curve.commit,
        )  # fmt: skip

    return (
        found("Peak memory of 20 million rows against 2 million", many / few, 1.3),
        found("Peak memory of 20 million rows, Parquet to Parquet [MB]", many, 400),
    )
