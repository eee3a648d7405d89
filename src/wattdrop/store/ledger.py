"""The ledger: one row for each inference that was answered, and sums of them that usage is read from.

Both change in one transaction. A ``request_id`` that a customer has sent before changes nothing, whoever sends it again.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping, Sequence
from hashlib import blake2b
from typing import Any, Final, NamedTuple

from .database import Database, Transaction

METRICS: Final = (
    "usage_energy_wh",
    "usage_emissions_gco2e",
    "usage_water_ml",
    "embodied_emissions_gco2e",
    "embodied_water_ml",
)
"""The five metrics, in the order in which everything here holds them."""

IDS: Final = (
    "client_id",
    "project_id",
    "application_id",
    "session_id",
    "trace_id",
    "environment",
    "integration_source",
)
"""Attribution of a row, as the caller gave it."""

ENTITIES: Final = ("model_id", "node_id", "gpu_id", "service_id", "country", "region", "task")
"""What a row was resolved to. ``region`` is the grid zone."""

DIMENSIONS: Final = (
    "client_id",
    "project_id",
    "application_id",
    "environment",
    "model_id",
    "service_id",
    "country",
    "region",
    "task",
    "currency",
)
"""What sums are kept by, beside the day."""

COLUMNS: Final = (
    "customer_id", "request_id", "key_id", "recorded_at", "at", "day", *IDS, *ENTITIES, "input_tokens", "output_tokens",
    "cost", "currency", "error", *(f"{metric}{end}" for metric in METRICS for end in ("", "_low", "_high")), "basis",
    "request", "method_version", "catalog_digest",
)  # fmt: skip
"""Columns of a row, in the order of exports."""
_ROWS_PER_INSERT: Final = 200
_NO_METRICS: Final = (None,) * 5
_SUMS: Final = ("row_count", "error_count", "input_tokens", "output_tokens", "cost", *METRICS)

Parts = Mapping[str, Sequence[float]]


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
    parts: Parts
    """Parts of the error by name, down then up of each metric; see ``engine.recorded``. Kept in sums only."""

    @property
    def dimensions(self) -> tuple[str, ...]:
        """As DIMENSIONS."""
        named = {**dict(zip(IDS, self.ids, strict=True)), **dict(zip(ENTITIES, self.entities, strict=True))}
        return tuple(named.get(name, self.currency) for name in DIMENSIONS)


class Ledger:
    """Adds rows, reads them, erases them."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._causes: dict[str, int] = {}

    def add(self, rows: Sequence[LedgerRow]) -> int:
        """Keep rows, all or none. Gives how many were new."""
        if not rows:
            return 0
        causes = self._numbered({name for row in rows for name in row.parts})
        # In one order, so that two processes with the same rows wait for each other instead of for ever.
        by_id = {(row.customer_id, row.request_id): row for row in reversed(rows)}
        ordered = [by_id[key] for key in sorted(by_id)]
        with self._database.transaction() as transaction:
            new = [
                row
                for start in range(0, len(ordered), _ROWS_PER_INSERT)
                for row in _inserted(transaction, ordered[start : start + _ROWS_PER_INSERT])
            ]
            add_sums(transaction, new, causes)
        return len(new)

    def _numbered(self, names: set[str]) -> Mapping[str, int]:
        """The numbers of causes. Numbers are never taken back, so they may be remembered, and made apart."""
        unknown = sorted(names - self._causes.keys())
        if unknown:
            with self._database.transaction() as transaction:
                transaction.execute_many(
                    "INSERT INTO usage_cause (name) VALUES (?) ON CONFLICT (name) DO NOTHING",
                    [(name,) for name in unknown],
                )
            self._causes = dict(self._database.query("SELECT name, id FROM usage_cause"))
        return self._causes

    def count(self, customer_id: int | None = None) -> int:
        """How many rows there are."""
        where, parameters = ("", ()) if customer_id is None else (" WHERE customer_id = ?", (customer_id,))
        return int(self._database.query(f"SELECT COUNT(*) FROM ledger{where}", parameters)[0][0])  # noqa: S608 - ours

    def rows(
        self,
        customer_id: int,
        first_day: str = "",
        last_day: str = "9999",
        columns: Sequence[str] = COLUMNS,
    ) -> Iterator[dict[str, Any]]:
        """A customer's rows of some days, both ends included, in the order in which they came in."""
        for name in columns:
            if name not in COLUMNS:
                raise KeyError(name)
        found = self._database.rows(
            f"SELECT {', '.join(columns)} FROM ledger "  # noqa: S608 - names of columns of ours
            "WHERE customer_id = ? AND day >= ? AND day <= ? ORDER BY id",
            (customer_id, first_day, last_day),
        )
        for row in found:
            yield dict(zip(columns, row, strict=True))

    def erase(
        self,
        customer_id: int | None,
        *,
        client_id: str | None = None,
        project_id: str | None = None,
        before_day: str | None = None,
    ) -> int:
        """Forget rows and their sums: of a client, of a project, from before a day; what is given must all be so.

        Parameters
        ----------
        customer_id
            Whose; of every customer, where None: for the retention of the whole service.

        Returns
        -------
        int
            How many rows were forgotten.
        """
        tests = [
            (test, value)
            for test, value in (
                ("customer_id = ?", customer_id),
                ("client_id = ?", client_id),
                ("project_id = ?", project_id),
                ("day < ?", before_day),
            )
            if value is not None
        ]
        if client_id is None and project_id is None and before_day is None:
            raise ValueError("say what to erase")
        where = " AND ".join(test for test, _ in tests)
        parameters = [value for _, value in tests]
        with self._database.transaction() as transaction:
            transaction.execute(f"DELETE FROM usage_sum WHERE {where}", parameters)  # noqa: S608 - texts of ours
            return transaction.execute(f"DELETE FROM ledger WHERE {where}", parameters)  # noqa: S608


def _inserted(transaction: Transaction, rows: Sequence[LedgerRow]) -> list[LedgerRow]:
    """Insert rows. Gives those that were not there yet."""
    marks = f"({', '.join('?' * len(COLUMNS))})"
    parameters: list[Any] = []
    for row in rows:
        parameters += _values(row)
    inserted = transaction.query(
        f"INSERT INTO ledger ({', '.join(COLUMNS)}) VALUES {', '.join([marks] * len(rows))} "  # noqa: S608 - ours
        "ON CONFLICT (customer_id, request_id) DO NOTHING RETURNING customer_id, request_id",
        parameters,
    )
    new = set(inserted)
    return [row for row in rows if (row.customer_id, row.request_id) in new]


def _values(row: LedgerRow) -> list[Any]:
    ends = (row.central or _NO_METRICS, row.low or _NO_METRICS, row.high or _NO_METRICS)
    metrics = [value for of_metric in zip(*ends, strict=True) for value in of_metric]
    return [
        *row[:5], row.at[:10], *row.ids, *row.entities, row.input_tokens, row.output_tokens, row.cost, row.currency,
        row.error, *metrics, *row[-5:-1],
    ]  # fmt: skip


class _Sum:
    """What rows of the same day and dimensions add up to."""

    def __init__(self) -> None:
        self.sums = [0, 0, 0, 0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]
        self.parts: dict[int, list[float]] = {}

    def add(self, row: LedgerRow, causes: Mapping[str, int]) -> None:
        # A row with an error is counted, and is in nothing else: tokens and costs are there to be set against amounts.
        tokens = (0, 0, 0.0) if row.error else (row.input_tokens, row.output_tokens, row.cost or 0.0)
        values = (1, bool(row.error), *tokens, *(row.central or (0.0,) * len(METRICS)))
        self.sums = [have + more for have, more in zip(self.sums, values, strict=True)]
        for name, part in row.parts.items():
            add_part(self.parts, causes[name], part)


def add_sums(transaction: Transaction, rows: Sequence[LedgerRow], causes: Mapping[str, int]) -> None:
    """Add new rows to the sums."""
    sums: dict[tuple[int, str, tuple[str, ...]], _Sum] = {}
    for row in rows:
        key = (row.customer_id, row.at[:10], row.dimensions)
        sums.setdefault(key, _Sum()).add(row, causes)
    adding = ", ".join(f"{name} = usage_sum.{name} + excluded.{name}" for name in _SUMS)
    names = ("customer_id", "day", "digest", *DIMENSIONS, *_SUMS)
    upsert = (
        f"INSERT INTO usage_sum ({', '.join(names)}) VALUES ({', '.join('?' * len(names))}) "  # noqa: S608 - ours
        f"ON CONFLICT (customer_id, day, digest) DO UPDATE SET {adding} RETURNING id, parts"
    )
    for customer_id, day, dimensions in sorted(sums):
        added = sums[customer_id, day, dimensions]
        digest = blake2b("\0".join(dimensions).encode(), digest_size=16).hexdigest()
        ((number, stored),) = transaction.query(upsert, (customer_id, day, digest, *dimensions, *added.sums))
        # The upsert holds the row until the end of the transaction: nobody adds parts in between.
        merged = unpacked(stored)
        for cause, part in added.parts.items():
            add_part(merged, cause, part)
        transaction.execute("UPDATE usage_sum SET parts = ? WHERE id = ?", (packed(merged), number))


def add_part(parts: dict[int, list[float]], cause: int, more: Sequence[float]) -> None:
    """Parts of one cause add up."""
    have = parts.get(cause)
    parts[cause] = list(more) if have is None else [a + b for a, b in zip(have, more, strict=True)]


def packed(parts: Mapping[int, Sequence[float]]) -> bytes:
    """Parts as bytes: for each cause its number, then ten values, all as little-endian doubles.

    >>> unpacked(packed({7: [1.0] * 10})) == {7: [1.0] * 10}
    True
    """
    flat = array("d")
    for cause in sorted(parts):
        flat.append(float(cause))
        flat.extend(parts[cause])
    return _little(flat).tobytes()


def unpacked(data: bytes | None) -> dict[int, list[float]]:
    """The parts that ``packed`` made bytes of."""
    flat = array("d")
    flat.frombytes(bytes(data or b""))
    values = _little(flat).tolist()
    return {int(values[at]): values[at + 1 : at + 11] for at in range(0, len(values), 11)}


def _little(flat: array[float]) -> array[float]:
    import sys

    if sys.byteorder == "big":
        flat.byteswap()
    return flat
