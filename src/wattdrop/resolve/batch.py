"""Rows of names to rows of numbers: each distinct description is resolved once, each row adds its quantities."""

from __future__ import annotations

from itertools import accumulate

from ..errors import RowError
from ..typed import TYPE_CHECKING, NamedTuple, cast
from .description import Description, contradiction
from .hours import ANNUAL_MEAN, NEVER, HourlyRatios, hour_of, hours_of
from .quantities import HOURLY, USUAL, QuantitiesOfOne, QuantityColumns, quantity_columns
from .resolved import Resolved, kernel_constants, resolve_description
from .shape import Key, Shape, fields_of, given_by, shape_of
from .suggestions import OfOneBatch, used_up

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence
    from typing import Final, TypeVar

    from ..catalog import Catalog
    from ..kernel.columns import Setup
    from ..schema import ImpactRow

    _What = TypeVar("_What", bound=Hashable)
    _Outcome = TypeVar("_Outcome")

#: Descriptions remembered per catalog; beyond that the memory starts anew, so hostile names cannot fill it.
_MOST_REMEMBERED = 20_000
_MOST_WRONG = 1_000

_FIRST: Final = (0,)
"""The rows of a batch of one."""


class Resolution(NamedTuple):
    """What a batch resolves to. Row numbers are positions in the batch."""

    resolved: Sequence[Resolved]  # distinct, but for rows that state the same work by different fields
    setups: Sequence[Setup]  # of each of these
    resolved_of: Sequence[int]  # per computed row, index into both
    quantities: QuantityColumns  # of the computed rows
    computed: Sequence[int]  # row numbers that could be resolved, ascending
    errors: dict[int, RowError]  # row number -> why not

    def at(self, computed: int) -> Resolved:
        """What a computed row resolved to."""
        return self.resolved[self.resolved_of[computed]]


class Resolver:
    """Resolves batches against one catalog and remembers what descriptions mean."""

    __slots__ = ("_by_key", "_ratios", "_remembered", "_wrong", "catalog", "constants")

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self._by_key: dict[tuple[Shape, Key], Resolved] = {}
        self._ratios = HourlyRatios(catalog)
        self._remembered: dict[Description, Resolved] = {}
        self._wrong: dict[Description, RowError] = {}
        self.constants = kernel_constants(catalog)

    def descriptions(self, distinct: Sequence[Description]) -> list[Resolved | RowError]:
        """What descriptions mean; the same object for the same description."""
        known = self._remembered
        found: list[Resolved | RowError | None] = [known.get(d) for d in distinct]
        if None in found:
            with OfOneBatch():
                return [self._described(d) for d in distinct]
        return cast("list[Resolved | RowError]", found)

    def _described(self, d: Description) -> Resolved | RowError:
        found = self._remembered.get(d) or self._wrong.get(d)
        if found is not None:
            return found
        found = resolve_description(self.catalog, d)
        if not isinstance(found, RowError):
            _put(self._remembered, d, found, _MOST_REMEMBERED)
        elif not used_up():  # next time it may get its suggestions
            _put(self._wrong, d, found, _MOST_WRONG)
        return found

    def batch(self, rows: Sequence[ImpactRow | RowError]) -> Resolution:
        """Resolve rows; those that cannot be are errors, the others go on."""
        if len(rows) == 1:
            found = self._known_row(rows[0])
            if found is not None:
                return found
        errors: dict[int, RowError] = {}
        if RowError in set(map(type, rows)):
            errors = {number: row for number, row in enumerate(rows) if isinstance(row, RowError)}
        read: Sequence[int] = range(len(rows))
        if errors:
            read = [number for number in read if number not in errors]
        typed = cast("Sequence[ImpactRow]", [rows[number] for number in read] if errors else rows)
        fields = fields_of(typed)
        shape = shape_of(fields)
        texts = fields.get("utc_datetime")
        hours = [NEVER] * len(typed) if texts is None else hours_of(texts)
        keys, of_rows = shape.keys(fields, [hour.year for hour in hours], len(typed))
        outcomes = self._of_keys(shape, keys)
        if shape.may_contradict:
            for at, row in enumerate(typed):
                wrong = contradiction(row)
                if wrong is not None:
                    of_rows[at] = len(outcomes)
                    outcomes.append(wrong)
        if RowError in set(map(type, outcomes)):
            kept = []
            for at, of in enumerate(of_rows):
                outcome = outcomes[of]
                if isinstance(outcome, RowError):
                    errors[read[at]] = outcome
                else:
                    kept.append(at)
            errors = dict(sorted(errors.items()))
            fields = {name: [values[at] for at in kept] for name, values in fields.items()}
            read, of_rows = [read[at] for at in kept], [of_rows[at] for at in kept]
            hours = [hours[at] for at in kept]
            numbers = list(accumulate((not isinstance(one, RowError) for one in outcomes), initial=0))
            of_rows = [numbers[of] for of in of_rows]
            outcomes = [one for one in outcomes if not isinstance(one, RowError)]
        resolved = cast("list[Resolved]", outcomes)
        hourly = () if texts is None else self._ratios.columns(resolved, of_rows, hours)
        given = quantity_columns(fields, shape.numbers, shape.images, hourly, len(of_rows))
        return Resolution(resolved, [one.setup for one in resolved], of_rows, given, read, errors)

    def _known_row(self, row: ImpactRow | RowError) -> Resolution | None:
        """What ``batch`` gives for a row like one before it, without making columns; None where it is unlike any."""
        given = given_by(row)
        if given is None:
            return None
        shape = shape_of(given)
        text = given.get("utc_datetime")
        hour = NEVER if text is None else hour_of(text)
        resolved = self._by_key.get((shape, shape.key(given, hour.year)))
        if resolved is None or not shape.is_plain:
            return None
        if shape.may_contradict and contradiction(row) is not None:  # type: ignore[arg-type]
            return None
        quantities, given_at = list(USUAL), shape.given
        for name, at in shape.numbers:
            quantities[at] = float(given[name])
        if hour is not NEVER:
            ratios = self._ratios.of(resolved.place, hour)
            if ratios != ANNUAL_MEAN:
                given_at = shape.given_with_hour
                for at, ratio in zip(HOURLY, ratios, strict=True):
                    quantities[at] = ratio
        return Resolution(
            (resolved,), (resolved.setup,), _FIRST, QuantitiesOfOne(quantities, given_at), _FIRST, {}
        )

    def _of_keys(self, shape: Shape, keys: Sequence[Key]) -> list[Resolved | RowError]:
        """What rows of a shape mean, by their keys."""
        known = self._by_key
        found: list[Resolved | RowError | None] = [known.get((shape, key)) for key in keys]
        if None in found:  # those that are wrong are not remembered here
            missing = [at for at, one in enumerate(found) if one is None]
            described = self.descriptions([shape.description(keys[at]) for at in missing])
            for at, outcome in zip(missing, described, strict=True):
                found[at] = outcome
                if not isinstance(outcome, RowError):
                    _put(known, (shape, keys[at]), outcome, _MOST_REMEMBERED)
        return cast("list[Resolved | RowError]", found)


def _put(remembered: dict[_What, _Outcome], what: _What, outcome: _Outcome, most: int) -> None:
    if len(remembered) >= most:
        remembered.clear()
    remembered[what] = outcome
