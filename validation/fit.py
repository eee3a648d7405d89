"""Refit every fitted constant of the method on measured energy, and say how well it does on what it has not seen.

    python validation/fit.py                      # fit on the shipped measurements, print, write nothing
    python validation/fit.py --leave-out family   # also leave each model family out in turn; gpu: each accelerator
    python validation/fit.py --write              # put the fitted values into src/wattdrop/data/methodology

The prediction is ``wattdrop.estimate`` itself: each measurement is sent as the row a caller would send, with batch,
hardware and precision given, and the constants of the catalog are replaced by those that the optimiser tries. So the
form that is fitted is the form that is served.

What is fitted: the constants whose figure has ``fit`` among its sources. Their ``low`` and ``high`` are the bounds.
Loss: log of predicted over measured energy, and of predicted over measured accelerator-seconds (energy over mean
power), soft absolute value. Every model has the same weight within its source and task; a source and task weighs as the
square root of its models. Only rows of quality A and B are used. Reasoning rows of the B200 that draw less than
``LEAST_POWER`` of the maximum power are left out (a software limit, see the README of the measurements).

Leaving a family out: the constants are fitted again on the rest, starting from the full fit with its derivatives (three
Gauss-Newton steps), and the family is predicted with them.
"""

from __future__ import annotations

import argparse
import math
import re
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from scipy.optimize import least_squares

from wattdrop.catalog import Catalog, load
from wattdrop.cli.tables import table
from wattdrop.engine.api import resolver_of
from wattdrop.engine.ranges import KINDS
from wattdrop.resolve.causes import further_error, kind_of_work
from wattdrop.validation.activity import USUALLY_GIVEN
from wattdrop.validation.measurements import Measurement, read
from wattdrop.validation.predict import Prediction, Prepared, predictions, prepare
from wattdrop.validation.report import HEADER, cells, report

METHODOLOGY = Path(__file__).parent.parent / "src" / "wattdrop" / "data" / "methodology"
#: A constant is fitted where its figure names one of these sources.
FIT_SOURCES = {"fit-text", "fit-media"}
#: Constants of a fit on rows that are not shipped; only named ones are moved, with --constants.
BESIDE = {"fit-pipelines"}
#: Weight of a time residual against an energy residual: energy is what is served.
TIME_WEIGHT = 1.0
#: Residuals above this (log) count less and less.
SOFT = 0.25
#: Pull towards the middle of a constant's bounds (in logs, per half width): decides only what the data leave open.
PULL = 0.02
#: Share of the maximum power below which batched text was held up by its software.
LEAST_POWER = 0.5
STEP = 0.01  # of a constant, for derivatives
LEFT_OUT_STEPS = 3
#: Spreads are looked up at most here among the left-out errors.
MOST_SHARE = 0.95


class Constant(NamedTuple):
    """One fitted constant and its bounds."""

    id: str
    value: float
    low: float
    high: float


def fitted_constants(catalog: Catalog, named: Sequence[str] = ()) -> list[Constant]:
    """The constants that a fit may move, in the order of the data."""
    found = []
    for ix, constant in enumerate(catalog.constants.ids):
        figure = catalog.constants.figure(ix, "value")
        sources = FIT_SOURCES | (BESIDE if constant in named else set())
        if figure is not None and sources & set(figure.source_ids):
            found.append(Constant(constant, figure.value, float(figure.low), float(figure.high)))  # type: ignore[arg-type]
    return found


class Problem:
    """The measurements of a fit, and the residuals of the method under any constants."""

    def __init__(
        self, measurements: Sequence[Measurement], constants: Sequence[Constant], catalog: Catalog
    ) -> None:
        self.catalog, self.constants = catalog, list(constants)
        self.measurements = [m for m in measurements if usable(m, catalog)]
        self.prepared: Prepared = prepare(self.measurements, USUALLY_GIVEN, catalog)
        first = predictions(self.prepared, catalog, ranges=False)
        kept = [not p.reason for p in first]
        if not all(kept):
            self.measurements = [m for m, keep in zip(self.measurements, kept, strict=True) if keep]
            self.prepared = prepare(self.measurements, USUALLY_GIVEN, catalog)
        self.weights = np.sqrt(weights_of(self.measurements))
        self.energy = np.log([m.energy_wh for m in self.measurements])
        self.time = np.log([device_seconds(m) for m in self.measurements])
        self.timed = ~np.isnan(self.time)
        resolution = resolver_of(catalog).batch(self.prepared.rows)
        resolved = [resolution.at(row) for row in range(len(self.measurements))]
        self.kinds = [
            kind_of_work(r.setup, batch_size)
            for r, batch_size in zip(resolved, resolution.quantities.column("batch_size"), strict=True)
        ]
        self.gpu_ixs = [r.gpu_ix for r in resolved]
        self._bound(self.constants)
        moves = np.any(np.abs(self.derivatives(self.start)[: 2 * len(self.energy)]) > 0.0, axis=0)
        self._bound([c for c, moved in zip(self.constants, moves, strict=True) if moved])

    def _bound(self, constants: Sequence[Constant]) -> None:
        """Search among these constants only: those that no row depends on keep their value."""
        self.constants = list(constants)
        self.low = np.log([c.low for c in constants])
        self.high = np.log([c.high for c in constants])
        self.start = np.clip(np.log([c.value for c in constants]), self.low + 1e-9, self.high - 1e-9)

    def values(self, x: Any) -> dict[str, float]:
        """Constants by id at a point of the search."""
        return {c.id: float(v) for c, v in zip(self.constants, np.exp(x), strict=True)}

    def predictions(self, x: Any) -> list[Prediction]:
        """The method at a point of the search."""
        return predictions(self.prepared, self.catalog, ranges=False, constants=self.values(x))

    def errors(self, x: Any) -> tuple[Any, Any]:
        """Log of predicted over measured: energy and accelerator-seconds (0 where the time is unknown)."""
        found = self.predictions(x)
        energy = np.log([p.energy_wh for p in found]) - self.energy
        time = np.where(self.timed, np.log([p.device_s for p in found]) - np.nan_to_num(self.time), 0.0)
        return energy, time

    def residuals(self, x: Any) -> Any:
        """Weighted residuals of energy and time, and the pull."""
        energy, time = self.errors(x)
        pull = PULL * (x - (self.low + self.high) / 2.0) / ((self.high - self.low) / 2.0)
        return np.concatenate([self.weights * energy, TIME_WEIGHT * self.weights * time, pull])

    def derivatives(self, x: Any) -> Any:
        """Derivatives of the residuals by the log of each constant."""
        here = self.residuals(x)
        columns = []
        for ix in range(len(x)):
            step = STEP if x[ix] + STEP < self.high[ix] else -STEP
            there = np.array(x)
            there[ix] += step
            columns.append((self.residuals(there) - here) / step)
        return np.stack(columns, axis=1)

    def fit(self, steps: int) -> Any:
        """The constants that fit all rows best."""
        found = least_squares(
            self.residuals,
            self.start,
            jac=self.derivatives,
            bounds=(self.low, self.high),
            loss="soft_l1",
            f_scale=SOFT * float(np.mean(self.weights)),
            max_nfev=steps,
            verbose=2,
            xtol=1e-4,
            ftol=1e-4,
        )
        return found.x

    def without(self, best: Any, slope: Any, left_out: Any) -> Any:
        """The constants that fit best without some rows, from the full fit and its derivatives."""
        keep = np.concatenate([~left_out, ~left_out, np.ones(len(best), dtype=bool)])
        x = np.array(best)
        scale = SOFT * float(np.mean(self.weights))
        for _ in range(LEFT_OUT_STEPS):
            r = self.residuals(x)[keep]
            robust = (1.0 + (r / scale) ** 2) ** -0.25
            a, b = slope[keep] * robust[:, None], r * robust
            step = np.linalg.lstsq(a.T @ a + 1e-9 * np.eye(len(x)), -a.T @ b, rcond=None)[0]
            moved = np.clip(x + np.clip(step, -0.5, 0.5), self.low, self.high)
            if np.max(np.abs(moved - x)) < 1e-3:
                break
            x = moved
        return x


def usable(m: Measurement, catalog: Catalog) -> bool:
    """Whether a row may be fitted."""
    if m.problem or m.text("quality") not in {"A", "B"}:
        return False
    ix = catalog.gpus.find(m.text("gpu")) if m.text("gpu") else None
    if ix is None:
        return False
    load_share = m.value("avg_power_w") / m.value("gpu_count") / catalog.gpus.number(ix, "max_power_w")
    held_up = m.text("task") == "reasoning" and load_share < LEAST_POWER and m.text("gpu").startswith("B200")
    return not held_up


def weights_of(measurements: Sequence[Measurement]) -> Any:
    """Each (source, task) weighs the same as its square root of models; each model in it the same; rows share."""
    rows = Counter(_model_key(m) for m in measurements)
    models: dict[tuple[str, str], set[str]] = {}
    for m in measurements:
        models.setdefault(_group_key(m), set()).add(m.text("model_hf_path"))
    return np.array([1.0 / math.sqrt(len(models[_group_key(m)])) / rows[_model_key(m)] for m in measurements])


def _group_key(m: Measurement) -> tuple[str, str]:
    return m.text("source"), m.text("task")


def _model_key(m: Measurement) -> tuple[str, str, str]:
    return (*_group_key(m), m.text("model_hf_path"))


def device_seconds(m: Measurement) -> float:
    """Accelerator-seconds of one request: its energy over the mean power of one accelerator. NaN where unknown."""
    if m.text("boundary") != "gpu_only":
        return math.nan
    idle = m.value("idle_gpus")
    idle = idle if idle == idle else 0.0
    power = m.value("avg_power_w") - idle * m.idle_gpu_w
    return m.energy_wh * 3600.0 / power * (m.value("gpu_count") - idle) if power > 0.0 else math.nan


def left_out(
    problem: Problem, best: Any, column: str
) -> tuple[list[Prediction], dict[str, dict[str, float]]]:
    """Each row predicted by constants that never saw its group, and the constants of each group."""
    slope = problem.derivatives(best)
    groups = np.array([m.text(column) for m in problem.measurements])
    found: list[Prediction | None] = [None] * len(groups)
    constants = {}
    for group in sorted(set(groups)):
        mine = groups == group
        x = problem.without(best, slope, mine)
        constants[str(group)] = problem.values(x)
        for ix, p in enumerate(problem.predictions(x)):
            if mine[ix]:
                found[ix] = p
        print(f"  left out {group}", file=sys.stderr)
    return [p for p in found if p is not None], constants


def spreads_without(problem: Problem, errors: Any, seen: Any) -> dict[str, float]:
    """The spreads of the method by kind of work: quantiles of the left-out errors of the rows that may be seen.

    Every model has the same weight. Errors of one family go together, so n families are n observations and the share p
    of them is looked up at p (n + 1) / n, as split conformal prediction does for its calibration points (Lei et al. 2018,
    Journal of the American Statistical Association 113, 1094), but no further out than ``MOST_SHARE``: single rows that no
    model could predict must not decide. Accelerators that are no basis of the fit are left aside: they have their own.
    """
    families = np.array([m.text("model_family") for m in problem.measurements])
    known = np.array([further_error(problem.catalog, gpu_ix) == 1.0 for gpu_ix in problem.gpu_ixs])
    kinds = np.array(problem.kinds)
    found = {}
    for kind in KINDS:
        rows = np.flatnonzero(seen & known & (kinds == kind))
        if not len(rows):
            continue  # nothing measured is shipped: the spread is a judgement
        of_model = Counter(_model_key(problem.measurements[row]) for row in rows)
        weights = np.array([1.0 / of_model[_model_key(problem.measurements[row])] for row in rows])
        sizes = np.abs(errors[rows])
        order = np.argsort(sizes)
        passed = (np.cumsum(weights[order]) - weights[order] / 2.0) / weights.sum()
        observed = len(set(families[rows]))
        for level in (50, 90):
            share = min(level / 100.0 * (observed + 1.0) / observed, MOST_SHARE)
            found[f"method_{kind}_{level}"] = float(np.exp(np.interp(share, passed, sizes[order])))
    return found


def show(title: str, predictions: Sequence[Prediction], by: Sequence[str]) -> None:
    """One table of scores."""
    found = report(predictions, by)
    lines = [(*group["by"].values(), *cells(group)) for group in found["groups"]]
    lines.append(("all", *("" for _ in by[1:]), *cells(found["overall"])))
    print(f"\n{title}\n")
    print(table((*by, *HEADER), lines, right=range(len(by), len(by) + len(HEADER))))


def write(values: Mapping[str, float]) -> None:
    """Put fitted values in place, everything else untouched."""
    for path in sorted(METHODOLOGY.glob("*.toml")):
        text = path.read_text()
        for name, value in values.items():
            text = re.sub(rf'(id = "{name}"\nvalue = )\S+', rf"\g<1>{value:.3g}", text)
        path.write_text(text)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "measurements", nargs="?", type=Path, help="another table; the shipped one by default"
    )
    parser.add_argument("--only", help="fit only rows of these tasks, comma separated")
    parser.add_argument("--constants", help="fit only these constants, comma separated")
    parser.add_argument("--leave-out", choices=("family", "gpu"), action="append", default=[])
    parser.add_argument("--steps", type=int, default=12, help="most steps of the optimiser; 0: do not fit")
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    catalog = load()
    measurements = read(asked.measurements)
    if asked.only:
        measurements = [m for m in measurements if m.text("task") in asked.only.split(",")]
    constants = fitted_constants(catalog, (asked.constants or "").split(","))
    if asked.constants:
        constants = [c for c in constants if c.id in asked.constants.split(",")]
    problem = Problem(measurements, constants, catalog)
    print(f"{len(problem.measurements)} rows, {len(problem.constants)} constants")
    show("Before", problem.predictions(problem.start), ("task", "source"))
    best = problem.fit(asked.steps) if asked.steps else problem.start
    values = problem.values(best)
    for c in problem.constants:
        at_bound = " (at its bound)" if min(values[c.id] / c.low, c.high / values[c.id]) < 1.001 else ""
        print(f"{c.id:32} {c.value:10.4g} -> {values[c.id]:10.4g}  in {c.low:g} to {c.high:g}{at_bound}")
    show("Fitted", problem.predictions(best), ("task", "source"))
    for column in asked.leave_out:
        found, _ = left_out(problem, best, {"family": "model_family", "gpu": "gpu"}[column])
        show(f"Each {column} left out in turn", found, ("task", "source") if column == "family" else ("gpu",))
    if asked.write:
        write(values)


if __name__ == "__main__":
    main()
