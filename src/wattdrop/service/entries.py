"""What was answered on its way to the ledger: as entries of the journal, then as columns with ranges."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

import msgspec

from ..engine.recorded import BASIS, recorded
from ..schema import ImpactRow
from ..store import LedgerColumns
from ..store.columns import ENTITIES, IDS, METRICS
from ..store.parts import Parts

if TYPE_CHECKING:
    from ..catalog import Catalog


class EntryRow(msgspec.Struct, array_like=True, gc=False):
    """One answered row, as the journal holds it."""

    request_id: str
    row: ImpactRow | None
    error: str
    central: tuple[float, float, float, float, float] | None


class Entry(msgspec.Struct, array_like=True):
    """One answered request."""

    customer_id: int
    key_id: int
    recorded_at: str
    method_version: str
    catalog_digest: str
    rows: list[EntryRow]
    weight: int = 1
    """How many rows each of them stands for."""
    name: str = ""
    """Stands for all rows that have no name of their own, where nobody can send them again."""


encoder: Final = msgspec.msgpack.Encoder()
decoder: Final = msgspec.msgpack.Decoder(Entry)
_json: Final = msgspec.json.Encoder()
_Basis = msgspec.defstruct("_Basis", [(name, float) for name in BASIS])
_NO_ROW: Final = ImpactRow()
_NO_NUMBERS: Final = (float("nan"),) * len(METRICS)
_of_row = attrgetter(
    "request_id",
    "utc_datetime",
    "quantity",
    "input_tokens",
    "output_tokens",
    "request_cost",
    "currency",
    *IDS,
)


def columns_of(answered: Sequence[tuple[Entry, EntryRow]], catalog: Catalog) -> LedgerColumns:
    """Rows of one customer as the ledger has them."""
    import numpy as np

    rows = [one.row or _NO_ROW for _, one in answered]
    own_names, moments, times, inputs, outputs, costs, currencies, *ids = zip(
        *map(_of_row, rows), strict=True
    )
    quantities = np.array([quantity or 1 for quantity in times], dtype=np.int64)
    recorded_at = [entry.recorded_at for entry, _ in answered]
    at = [moment or recorded for moment, recorded in zip(moments, recorded_at, strict=True)]
    columns: dict[str, Any] = {
        "customer_id": _whole(entry.customer_id for entry, _ in answered),
        "request_id": _storable(one.request_id for _, one in answered),
        "key_id": _whole(entry.key_id for entry, _ in answered),
        "recorded_at": recorded_at,
        "at": at,
        "day": [moment[:10] for moment in at],
        **dict(zip(IDS, map(_storable, ids), strict=True)),
        "input_tokens": quantities * _whole(inputs),
        "output_tokens": quantities * _whole(outputs),
        "cost": np.array(costs, dtype=np.float64),
        "currency": _storable(currencies),
        "error": [one.error for _, one in answered],
        "request": _as_json(rows),
        "method_version": [entry.method_version for entry, _ in answered],
        "catalog_digest": [entry.catalog_digest for entry, _ in answered],
        "weight": _whole(entry.weight for entry, _ in answered),
    }
    central = np.array([one.central or _NO_NUMBERS for _, one in answered], dtype=np.float64).T
    parts = _add_ranges(columns, answered, central, catalog)
    batches = [
        "" if own_name is not None else entry.name
        for own_name, (entry, _) in zip(own_names, answered, strict=True)
    ]
    return LedgerColumns(columns, batches, parts)


def _add_ranges(
    columns: dict[str, Any], answered: Sequence[tuple[Entry, EntryRow]], central: Any, catalog: Catalog
) -> Parts:
    """Add what the ranges are made of: entities, metrics with their ends, and the basis. Gives the parts of the error."""
    import numpy as np

    computed = [at for at, (_, one) in enumerate(answered) if one.row and one.central]
    found = recorded([answered[at][1].row or _NO_ROW for at in computed], catalog) if computed else None
    low, high = np.full_like(central, np.nan), np.full_like(central, np.nan)
    basis = ["{}"] * len(answered)
    entities: list[tuple[str, ...] | None] = [None] * len(answered)
    parts = Parts.of_rows([])
    if found is not None:
        place = np.array(computed, dtype=np.int64)[np.array(found.numbers, dtype=np.int64)]
        # The same numbers as were answered, unless the catalog or the method has changed in between.
        given = central[:, place]
        ratio = np.divide(given, found.central, out=np.ones_like(given), where=found.central != 0.0)
        low[:, place], high[:, place] = found.low * ratio, found.high * ratio
        quantities = _as_json([_Basis(*of_row) for of_row in found.basis.T.tolist()])
        for at, of_row, text in zip(place.tolist(), found.entities, quantities, strict=True):
            entities[at], basis[at] = of_row, text
        scaled = found.parts.value * np.concatenate([ratio, ratio]).take(found.parts.row, axis=1).T
        parts = Parts(place[found.parts.row], found.parts.name, scaled, found.parts.names)
    known = (of_row or _as_asked(one) for of_row, (_, one) in zip(entities, answered, strict=True))
    for name, texts in zip(ENTITIES, zip(*known, strict=True), strict=True):
        columns[name] = _storable(texts)
    for name, *values in zip(METRICS, central, low, high, strict=True):
        for end, column in zip(("", "_low", "_high"), values, strict=True):
            columns[f"{name}{end}"] = column
    columns["basis"] = basis
    return parts


def _as_asked(one: EntryRow) -> tuple[str, ...]:
    """Entities of a row without ranges: the model as it was asked for, where it could be computed once."""
    row = one.row if one.central else None
    model = row and (row.model_used_id or row.model_id or row.model_hugging_face_path or row.model_name)
    return (model or "", *("",) * (len(ENTITIES) - 1))


def _as_json(values: Sequence[msgspec.Struct]) -> list[str]:
    """Each as a text. JSON has no line breaks of its own."""
    return _json.encode_lines(values).decode().split("\n")[:-1]


def _whole(values: Iterable[int | None]) -> Any:
    import numpy as np

    return np.array([value or 0 for value in values], dtype=np.int64)


def _storable(texts: Iterable[str | None]) -> list[str]:
    """Texts without the one character that PostgreSQL keeps in no text; '' for those that are not given."""
    listed = list(texts)
    kept = {text: (text or "").replace("\0", "\N{REPLACEMENT CHARACTER}") for text in set(listed)}
    return [kept[text] for text in listed]
