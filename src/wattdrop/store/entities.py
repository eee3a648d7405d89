"""Objects that customers made: kept as they were given, in the contract's shape."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal, NamedTuple, TypeAlias

import msgspec

from .clock import now
from .database import Database, Row, Transaction

EntityKind: TypeAlias = Literal["model", "node", "gpu", "datacenter", "reload"]
"""What is kept. The one ``reload`` of customer 0 tells every process to read the data files again."""

_COLUMNS = "customer_id, kind, entity_id, body, created_at, updated_at, created_by"


class StoredEntity(NamedTuple):
    """An object as given, and who made it when."""

    customer_id: int
    kind: EntityKind
    id: str
    body: dict[str, object]
    created_at: str
    updated_at: str
    created_by: str


class Entities:
    """Read and change the objects of customers."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def revision(self, customer_id: int) -> int:
        """Counts the changes of a customer's objects; 0 before the first."""
        rows = self._database.query(
            "SELECT revision FROM entity_revision WHERE customer_id = ?", (customer_id,)
        )
        return rows[0][0] if rows else 0

    def revisions(self, *customer_ids: int) -> tuple[int, ...]:
        """The same of several customers, in one question."""
        places = ", ".join("?" * len(customer_ids))
        sql = f"SELECT customer_id, revision FROM entity_revision WHERE customer_id IN ({places})"  # noqa: S608 - ours
        found: dict[int, int] = dict(self._database.query(sql, customer_ids))
        return tuple(found.get(one, 0) for one in customer_ids)

    def mark(self) -> object | None:
        """Equal as long as no revision can have changed; None where that cannot be told without asking."""
        return self._database.mark()

    @property
    def costly(self) -> bool:
        """Whether a question travels over a network."""
        return self._database.dialect != "sqlite"

    def all(self, customer_id: int) -> list[StoredEntity]:
        """A customer's objects, oldest first."""
        return _all(self._database.query(_ALL, (customer_id,)))

    @contextmanager
    def changing(self, customer_id: int) -> Iterator[Change]:
        """Change a customer's objects while nobody else does; nothing is kept where the block raises."""
        with self._database.transaction() as transaction:
            # First, because it makes others wait.
            ((revision,),) = transaction.query(
                "INSERT INTO entity_revision (customer_id, revision) VALUES (?, 1) "
                "ON CONFLICT (customer_id) DO UPDATE SET revision = entity_revision.revision + 1 "
                "RETURNING revision",
                (customer_id,),
            )
            yield Change(transaction, customer_id, revision)
        self._database.change_mark()


class Change:
    """What can be done inside ``Entities.changing``."""

    def __init__(self, transaction: Transaction, customer_id: int, revision: int) -> None:
        self.revision = revision
        """The customer's revision once this change is kept."""
        self._transaction = transaction
        self._customer_id = customer_id

    def all(self) -> list[StoredEntity]:
        """The customer's objects as they are now."""
        return _all(self._transaction.query(_ALL, (self._customer_id,)))

    def put(self, kind: EntityKind, id: str, body: dict[str, object], created_by: str) -> StoredEntity:
        """Keep an object, new or in place of the one with its id."""
        moment = now()
        rows = self._transaction.query(
            f"INSERT INTO entity ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?) "  # noqa: S608 - a constant of ours
            "ON CONFLICT (customer_id, kind, entity_id) DO UPDATE "
            "SET body = excluded.body, updated_at = excluded.updated_at "
            f"RETURNING {_COLUMNS}",
            (self._customer_id, kind, id, msgspec.json.encode(body).decode(), moment, moment, created_by),
        )
        return _stored(rows[0])

    def remove(self, kind: EntityKind, id: str) -> bool:
        """Forget an object. False where there is none."""
        sql = "DELETE FROM entity WHERE customer_id = ? AND kind = ? AND entity_id = ?"
        return self._transaction.execute(sql, (self._customer_id, kind, id)) > 0


_ALL = f"SELECT {_COLUMNS} FROM entity WHERE customer_id = ? ORDER BY id"  # noqa: S608 - a constant of ours


def _all(rows: list[Row]) -> list[StoredEntity]:
    return [_stored(row) for row in rows]


def _stored(row: Row) -> StoredEntity:
    customer_id, kind, id, body, created_at, updated_at, created_by = row
    return StoredEntity(
        customer_id,
        kind,
        id,
        msgspec.json.decode(body, type=dict[str, object]),
        created_at,
        updated_at,
        created_by,
    )
