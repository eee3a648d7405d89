"""What was answered on its way to the ledger: as entries of the journal, then as columns with ranges."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final, cast

import msgspec

from ..engine.recorded import BASIS, Entities, recorded
from ..schema.plain import PlainRow
from ..store import LedgerColumns
from ..store.columns import ENTITIES, IDS, METRICS
from ..store.parts import CauseParts, Parts
from ..store.texts import Texts

if TYPE_CHECKING:
    from ..catalog import Catalog
    from ..schema import ImpactRow


class EntryRow(msgspec.Struct, array_like=True, gc=False):
    """One answered row, as the journal holds it."""

    request_id: str
    row: Any
    """What it gives. An ``ImpactRow`` is written so; what is read back was checked before, so it is no more than a dict."""
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
_NO_NUMBERS: Final = (float("nan"),) * len(METRICS)
_MODEL_NAMES: Final = ("model_used_id", "model_id", "model_hugging_face_path", "model_name")


def columns_of(entries: Sequence[Entry], catalog: Catalog) -> LedgerColumns:
    """Rows of one customer as the ledger has them. Entries are those that were read from a journal."""
    import numpy as np

    rows = [row for entry in entries for row in entry.rows]
    given: list[dict[str, Any]] = [row.row or {} for row in rows]
    filled = frozenset().union(*given)
    entry_of_row = np.repeat(np.arange(len(entries)), [len(entry.rows) for entry in entries])
    nothing = Texts(np.zeros(len(rows), dtype=np.int64), [""])

    def of_entries(name: str) -> Texts:
        return Texts.of(getattr(entry, name) for entry in entries).of_rows(entry_of_row)

    def whole_of_entries(name: str) -> Any:
        return np.array([getattr(entry, name) for entry in entries], dtype=np.int64).take(entry_of_row)

    def texts(name: str) -> Texts:
        if name not in filled:
            return nothing
        return Texts.of([one.get(name) or "" for one in given]).written(_storable)

    def numbers(name: str, missing: float, kind: Any) -> Any:
        if name not in filled:
            return np.full(len(rows), missing, dtype=kind)
        return np.array([one.get(name, missing) for one in given], dtype=kind)

    recorded_at = of_entries("recorded_at")
    at = recorded_at.listed()
    if "utc_datetime" in filled:
        at = [one.get("utc_datetime") or recorded for one, recorded in zip(given, at, strict=True)]
    quantity = numbers("quantity", 1, np.int64)
    columns: dict[str, Any] = {
        "customer_id": whole_of_entries("customer_id"),
        "request_id": _all_storable([row.request_id for row in rows]),
        "key_id": whole_of_entries("key_id"),
        "recorded_at": recorded_at,
        "at": at,
        "day": Texts.of([moment[:10] for moment in at]),
        **{name: texts(name) for name in IDS},
        "input_tokens": quantity * numbers("input_tokens", 0, np.int64),
        "output_tokens": quantity * numbers("output_tokens", 0, np.int64),
        "cost": numbers("request_cost", np.nan, np.float64),
        "currency": texts("currency"),
        "error": Texts.of([row.error for row in rows]),
        "request": _as_json(given),
        "method_version": of_entries("method_version"),
        "catalog_digest": of_entries("catalog_digest"),
        "weight": whole_of_entries("weight"),
    }
    parts = _add_ranges(columns, rows, catalog)
    batches = of_entries("name")
    if "request_id" in filled:  # what has a name of its own needs no other
        names = zip(batches.listed(), given, strict=True)
        batches = Texts.of(["" if "request_id" in one else name for name, one in names])
    return LedgerColumns(columns, batches, parts)


def _add_ranges(columns: dict[str, Any], rows: Sequence[EntryRow], catalog: Catalog) -> Parts:
    """Add what the ranges are made of: entities, metrics with their ends, and the basis. Gives the parts of the error."""
    import numpy as np

    central = np.array([row.central or _NO_NUMBERS for row in rows], dtype=np.float64).T
    computed = [at for at, row in enumerate(rows) if row.row and row.central]
    # They were checked when they came, and are read as that.
    checked = [cast("ImpactRow", PlainRow(rows[at].row)) for at in computed]
    found = recorded(checked, catalog) if computed else None
    low, high = np.full_like(central, np.nan), np.full_like(central, np.nan)
    basis = np.full(len(rows), "{}", dtype=object)
    parts = Parts([], ())
    known: dict[Entities, int] = {}
    entities_of = np.full(len(rows), -1, dtype=np.int64)
    if found is not None:
        place = np.array(computed, dtype=np.int64)[found.numbers]
        # The same numbers as were answered, unless the catalog or the method has changed in between.
        answered = central.take(place, axis=1)
        ratio = np.divide(answered, found.central, out=np.ones_like(answered), where=found.central != 0.0)
        low[:, place], high[:, place] = found.low * ratio, found.high * ratio
        basis[place] = _as_json(list(map(_Basis, *found.basis.tolist())))
        number_of = [known.setdefault(one, len(known)) for one in found.entities]
        entities_of[place] = np.array(number_of, dtype=np.int64).take(found.entities_of)
        parts = Parts([_moved(cause, place, ratio) for cause in found.parts.causes], found.parts.names)
    for at in np.flatnonzero(entities_of < 0).tolist():
        entities_of[at] = known.setdefault(_as_asked(rows[at]), len(known))
    for name, values in zip(ENTITIES, zip(*known, strict=True), strict=True):
        columns[name] = Texts.of(values).of_rows(entities_of).written(_storable)
    for name, *ends in zip(METRICS, central, low, high, strict=True):
        for end, column in zip(("", "_low", "_high"), ends, strict=True):
            columns[f"{name}{end}"] = column
    columns["basis"] = basis.tolist()
    return parts


def _moved(cause: Any, place: Any, ratio: Any) -> CauseParts:
    """Parts of computed rows as those of all rows, which are at these places among them, and in the ratio of the answer."""
    row, name, values = cause
    if (ratio != 1.0).any():
        ratios = [*ratio, *ratio]
        values = [
            None if value is None else value * of_metric.take(row)
            for value, of_metric in zip(values, ratios, strict=True)
        ]
    return CauseParts(place.take(row), name, values)


def _as_asked(row: EntryRow) -> Entities:
    """Entities of a row without ranges: the model as it was asked for, where it could be computed once."""
    given = row.row if row.row and row.central else {}
    model = next((given[name] for name in _MODEL_NAMES if name in given), "")
    return model, "", "", "", "", "", ""


def _as_json(values: Sequence[Any]) -> list[str]:
    """Each as a text. JSON has no line breaks of its own."""
    return _json.encode_lines(values).decode().split("\n")[:-1]


def _all_storable(texts: list[str]) -> list[str]:
    """Texts that are another one in every row, and rarely hold that character."""
    return list(map(_storable, texts)) if "\0" in "".join(texts) else texts


def _storable(text: str) -> str:
    """A text without the one character that PostgreSQL keeps in no text."""
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}")
