"""Rows of names to rows of numbers: each distinct description is resolved once, each row adds its quantities."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import repeat
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from msgspec.structs import astuple

from ..errors import RowError
from ..schema import FIELDS
from .description import NAME_FIELDS, Description, contradiction, describe, moment_of
from .place import hourly_ratios
from .quantities import FIELDS as QUANTITY_FIELDS
from .quantities import QuantityColumns, quantity_columns
from .resolved import Resolved, kernel_constants, resolve_description
from .suggestions import of_one_batch, used_up

if TYPE_CHECKING:
    from ..catalog import Catalog
    from ..schema import ImpactRow

#: Descriptions remembered per catalog; beyond that the memory starts anew, so hostile names cannot fill it.
_MOST_REMEMBERED = 20_000


class Resolution(NamedTuple):
    """What a batch resolves to. Row numbers are positions in the batch."""

    resolved: Sequence[Resolved]  # distinct
    resolved_of: Sequence[int]  # per computed row, index into ``resolved``
    quantities: QuantityColumns  # of the computed rows
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
        errors = {number: row for number, row in enumerate(rows) if isinstance(row, RowError)}
        read: Sequence[int] = range(len(rows))
        if errors:
            read = [number for number in read if number not in errors]
        typed = cast("Sequence[ImpactRow]", [rows[number] for number in read] if errors else rows)
        fields = _given(typed)
        outcomes, of_rows = self._outcomes(typed, fields)
        resolved: list[Resolved] = []
        number_of: dict[int, int] = {}  # id of what was resolved -> its number
        for outcome, _ in outcomes:
            if not isinstance(outcome, RowError) and id(outcome) not in number_of:
                number_of[id(outcome)] = len(resolved)
                resolved.append(outcome)
        numbers = [number_of.get(id(outcome), -1) for outcome, _ in outcomes]
        if -1 in numbers:
            failed = {read[at]: outcomes[of][0] for at, of in enumerate(of_rows) if numbers[of] < 0}
            errors = dict(sorted((errors | cast("dict[int, RowError]", failed)).items()))
            kept = [at for at, of in enumerate(of_rows) if numbers[of] >= 0]
            fields = {name: [values[at] for at in kept] for name, values in fields.items()}
            read, of_rows = [read[at] for at in kept], [of_rows[at] for at in kept]
        hours = [hour for _, hour in outcomes]
        hourly = [hours[of] for of in of_rows] if any(hour != NO_HOUR for hour in hours) else ()
        given = quantity_columns(fields, hourly, len(of_rows))
        return Resolution(resolved, [numbers[of] for of in of_rows], given, read, errors)

    def _outcomes(
        self, rows: Sequence[ImpactRow], fields: Mapping[str, Sequence[Any]]
    ) -> tuple[list[_Outcome], list[int]]:
        """What the rows mean, each distinct meaning once; and which of them each row has."""
        outcomes: list[_Outcome] = []
        known: dict[Any, int] = {}
        of_rows: list[int] = []
        for at, key in enumerate(_keys(fields, len(rows))):
            of = known.get(key)
            if of is None:
                moment = moment_of(rows[at])
                found = self.description(describe(rows[at], moment))
                of = known[key] = len(outcomes)
                outcomes.append(
                    (found, NO_HOUR if isinstance(found, RowError) else hourly_ratios(self.catalog, found.place, moment))
                )
            of_rows.append(of)
        if _may_contradict(fields):
            for at, row in enumerate(rows):
                wrong = contradiction(row)
                if wrong is not None:
                    of_rows[at] = len(outcomes)
                    outcomes.append((wrong, NO_HOUR))
        return outcomes, of_rows


_Outcome = tuple["Resolved | RowError", tuple[float, float]]
"""What a row resolves to, and its hour's ratios."""

NO_HOUR = (1.0, 1.0)
_READ = frozenset((*NAME_FIELDS, *QUANTITY_FIELDS, "utc_datetime"))


def _hour(text: str | None) -> str | None:
    """Year to hour of a canonical moment, which says all that matters; other spellings as they are."""
    if text is None or "+" in text or "-" in text[10:] or text[19:20] not in (".", "Z"):
        return text
    return text[:13]


#: Fields of which only the hour and the year, or whether they are above zero or there, decides what a row means.
_STATED: Mapping[str, Callable[[Any], Any]] = {
    "utc_datetime": _hour,
    **dict.fromkeys(("input_tokens", "output_tokens", "reasoning_tokens", "output_audio_tokens"), bool),
    **dict.fromkeys(("input_images", "output_images"), bool),
    **dict.fromkeys(
        ("input_audio_seconds", "output_audio_seconds", "output_video_frames", "output_video_seconds"),
        lambda value: value is not None,
    ),
}


def _given(rows: Sequence[ImpactRow]) -> dict[str, Sequence[Any]]:
    """The fields that some row gives, as columns."""
    columns = zip(*map(astuple, rows), strict=True)
    return {
        name: column
        for name, column in zip(FIELDS, columns, strict=False)
        if name in _READ and column.count(None) < len(column)
    }


def _keys(fields: Mapping[str, Sequence[Any]], rows: int) -> Iterable[Any]:
    """For each row what decides its description and hour: equal keys mean the same."""
    columns: list[Sequence[Any]] = []
    for name, column in fields.items():
        if name in _STATED:
            column = list(map(_STATED[name], column))
        elif name not in _NAMES:
            continue
        if column.count(column[0]) < rows:
            columns.append(column)
    return zip(*columns, strict=True) if columns else repeat(None, rows)


_NAMES = frozenset(NAME_FIELDS)


def _may_contradict(fields: Mapping[str, Any]) -> bool:
    return (
        "cached_input_tokens" in fields
        or "measured_energy_boundary" in fields
        or ("output_count" in fields and "output_images" in fields)
    )
