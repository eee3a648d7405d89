"""What was answered, as the journal holds it: an entry for each request, written in one go and read back as it is."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

import msgspec

from ..engine.evaluate import TOTALS
from ..schema import ImpactRow
from ..store.columns import METRICS

if TYPE_CHECKING:
    from ..engine import Estimate
    from ..errors import RowError

_NO_NUMBERS: Final = (float("nan"),) * len(METRICS)


class Entry(msgspec.Struct, array_like=True):
    """One answered request. What is added here goes to the end, with a default: older versions left entries, too."""

    customer_id: int
    key_id: int
    recorded_at: str
    method_version: str
    catalog_digest: str
    rows: list[Any]
    """What each gives; None of one that could not be read. An ``ImpactRow`` is written so; what is read back was checked
    before, so it is no more than a dict."""
    weight: int = 1
    """How many rows each of them stands for."""
    name: str = ""
    """Stands for all rows that have no name of their own, where nobody can send them again."""
    unnamed: str = ""
    """Rows without a name have this one, with their number in the request behind it."""
    first: int = 0
    """Number of the first row."""
    numbers: list[int] | None = None
    """Numbers of the rows, where they are no more than some of the request."""
    errors: dict[int, str] = {}
    """By place among the rows, the code of what is wrong with one."""
    answered: bytes | None = None
    """The five totals of each row without an error, as doubles, one row after another. None in entries of older versions,
    whose rows have a name, what is given, an error and the totals."""
    called: list[str] | None = None
    """Names of the rows, where an older version wrote them all down."""

    @property
    def names(self) -> list[str]:
        """What each row is called."""
        if self.called is not None:
            return self.called
        numbers = range(self.first, self.first + len(self.rows)) if self.numbers is None else self.numbers
        return [
            (row and row.get("request_id")) or f"{self.unnamed}-{number}"
            for row, number in zip(self.rows, numbers, strict=True)
        ]


encoder: Final = msgspec.msgpack.Encoder()
_decoder: Final = msgspec.msgpack.Decoder(Entry)


def entry_of(
    rows: Sequence[ImpactRow | RowError],
    result: Estimate,
    kept: list[int] | None,
    first: int,
    **given: Any,
) -> Entry:
    """An entry of a request. ``kept``: numbers of the rows that it has, from 0 on; None: it has all of them."""
    errors = result.resolution.errors
    chosen: Sequence[Any] = rows if kept is None else [rows[at] for at in kept]
    codes = {}
    if errors:
        places = range(len(rows)) if kept is None else kept
        codes = {at: errors[number].code for at, number in enumerate(places) if number in errors}
        chosen = [row if isinstance(row, ImpactRow) else None for row in chosen]
    return Entry(
        **given,
        rows=list(chosen),
        first=first,
        numbers=None if kept is None else [first + at for at in kept],
        errors=codes,
        answered=_answered(result, kept),
    )


def _answered(result: Estimate, kept: Sequence[int] | None) -> bytes:
    evaluation, errors = result.evaluation, result.resolution.errors
    places: Sequence[int] = range(evaluation.rows)
    if kept is not None:
        places = [result.position(number) for number in kept if number not in errors]
    if not evaluation.is_arrays:
        return array("d", chain.from_iterable(evaluation.values(at, TOTALS) for at in places)).tobytes()
    totals = evaluation.arrays(TOTALS)
    data: bytes = (totals if kept is None else totals.take(places, axis=1)).T.tobytes()
    return data


def read(data: bytes) -> Entry:
    """An entry from its bytes."""
    entry = _decoder.decode(data)
    return entry if entry.answered is not None else _of_older(entry)


def _of_older(entry: Entry) -> Entry:
    names, rows, errors, totals = map(list, zip(*entry.rows, strict=True))
    computed = [one or _NO_NUMBERS for one, code in zip(totals, errors, strict=True) if not code]
    return msgspec.structs.replace(
        entry,
        rows=rows,
        errors={at: code for at, code in enumerate(errors) if code},
        answered=array("d", chain.from_iterable(computed)).tobytes(),
        called=names,
    )
