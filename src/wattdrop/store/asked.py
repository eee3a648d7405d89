"""Which rows of the ledger are asked for, and in which order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, NamedTuple, TypeAlias, get_args

from .columns import COLUMNS, METRICS
from .usage import GROUPS

Order: TypeAlias = Literal["newest", "oldest", "energy", "carbon", "water"]
ORDERS: Final[tuple[str, ...]] = get_args(Order)
"""By time, or the largest amount first."""
FILTERS: Final[Mapping[str, str]] = {**GROUPS, "trace_id": "trace_id", "session_id": "session_id"}
"""What rows can be filtered by, with the column of each."""
LISTED: Final = tuple(name for name in COLUMNS if name not in {"customer_id", "basis", "request"})
"""Columns of a row in a list: the long ones are told of one row alone."""
_AMOUNTS: Final[Mapping[str, str]] = dict(zip(("energy", "carbon", "water"), METRICS, strict=False))


class Asked(NamedTuple):
    """Which rows."""

    customer_id: int
    first_day: str = ""
    last_day: str = "9999"
    only: Mapping[str, str] = {}
    """By names of ``FILTERS``."""
    failed: bool = False
    """Only rows that could not be computed."""


def keys_of(order: Order) -> tuple[str, ...]:
    """The columns that an order goes by; no two rows of a customer agree in them."""
    return (_AMOUNTS[order], "request_id") if order in _AMOUNTS else ("day", "at", "request_id")


def is_by_time(order: Order) -> bool:
    """Whether an order follows the days."""
    return order not in _AMOUNTS
