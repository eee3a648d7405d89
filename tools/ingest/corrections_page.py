"""corrections.csv and left.csv -> the tables of docs/explanation/data-corrections.md.

The text around the tables is the page's own: what stands between a pair of markers is rewritten, the rest stays.
"""

from __future__ import annotations

import csv
import sys
from collections import defaultdict
from pathlib import Path

from snapshot import HERE, Correction, read_corrections

PAGE = HERE.parent.parent / "docs" / "explanation" / "data-corrections.md"
LIST_FIELDS = ("aliases",)
MOST_NAMED = 12  # entities spelled out in one line of the table


def main() -> None:
    """Rewrite the two tables; with `--check` only say whether they are up to date."""
    text = PAGE.read_text()
    new = between(text, "corrections", correction_table())
    new = between(new, "left", left_table())
    if "--check" in sys.argv:
        sys.exit(0 if new == text else f"{PAGE.name} is stale: run python {Path(__file__).name}")
    PAGE.write_text(new)


def between(text: str, marker: str, table: str) -> str:
    """The text with the part between the markers replaced."""
    start, end = f"<!-- {marker}: generated -->\n", f"<!-- {marker}: end -->"
    head, rest = text.split(start)
    return head + start + table + end + rest.split(end)[1]


def correction_table() -> str:
    """One line per change; entities with the same change share it."""
    groups: dict[tuple[str, str, str, str, str], list[str]] = defaultdict(list)
    for correction in read_corrections().values():
        was, now = change(correction)
        groups[correction.table, correction.field, was, now, correction.why].append(correction.entity)
    lines = ["| table | entity | field | was | is | why |", "|---|---|---|---|---|---|"]
    for (table, field, was, now, why), entities in sorted(groups.items()):
        lines.append(row(table, named(entities), field, was or "(empty)", now or "(empty)", why))
    return "\n".join(lines) + "\n"


def change(correction: Correction) -> tuple[str, str]:
    """Old and new value; of a list only what left and what came."""
    if correction.field not in LIST_FIELDS:
        return correction.was, correction.now
    separator = ";" if correction.table.startswith("models") else " "
    was, now = set(correction.was.split(separator)), set(correction.now.split(separator))
    return "with " + ", ".join(sorted(was - now)) if was - now else "", ", ".join(sorted(now - was - {""}))


def named(entities: list[str]) -> str:
    if len(entities) <= MOST_NAMED:
        return ", ".join(entities)
    return f"{', '.join(entities[:MOST_NAMED])} and {len(entities) - MOST_NAMED} more"


def left_table() -> str:
    """What was looked at and left."""
    lines = [
        "| table | entity | field | value | why it looks odd, and why it stays |",
        "|---|---|---|---|---|",
    ]
    with (HERE / "left.csv").open(newline="") as file:
        lines += [row(*cells) for cells in list(csv.reader(file))[1:]]
    return "\n".join(lines) + "\n"


def row(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


if __name__ == "__main__":
    main()
