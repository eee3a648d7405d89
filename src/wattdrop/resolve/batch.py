"""Rows of names to rows of numbers: each distinct description is resolved once, each row adds its quantities."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ..errors import RowError
from .description import Description, contradiction, describe, moment_of
from .place import hourly_ratios
from .quantities import Quantities, quantities
from .resolved import Resolved, kernel_constants, resolve_description
from .suggestions import of_one_batch, used_up

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..catalog import Catalog
    from ..schema import ImpactRow

#: Descriptions remembered per catalog; beyond that the memory starts anew, so hostile names cannot fill it.
_MOST_REMEMBERED = 20_000


class Resolution(NamedTuple):
    """What a batch resolves to. Row numbers are positions in the batch."""

    resolved: Sequence[Resolved]  # distinct
    resolved_of: Sequence[int]  # per computed row, index into ``resolved``
    quantities: Sequence[Quantities]  # per computed row
    computed: Sequence[int]  # row numbers that could be resolved, ascending
    errors: dict[int, RowError]  # row number -> why not

    def at(self, computed: int) -> Resolved:
        """What a computed row resolved to."""
        return self.resolved[self.resolved_of[computed]]


class Resolver:
    """Resolves batches against one catalog and remembers what descriptions mean."""

    __slots__ = ("_remembered", "catalog", "constants")

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self._remembered: dict[Description, Resolved | RowError] = {}
        self.constants = kernel_constants(catalog)

    def description(self, d: Description) -> Resolved | RowError:
        """What a description means; the same object for the same description."""
        found = self._remembered.get(d)
        if found is None:
            if len(self._remembered) >= _MOST_REMEMBERED:
                self._remembered.clear()
            found = resolve_description(self.catalog, d)
            if not (isinstance(found, RowError) and used_up()):  # next time it may get its suggestions
                self._remembered[d] = found
        return found

    def batch(self, rows: Sequence[ImpactRow | RowError]) -> Resolution:
        """Resolve rows; those that cannot be are errors, the others go on."""
        with of_one_batch():
            return self._batch(rows)

    def _batch(self, rows: Sequence[ImpactRow | RowError]) -> Resolution:
        number_of: dict[int, int] = {}  # id of a remembered Resolved -> its number in this batch
        resolved: list[Resolved] = []
        resolved_of: list[int] = []
        of_rows: list[Quantities] = []
        computed: list[int] = []
        errors: dict[int, RowError] = {}
        for number, row in enumerate(rows):
            outcome = row if isinstance(row, RowError) else self._row(row)
            if isinstance(outcome, RowError):
                errors[number] = outcome
                continue
            found, of_row = outcome
            key = id(found)
            if key not in number_of:
                number_of[key] = len(resolved)
                resolved.append(found)
            resolved_of.append(number_of[key])
            of_rows.append(of_row)
            computed.append(number)
        return Resolution(resolved, resolved_of, of_rows, computed, errors)

    def _row(self, row: ImpactRow) -> tuple[Resolved, Quantities] | RowError:
        wrong = contradiction(row)
        if wrong is not None:
            return wrong
        moment = moment_of(row)
        found = self.description(describe(row, moment))
        if isinstance(found, RowError):
            return found
        return found, quantities(row, hourly_ratios(self.catalog, found.place, moment))
