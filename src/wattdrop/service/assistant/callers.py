"""On whose behalf a tool works: what it may see, and how it estimates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from ...engine.api import default_catalog, estimate_checked
from ...errors import RowError
from ...schema import ImpactRow

if TYPE_CHECKING:
    from ...catalog import Catalog
    from ...engine import Estimate

Rows = Sequence[ImpactRow | RowError]


class Caller(Protocol):
    """Someone who uses the tools."""

    @property
    def catalog(self) -> Catalog:
        """The facts that they see."""
        ...

    @property
    def most_rows(self) -> int:
        """Of one call."""
        ...

    def may(self, scope: str) -> bool:
        """Whether they have a right: ``impact`` or ``read``."""
        ...

    async def estimate(self, rows: Rows) -> Estimate:
        """Estimate rows for them."""
        ...


class LocalUser:
    """Whoever started the program: may do everything, with the package's own catalog."""

    most_rows = 1000

    @property
    def catalog(self) -> Catalog:
        """The package's own."""
        return default_catalog()

    def may(self, scope: str) -> bool:
        """Everything."""
        return True

    async def estimate(self, rows: Rows) -> Estimate:
        """In this process."""
        return estimate_checked(rows, self.catalog)
