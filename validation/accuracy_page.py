"""The accuracy page: the parts of docs/explanation/accuracy.md that are written from results, and its plots."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from wattdrop.cli.tables import table

if TYPE_CHECKING:
    from accuracy import LeftOut

    from wattdrop.catalog import Catalog

HERE: Final = Path(__file__).parent
PAGE: Final = HERE.parent / "docs" / "explanation" / "accuracy.md"
PLOTS: Final = HERE.parent / "docs" / "explanation" / "accuracy"

GIVEN: Final = {
    "batch": "batch, hardware, precision",
    "latency": "latency, hardware, precision",
    "hardware": "hardware, precision",
    "none": "model, task, amounts",
}
HEADER: Final = (
    "rows",
    "given",
    "n",
    "within 2x",
    "factor",
    "bias",
    "90 % range holds",
    "50 %",
    "width",
    "before",
    "target",
    "",
)
NUMBERS: Final = frozenset(range(2, 9))


def line(found: Mapping[str, Any]) -> tuple[str, ...]:
    """One line of the table of targets."""
    return (
        found["rows"],
        GIVEN[found["given"]],
        f"{found['n']:,}",
        *figures(found),
        found["before"] or "-",
        found["target"] or "-",
        ("met" if found["met"] else "missed") if found["target"] else "",
    )


def figures(found: Mapping[str, Any]) -> tuple[str, ...]:
    """The scores that every table shows."""

    def share(name: str) -> str:
        return "-" if found[name] is None else f"{100 * found[name]:.0f} %"

    width = found["median_width_90"]
    return (
        share("within_2x"),
        f"{found['median_factor']:.2f}",
        f"{found['bias']:.2f}",
        share("coverage_90"),
        share("coverage_50"),
        "-" if width is None else f"{width:.1f}x",
    )


def table_text(lines: Sequence[Mapping[str, Any]]) -> str:
    """The table of targets for a terminal."""
    return table(HEADER, [line(found) for found in lines], right=NUMBERS)


def markdown(header: Sequence[str], lines: Sequence[Sequence[str]], numbers: frozenset[int]) -> str:
    """A table of the docs."""
    rule = ["---:" if ix in numbers else "---" for ix in range(len(header))]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in (header, rule, *lines))


def parts(results: Mapping[str, Any], catalog: Catalog) -> dict[str, str]:
    """The generated parts of the page by name."""
    found = {
        "versions": f"Method {results['method_version']}, digest of method and measurements "
        f"`{results['method_digest'][:16]}`, catalog `{catalog.digest[:16]}`.",
        "targets": markdown(HEADER, [line(row) for row in results["table"]], NUMBERS),
        "groups": markdown(
            ("task", "source", "n", "models", *HEADER[3:9]),
            [
                (row["by"]["task"], row["by"]["source"], f"{row['n']:,}", str(row["models"]), *figures(row))
                for row in results["groups"]
                if row["n"]
            ],
            frozenset(range(2, 10)),
        ),
        "accelerators": markdown(
            ("accelerator left out", "n", "within 2x", "factor", "bias"),
            [(row["gpu"], f"{row['n']:,}", *figures(row)[:3]) for row in results["accelerators"]],
            frozenset(range(1, 5)),
        ),
        "constants": constants(catalog),
        "peers": peers(results),
    }
    beside = results.get("not_shipped")
    if beside:
        found["not shipped"] = markdown(HEADER, [line(row) for row in beside["table"]], NUMBERS)
    return found


def constants(catalog: Catalog) -> str:
    """Every fitted constant with its value, bounds and meaning."""
    lines = []
    for ix, name in enumerate(catalog.constants.ids):
        figure = catalog.constants.figure(ix, "value")
        if figure is not None and any(id.startswith("fit") for id in figure.source_ids):
            meaning = catalog.constants.text(ix, "meaning")
            lines.append(
                (f"`{name}`", f"{figure.value:.3g}", f"{figure.low:.3g} to {figure.high:.3g}", meaning)
            )
    return markdown(("constant", "value", "bounds", "meaning"), lines, frozenset({1, 2}))


def peers(results: Mapping[str, Any]) -> str:
    """Scores of other tools on the rows that they can express, beside ours of the same lines."""
    lines = []
    for mine in results["table"]:
        others = [one for one in results["peers"] if one["id"] == mine["id"]]
        if others:
            tool = f"Wattdrop, {GIVEN[mine['given']]} given"
            lines += [
                (mine["rows"], name, f"{one['n']:,}", *figures(one)[:3])
                for name, one in ((tool, mine), *((one["tool"], one) for one in others))
            ]
    return markdown(("rows", "tool", "n", "within 2x", "factor", "bias"), lines, frozenset({2, 3, 4, 5}))


def write(results: Mapping[str, Any], catalog: Catalog) -> None:
    """Put the generated parts between their marks; the prose around them is written by hand."""
    PAGE.write_text(filled(PAGE.read_text(), results, catalog))


def filled(text: str, results: Mapping[str, Any], catalog: Catalog) -> str:
    """The page with its generated parts as they should be now."""
    for name, part in parts(results, catalog).items():
        pattern = rf"(<!-- generated: {name} -->\n).*?(<!-- end -->)"
        text = re.sub(
            pattern, lambda found, part=part: found[1] + part + "\n" + found[2], text, flags=re.DOTALL
        )  # type: ignore[misc]
    return text


def draw(left_out: LeftOut) -> None:
    """The plots of the page."""
    from wattdrop.validation.plot import figure

    PLOTS.mkdir(exist_ok=True)
    for evidence in ("batch", "none"):
        (PLOTS / f"given-{evidence}.svg").write_text(figure(left_out.predictions(evidence)))
