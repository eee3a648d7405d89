"""Checks of every figure against the data dictionary and the sources."""

from __future__ import annotations

from math import inf, isnan
from typing import TYPE_CHECKING

from ...units import spelled_unit
from ..figure import CONSTANT_QUANTITY, Problem
from ..kinds import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..catalog import Catalog
    from ..figure import Figure, Quantity

_DICTIONARY = "quantities.toml"


def check_dictionary(catalog: Catalog) -> Iterator[Problem]:
    """A quantity has a range with an inside, and its direction is -1, 0 or 1."""
    for name, quantity in catalog.quantities().items():
        if not quantity.low < quantity.high:
            yield Problem(_DICTIONARY, name, "low", "not below high", "swap or widen them")
        if quantity.raises_impact not in (-1, 0, 1):
            fix = "say which way it moves the impact"
            yield Problem(_DICTIONARY, name, "raises_impact", "not -1, 0 or 1", fix)


def check_units(catalog: Catalog) -> Iterator[Problem]:
    """The suffix of a name and the unit in the dictionary say the same."""
    for name, quantity in catalog.quantities().items():
        spelled = spelled_unit(name)
        if spelled and quantity.unit != spelled:
            what = f"unit {quantity.unit!r}, but the name says {spelled!r}"
            yield Problem(_DICTIONARY, name, "unit", what, "correct the unit or rename the quantity")


def check_ranges(catalog: Catalog) -> Iterator[Problem]:
    """Every figure lies in its own range, in the plausible range of its quantity, and leads to a source."""
    for kind in KINDS:
        table = catalog.table(kind.name)
        for ix, entity in enumerate(table.ids):
            for quantity, figure in table.figures(ix):
                known = None if quantity == CONSTANT_QUANTITY else catalog.quantity(quantity)
                for what, fix in figure_faults(figure, known):
                    yield Problem(table.file(ix), entity, quantity, what, fix)


def figure_faults(figure: Figure, quantity: Quantity | None) -> Iterator[tuple[str, str]]:
    """(what, fix) for each way in which a figure cannot be."""
    low, high = (quantity.low, quantity.high) if quantity is not None else (-inf, inf)
    if not low <= figure.value <= high:
        yield f"{figure.value:g} is outside the plausible {low:g} to {high:g}", "correct value or unit"
    if figure.low > figure.value or figure.high < figure.value:
        yield (
            f"{figure.value:g} is outside its own range {figure.low:g} to {figure.high:g}",
            "correct the range",
        )
    if isnan(figure.low) != isnan(figure.high):
        yield "a range with one end", "give both low and high, or none"
    if not figure.source_ids or not all(figure.source_ids):
        yield "no source", 'add source = "..." to the entry or the figure'
    if not figure.basis:
        yield "no basis", 'add basis = "published" (or measured, derived, assumed) to the entry or the figure'


def check_sources_used(catalog: Catalog) -> Iterator[Problem]:
    """A source that no figure leads to is a leftover, or its figures lost their way to it."""
    used = used_sources(catalog)
    for name, source in catalog.sources().items():
        if name not in used and not (catalog.grids.without_share_alike and "ODbL" in source.licence):
            fix = "remove it, or name it where it is used"
            yield Problem("sources/", name, "", "no figure leads to this source", fix)


def used_sources(catalog: Catalog) -> set[str]:
    """Ids of the sources that an entity, a figure, a quantity or a line of a long table names."""
    used = set(catalog.grids.source_ids())
    for quantity in catalog.quantities().values():
        used.update(quantity.source_ids)
    for kind in KINDS:
        used.update(catalog.table(kind.name).all_source_ids())
    return used
