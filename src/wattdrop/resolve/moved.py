"""A catalog as the low or the high end of a cause would have it: the figures behind the cause at their ends.

A figure moves to the end of its own range, or by the spread of its cause where it has none. What a customer gave stays.
"""

from __future__ import annotations

from ..typed import TYPE_CHECKING, NamedTuple, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any, Final

    from ..catalog import Catalog, Table
    from ..kernel.columns import Setup
    from .resolved import Resolved

#: Published sizes of models are what they are.
SIZES: Final = ("total_params_billions", "active_params_billions")


class Moved(NamedTuple):
    """Figures and constants that a cause moves, by quantity and by id, and what of the setup follows from them."""

    quantities: Mapping[str, str]  # quantity -> constant that holds its spread where the figure has no range
    constants: tuple[str, ...]  # constants that move to their own low and high
    again: Callable[[Catalog, Resolved], Setup | None]  # the setup of the description in a moved catalog


def view(catalog: Catalog, moved: Moved, end: str) -> Catalog:
    """The catalog as a cause's low or high end would have it."""
    return cast("Catalog", _Moved(catalog, moved, end))


class _Moved:
    def __init__(self, catalog: Catalog, moved: Moved, end: str) -> None:
        self._catalog = catalog
        constants = catalog.constants
        values = dict(catalog.constant_values())
        for name in moved.constants:
            figure = constants.figure(constants.row(name), "value")
            if figure is not None and getattr(figure, end) == getattr(figure, end):
                values[name] = getattr(figure, end)
        self._values = values
        for kind in ("models", "gpus", "nodes", "services", "regions", "providers", "datacenters"):
            setattr(self, kind, _MovedTable(getattr(catalog, kind), catalog, moved.quantities, end))

    def constant(self, name: str) -> float:
        return self._values[name]

    def constant_values(self) -> dict[str, float]:
        return self._values

    def __getattr__(self, name: str) -> Any:
        return getattr(self._catalog, name)


class _MovedTable:
    def __init__(self, table: Table, catalog: Catalog, quantities: Mapping[str, str], end: str) -> None:
        self._table, self._catalog, self._quantities, self._end = table, catalog, quantities, end

    def number(self, ix: int, quantity: str) -> float:
        value = self._table.number(ix, quantity)
        spread = self._quantities.get(quantity)
        if spread is None or value != value:
            return value
        figure = self._table.figure(ix, quantity)
        if figure is None or figure.basis == "given":
            return value
        own = getattr(figure, self._end)
        if own == own:
            return float(own)
        if quantity in SIZES and figure.basis in ("published", "measured"):
            return value
        ratio = self._catalog.constant(spread)
        moved = value / ratio if self._end == "low" else value * ratio
        return _possible(quantity, moved)

    def __len__(self) -> int:
        return len(self._table)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._table, name)


def _possible(quantity: str, value: float) -> float:
    """A PUE is at least 1, a share of time at most 1."""
    if quantity == "pue":
        return max(value, 1.0)
    return min(value, 1.0) if quantity == "average_utilization_rate" else value
