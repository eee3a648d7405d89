"""Answers the lines of ``POST /v1/impact/bulk``: rows as JSON, or the records of an export."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import repeat
from typing import Any

import msgspec

from ..bulk.mapping import NO_INFERENCE, Mapping
from ..bulk.records import row_of_record
from ..catalog import Catalog
from ..engine.api import estimate_checked
from ..errors import RowError
from ..schema import Error, ImpactRow, parse_rows
from ..schema.responses import NO_IMPACT, ModeledRow
from . import metrics
from .parts import Part

_encoder = msgspec.json.Encoder()


def line_of(value: Any) -> bytes:
    """Something as a line of JSON."""
    return _encoder.encode(value) + b"\n"


class AnsweredLines:
    """Answers lines: of rows, or of the records of an export; adds up what it answered, where that is asked for."""

    def __init__(
        self, catalog: Catalog, mapping: Mapping | None = None, totals_by: str | None = None
    ) -> None:
        self._catalog, self._mapping = catalog, mapping
        self.part = Part(totals_by) if totals_by else None
        self._counted = 0

    def lines(self, lines: list[bytes], record: Callable[..., int] | None = None) -> bytes:
        """One answered row a line. A line that is not JSON is answered in its place, too."""
        values = map(_decoded, lines)
        if self._mapping:
            values = map(row_of_record, values, repeat(self._mapping))
        rows = parse_rows(values)
        counted = [row for row in rows if not _is_no_inference(row)]
        result = estimate_checked(counted, self._catalog)
        metrics.estimated(result)
        if record:
            # By its number among all that count, whatever blocks a stream arrives in: it is sent again in others.
            record(counted, result, first=self._counted)
        self._counted += len(counted)
        if self.part is not None:
            self.part.add(result, skipped=len(rows) - len(counted))
        answered = result.response().rows
        if len(counted) < len(rows):
            answered = _in_places(rows, iter(answered))
        return b"".join(line_of(row) for row in answered)


def _is_no_inference(row: ImpactRow | RowError) -> bool:
    return isinstance(row, RowError) and row.code == NO_INFERENCE


def _in_places(rows: Sequence[ImpactRow | RowError], answered: Iterator[ModeledRow]) -> list[ModeledRow]:
    """Answers in the places of their lines, and beside them why the other lines have none."""
    return [
        ModeledRow(total_impact=NO_IMPACT, error=Error(code=row.code, message=row.message))
        if isinstance(row, RowError) and row.code == NO_INFERENCE
        else next(answered)
        for row in rows
    ]


def _decoded(line: bytes) -> Any:
    try:
        return msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return RowError("invalid_json", f"the line is not JSON: {str(error)[:100]}")
