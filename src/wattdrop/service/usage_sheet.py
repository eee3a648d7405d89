"""Usage as a workbook: numbers as numbers, and a second sheet that says what they are."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from ..errors import BadRequest
from .usage_questions import Table

MEDIA_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_MOST_ROWS: Final = 1_048_575  # of a sheet of Excel, without its head
_DIGITS: Final = "#,##0.######"
_WIDTH: Final = 18


def usage_sheet(table: Table, about: Iterable[tuple[str, str]]) -> bytes:
    """A workbook with the sheets Usage and About."""
    import xlsxwriter

    if len(table.rows) > _MOST_ROWS:
        raise BadRequest(
            f"format: a sheet holds {_MOST_ROWS:,} lines, and these are {len(table.rows):,}; ask for fewer days or "
            "groups, or for csv",
            field="format",
        )
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        book.set_properties({"title": "Wattdrop usage", "created": datetime.now(UTC).replace(tzinfo=None)})
        bold, digits = book.add_format({"bold": True}), book.add_format({"num_format": _DIGITS})
        usage = book.add_worksheet("Usage")
        usage.write_row(0, 0, table.head, bold)
        for number, row in enumerate(table.rows, 1):
            _write(usage, number, row, digits)
        usage.freeze_panes(1, 0)
        usage.set_column(0, len(table.head) - 1, _WIDTH)
        sheet = book.add_worksheet("About")
        for number, (name, text) in enumerate(about):
            sheet.write_string(number, 0, name, bold)
            sheet.write_string(number, 1, text)
        sheet.set_column(0, 0, _WIDTH)
        sheet.set_column(1, 1, 5 * _WIDTH)
    return file.getvalue()


def _write(sheet: Any, number: int, row: Sequence[Any], digits: Any) -> None:
    """Texts as texts, whatever they begin with: a name that looks like a formula must not become one."""
    for column, value in enumerate(row):
        if isinstance(value, str):
            sheet.write_string(number, column, value)
        else:
            sheet.write_number(number, column, value, digits)
