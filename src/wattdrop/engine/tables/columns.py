"""Names of columns: which of the caller's is which field of a row, and which are results."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ...errors import BadRequest
from ...schema import FIELD_ALIASES, FIELDS
from ...schema.refusal import known_field_like
from ..evaluate import REPORTED

ERRORS: Final = ("error_code", "error_message")
#: Result columns, in order, after the caller's own.
RESULT_COLUMNS: tuple[str, ...] = (*REPORTED, *ERRORS)


def fields_of(columns: Sequence[str], extra: str) -> dict[str, str]:
    """Field -> column of the table."""
    fields: dict[str, str] = {}
    for column in columns:
        field = FIELD_ALIASES.get(column, column)
        if field not in FIELDS:
            if extra == "keep" or column in RESULT_COLUMNS:
                continue
            raise BadRequest(
                f'{known_field_like(column).message}; pass extra="keep" to carry other columns along',
                code="unknown_field",
                field=column,
            )
        if field in fields:
            raise BadRequest(
                f"columns {fields[field]!r} and {column!r} both mean {field}; leave one out", field=column
            )
        fields[field] = column
    return fields
