"""Tables within pages of the documentation: written between two marks, whatever stands around them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path


def put(page: Path, tables: Mapping[str, str]) -> None:
    """Put each table between ``<!-- name -->`` and ``<!-- end of name -->``.

    Raises
    ------
    ValueError
        If the page has no such marks.
    """
    text = page.read_text()
    for name, table in tables.items():
        start, end = f"<!-- {name} -->\n", f"<!-- end of {name} -->"
        if start not in text or end not in text:
            raise ValueError(f"{page} has no place for {name!r}")
        before, _, rest = text.partition(start)
        text = f"{before}{start}\n{table}\n\n{end}{rest.partition(end)[2]}"
    page.write_text(text)
