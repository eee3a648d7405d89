"""Where a kernel input comes from: basis and sources of each setup field, constant and quantity of a resolved row.

What a setup field rests on is found by trying: each figure that the row's entities have, and each constant, is moved a
little, the description is resolved again, and the fields that move rest on that figure. So the answer cannot fall
behind the code. It takes some tens of milliseconds and is asked for by explanations only.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from ..errors import RowError
from .facility import direct_of, facility_entity, own_intensity
from .place import GRID, NEWEST_YEAR
from .resolved import Resolved, resolve_description

if TYPE_CHECKING:
    from ..catalog import Catalog, Figure, Table


class Origin(NamedTuple):
    """Basis, sources and remark of one value."""

    basis: str
    source_ids: tuple[str, ...]
    note: str = ""


_BASES = ("given", "measured", "published", "derived", "assumed")  # from firm to weak
#: A nudge that moves a value without moving a choice, and that floats hold exactly.
_NUDGE = 2.0**-20


def setup_origins(catalog: Catalog, resolved: Resolved) -> Mapping[str, Origin]:
    """Origin of every setup field of a resolved row."""
    moved_by: dict[str, list[Figure]] = {field: [] for field in resolved.setup._fields}
    for table, ix, quantity in _figures_behind(catalog, resolved):
        nudged = cast("Catalog", _Nudged(catalog, table.kind, ix, quantity))
        again = resolve_description(nudged, resolved.description)
        if isinstance(again, RowError) or _entities(again) != _entities(resolved):
            continue  # the nudge crossed a limit and picked another machine; it says nothing about this one
        figure = table.figure(ix, quantity)
        for field, before, after in zip(resolved.setup._fields, resolved.setup, again.setup, strict=True):
            if before != after and figure is not None:
                moved_by[field].append(figure)
    model = Origin(
        "derived", catalog.models.source_ids(resolved.model_ix)[:1], "follows from the kind of model"
    )
    origins = {field: _combine(figures) or model for field, figures in moved_by.items()}
    own = own_intensity(catalog, resolved.place)
    if own != own:  # else it moved them
        origins["default_grid_gco2e_per_kwh"] = _of_grid(catalog, resolved, resolved.zone_ix, GRID)
        of_stacks = direct_of(catalog, resolved.zone_ix, resolved.description.year or NEWEST_YEAR)
        origins["default_grid_direct_gco2e_per_kwh"] = _of_grid(catalog, resolved, *of_stacks)
    if facility_entity(catalog, resolved.place, "market_gco2e_per_kwh") is None:
        note = "no market-based figure is known; the location-based one is used"
        location = origins["default_grid_gco2e_per_kwh"]
        origins["default_grid_market_gco2e_per_kwh"] = location._replace(note=note)
    ewif = catalog.ewif(resolved.zone_ix)
    if ewif is not None:
        origins["default_ewif_l_per_kwh"] = Origin(ewif.basis, ewif.source_ids, ewif.note)
    return origins


def origin_of_constant(catalog: Catalog, name: str) -> Origin:
    """Origin of a constant of the method."""
    figure = catalog.constants.figure(catalog.constants.row(name), "value")
    return (_combine([figure]) if figure is not None else None) or Origin("derived", ())


def origin_of_evidence(name: str) -> Origin:
    """Origin of a quantity of the row: the caller, or the shape of a day for the hourly ratios."""
    if name in ("grid_hourly_ratio", "ewif_hourly_ratio"):
        return Origin(
            "derived", (), "hour and month of utc_datetime; 1 where no time is given or no shape is known"
        )
    return Origin("given", ())


def _figures_behind(catalog: Catalog, resolved: Resolved) -> Iterator[tuple[Table, int, str]]:
    """Every figure of the entities that a row resolved to, and every constant."""
    place = resolved.place
    rows: tuple[tuple[Table, int | None], ...] = (
        (catalog.models, resolved.model_ix),
        (catalog.gpus, resolved.gpu_ix),
        (catalog.nodes, resolved.node_ix),
        (catalog.datatypes, resolved.datatype_ix),
        (catalog.services, resolved.service_ix),
        (catalog.regions, place.region_ix),
        (catalog.providers, place.provider_ix),
        (catalog.providers, catalog.providers.find("world-default")),
        (catalog.datacenters, place.datacenter_ix),
    )
    for table, ix in rows:
        if ix is not None:
            for quantity in table.quantities():
                if not math.isnan(table.number(ix, quantity)):
                    yield table, ix, quantity
    for ix in range(len(catalog.constants)):
        yield catalog.constants, ix, "value"


def _nudged(value: float) -> float:
    """A figure of exactly zero, such as that of a contract, moves too: it is somebody's as any other."""
    return value * (1.0 + _NUDGE) or _NUDGE


class _Nudged:
    """A catalog in which one figure is a little larger."""

    def __init__(self, catalog: Catalog, kind: str, ix: int, quantity: str) -> None:
        self._catalog = catalog
        table = _NudgedTable(getattr(catalog, kind), ix, quantity)
        setattr(self, kind, table)
        if kind == "constants":
            id = catalog.constants.ids[ix]
            value = _nudged(catalog.constants.number(ix, quantity))
            self.constant = lambda name: value if name == id else catalog.constant(name)
            self.constant_values = lambda: {**catalog.constant_values(), id: value}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._catalog, name)


class _NudgedTable:
    def __init__(self, table: Table, ix: int, quantity: str) -> None:
        self._table, self._ix, self._quantity = table, ix, quantity

    def number(self, ix: int, quantity: str) -> float:
        value = self._table.number(ix, quantity)
        return _nudged(value) if ix == self._ix and quantity == self._quantity else value

    def __len__(self) -> int:
        return len(self._table)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._table, name)


def _entities(resolved: Resolved) -> tuple[int | None, ...]:
    return (resolved.model_ix, resolved.node_ix, resolved.gpu_ix, resolved.service_ix, resolved.datatype_ix)


def _of_grid(catalog: Catalog, resolved: Resolved, zone_ix: int, quantity: str) -> Origin:
    found = catalog.intensity(zone_ix, quantity, resolved.description.year or NEWEST_YEAR)
    rung = found.rung if resolved.description.year else "newest figure"
    zone = catalog.zones.ids[zone_ix]
    return Origin(found.basis, (found.source_id,), f"{zone}, {found.year}, {rung}")


def _combine(figures: list[Figure]) -> Origin | None:
    """One origin of several figures: the sources of all; assumed if one is, else derived where they are several."""
    if not figures:
        return None
    sources = tuple(dict.fromkeys(source for figure in figures for source in figure.source_ids))
    note = "; ".join(dict.fromkeys(figure.note for figure in figures if figure.note))
    weakest = max((figure.basis for figure in figures), key=_BASES.index)
    basis = figures[0].basis if len(figures) == 1 else ("assumed" if weakest == "assumed" else "derived")
    return Origin(basis, sources, note)
