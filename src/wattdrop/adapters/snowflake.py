"""Snowflake external functions: ``[row number, argument, ...]`` in, ``[row number, value]`` out.

Shape: https://docs.snowflake.com/en/sql-reference/external-functions-data-format. The arguments are those of BigQuery.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from ..errors import BadRequest, RowError
from ..schema import ModeledRow
from ..schema.positional import row_of_positions

_encoder = msgspec.json.Encoder()


def data_of(request: object) -> Sequence[object]:
    """The numbered rows of a request, or ``BadRequest``."""
    if not isinstance(request, dict) or not isinstance(request.get("data"), list):
        raise BadRequest('expected an external function request, an object with a list "data"', field="data")
    return list(request["data"])


def rows_of(data: Iterable[object]) -> list[Any]:
    """Raw rows, a ``RowError`` where one is none."""
    return [
        row_of_positions(numbered[1:])
        if isinstance(numbered, list) and numbered
        else RowError("not_an_object", "expected a list that begins with its row number")
        for numbered in data
    ]


def answer(data: Iterable[object], rows: Iterable[ModeledRow]) -> bytes:
    """``{"data": [[number, value], ...]}`` with the row numbers as they came."""
    numbers = [numbered[0] if isinstance(numbered, list) and numbered else None for numbered in data]
    return _encoder.encode({"data": [[number, row] for number, row in zip(numbers, rows, strict=True)]})
