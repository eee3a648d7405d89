"""Sums of the ledger: what rows of the same customer, day and dimensions add up to. Usage is read from them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import blake2b
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

from .columns import DIMENSIONS, ENTITIES, IDS, METRICS
from .database import Transaction
from .parts import SAMPLING, Parts, added

if TYPE_CHECKING:
    from .ledger import LedgerRow

SUMS: Final = ("row_count", "error_count", "input_tokens", "output_tokens", "cost", *METRICS, "kept_count")
"""Columns that add up."""
_dimensions = itemgetter(*((*IDS, *ENTITIES, "currency").index(name) for name in DIMENSIONS))
_ADDING: Final = ", ".join(f"{name} = usage_sum.{name} + excluded.{name}" for name in SUMS)
_NAMES: Final = ("customer_id", "day", "digest", *DIMENSIONS, *SUMS)
_UPSERT: Final = (
    f"INSERT INTO usage_sum ({', '.join(_NAMES)}) VALUES ({', '.join('?' * len(_NAMES))}) "  # noqa: S608 - ours
    f"ON CONFLICT (customer_id, day, digest) DO UPDATE SET {_ADDING} RETURNING id, parts"
)

Key = tuple[int, str, tuple[str, ...]]


def add_sums(
    transaction: Transaction, rows: Sequence[LedgerRow | None], parts: Parts, causes: Mapping[str, int]
) -> None:
    """Add new rows to the sums; None stands for a row that is not new."""
    import numpy as np

    number_of: dict[Key, int] = {}
    sums: list[list[Any]] = []
    group_of_row = np.full(len(rows), -1, dtype=np.int64)
    weights = np.ones(len(rows))
    for at, row in enumerate(rows):
        if row is None:
            continue
        key = (row.customer_id, row.at[:10], _dimensions((*row.ids, *row.entities, row.currency)))
        number = number_of.setdefault(key, len(sums))
        if number == len(sums):
            sums.append([0, 0, 0, 0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0])
        _add(sums[number], row)
        group_of_row[at], weights[at] = number, row.weight
    of_groups = parts.sums(group_of_row, weights, causes)
    for number, variances in _sampling(rows, group_of_row).items():
        more = np.array([[SAMPLING, *variances, *variances]], dtype=np.float64)
        of_groups[number] = np.concatenate([of_groups.get(number, more[:0]), more])
    for key in sorted(
        number_of
    ):  # in one order, so that two processes wait for each other instead of for ever
        number = number_of[key]
        customer_id, day, dimensions = key
        digest = blake2b("\0".join(dimensions).encode(), digest_size=16).hexdigest()
        values = (customer_id, day, digest, *dimensions, *sums[number])
        ((id, stored),) = transaction.query(_UPSERT, values)
        if number in of_groups:
            # The upsert holds the row until the end of the transaction: nobody adds parts in between.
            merged = added(stored, of_groups[number])
            transaction.execute("UPDATE usage_sum SET parts = ? WHERE id = ?", (merged, id))


def _add(sums: list[Any], row: LedgerRow) -> None:
    """Count a row as often as its weight says. One with an error is in nothing else: amounts are set against the rest."""
    weight = row.weight
    sums[0] += weight
    sums[10] += 1
    if row.error:
        sums[1] += weight
        return
    sums[2] += weight * row.input_tokens
    sums[3] += weight * row.output_tokens
    sums[4] += weight * (row.cost or 0.0)
    for at, value in enumerate(row.central or (), 5):
        sums[at] += weight * value


def _sampling(rows: Sequence[LedgerRow | None], group_of_row: Any) -> dict[int, list[float]]:
    """For groups with rows that stand for more than themselves: the variance of each metric's sum that comes of it.

    A row kept with probability 1/w counts w times its value y; the sum of w(w-1)y² estimates the variance without bias.
    """
    found: dict[int, list[float]] = {}
    for number, row in zip(group_of_row.tolist(), rows, strict=True):
        if row is not None and row.weight > 1 and row.central is not None:
            have = found.setdefault(number, [0.0] * len(METRICS))
            for at, value in enumerate(row.central):
                have[at] += row.weight * (row.weight - 1) * value**2
    return found
