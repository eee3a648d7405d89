"""A catalog in which constants of the method have other values: what a fit tries, and what a left-out family never saw."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from ..catalog import Catalog, Table


def retuned(catalog: Catalog, values: Mapping[str, float]) -> Catalog:
    """The catalog with constants replaced by ``values`` (id -> value); everything else is the same.

    >>> from wattdrop.catalog import load
    >>> retuned(load(), {"training_pue": 1.2}).constant("training_pue")
    1.2
    """
    unknown = sorted(set(values) - set(catalog.constant_values()))
    if unknown:
        raise KeyError(f"no constant is called {', '.join(unknown)}")
    return cast("Catalog", _Retuned(catalog, dict(values))) if values else catalog


class _Retuned:
    def __init__(self, catalog: Catalog, values: Mapping[str, float]) -> None:
        self._catalog = catalog
        self._values = {**catalog.constant_values(), **values}
        self.constants = _Constants(catalog.constants, self._values)
        text = repr(sorted(values.items()))
        self.digest = sha256(f"{catalog.digest}\n{text}".encode()).hexdigest()

        self._remembered: dict[str, Any] = {}

    def remembered(self, name: str, build: Callable[..., Any], *parts: Any) -> Any:
        """Apart from the catalog's own: what was worked out of other constants is something else."""
        if name not in self._remembered:
            self._remembered[name] = build(*parts)
        return self._remembered[name]

    def constant(self, constant_id: str) -> float:
        return self._values[constant_id]

    def constant_values(self) -> dict[str, float]:
        return self._values

    def __getattr__(self, name: str) -> Any:
        return getattr(self._catalog, name)


class _Constants:
    def __init__(self, table: Table, values: Mapping[str, float]) -> None:
        self._table, self._values = table, values

    def number(self, ix: int, quantity: str) -> float:
        return self._values[self._table.ids[ix]] if quantity == "value" else self._table.number(ix, quantity)

    def __len__(self) -> int:
        return len(self._table)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._table, name)
