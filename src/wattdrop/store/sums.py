"""Sums of the ledger: what rows of the same customer, day and dimensions add up to. Usage is read from them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Final

from .columns import DIMENSIONS, METRICS
from .database import Transaction
from .parts import SAMPLING, added, numbered

if TYPE_CHECKING:
    from .rows import LedgerColumns

SUMS: Final = ("row_count", "error_count", "input_tokens", "output_tokens", "cost", *METRICS, "kept_count")
"""Columns that add up."""
_ADDING: Final = ", ".join(f"{name} = usage_sum.{name} + excluded.{name}" for name in SUMS)
_EXACT: Final = 2**53  # up to here floats hold every whole number
_NAMES: Final = ("customer_id", "day", "digest", *DIMENSIONS, *SUMS)
_ON_CONFLICT: Final = (
    f"ON CONFLICT (customer_id, day, digest) DO UPDATE SET {_ADDING} "
    "RETURNING customer_id, day, digest, id, parts"
)


def add_sums(
    transaction: Transaction, rows: LedgerColumns, new: Sequence[bool], causes: Mapping[str, int]
) -> None:
    """Add new rows to the sums."""
    import numpy as np

    group_of_row, keys = _groups(rows, np.asarray(new, dtype=bool))
    sums = _sums(rows, group_of_row, len(keys))
    of_groups = rows.parts.sums(group_of_row, rows["weight"], causes)
    for number, variances in _sampling(rows, group_of_row, len(keys)):
        more = np.array([[SAMPLING, *variances, *variances]], dtype=np.float64)
        of_groups[number] = np.concatenate([of_groups.get(number, more[:0]), more])
    # In one order, so that two processes wait for each other instead of for ever.
    ordered = [
        (keys[number], number, _digest(keys[number][2:]))
        for number in sorted(range(len(keys)), key=keys.__getitem__)
    ]
    numbers = {(key[0], key[1], digest): number for key, number, digest in ordered}
    values = [(*key[:2], digest, *key[2:], *sums[number]) for key, number, digest in ordered]
    kept = transaction.insert("usage_sum", _NAMES, values, _ON_CONFLICT)
    # What was inserted is ours until the end of the transaction: nobody adds parts in between.
    merged = [
        (added(stored, of_groups[number]), id)
        for *key, id, stored in kept
        if (number := numbers[tuple(key)]) in of_groups
    ]
    transaction.execute_many("UPDATE usage_sum SET parts = ? WHERE id = ?", merged)


def _groups(rows: LedgerColumns, new: Any) -> tuple[Any, list[tuple[Any, ...]]]:
    """For each row the number of its sum, -1 of rows that are not new; and the key of each sum."""
    import numpy as np

    group_of_row = np.full(len(rows), -1, dtype=np.int64)
    chosen = np.flatnonzero(new)
    if not len(chosen):
        return group_of_row, []
    customers, customer_of_row = numbered(rows["customer_id"])
    columns: list[tuple[Any, Sequence[Any]]] = [(customer_of_row, customers.tolist()), rows["day"]]
    columns += [rows[name] for name in DIMENSIONS]
    group = np.zeros(len(chosen), dtype=np.int64)
    for codes, values in columns:
        if len(values) > 1:
            _, group = numbered(group * len(values) + codes.take(chosen))
    group_of_row[chosen] = group
    row_of_group = np.empty(int(group.max()) + 1, dtype=np.int64)
    row_of_group[group] = chosen
    of_columns = (map(values.__getitem__, codes.take(row_of_group).tolist()) for codes, values in columns)
    return group_of_row, list(zip(*of_columns, strict=True))


def _digest(dimensions: Sequence[str]) -> str:
    return blake2b("\0".join(dimensions).encode(), digest_size=16).hexdigest()


def _sums(rows: LedgerColumns, group_of_row: Any, count: int) -> list[list[Any]]:
    """For each group as SUMS. A row counts as often as its weight says; one with an error is in nothing else."""
    import numpy as np

    new = group_of_row >= 0
    errors = rows["error"]
    failed = np.array([error != "" for error in errors.values]).take(errors.codes) & new
    fine = new & ~failed

    def added_up(values: Any, chosen: Any) -> list[float]:
        counted = chosen & ~np.isnan(values)
        found: list[float] = np.bincount(group_of_row[counted], values[counted], count).tolist()
        return found

    weight = rows["weight"]
    counts = (added_up(weight, new), added_up(weight, failed), added_up(np.ones(len(rows)), new))
    row_count, error_count, kept_count = (list(map(int, column)) for column in counts)
    tokens = (
        _whole_sums(group_of_row[fine], weight[fine], rows[name][fine], count)
        for name in ("input_tokens", "output_tokens")
    )
    amounts = (added_up(weight * rows[name], fine) for name in ("cost", *METRICS))
    return list(map(list, zip(row_count, error_count, *tokens, *amounts, kept_count, strict=True)))


def _whole_sums(group_of_row: Any, weight: Any, values: Any, count: int) -> list[int]:
    """Exact, however large."""
    import numpy as np

    most = int(weight.max(initial=0)) * int(values.max(initial=0))
    if most * len(values) < _EXACT:
        return list(map(int, np.bincount(group_of_row, weight * values, count).tolist()))
    sums = [0] * count
    for group, times, value in zip(group_of_row.tolist(), weight.tolist(), values.tolist(), strict=True):
        sums[group] += times * value
    return sums


def _sampling(rows: LedgerColumns, group_of_row: Any, count: int) -> Iterator[tuple[int, list[float]]]:
    """For groups with rows that stand for more than themselves: the variance of each metric's sum that comes of it.

    A row kept with probability 1/w counts w times its value y; the sum of w(w-1)y² estimates the variance without bias.
    """
    import numpy as np

    weight = rows["weight"].astype(np.float64)
    scaled = (weight > 1) & (group_of_row >= 0) & ~np.isnan(rows[METRICS[0]])
    if not scaled.any():
        return
    groups, times = group_of_row[scaled], (weight * (weight - 1))[scaled]
    variances = [np.bincount(groups, times * rows[name][scaled] ** 2, count) for name in METRICS]
    for number in np.unique(groups).tolist():
        yield number, [float(of_metric[number]) for of_metric in variances]
