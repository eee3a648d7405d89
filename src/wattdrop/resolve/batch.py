"""Rows of names to rows of numbers: each distinct description is resolved once, each row adds its quantities."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import repeat
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar, cast

from .. import schema
from ..errors import RowError
from ..schema.moment import Moment
from ..schema.moment import parse as parse_moment
from ..schema.plain import PlainRow
from .description import NAME_FIELDS, Description, contradiction, describe
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
_MOST_WRONG = 1_000

_Outcome = TypeVar("_Outcome")


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

    __slots__ = ("_remembered", "_wrong", "catalog", "constants")

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self._remembered: dict[Description, Resolved] = {}
        self._wrong: dict[Description, RowError] = {}
        self.constants = kernel_constants(catalog)

    def descriptions(self, distinct: Sequence[Description]) -> list[Resolved | RowError]:
        """What descriptions mean; the same object for the same description."""
        known = self._remembered
        found: list[Resolved | RowError | None] = [known.get(d) for d in distinct]
        if None in found:
            with of_one_batch():
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
        errors: dict[int, RowError] = {}
        if RowError in set(map(type, rows)):
            errors = {number: row for number, row in enumerate(rows) if isinstance(row, RowError)}
        read: Sequence[int] = range(len(rows))
        if errors:
            read = [number for number in read if number not in errors]
        typed = cast("Sequence[ImpactRow]", [rows[number] for number in read] if errors else rows)
        fields = _given(typed)
        moments = _moments(fields)
        distinct, of_rows = _distinct(typed, fields, moments)
        outcomes = self.descriptions(distinct)
        if _may_contradict(fields):
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
            moments = [moments[at] for at in kept] if moments else ()
        resolved: list[Resolved] = []
        numbers: list[int] = []
        for outcome in outcomes:
            numbers.append(len(resolved))
            if not isinstance(outcome, RowError):
                resolved.append(outcome)
        if len(resolved) < len(outcomes):
            of_rows = [numbers[of] for of in of_rows]
        given = quantity_columns(fields, self._hours(resolved, of_rows, moments), len(of_rows))
        return Resolution(resolved, of_rows, given, read, errors)

    def _hours(
        self, resolved: Sequence[Resolved], of_rows: Sequence[int], moments: Sequence[Moment | None]
    ) -> Sequence[tuple[float, float]]:
        """For each row the hour's ratios; empty where all are 1."""
        if not moments:
            return ()
        known: dict[tuple[int, Moment | None], tuple[float, float]] = {}
        found = []
        for key in zip(of_rows, moments, strict=True):
            hour = known.get(key)
            if hour is None:
                of, moment = key
                hour = known[key] = hourly_ratios(self.catalog, resolved[of].place, moment)
            found.append(hour)
        return found if any(hour != (1.0, 1.0) for hour in known.values()) else ()


def _put(remembered: dict[Description, _Outcome], d: Description, outcome: _Outcome, most: int) -> None:
    if len(remembered) >= most:
        remembered.clear()
    remembered[d] = outcome


def _given(rows: Sequence[ImpactRow]) -> dict[str, Sequence[Any]]:
    """The fields that some row gives, as columns."""
    if len(rows) == 1:
        row: Any = rows[0]
        given = (
            row.__dict__.items()
            if type(row) is PlainRow
            else zip(schema.FIELDS, schema.values_of(row), strict=True)
        )
        return {name: (value,) for name, value in given if value is not None and name in _READ}
    columns = zip(*map(schema.values_of, rows), strict=True)
    return {
        name: column
        for name, column in zip(schema.FIELDS, columns, strict=False)
        if name in _READ and column.count(None) < len(column)
    }


def _moments(fields: Mapping[str, Sequence[Any]]) -> Sequence[Moment | None]:
    """When each row ran; empty where none says so."""
    texts = fields.get("utc_datetime")
    if texts is None:
        return ()
    known: dict[str, Moment | None] = {}
    found = []
    for text in texts:
        hour = _hour(text) if text else ""
        if hour not in known:
            known[hour] = parse_moment(text) if text else None
        found.append(known[hour])
    return found


def _hour(text: str) -> str:
    """Year to hour of a canonical moment, which says all that matters; other spellings as they are."""
    if text[19:20] not in (".", "Z") or "+" in text or "-" in text[10:]:
        return text
    return text[:13]


def _distinct(
    rows: Sequence[ImpactRow], fields: Mapping[str, Sequence[Any]], moments: Sequence[Moment | None]
) -> tuple[list[Description], list[int]]:
    """The distinct descriptions of rows, and which of them each row has."""
    if len(rows) == 1:
        return [describe(rows[0], moments[0] if moments else None)], [0]
    keys: list[Sequence[Any]] = []
    for name, column in fields.items():
        stated = _STATED.get(name)
        if stated is not None:
            column = list(map(stated, column))
        elif name not in _NAMES:
            continue
        if column.count(column[0]) < len(rows):
            keys.append(column)
    if moments:
        keys.append([None if moment is None else moment.year for moment in moments])
    known: dict[Any, int] = {}
    number_of: dict[Description, int] = {}
    of_rows: list[int] = []
    for at, key in enumerate(zip(*keys, strict=True) if keys else repeat(None, len(rows))):
        of = known.get(key)
        if of is None:
            d = describe(rows[at], moments[at] if moments else None)
            of = known[key] = number_of.setdefault(d, len(number_of))
        of_rows.append(of)
    return list(number_of), of_rows


def _is_there(value: Any) -> bool:
    return value is not None


#: Quantities of which only this decides what a row means: whether they are above zero, or there.
_STATED: Mapping[str, Callable[[Any], Any]] = {
    **dict.fromkeys(("input_tokens", "output_tokens", "reasoning_tokens", "output_audio_tokens"), bool),
    **dict.fromkeys(("input_images", "output_images"), bool),
    **dict.fromkeys(
        ("input_audio_seconds", "output_audio_seconds", "output_video_frames", "output_video_seconds"),
        _is_there,
    ),
}
_NAMES = frozenset(NAME_FIELDS)
_READ = frozenset((*NAME_FIELDS, *QUANTITY_FIELDS, "utc_datetime"))


def _may_contradict(fields: Mapping[str, Any]) -> bool:
    return (
        "cached_input_tokens" in fields
        or "measured_energy_boundary" in fields
        or ("output_count" in fields and "output_images" in fields)
    )
