"""Customers and their users."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from ..errors import Conflict, NotFound
from .clock import now
from .database import Database, Duplicate
from .windows import Selection, Window, counted, listed, number_in

GLOBAL_CUSTOMER_ID: Final = 0
"""Owns what every customer sees."""
FIRST_CUSTOMER_ID: Final = 1
"""Owner of keys made without naming a customer."""


class Customer(NamedTuple):
    """Somebody who must not see what others have."""

    id: int
    name: str
    created_at: str


class User(NamedTuple):
    """A person or program of a customer."""

    id: int
    customer_id: int
    name: str
    created_at: str
    disabled_at: str | None


_COLUMNS = "id, name, created_at"
_USER_COLUMNS = "id, customer_id, name, created_at, disabled_at"


class Customers:
    """Create, find and list customers, and their users."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(self, name: str) -> Customer:
        """A new customer. Raises ``Conflict`` where the name is taken."""
        try:
            with self._database.transaction() as transaction:
                transaction.execute("UPDATE customer SET name = name WHERE id = 0")  # others wait here
                (number,) = transaction.query("SELECT MAX(id) + 1 FROM customer")[0]
                customer = Customer(number, name, now())
                transaction.execute("INSERT INTO customer (id, name, created_at) VALUES (?, ?, ?)", customer)
        except Duplicate:
            raise Conflict(f"name: there is a customer {name!r} already", field="name") from None
        return customer

    def find(self, named: str | int) -> Customer:
        """The customer with this name or number. Raises ``NotFound``."""
        text = str(named)
        for row in self._database.query(
            f"SELECT {_COLUMNS} FROM customer WHERE name = ? OR id = ? ORDER BY id",  # noqa: S608 - ours
            (text, number_in(text)),
        ):
            return Customer(*row)
        raise NotFound(f"there is no customer {text[:80]!r}; list them with: wattdrop customers list")

    def create_user(self, customer_id: int, name: str) -> User:
        """A new user of a customer. Raises ``Conflict`` where the name is taken."""
        try:
            with self._database.transaction() as transaction:
                row = transaction.query(
                    "INSERT INTO app_user (customer_id, name, created_at) VALUES (?, ?, ?) "  # noqa: S608 - ours
                    f"RETURNING {_USER_COLUMNS}",
                    (customer_id, name, now()),
                )[0]
        except Duplicate:
            raise Conflict(f"name: this customer has a user {name!r} already", field="name") from None
        return User(*row)

    def users(
        self, customer_id: int | None = None, window: Window | None = None, search: str = ""
    ) -> list[User]:
        """The users of one customer, or of all, oldest first; those alone whose name holds every word of ``search``."""
        chosen = _users(customer_id, search)
        rows = listed(self._database, _USER_COLUMNS, "FROM app_user", chosen, "id", window)
        return [User(*row) for row in rows]

    def count_users(self, customer_id: int | None = None, search: str = "") -> int:
        """How many there are."""
        return counted(self._database, "FROM app_user", _users(customer_id, search))

    def user(self, user_id: int) -> User | None:
        """The user with this number, of any customer."""
        rows = self._database.query(
            f"SELECT {_USER_COLUMNS} FROM app_user WHERE id = ?",  # noqa: S608 - ours
            (number_in(str(user_id)),),
        )
        return User(*rows[0]) if rows else None

    def find_user(self, customer_id: int, named: str | int) -> User:
        """A customer's user with this name or number. Raises ``NotFound``."""
        text = str(named)
        for row in self._database.query(
            f"SELECT {_USER_COLUMNS} FROM app_user "  # noqa: S608 - ours
            "WHERE customer_id = ? AND (name = ? OR id = ?) ORDER BY id",
            (customer_id, text, number_in(text)),
        ):
            return User(*row)
        raise NotFound(f"this customer has no user {text[:80]!r}; list them with: wattdrop users list")

    def disable_user(self, user: User) -> None:
        """End every key of a user, for good. A running service notices within seconds."""
        self._database.execute(
            "UPDATE app_user SET disabled_at = ? WHERE id = ? AND disabled_at IS NULL", (now(), user.id)
        )

    def list(self, window: Window | None = None, search: str = "") -> list[Customer]:
        """All of them, oldest first; those alone whose name holds every word of ``search``."""
        chosen = Selection().holding(search, "name")
        return [
            Customer(*row) for row in listed(self._database, _COLUMNS, "FROM customer", chosen, "id", window)
        ]

    def count(self, search: str = "") -> int:
        """How many there are."""
        return counted(self._database, "FROM customer", Selection().holding(search, "name"))

    def names(self, ids: Iterable[int]) -> dict[int, str]:
        """Names of some, by their numbers."""
        wanted = sorted(set(ids))
        if not wanted:
            return {}
        chosen = Selection().where(f"id IN ({', '.join('?' * len(wanted))})", *wanted)
        return dict(listed(self._database, "id, name", "FROM customer", chosen, "id", None))


def _users(customer_id: int | None, search: str) -> Selection:
    return Selection().owned_by("customer_id", customer_id).holding(search, "name")
