"""What was answered on its way from the journal to the ledger: entries become columns, with ranges."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any, Final, cast

from ..engine.recorded import BASIS, Entities, recorded
from ..schema.plain import PlainRow
from ..store import LedgerColumns
from ..store.columns import ENTITIES, IDS, METRICS
from ..store.json_columns import JsonLines, JsonNumbers
from ..store.parts import CauseParts, Parts
from ..store.texts import Texts

if TYPE_CHECKING:
    from ..catalog import Catalog
    from ..schema import ImpactRow
    from .entries import Entry

_MODEL_NAMES: Final = ("model_used_id", "model_id", "model_hugging_face_path", "model_name")


class _Given:
    """What rows give, a column at a time."""

    def __init__(self, rows: list[dict[str, Any]]) -> None:
        self._rows = rows
        self._filled = frozenset().union(*rows)

    def as_json(self) -> JsonLines:
        """Each row as it was given."""
        return JsonLines.of(self._rows)

    def texts(self, name: str) -> Texts:
        """A field; '' where it is not given."""
        if name not in self._filled:
            return Texts.same("", len(self._rows))
        return Texts.of(self.values(name, "")).written(_storable)

    def numbers(self, name: str, missing: float, kind: type) -> Any:
        """The same as an array, with what stands for those that are not given."""
        import numpy as np

        return np.array(self.values(name, missing), dtype=kind)

    def fills(self, name: str) -> bool:
        """Whether some row gives it."""
        return name in self._filled

    def values(self, name: str, missing: Any) -> list[Any]:
        """The same as a list."""
        if name not in self._filled:
            return [missing] * len(self._rows)
        return [row.get(name, missing) for row in self._rows]


def columns_of(entries: Sequence[Entry], catalog: Catalog) -> LedgerColumns:
    """Rows of one customer as the ledger has them. Entries are those that were read from a journal."""
    import numpy as np

    rows: list[dict[str, Any]] = [row or {} for entry in entries for row in entry.rows]
    given = _Given(rows)
    sizes = [len(entry.rows) for entry in entries]
    entry_of_row = np.repeat(np.arange(len(entries)), sizes)

    def texts_of_entries(name: str) -> Texts:
        return Texts.of(getattr(entry, name) for entry in entries).of_rows(entry_of_row)

    def numbers_of_entries(name: str) -> Any:
        return np.array([getattr(entry, name) for entry in entries], dtype=np.int64).take(entry_of_row)

    recorded_at = texts_of_entries("recorded_at")
    at = given.values("utc_datetime", "")
    if "" in at:
        at = [moment or recorded for moment, recorded in zip(at, recorded_at.listed(), strict=True)]
    quantity = given.numbers("quantity", 1, int)
    columns: dict[str, Any] = {
        "customer_id": numbers_of_entries("customer_id"),
        "request_id": _all_storable(list(chain.from_iterable(entry.names for entry in entries))),
        "key_id": numbers_of_entries("key_id"),
        "recorded_at": recorded_at,
        "at": at,
        "day": Texts.of([moment[:10] for moment in at]),
        **{name: given.texts(name) for name in IDS},
        "input_tokens": quantity * given.numbers("input_tokens", 0, int),
        "output_tokens": quantity * given.numbers("output_tokens", 0, int),
        "cost": given.numbers("request_cost", np.nan, float),
        "currency": given.texts("currency"),
        "error": _errors(entries, sizes),
        "request": given.as_json(),
        "method_version": texts_of_entries("method_version"),
        "catalog_digest": texts_of_entries("catalog_digest"),
        "weight": numbers_of_entries("weight"),
    }
    parts = _add_ranges(columns, rows, _answered(entries, columns["error"]), catalog)
    batches = texts_of_entries("name")
    if given.fills("request_id"):  # what has a name of its own needs no other
        named = zip(batches.listed(), given.values("request_id", None), strict=True)
        batches = Texts.of(name if own is None else "" for name, own in named)
    return LedgerColumns(columns, batches, parts)


def _errors(entries: Sequence[Entry], sizes: Sequence[int]) -> Texts:
    """The code of what is wrong with each row; '' where nothing is."""
    if not any(entry.errors for entry in entries):
        return Texts.same("", sum(sizes))
    return Texts.of(
        entry.errors.get(at, "") for entry, size in zip(entries, sizes, strict=True) for at in range(size)
    )


def _answered(entries: Sequence[Entry], errors: Texts) -> Any:
    """The totals as they were answered, a column for each row; NaN where it has none."""
    import numpy as np

    data = b"".join(entry.answered or b"" for entry in entries)
    totals = np.frombuffer(data, dtype=np.float64).reshape(-1, len(METRICS)).T
    central = np.full((len(METRICS), len(errors)), np.nan)
    central[:, np.array([text == "" for text in errors.values]).take(errors.codes)] = totals
    return central


def _add_ranges(columns: dict[str, Any], rows: list[dict[str, Any]], central: Any, catalog: Catalog) -> Parts:
    """Add what the ranges are made of: entities, metrics with their ends, and the basis. Gives the parts of the error."""
    import numpy as np

    is_answered = ~np.isnan(central[0])
    # They were checked when they came, and are read as that.
    numbers: Any = np.flatnonzero(is_answered)
    checked = [cast("ImpactRow", PlainRow(rows[at])) for at in numbers.tolist()]
    found = recorded(checked, catalog) if checked else None
    low, high = np.full_like(central, np.nan), np.full_like(central, np.nan)
    basis = np.full((len(BASIS), len(rows)), np.nan)
    parts = Parts([], ())
    known: dict[Entities, int] = {}
    entities_of = np.full(len(rows), -1, dtype=np.int64)
    if found is not None:
        place = numbers.take(found.numbers)
        # The same numbers as were answered, unless the catalog or the method has changed in between.
        answered = central.take(place, axis=1)
        ratio = np.divide(answered, found.central, out=np.ones_like(answered), where=found.central != 0.0)
        low[:, place], high[:, place] = found.low * ratio, found.high * ratio
        basis[:, place] = found.basis
        number_of = [known.setdefault(one, len(known)) for one in found.entities]
        entities_of[place] = np.array(number_of, dtype=np.int64).take(found.entities_of)
        parts = Parts([_moved(cause, place, ratio) for cause in found.parts.causes], found.parts.names)
    for at in np.flatnonzero(entities_of < 0).tolist():
        entities_of[at] = known.setdefault(_as_asked(rows[at] if is_answered[at] else {}), len(known))
    for name, values in zip(ENTITIES, zip(*known, strict=True), strict=True):
        columns[name] = Texts.of(values).of_rows(entities_of).written(_storable)
    for name, *ends in zip(METRICS, central, low, high, strict=True):
        for end, column in zip(("", "_low", "_high"), ends, strict=True):
            columns[f"{name}{end}"] = column
    columns["basis"] = JsonNumbers(BASIS, basis)
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


def _as_asked(given: dict[str, Any]) -> Entities:
    """Entities of a row without ranges: the model as it was asked for, where it could be computed once."""
    model = next((given[name] for name in _MODEL_NAMES if name in given), "")
    return model, "", "", "", "", "", ""


def _all_storable(texts: list[str]) -> list[str]:
    """Texts that are another one in every row, and rarely hold that character."""
    return list(map(_storable, texts)) if "\0" in "".join(texts) else texts


def _storable(text: str) -> str:
    """A text without the one character that PostgreSQL keeps in no text."""
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}")
