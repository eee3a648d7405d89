"""Rows on their way into the ledger: one by one, or as columns, which is how many of them are cheap."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import accumulate, chain
from typing import Any, NamedTuple

from .columns import COLUMNS, METRICS, OWN_TEXTS, WHOLE_NUMBERS, is_number
from .json_columns import JsonLines, JsonNumbers
from .parts import Parts
from .texts import Texts

_NO_METRICS = (None,) * len(METRICS)


class LedgerRow(NamedTuple):
    """One inference: who asked, what it was, what it cost the planet. Texts that are not given are empty."""

    customer_id: int
    request_id: str
    key_id: int
    recorded_at: str
    at: str
    ids: tuple[str, ...]  # as IDS
    entities: tuple[str, ...]  # as ENTITIES
    input_tokens: int
    output_tokens: int
    cost: float | None
    currency: str
    error: str
    central: Sequence[float] | None  # as METRICS; None in a row with an error
    low: Sequence[float] | None  # of the 90 % range; None where it could not be worked out
    high: Sequence[float] | None
    basis: str
    request: str
    method_version: str
    catalog_digest: str
    weight: int = 1
    """How many rows it stands for: more than itself where only a sample is kept."""
    batch: str = ""
    """Name of the request that it came with, where it has no name of its own: then they are new or known together."""
    parts: Mapping[str, Sequence[float]] = {}
    """Parts of the error by name. Kept in sums only."""

    @property
    def values(self) -> list[Any]:
        """As COLUMNS."""
        ends = (self.central or _NO_METRICS, self.low or _NO_METRICS, self.high or _NO_METRICS)
        metrics = [value for of_metric in zip(*ends, strict=True) for value in of_metric]
        return [
            *self[:5], self.at[:10], *self.ids, *self.entities, self.input_tokens, self.output_tokens, self.cost,
            self.currency, self.error, *metrics, *self[15:20],
        ]  # fmt: skip


class LedgerColumns:
    """Many rows, a column for each of ``COLUMNS``: numbers as arrays, with NaN where a row has none; texts that come again
    and again as ``Texts``, others as lists or as what JSON is made of.
    """

    __slots__ = ("batches", "columns", "parts")

    def __init__(self, columns: Mapping[str, Any], batches: Texts, parts: Parts) -> None:
        self.columns = columns
        self.batches = batches
        """As ``LedgerRow.batch``."""
        self.parts = parts

    def __len__(self) -> int:
        return len(self.batches)

    def __getitem__(self, name: str) -> Any:
        return self.columns[name]

    @classmethod
    def of(cls, rows: Sequence[LedgerRow]) -> LedgerColumns:
        """Of rows that were made one by one."""
        import numpy as np

        columns: dict[str, Any] = {}
        for name, values in zip(COLUMNS, zip(*(row.values for row in rows), strict=True), strict=True):
            if name in WHOLE_NUMBERS:
                columns[name] = np.array(values, dtype=np.int64)
            elif is_number(name):  # an array of floats has NaN for None
                columns[name] = np.array(values, dtype=np.float64)
            else:
                columns[name] = list(values) if name in OWN_TEXTS else Texts.of(values)
        return cls(columns, Texts.of(row.batch for row in rows), Parts.of_rows([row.parts for row in rows]))

    @classmethod
    def joined(cls, batches: Sequence[LedgerColumns]) -> LedgerColumns:
        """One behind another."""
        import numpy as np

        if len(batches) == 1:
            return batches[0]
        columns: dict[str, Any] = {}
        for name in COLUMNS:
            values = [batch[name] for batch in batches]
            kind = type(values[0])
            if is_number(name):
                columns[name] = np.concatenate(values)
            elif kind is list:
                columns[name] = list(chain.from_iterable(values))
            else:
                columns[name] = kind.joined(values)
        starts = accumulate(map(len, batches), initial=0)
        return cls(
            columns,
            Texts.joined([batch.batches for batch in batches]),
            Parts.joined([(batch.parts, start) for batch, start in zip(batches, starts, strict=False)]),
        )

    def listed(self, name: str, places: Any = None) -> Sequence[Any]:
        """A column as a database takes it; ``places``: of these rows, in this order, as an array."""
        column = self.columns[name]
        if isinstance(column, Texts):
            return (column if places is None else column.of_rows(places)).listed()
        if isinstance(column, JsonLines | JsonNumbers):
            column = column.listed()
        if isinstance(column, list):
            return column if places is None else list(map(column.__getitem__, places.tolist()))
        if places is not None:
            column = column.take(places)
        values: list[Any] = column.tolist()
        if name in WHOLE_NUMBERS or not (column != column).any():
            return values
        return [None if value != value else value for value in values]
