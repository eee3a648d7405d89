"""The cost curve as a picture: CPU time and peak memory against rows, in greys and colours that show on light and dark.

One panel stands above the other, so that a phone shows their letters large enough.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from wattdrop.validation.plot import COLOURS, picture

from .results import Curve, Point

_GREY: Final = "#808080"
_ROWS: Final = (1, 10, 100, 1000, 10_000, 100_000, 1_000_000, 10_000_000)
_TICKS: Final = tuple(base * step for base in (0.01, 0.1, 1, 10, 100, 1000) for step in (1, 2, 5))


def svg(curve: Curve) -> str:
    """SVG text, transparent. The same points give the same text."""
    return drawn(curve, "svg").decode()


def drawn(curve: Curve, form: str) -> bytes:
    """The picture in a format of matplotlib's."""

    def draw(drawing: Any) -> None:
        time, memory = drawing.subplots(2, 1)
        _lines(time, curve.points, "cpu_s")
        time.set_ylabel("CPU time of the whole process [s]")
        time.legend(loc="upper left", frameon=False, fontsize=8)
        _lines(memory, curve.points, "peak_mb")
        memory.set_ylabel("peak memory [MB]")

    return picture(draw, (5.2, 7.4), form)


def _labelled(ticks: Sequence[float]) -> tuple[Sequence[float], Sequence[str]]:
    return ticks, [
        f"{tick / 1e6:g} M" if tick >= 1e6 else f"{tick / 1e3:g} k" if tick >= 1e4 else f"{tick:,g}"
        for tick in ticks
    ]


def _lines(axes: Any, points: Sequence[Point], field: str) -> None:
    ways = dict.fromkeys(one.way for one in points)
    for size, (way, colour, marker) in enumerate(zip(ways, COLOURS, "osD^v", strict=False)):
        of_way = [one for one in points if one.way == way]
        axes.plot(
            [one.rows for one in of_way],
            [getattr(one, field) for one in of_way],
            color=colour, lw=1.4, marker=marker, ms=max(4, 7 - 2 * size), label=way,
        )  # fmt: skip
    axes.set(xscale="log", yscale="log", xlabel="rows")
    most = max(one.rows for one in points)
    axes.set_xticks(*_labelled([rows for rows in _ROWS if rows <= most]))
    values = [getattr(one, field) for one in points]
    axes.set_yticks(
        *_labelled([tick for tick in _TICKS if min(values) <= tick * 2 and tick <= max(values) * 2])
    )
    axes.minorticks_off()
    axes.grid(color=_GREY, alpha=0.25, lw=0.5)
    axes.spines[["top", "right"]].set_visible(False)
