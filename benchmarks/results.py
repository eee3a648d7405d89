"""Results that are kept, in ``benchmarks/results.json``: one run for each commit and machine, the newest last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import msgspec

from .ratios import CONSTANTS, RATIOS, REGRESSION, Ratio

KEPT: Final = Path(__file__).parent / "results.json"


class Measured(msgspec.Struct, kw_only=True):
    """What was measured in one go, and where."""

    commit: str
    date: str
    machine: dict[str, str | int]
    load_before: list[float]
    load_after: list[float]


class Run(Measured, kw_only=True):
    """Figures in seconds for each row or call."""

    versions: dict[str, str]
    figures: dict[str, float]
    absent: dict[str, str] = msgspec.field(default_factory=dict)
    figures_of: dict[str, list[str]] = msgspec.field(default_factory=dict)  # of each measurement

    def value(self, ratio: Ratio) -> float | None:
        """A ratio of this run."""
        return ratio.value({**self.figures, **CONSTANTS})

    def why_not(self, ratio: Ratio) -> str:
        """Why the run lacks a ratio."""
        reasons = [self.absent[name] for name in (ratio.over, ratio.under) if name in self.absent]
        return "; ".join(dict.fromkeys(reasons)) or "not measured"


class Point(msgspec.Struct, kw_only=True):
    """One point of the cost curve: a way to estimate so many rows in a fresh process."""

    way: str
    rows: int
    cpu_s: float
    wall_s: float
    peak_mb: float


class Curve(Measured, kw_only=True):
    """The cost curve."""

    points: list[Point]


class Kept(msgspec.Struct, kw_only=True):
    """The file."""

    runs: list[Run] = msgspec.field(default_factory=list)
    curve: Curve | None = None


class Regression(msgspec.Struct, frozen=True):
    """A ratio that is worse than the kept one by more than is let pass."""

    ratio: Ratio
    before: float
    now: float
    factor: float


def read(path: Path = KEPT) -> Kept:
    """What is kept; nothing where there is no file yet."""
    return msgspec.json.decode(path.read_bytes(), type=Kept) if path.exists() else Kept()


def write(kept: Kept, path: Path = KEPT) -> None:
    """Put it down, one figure a line, so that changes can be reviewed."""
    path.write_bytes(msgspec.json.format(msgspec.json.encode(kept), indent=1) + b"\n")


def with_run(kept: Kept, run: Run) -> Kept:
    """The same with a run added; one of the same commit and machine makes way."""
    others = [one for one in kept.runs if (one.commit, one.machine) != (run.commit, run.machine)]
    return Kept(runs=[*others, run], curve=kept.curve)


def comparable(kept: Kept, machine: Mapping[str, str | int]) -> Run | None:
    """The newest kept run of the same machine, else the newest of any."""
    runs = [run for run in kept.runs if run.machine == machine] or kept.runs
    return runs[-1] if runs else None


def regressions(run: Run, before: Run, ratios: Sequence[Ratio] = RATIOS) -> list[Regression]:
    """Ratios that both runs have and that are worse now by more than a fifth, the worst first."""
    found = []
    for ratio in ratios:
        now, then = run.value(ratio), before.value(ratio)
        if now is None or then is None:
            continue
        factor = ratio.worse_by(now, then)
        if factor > REGRESSION:
            found.append(Regression(ratio, then, now, factor))
    return sorted(found, key=lambda one: -one.factor)
