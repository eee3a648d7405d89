"""What a soak says: a line a minute, and whether memory grew, requests got dearer or answers failed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from soak import Soak

#: Fitted growth over the window, as a share of the level, that counts as growth, and change of the median as drift.
MOST_GROWTH = 0.02
MOST_DRIFT = 0.25


def cpu_ms_of_requests(soak: Soak) -> list[float]:
    """CPU time of all processes for each request, by minute."""
    found = []
    for minute in range(int(soak.seconds // 60)):
        inside = [one for one in soak.samples if minute <= one.at_s / 60 < minute + 1]
        of_pids = [[one.cpu_s for one in inside if one.pid == pid] for pid in {one.pid for one in inside}]
        first, last = min(one.at_s for one in inside), max(one.at_s for one in inside)
        answered = sum(first <= one.at_s < last for one in soak.answers)
        found.append(1000 * sum(each[-1] - each[0] for each in of_pids) / answered)
    return found


def yardstick_ms(soak: Soak) -> list[float]:
    """The median yardstick of each minute."""
    return [
        1000 * float(np.median([cost for at_s, cost in soak.yardsticks if minute <= at_s / 60 < minute + 1]))
        for minute in range(int(soak.seconds // 60))
    ]


def yardsticks_of_requests(soak: Soak) -> list[float]:
    """CPU time of a request as a multiple of the yardstick, by minute."""
    return [cpu / yard for cpu, yard in zip(cpu_ms_of_requests(soak), yardstick_ms(soak), strict=True)]


#: Name, unit and width of each column but the memory.
_COLUMNS = (
    ("minute", "", 6),
    ("requests", "", 9),
    ("5xx", "", 4),
    ("p50", "ms", 7),
    ("p95", "ms", 7),
    ("p99", "ms", 7),
    ("single p50", "ms", 11),
    ("CPU", "ms", 6),
    ("yardstick", "ms", 9),
    ("ratio", "", 6),
)


def table(soak: Soak) -> str:
    """A line a minute."""
    pids = list(dict.fromkeys(one.pid for one in soak.samples))
    names = (
        ["parent", *(f"worker {number}" for number in range(1, len(pids)))] if len(pids) > 1 else ["server"]
    )
    columns = [*_COLUMNS, *((name, "MB", 9) for name in names)]
    lines = [" ".join(f"{column[row]:>{column[2]}}" for column in columns) for row in (0, 1)]
    cpu_ms, yard_ms, ratios = cpu_ms_of_requests(soak), yardstick_ms(soak), yardsticks_of_requests(soak)
    for minute in range(int(soak.seconds // 60)):
        here = [one for one in soak.answers if minute * 60 <= one.at_s < (minute + 1) * 60]
        every = [1000 * one.seconds for one in here]
        lone = [1000 * one.seconds for one in here if one.kind == "single"]
        p50, p95, p99 = np.percentile(every, [50, 95, 99])
        failed = sum(one.status >= 500 for one in here)
        levels = [
            np.median(
                [
                    one.bytes
                    for one in soak.samples
                    if one.pid == pid and minute * 60 <= one.at_s < (minute + 1) * 60
                ]
            )
            for pid in pids
        ]
        line = f"{minute + 1:6} {len(here):9} {failed:4} {p50:7.1f} {p95:7.1f} {p99:7.1f} {np.median(lone):11.2f}"
        line += f" {cpu_ms[minute]:6.2f} {yard_ms[minute]:9.2f} {ratios[minute]:6.2f}"
        lines.append(line + "".join(f" {level / 1e6:9.1f}" for level in levels))
    return "\n".join(lines)


def drift(values: Sequence[float]) -> float:
    """Change over all minutes by the fit, as a share of the first."""
    slope, start = np.polyfit(range(len(values)), values, 1)
    return float(slope * (len(values) - 1) / start)


def _drift_text(soak: Soak, first: int) -> str:
    lone = [one for one in soak.answers if one.kind == "single"]
    medians = [
        float(np.median([one.seconds for one in lone if minute <= one.at_s / 60 < minute + 1]))
        for minute in range(first, int(soak.seconds // 60))
    ]
    return (
        f"CPU time of a request, in yardsticks: {drift(yardsticks_of_requests(soak)[first:]):+.1%} by the fit "
        f"(other work on the machine included: CPU time {drift(cpu_ms_of_requests(soak)[first:]):+.1%}, "
        f"median latency of single rows {drift(medians):+.1%})"
    )


def verdicts(soak: Soak) -> list[tuple[bool, str]]:
    """What the fits over the time after warming up say."""
    warm_s = soak.seconds / 5
    found = []
    for number, pid in enumerate(dict.fromkeys(one.pid for one in soak.samples)):
        of_process = [one for one in soak.samples if one.pid == pid and one.at_s >= warm_s]
        slope, start = np.polyfit([one.at_s for one in of_process], [one.bytes for one in of_process], 1)
        growth = slope * (soak.seconds - warm_s)
        share = growth / (start + slope * warm_s)
        name = "parent or server" if number == 0 else f"worker {number}"
        text = f"memory of {name}: {growth / 1e6:+.2f} MB ({share:+.2%}) by the fit"
        found.append((share <= MOST_GROWTH, text))
    first = int(warm_s // 60)
    moved = drift(yardsticks_of_requests(soak)[first:])
    found.append((abs(moved) <= MOST_DRIFT, _drift_text(soak, first)))
    failed = Counter(one.status for one in soak.answers if one.status >= 500)
    found.append((not failed, f"answers with 5xx: {dict(failed) or 'none'} of {len(soak.answers)}"))
    return found
