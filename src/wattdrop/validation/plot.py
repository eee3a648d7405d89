"""Plots of predictions against measurements: one panel of points, one of factors and range coverage by task.

matplotlib draws them and is imported here only, by the extra ``plots``. The same predictions give the same bytes.
"""

from __future__ import annotations

import io
import math
from collections.abc import Callable, Sequence
from html import escape
from pathlib import Path
from typing import Any, Final

from ..errors import BadRequest
from .predict import Prediction
from .report import HEADER, cells, report

#: Colours that stay apart for colour-blind readers (Okabe and Ito), and readable on white and on black.
COLOURS: Final = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#D55E00", "#56B4E9", "#8C6BB1", "#999999")
#: Tasks by the kind of work, as the legend names them.
GROUPS: Final = {
    "language": ("chat", "code", "reasoning", "text-generation", "image-text-to-text", "video-text-to-text"),
    "images made": ("text-to-image",),
    "video made": ("text-to-video", "image-to-video"),
    "text read": (
        "text-embedding",
        "text-classification",
        "token-classification",
        "fill-mask",
        "question-answering",
    ),
    "images read": ("image-classification", "object-detection"),
    "summaries, captions": ("summarization", "image-to-text"),
    "sound": ("speech-to-text", "text-to-audio", "text-to-speech"),
}
SUFFIXES: Final = (".png", ".svg", ".html")
_GREY: Final = "#808080"


def draw(predictions: Sequence[Prediction], path: str) -> None:
    """Write the plots to a .png, .svg or .html file; html carries the scores by task below them.

    Raises
    ------
    BadRequest
        If the name ends otherwise, or the file cannot be written.
    """
    file = Path(path)
    if file.suffix.lower() not in SUFFIXES:
        raise BadRequest(f"{path}: plots are written as {', '.join(SUFFIXES)}", field="plot")
    try:
        if file.suffix.lower() == ".png":
            file.write_bytes(_bytes(predictions, "png"))
        else:
            svg = figure(predictions)
            file.write_text(
                _page(svg, predictions) if file.suffix.lower() == ".html" else svg, encoding="utf-8"
            )
    except OSError as error:
        raise BadRequest(f"cannot write {path}: {error.strerror}", field="plot") from None


def figure(predictions: Sequence[Prediction]) -> str:
    """The plots as SVG text, transparent, in greys that show on light and on dark pages."""
    return _bytes(predictions, "svg").decode()


def _bytes(predictions: Sequence[Prediction], form: str) -> bytes:
    def drawn(drawing: Any) -> None:
        shown = [p for p in predictions if not p.reason]
        if not shown:
            raise BadRequest("no row could be predicted, so there is nothing to draw", field="plot")
        points, tasks = drawing.subplots(
            2, 1, height_ratios=(1.15, 1)
        )  # a phone shows one beside the other too small
        _points(points, shown)
        _tasks(tasks, shown)

    return picture(drawn, (5.2, 9.0), form)


def picture(draw: Callable[[Any], None], inches: tuple[float, float], form: str) -> bytes:
    """What ``draw`` puts into a figure of matplotlib's, in one of its formats. The same drawing gives the same bytes.

    Greys that show on light and on dark pages; SVG is transparent and keeps its text.
    """
    try:
        import matplotlib as mpl
        from matplotlib.figure import Figure
    except ImportError:
        raise BadRequest("plots need matplotlib: install wattdrop[plots]", field="plot") from None
    with mpl.rc_context(
        {"svg.hashsalt": "wattdrop", "svg.fonttype": "none", "font.size": 9, "font.family": "sans-serif",
         "text.color": _GREY, "axes.labelcolor": _GREY, "axes.edgecolor": _GREY, "xtick.color": _GREY,
         "ytick.color": _GREY, "axes.titlecolor": _GREY}
    ):  # fmt: skip
        drawing = Figure(figsize=inches, layout="constrained")
        draw(drawing)
        target = io.BytesIO()
        metadata: dict[str, Any] = {"Date": None} if form == "svg" else {"Software": None}
        drawing.savefig(target, format=form, transparent=form == "svg", dpi=160, metadata=metadata)
    return target.getvalue()


def _points(axes: Any, shown: Sequence[Prediction]) -> None:
    """Every row: measured across, predicted up."""
    left = min(min(p.energy_wh, p.measurement.energy_wh) for p in shown) / 2.0
    right = max(max(p.energy_wh, p.measurement.energy_wh) for p in shown) * 2.0
    ends = (left, right)
    axes.fill_between(ends, [x / 2 for x in ends], [x * 2 for x in ends], color=_GREY, alpha=0.15, lw=0)
    axes.plot(ends, ends, color=_GREY, lw=0.8)
    for (group, tasks), colour in zip(GROUPS.items(), COLOURS, strict=False):
        of_group = [p for p in shown if p.measurement.text("task") in tasks]
        if of_group:
            axes.scatter(
                [p.measurement.energy_wh for p in of_group],
                [p.energy_wh for p in of_group],
                s=7, lw=0, alpha=0.6, color=colour, label=f"{group} ({len(of_group)})",
            )  # fmt: skip
    axes.set(xscale="log", yscale="log", xlim=ends, ylim=ends, aspect="equal")
    axes.set_xlabel("measured energy of a request [Wh]")
    axes.set_ylabel("predicted [Wh]; band: within 2x")
    axes.legend(loc="upper left", frameon=False, fontsize=7.5, handletextpad=0.1, markerscale=1.8)


def _tasks(axes: Any, shown: Sequence[Prediction]) -> None:
    """Each task: predicted over measured, the middle half and the middle nine tenths of its rows; coverage beside it."""
    names = sorted({p.measurement.text("task") for p in shown}, reverse=True)
    for at, name in enumerate(names):
        of_task = [p for p in shown if p.measurement.text("task") == name]
        logs = sorted(math.log(p.ratio) for p in of_task)
        quantiles = [math.exp(_quantile(logs, share)) for share in (0.05, 0.25, 0.5, 0.75, 0.95)]
        colour = next(
            (c for (_, tasks), c in zip(GROUPS.items(), COLOURS, strict=False) if name in tasks), COLOURS[-1]
        )
        axes.plot(quantiles[::4], (at, at), color=colour, lw=1.2)
        axes.plot(quantiles[1:4:2], (at, at), color=colour, lw=4.5, solid_capstyle="butt")
        axes.plot(quantiles[2], at, "o", ms=4, color=_GREY)
        covered = [
            p.bounds.low_90 <= p.measurement.energy_wh <= p.bounds.high_90
            for p in of_task
            if not math.isnan(p.bounds.low_90)
        ]
        if covered:
            share = f"{100 * sum(covered) / len(covered):.0f} %"
            axes.annotate(share, (1.02, at), xycoords=("axes fraction", "data"), va="center", fontsize=7.5)
    axes.axvspan(0.5, 2.0, color=_GREY, alpha=0.15, lw=0)
    axes.axvline(1.0, color=_GREY, lw=0.8)
    axes.set(xscale="log", yticks=range(len(names)), yticklabels=names)
    low, high = axes.get_xlim()
    axes.set_xlim(min(low, 0.3), max(high, 3.3))
    axes.set_xticks([0.25, 0.5, 1.0, 2.0, 4.0], ["1/4", "1/2", "1", "2", "4"])
    axes.minorticks_off()
    axes.set_xlabel("predicted / measured: median, half, nine tenths\nright: held by the 90 % range")


def _quantile(ordered: Sequence[float], share: float) -> float:
    at = share * (len(ordered) - 1)
    below = int(at)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (at - below) * (ordered[above] - ordered[below])


def _page(svg: str, predictions: Sequence[Prediction]) -> str:
    """One file: the plots, and the scores by task."""
    found = report(predictions, ("task",))
    groups = [*((group["by"]["task"], group) for group in found["groups"]), ("all rows", found["overall"])]
    rows = "".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in (name, *cells(group))) + "</tr>"
        for name, group in groups
    )
    head = "".join(f"<th>{escape(cell)}</th>" for cell in ("task", *HEADER))
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>Predicted against measured energy</title>
<style>
:root {{ color-scheme: light dark }}
body {{ font: 15px/1.5 system-ui, sans-serif; margin: 1.5rem auto; max-width: 62rem; padding: 0 1rem }}
svg {{ max-width: 100%; height: auto }}
.wide {{ overflow-x: auto }}
table {{ border-collapse: collapse; font-variant-numeric: tabular-nums; white-space: nowrap }}
th, td {{ padding: .2rem .6rem; text-align: right; border-bottom: 1px solid #8884 }}
th:first-child, td:first-child {{ text-align: left }}
</style></head><body>
<h1>Predicted against measured energy</h1>
<div class="wide">{svg[svg.index("<svg") :]}</div>
<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>
</body></html>
"""
