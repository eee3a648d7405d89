"""The table in a terminal: ratios against their targets, and against the kept run."""

from __future__ import annotations

from collections.abc import Sequence

from .ratios import RATIOS, REGRESSION, Ratio
from .results import Run, regressions


def table(run: Run, before: Run | None) -> str:
    """Every ratio with target, verdict and the kept value; what is missing says why."""
    heads = ("", "ours against others, CPU time", "ratio", "target", "", "kept")
    rows = [heads, *(_cells(ratio, run, before) for ratio in RATIOS)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(heads))]
    lines = []
    for row in rows:
        cells = [_padded(cell, width, at) for at, (cell, width) in enumerate(zip(row, widths, strict=True))]
        lines.append("  ".join(cells).rstrip())
    return "\n".join([*lines, "", *_about(run)])


def report(run: Run, before: Run | None) -> str:
    """What got worse since the kept run; never a failure, because machines and their load differ."""
    if before is None:
        return "No kept results to compare with (make bench KEEP=yes keeps some)."
    where = "the same machine" if before.machine == run.machine else f"another machine, {describe(before)}"
    found = regressions(run, before)
    if not found:
        return f"No ratio is more than {REGRESSION - 1:.0%} worse than kept at {before.commit} ({where})."
    head = f"{len(found)} of the ratios are more than {REGRESSION - 1:.0%} worse than kept at {before.commit} ({where}):"
    lines = [
        f"  REGRESSION {one.factor:.2f} times worse: {one.ratio.text}: {shown(one.before)} -> {shown(one.now)}"
        for one in found
    ]
    return "\n".join([head, *lines, "Reported, not failed: other work on the machine moves ratios too."])


def describe(run: Run) -> str:
    """The machine of a run in a line."""
    of = run.machine
    return f"{of['processor']}, {of['cores']} cores, {of['python']}"


def shown(value: float) -> str:
    """Three digits, no more: the rest is noise."""
    return f"{value:,.0f}" if value >= 100 else f"{value:#.3g}"


def target(ratio: Ratio) -> str:
    """What is aimed at."""
    if ratio.bound is None:
        return ""
    return f"{'≥' if ratio.better == 'more' else '≤'} {ratio.bound:g}"


def verdict(ratio: Ratio, value: float) -> str:
    """Whether the target is met."""
    return {None: "", True: "met", False: "not met"}[ratio.is_met(value)]


def _cells(ratio: Ratio, run: Run, before: Run | None) -> Sequence[str]:
    value = run.value(ratio)
    then = before.value(ratio) if before is not None else None
    kept = shown(then) if then is not None else ""
    if value is None:
        return ratio.target, ratio.text, "-", target(ratio), run.why_not(ratio), kept
    return ratio.target, ratio.text, shown(value), target(ratio), verdict(ratio, value), kept


def _padded(cell: str, width: int, column: int) -> str:
    return cell.rjust(width) if column in (2, 3, 5) else cell.ljust(width)


def _about(run: Run) -> list[str]:
    loads = (
        " ".join(f"{one:.2f}" for one in run.load_before),
        " ".join(f"{one:.2f}" for one in run.load_after),
    )
    return [
        f"{describe(run)}; load average before {loads[0]}, after {loads[1]}",
        ", ".join(f"{name} {number}" for name, number in run.versions.items()),
    ]
