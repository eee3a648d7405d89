"""Recomputes what the ledger holds with today's method and data, and says what moved and why."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, Final

import msgspec

from ..catalog import Catalog
from ..engine import METHOD_VERSION
from ..engine.api import estimate_checked
from ..engine.evaluate import TOTALS
from ..engine.recorded import BASIS
from ..schema import ImpactRow
from ..store import Ledger
from ..store.columns import METRICS

_BLOCK_ROWS: Final = 2000
_COLUMNS: Final = (
    "request",
    "error",
    "model_id",
    "node_id",
    "service_id",
    "region",
    "basis",
    "method_version",
    "catalog_digest",
    "weight",
    *METRICS,
)
_SAME: Final = 1e-9
"""Relative difference up to which a number has not moved."""

#: What a reader is told of each quantity of the basis.
MEANINGS: Final = {
    "device_s": "accelerator time",
    "requests_in_flight": "requests in flight",
    "it_energy_wh": "energy of the machine",
    "effective_pue": "PUE",
    "facility_energy_wh": "energy of the facility",
    "grid_intensity_gco2e_per_kwh": "grid intensity",
    "onsite_water_ml": "water on site",
    "row_training_energy_wh": "training share",
}


class Moved(msgspec.Struct, frozen=True):
    """What became of the rows of one model. A row of a sample counts as all that it stands for."""

    model_id: str
    rows: int
    moved_rows: int
    before: tuple[float, ...]  # sums over the rows that can be computed both then and now, as METRICS
    after: tuple[float, ...]
    entities: dict[str, int]  # "node a100 -> h100" and in how many rows
    ratios: dict[str, float]  # quantity of the basis -> sum now over sum then, where it moved
    now_failing: dict[str, int]  # error codes of rows that could be computed then
    now_computed: int  # rows that could not be computed then


class Replay(msgspec.Struct, frozen=True):
    """What became of all rows."""

    rows: int
    kept_rows: int  # fewer where only a sample is kept
    moved_rows: int
    versions: dict[str, int]  # method versions that rows were computed with
    digests: dict[str, int]  # catalogs
    method_version: str
    catalog_digest: str
    models: list[Moved]  # those that moved most in energy first


def replay(ledger: Ledger, catalog: Catalog, customer_id: int, first_day: str, last_day: str) -> Replay:
    """Recompute a customer's rows of some days. Nothing is changed."""
    groups: dict[str, _Group] = {}
    versions: Counter[str] = Counter()
    digests: Counter[str] = Counter()
    decoder = msgspec.json.Decoder(ImpactRow)
    rows = ledger.rows(customer_id, first_day, last_day, _COLUMNS)
    while block := list(islice(rows, _BLOCK_ROWS)):
        for row in block:
            versions[row["method_version"]] += row["weight"]
            digests[row["catalog_digest"]] += row["weight"]
        result = estimate_checked([decoder.decode(row["request"]) for row in block], catalog)
        columns = [result.evaluation.column(name) for name in (*TOTALS, *BASIS)]
        numbers = dict(zip(result.resolution.computed, zip(*columns, strict=True), strict=True))
        for at, row in enumerate(block):
            error = result.resolution.errors.get(at)
            now = _entities(result, at) if error is None else {}
            name = row["model_id"] or now.get("model", "")
            group = groups.setdefault(name, _Group())
            group.add(row, numbers.get(at), now, error.code if error else "")
    models = [group.moved(name) for name, group in groups.items()]
    models.sort(key=lambda one: -abs(one.after[0] - one.before[0]))
    return Replay(
        rows=sum(one.rows for one in models),
        kept_rows=sum(group.kept_rows for group in groups.values()),
        moved_rows=sum(one.moved_rows for one in models),
        versions=dict(versions),
        digests=dict(digests),
        method_version=METHOD_VERSION,
        catalog_digest=catalog.digest,
        models=models,
    )


def _entities(result: Any, number: int) -> dict[str, str]:
    catalog, of = result.catalog, result.resolution.at(result.position(number))
    return {
        "model": catalog.models.ids[of.model_ix],
        "node": catalog.nodes.ids[of.node_ix],
        "service": "" if of.service_ix is None else catalog.services.ids[of.service_ix],
        "region": catalog.zones.ids[of.zone_ix],
    }


class _Group:
    def __init__(self) -> None:
        self.rows = self.kept_rows = self.moved_rows = self.now_computed = 0
        self.before, self.after = [0.0] * len(METRICS), [0.0] * len(METRICS)
        self.basis_before, self.basis_after = [0.0] * len(BASIS), [0.0] * len(BASIS)
        self.entities: Counter[str] = Counter()
        self.now_failing: Counter[str] = Counter()

    def add(
        self, row: dict[str, Any], numbers: Sequence[float] | None, now: dict[str, str], error: str
    ) -> None:
        weight: int = row["weight"]
        self.rows += weight
        self.kept_rows += 1
        if row["error"] or numbers is None:
            if bool(row["error"]) != bool(error):
                self.moved_rows += weight
                if error:
                    self.now_failing[error] += weight
                else:
                    self.now_computed += weight
            return
        then = [row[metric] for metric in METRICS]
        self.before = _more(self.before, weight, then)
        self.after = _more(self.after, weight, numbers[: len(METRICS)])
        if all(map(_is_same, then, numbers)):
            return
        self.moved_rows += weight
        for kind in ("model", "node", "service", "region"):
            before = row["region" if kind == "region" else f"{kind}_id"]
            if before and before != now[kind]:
                self.entities[f"{kind} {before} -> {now[kind]}"] += weight
        basis = msgspec.json.decode(row["basis"], type=dict[str, float])
        if basis:
            then = [basis.get(name, math.nan) for name in BASIS]
            self.basis_before = _more(self.basis_before, weight, then)
            self.basis_after = _more(self.basis_after, weight, numbers[len(METRICS) :])

    def moved(self, model_id: str) -> Moved:
        pairs = zip(BASIS, self.basis_before, self.basis_after, strict=True)
        ratios = {name: now / then for name, then, now in pairs if then > 0.0 and not _is_same(then, now)}
        return Moved(
            model_id,
            self.rows,
            self.moved_rows,
            tuple(self.before),
            tuple(self.after),
            dict(self.entities),
            ratios,
            dict(self.now_failing),
            self.now_computed,
        )


def _more(sums: Sequence[float], weight: int, values: Sequence[float]) -> list[float]:
    return [total + weight * value for total, value in zip(sums, values, strict=True)]


def _is_same(then: float, now: float) -> bool:
    return math.isclose(then, now, rel_tol=_SAME)


def reasons(moved: Moved) -> Iterator[str]:
    """Why the rows of a model moved, in words, the largest first."""
    for text, rows in sorted(moved.entities.items(), key=lambda one: -one[1]):
        yield f"{text} in {_rows(rows)}"
    ratios = sorted(
        moved.ratios.items(), key=lambda one: -abs(math.log(one[1])) if one[1] > 0.0 else -math.inf
    )
    for name, ratio in ratios:
        yield f"{MEANINGS[name]} x{ratio:.3g}"
    for code, rows in moved.now_failing.items():
        yield f"{_rows(rows)} {'is' if rows == 1 else 'are'} refused now: {code}"
    if moved.now_computed:
        yield f"{_rows(moved.now_computed)} can be computed now and could not be then"


def _rows(count: int) -> str:
    return f"{count} row" if count == 1 else f"{count} rows"
