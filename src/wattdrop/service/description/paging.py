"""How pages of long lists are asked for, and what says where the rest is."""

from __future__ import annotations

from typing import Final

from ...schema.entities import LIST_LIMIT
from .operation import Parameter

PAGING: Final = (
    Parameter(
        "limit",
        f"Entries of a page, {LIST_LIMIT} at most.",
        {"type": "integer", "minimum": 1, "maximum": LIST_LIMIT},
    ),
    Parameter("offset", "Entries before the page.", {"type": "integer", "minimum": 0}),
)
PAGING_HEADERS: Final = ("x-total-count", "link")
