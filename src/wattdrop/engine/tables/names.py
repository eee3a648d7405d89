"""Names: columns of few distinct values to codes, and each combination of codes that occurs to a description."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from ...resolve.description import NAME_FIELDS, Description
from .codes import MOST_COMBINATIONS, numbered, places_of
from .moments import Hours, moment_codes
from .numbers import present
from .values import codes_of

if TYPE_CHECKING:
    import pyarrow as pa

#: Sums of the flags of kinds of work.
_KINDS: Final = 128


class Named(NamedTuple):
    """What rows name."""

    places: Any  # one for each row
    number_of: Any  # of a place, which description it has; one past the last: not to be read from columns
    descriptions: list[Description]  # each once
    hours: Hours | None  # where any row says when it ran


def named_of(batch: pa.RecordBatch, fields: dict[str, str], numbers: dict[int, Any], doubtful: Any) -> Named:
    """The descriptions of a batch. ``doubtful`` gets the rows with a name that cannot be read besides."""
    kinds = present(batch.num_rows, numbers)
    combined, distinct = kinds.astype(np.int64), _KINDS
    columns: dict[str, tuple[Any, list[Any]]] = {}
    hours: Hours | None = None
    for name in (*NAME_FIELDS, "utc_datetime"):
        if name not in fields:
            continue
        column = batch.column(fields[name])
        if name == "utc_datetime":
            found = moment_codes(name, column)
            hours = Hours(found.of_rows, found.values)
            name, (codes, values) = "year", hours.years()
        else:
            found = codes_of(name, column)
            codes, values = found.of_rows, found.values
        if found.unreadable is not None:
            doubtful |= found.unreadable
        columns[name] = codes, [*values, None]
        if len(values) == 1 and not codes.max(initial=0):
            continue  # all rows have it
        distinct *= len(values) + 1
        combined *= len(values) + 1
        combined += codes
        if distinct > MOST_COMBINATIONS:
            _, combined = numbered(combined, distinct)
            distinct = int(combined.max(initial=0)) + 1
    row_of, places, number_of = places_of(combined, distinct)
    named = {
        name: [values[code] for code in codes.take(row_of).tolist()]
        for name, (codes, values) in columns.items()
    }
    descriptions = [
        Description(**{name: values[at] for name, values in named.items()}, present=kind)
        for at, kind in enumerate(kinds.take(row_of).tolist())
    ]
    if doubtful.any():
        places = np.where(doubtful, len(number_of), places)
        number_of = np.append(number_of, len(descriptions))
    return Named(places, number_of, descriptions, hours)
