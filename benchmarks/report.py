"""The page of benchmarks, from what is kept: the same results give the same page."""

from __future__ import annotations

from collections.abc import Sequence
from inspect import cleandoc
from pathlib import Path
from typing import Final

from . import curve_plot, elsewhere
from .elsewhere import Elsewhere
from .measurements import MEASUREMENTS
from .ratios import RATIOS
from .results import Curve, Kept, Run
from .table import describe, shown, target, verdict

PAGE: Final = "docs/reference/benchmarks.md"
PICTURE: Final = "docs/reference/benchmarks-curve.svg"
#: Targets in order; what nobody measured yet is told too.
TARGETS: Final = {
    "T1": "one row, and rows in bulk, against EcoLogits", "T2": "the engine in a request of 1,000 rows",
    "T3": "1,000 rows from bytes to bytes", "T4": "a request of one row", "T5": "the kernel in blocks and on floats",
    "T6": "names", "T7": "Parquet", "T8": "memory of 20 million rows", "T9": "two workers against one",
    "T10": "cold start", "T11": "Spark", "T12": "the ledger", "ranges": "ranges",
}  # fmt: skip


def page(kept: Kept) -> str:
    """The newest run against the targets, its figures, the curve, and earlier runs."""
    parts = [_INTRODUCTION]
    if kept.runs:
        run = kept.runs[-1]
        others = [*elsewhere.of_curve(kept.curve), *elsewhere.read()]
        parts += [_noise(run), _targets(run, others), _told(run), _figures(run)]
    if kept.curve is not None:
        parts.append(_curve(kept.curve))
    parts.append(_methods())
    if len(kept.runs) > 1:
        parts.append(_history(kept.runs))
    return "\n\n".join(parts) + "\n"


def write_page(kept: Kept, root: Path) -> None:
    """The page and its picture."""
    (root / PAGE).write_text(page(kept), encoding="utf-8")
    if kept.curve is not None:
        (root / PICTURE).write_text(curve_plot.svg(kept.curve), encoding="utf-8")


_INTRODUCTION: Final = """# Benchmarks

Generated from `benchmarks/results.json` by `make bench-report`; do not edit.

What Wattdrop costs, as ratios: against other estimators, against the least that the same work could cost (a typed decode,
an empty handler, Arrow reading and writing the same columns, a copy in memory), and against itself. Ratios carry over to
other machines better than times do.

```console
$ make bench
```

measures and prints the table (some minutes; `make bench KEEP=yes` keeps it), `make bench-curve` the curve below,
`make bench-quick` a table in less than a minute. `make test` prints that at its end, with what got worse by more than
a fifth since the kept results: told, never failed (`BENCHMARKS=no` leaves it out). The peers are installed into an
environment of their own, `.bench`, pinned by `benchmarks/requirements.lock`.

Every figure is CPU time of the process that does the work, not time on the wall: the minimum of at least five rounds,
in which what is compared takes turns. A sample takes 10 ms at least, after a warm-up of up to 200 calls."""


def _noise(run: Run) -> str:
    versions = ", ".join(f"{name} {number}" for name, number in run.versions.items())
    before, after = (" / ".join(f"{one:.2f}" for one in loads) for loads in (run.load_before, run.load_after))
    return (
        f"Measured {run.date} at commit `{run.commit}` on {describe(run)}.\n"
        f"Load average over 1, 5 and 15 minutes before {before}, after {after}. The benchmark itself adds 1:\n"
        "what is above came from other work on the same cores, which takes cache and clock rate even from CPU time.\n"
        f"{versions}."
    )


def _targets(run: Run, others: Sequence[Elsewhere]) -> str:
    lines = ["## Targets\n", "| | what | target | measured | |", "| --- | --- | --: | --: | --- |"]
    for name, about in TARGETS.items():
        before = len(lines)
        for ratio in RATIOS:
            if ratio.target == name:
                value = run.value(ratio)
                measured = (
                    (run.why_not(ratio), "") if value is None else (shown(value), verdict(ratio, value))
                )
                lines.append(_line(name, ratio.text, target(ratio), *measured))
        for other in others:
            if other.target == name:
                where = f"{other.text} (`{other.how}`, commit `{other.commit}`{other.machine and ', ' + other.machine})"
                lines.append(
                    _line(
                        name,
                        where,
                        target(other.ratio),
                        shown(other.value),
                        verdict(other.ratio, other.value),
                    )
                )
        if len(lines) == before:
            lines.append(_line(name, about, "", "not measured yet", ""))
    return "\n".join(lines)


def _line(name: str, text: str, target: str, measured: str, verdict: str) -> str:
    return f"| {name} | {text} | {target} | {measured} | {f'**{verdict}**' if verdict == 'not met' else verdict} |"


def _told(run: Run) -> str:
    lines = ["## Told, not judged\n", "| what | ratio |", "| --- | --: |"]
    for ratio in RATIOS:
        if not ratio.target:
            value = run.value(ratio)
            lines.append(f"| {ratio.text} | {run.why_not(ratio) if value is None else shown(value)} |")
    return "\n".join(lines)


def _figures(run: Run) -> str:
    lines = ["## Figures\n", "| for each row, or call | µs of CPU |", "| --- | --: |"]
    lines += [f"| {name} | {shown(1e6 * figure)} |" for name, figure in run.figures.items()]
    lines += [f"| {name} | {why} |" for name, why in run.absent.items()]
    return "\n".join(lines)


def _curve(curve: Curve) -> str:
    ways = list(dict.fromkeys(point.way for point in curve.points))
    cells = {
        (point.way, point.rows): f"{shown(point.cpu_s)} s, {shown(point.peak_mb)} MB"
        for point in curve.points
    }
    before, after = (
        " / ".join(f"{one:.2f}" for one in loads) for loads in (curve.load_before, curve.load_after)
    )
    lines = [
        "## From one row to twenty million\n",
        "![CPU time and peak memory against rows, on logarithmic axes](benchmarks-curve.svg)\n",
        "CPU time of a whole fresh process, start and imports included, and the most memory it held; below a million rows",
        f"the least of three processes. Measured {curve.date} at commit `{curve.commit}`, load average before {before},",
        f"after {after}.\n",
        f"| rows | {' | '.join(ways)} |",
        f"| --: |{' --: |' * len(ways)}",
    ]
    lines += [
        f"| {rows:,} | {' | '.join(cells.get((way, rows), '') for way in ways)} |"
        for rows in sorted({point.rows for point in curve.points})
    ]
    return "\n".join(lines)


def _methods() -> str:
    lines = ["## What is measured\n"]
    for one in MEASUREMENTS:
        about = " ".join(cleandoc(one.cases.__doc__ or "").split())
        lines.append(f"- `benchmarks/measurements/{one.cases.__name__}.py`: {about.replace('``', '`')}")
    lines += [
        "",
        "Scripts with tables of their own: `benchmarks/thousand_rows.py` (requests of 1,000 rows over loopback),",
        "`benchmarks/cold_start.py`, `benchmarks/ledger.py`, `benchmarks/empty_rows.py` and `make soak`.",
    ]
    return "\n".join(lines)


def _history(runs: Sequence[Run]) -> str:
    shown_runs = runs[-6:]
    lines = [
        "## Kept runs\n",
        f"| ratio | {' | '.join(f'`{run.commit}`, {run.date}' for run in shown_runs)} |",
        f"| --- |{' --: |' * len(shown_runs)}",
    ]
    for ratio in RATIOS:
        values = [run.value(ratio) for run in shown_runs]
        lines.append(f"| {ratio.text} | {' | '.join('' if one is None else shown(one) for one in values)} |")
    return "\n".join(lines)
