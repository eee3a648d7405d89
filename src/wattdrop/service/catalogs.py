"""Which facts a caller sees: the package's own catalog, and later what a customer added to it."""

from __future__ import annotations

from ..catalog import Catalog


class Catalogs:
    """The catalog of each customer."""

    def __init__(self, base: Catalog) -> None:
        self._base = base

    @property
    def base(self) -> Catalog:
        """The facts that every customer sees."""
        return self._base

    def of(self, customer_id: int) -> Catalog:
        """The facts that a customer sees."""
        return self._base
