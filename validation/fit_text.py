"""Fit the constants of text generation on measured accelerator energy and time.

    python validation/fit_text.py [MEASUREMENTS.csv] [--extra FILE.csv] [--models FILE.csv] [--gpus FILE.csv] [--write]

The prediction is the kernel's own: each measurement becomes a setup and evidence, and ``kernel.text`` is evaluated on
arrays for every set of constants that the optimiser tries. Loss: log of predicted over measured energy, and of
predicted over measured accelerator-seconds, soft absolute value, every model the same weight within its
source. Prints the error with all rows in the fit and with each family left out in turn, then rows that were not fitted at
all. ``--write`` puts the fitted values into data/methodology/text.toml. Without ``--models`` and ``--gpus`` the figures of
models and accelerators come from the catalog. Takes about half a minute.

What is done to the rows, and why (see validation/measurements/README.md):

* prompt lengths are not published: 155, 248 and 198 tokens for chat, code and reasoning;
* the 2024 rows (ML.ENERGY v2) carry their own factors on the overheads, the 2023 rows (v1, plain transformers loops) the
  factor ``step_loop`` on the overhead per step: software, not hardware. They inform everything else;
* arithmetic at 8 bits and below runs at twice the dense 16-bit peak, as the package resolves it;
* reasoning rows on the B200 that draw less than half of the maximum power are left out: a software limit (caveat 7).
"""

from __future__ import annotations

import argparse
import csv
import math
import re
import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from scipy.optimize import least_squares

from wattdrop.kernel import replica
from wattdrop.kernel.columns import Evidence, Setup
from wattdrop.kernel.constants import Constants
from wattdrop.kernel.ops import arrays
from wattdrop.kernel.text import decode, prefill, rates, tokens

HERE = Path(__file__).parent
METHODOLOGY = HERE.parent / "src" / "wattdrop" / "data" / "methodology"
TEXT = METHODOLOGY / "text.toml"

WEIGHT_BYTES = {
    "fp32": 4.0,
    "bf16": 2.0,
    "fp16": 2.0,
    "": 2.0,
    "fp8": 1.0,
    "int8": 1.0,
    "mxfp4": 0.53,
    "fp4": 0.53,
}
#: Tokens that the text generation of sources without output lengths behaves like (measurements README).
OUTPUT_TOKENS = {
    "HF AI Energy Score (Feb 2025)": 10.0,
    "Luccioni et al. 2024 (Power Hungry Processing)": 10.0,
}
#: Plain loops of the transformers library, one request at a time.
LOOPS = {"ML.ENERGY v1", *OUTPUT_TOKENS}
IDLE_GPU_W = 56.0  # measurements README, caveat 2
INPUT_TOKENS = {"chat": 155.0, "code": 248.0, "reasoning": 198.0}
CACHE_BYTES = 2.0
#: Weight of a source in the loss, shared equally by its models. The newest engine first.
SOURCE_WEIGHT = {"ML.ENERGY v3.0": 1.0, "ML.ENERGY v2": 0.5, "ML.ENERGY v1": 0.03}
TIME_WEIGHT = 1.0  # of the time residual against the energy residual

#: Fitted constants: bounds and digits kept.
FITTED: dict[str, tuple[float, float]] = {
    "bandwidth_share": (0.4, 0.98),
    "arithmetic_share": (0.2, 0.98),
    "layer_overhead_s": (1e-6, 2e-4),
    "replica_exponent": (1.0, 2.0),
    "token_overhead_s": (1e-6, 3e-4),
    "working_power_share": (0.1, 0.7),
    "token_power_share": (0.2, 1.0),
    "byte_energy_j": (1e-11, 3e-10),
    "flop_energy_j": (5e-14, 2e-12),
    "moe_8bit_cost": (1.0, 4.0),
}
#: Factors of other software, fitted beside them and not shipped: engines of 2024 on the overheads per step and per token,
#: plain loops on the overhead per step.
SOFTWARE = {"step_2024": (1.0, 20.0), "token_2024": (1.0, 20.0), "step_loop": (1.0, 40.0)}

#: Two constants that the data hardly tell apart (faster arithmetic at more power, or slower at less) are held near what
#: matrix products are known to reach, with the weight of one model that is off by half.
PRIOR = {"arithmetic_share": 0.6, "flop_energy_j": 5e-13}
PRIOR_WEIGHT = 0.5


class Row(NamedTuple):
    """One measurement with the figures of its model and accelerator."""

    source: str
    task: str
    family: str
    model: str
    architecture: str
    precision: str
    gpu: str
    total_params: float
    active_params: float
    layers: float
    hidden_size: float
    kv_heads: float
    head_dim: float
    gpus: float
    batch: float
    input_tokens: float
    output_tokens: float
    energy_j: float
    device_s: float
    max_power_w: float
    flops_per_s: float
    bandwidth_bytes_per_s: float


class Figures:
    """Figures of models and accelerators by name, from reference tables or from the catalog."""

    def __init__(self, models: Path | None, gpus: Path | None) -> None:
        self._models = _table(models, "hugging_face_path") if models else None
        self._gpus = _table(gpus, "id") if gpus else None
        if models is None or gpus is None:
            from wattdrop.catalog import load

            self._catalog = load()
            table = self._catalog.models
            paths = ((table.text(ix, "hugging_face_path").lower(), ix) for ix in range(len(table)))
            self._by_path = {path: ix for path, ix in paths if path}

    def model(self, path: str) -> Mapping[str, str | float] | None:
        """Columns of a model by Hugging Face path or alias; None where it is not known."""
        if self._models is not None:
            return self._models.get(path.lower())
        ix = self._by_path.get(path.lower())
        ix = self._catalog.models.find(path) if ix is None else ix
        if ix is None:
            return None
        table = self._catalog.models
        names = (
            "total_params_billions",
            "active_params_billions",
            "num_layers",
            "hidden_size",
            "num_kv_heads",
            "head_dim",
        )
        return {
            "architecture": table.text(ix, "architecture"),
            **{name: table.number(ix, name) for name in names},
        }

    def gpu(self, label: str) -> Mapping[str, str | float] | None:
        """Columns of an accelerator by its label in the measurements."""
        name = label.lower().replace(" ", "_")
        if self._gpus is not None:
            return self._gpus.get(name)
        ix = self._catalog.gpus.find(name)
        names = ("max_power_w", "fp16_tflops_dense", "memory_bandwidth_gb_s")
        return None if ix is None else {key: self._catalog.gpus.number(ix, key) for key in names}


def _table(path: Path, key: str) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    with path.open(newline="") as file:
        for row in csv.DictReader(file):
            for name in (row[key], row["id"], *re.split(r"[; ]", row["aliases"])):
                if name:
                    found.setdefault(name.lower(), row)
    return found


def number(value: str | float | None) -> float:
    """A cell as a float; NaN where it is empty."""
    return math.nan if value in {"", None} else float(value)  # type: ignore[arg-type]


def read_rows(path: Path, figures: Figures) -> list[Row]:
    """Text-generation measurements of accelerators whose model, machine and output length are known."""
    rows = []
    with path.open(newline="") as file:
        for cell in csv.DictReader(file):
            output = (
                OUTPUT_TOKENS.get(cell["source"], math.nan) if cell["task"] == "text-generation" else math.nan
            )
            output = number(cell["output_tokens"] or output)
            known = cell["boundary"] == "gpu_only" and cell["kind"] == "measured" and output > 0.0
            if not (known and cell["energy_wh_per_request"] and cell["quality"] in {"A", "B"}):
                continue
            model, gpu = figures.model(cell["model_hf_path"]), figures.gpu(cell["gpu"])
            wanted = cell["task"] in {"chat", "code", "reasoning", "text-generation"}
            if (
                model is None
                or gpu is None
                or not wanted
                or model["architecture"] not in {"dense", "moe", "hybrid-ssm"}
            ):
                continue
            idle = number(cell["idle_gpus"] or 0)
            energy, power = number(cell["energy_wh_per_request"]) * 3600.0, number(cell["avg_power_w"])
            if idle:
                energy, power = energy * (1.0 - idle * IDLE_GPU_W / power), power - idle * IDLE_GPU_W
            devices = number(cell["gpu_count"]) - idle
            total, active = (
                number(model["total_params_billions"]) * 1e9,
                number(model["active_params_billions"]) * 1e9,
            )
            given = number(cell["input_tokens"])
            rows.append(
                Row(
                    source=cell["source"],
                    task=cell["task"],
                    family=cell["model_family"],
                    model=cell["model_hf_path"],
                    architecture=str(model["architecture"]),
                    precision=cell["precision"],
                    gpu=cell["gpu"],
                    total_params=total,
                    active_params=active if active > 0.0 else total,
                    layers=number(model["num_layers"]),
                    hidden_size=number(model["hidden_size"]),
                    kv_heads=number(model["num_kv_heads"]),
                    head_dim=number(model["head_dim"]),
                    gpus=devices,
                    batch=max(number(cell["batch_or_concurrency"]), 1.0),
                    input_tokens=given if given == given else INPUT_TOKENS.get(cell["task"], 200.0),
                    output_tokens=output,
                    energy_j=energy,
                    device_s=energy / power * devices,
                    max_power_w=number(gpu["max_power_w"]),
                    flops_per_s=number(gpu["fp16_tflops_dense"]) * 1e12,
                    bandwidth_bytes_per_s=number(gpu["memory_bandwidth_gb_s"]) * 1e9,
                )
            )
    return rows


def read_constants() -> dict[str, float]:
    """Values of the method's constants as shipped."""
    values: dict[str, float] = {}
    for path in sorted(METHODOLOGY.glob("*.toml")):
        values.update(
            (entry["id"], float(entry["value"]))
            for entry in tomllib.loads(path.read_text()).get("constant", ())
        )
    return values


def software_of(row: Row, values: Mapping[str, float]) -> tuple[float, float]:
    """Factors of the row's serving software on the overheads per step and per token."""
    if row.source == "ML.ENERGY v2":
        return values.get("step_2024", 1.0), values.get("token_2024", 1.0)
    if row.source in LOOPS:
        return values.get("step_loop", 1.0), 1.0
    return 1.0, 1.0


class Batch:
    """Measurements as columns: what does not depend on the constants is computed once."""

    def __init__(self, rows: Sequence[Row], values: Mapping[str, float]) -> None:
        c = constants(values)
        self.rows = rows
        self.c = c
        fields: dict[str, Any] = dict.fromkeys(Setup._fields, 0.0)
        fields.update(
            total_params=[r.total_params for r in rows],
            active_params=[r.active_params for r in rows],
            is_moe=[float(r.architecture == "moe") for r in rows],
            weight_bytes=[WEIGHT_BYTES[r.precision] for r in rows],
            kv_bytes_per_token=[
                replica.kv_bytes_per_token(
                    r.active_params, r.layers, r.kv_heads, r.head_dim, CACHE_BYTES, c, r.architecture
                )
                for r in rows
            ],
            attention_flops_per_pair=[
                replica.attention_flops_per_pair(r.active_params, r.layers, r.hidden_size, c, r.architecture)
                for r in rows
            ],
            decodes=1.0,
            decode_tokens_per_output_token=1.0,
            decode_weights_share=1.0,
            default_batch_size=1.0,
            gpu_max_power_w=[r.max_power_w for r in rows],
            gpu_flops_per_s=[
                r.flops_per_s * (2.0 if WEIGHT_BYTES[r.precision] <= 1.0 else 1.0) for r in rows
            ],
            gpu_bandwidth_bytes_per_s=[r.bandwidth_bytes_per_s for r in rows],
            replica_gpus=[r.gpus for r in rows],
        )
        count = len(rows)
        self.setup = Setup(
            **{k: np.broadcast_to(np.asarray(v, dtype=float), (count,)) for k, v in fields.items()}
        )
        given: dict[str, Any] = dict.fromkeys(Evidence._fields, math.nan)
        given.update(
            input_tokens=[r.input_tokens for r in rows],
            output_tokens=[r.output_tokens for r in rows],
            batch_size=[r.batch for r in rows],
        )
        self.evidence = Evidence(
            **{k: np.broadcast_to(np.asarray(v, dtype=float), (count,)) for k, v in given.items()}
        )
        self.energy_j = np.array([r.energy_j for r in rows])
        self.device_s = np.array([r.device_s for r in rows])
        self.tokens = tokens(self.setup, self.evidence, c, arrays())

    def predict(self, values: Mapping[str, float], software: bool) -> tuple[Any, Any]:
        """Energy [J] and accelerator-seconds of every row; ``software`` applies the factors of older engines."""
        c, op = constants(values), arrays()
        step, token = [], []
        for r in self.rows:
            per_step, per_token = software_of(r, values if software else {})
            serving = replica.token_overhead_s(r.gpus, c)
            state = replica.recurrent_state_bytes(r.active_params, r.layers, r.hidden_size, r.architecture, c)
            token.append(replica.token_overhead_s(r.gpus, c, state, r.bandwidth_bytes_per_s))
            # what an older engine adds per token is waiting for the host, not work: it goes with the step
            waiting = serving * (per_token - 1.0) * r.batch
            own = replica.step_overhead_s(r.total_params, r.gpus, r.architecture == "moe", c, r.layers)
            step.append(own * per_step + waiting)
        s = self.setup._replace(step_overhead_s=np.array(step), token_overhead_s=np.array(token))
        t, q = self.tokens, rates(s, self.evidence, c, op)
        p = prefill(
            s,
            self.evidence,
            c,
            op,
            t.prefill_tokens,
            t.cached_tokens,
            q.sustained_flops_per_s,
            q.arithmetic_dynamic_share,
        )
        d = decode(s, self.evidence, c, op, t.requests_in_flight, t.decode_tokens, t.context_tokens, *q, *p)
        return d.text_full_power_s * s.gpu_max_power_w, d.text_device_s


def constants(values: Mapping[str, float]) -> Constants:
    """Constants with the serving overhead of the measured engine itself."""
    known = {name: values.get(name, math.nan) for name in Constants._fields}
    return Constants(**{**known, "serving_overhead": 1.0})


def row_weights(rows: Sequence[Row]) -> Any:
    """Weight of each row: its source's, shared equally by the models of the source."""
    counts = Counter((r.source, r.model) for r in rows)
    return np.array([SOURCE_WEIGHT.get(r.source, 0.0) / counts[r.source, r.model] for r in rows])


def fit(rows: Sequence[Row], start: Mapping[str, float]) -> dict[str, float]:
    """Constants of least error on the rows."""
    names = [*FITTED, *SOFTWARE]
    low, high = np.log(np.array([{**FITTED, **SOFTWARE}[name] for name in names])).T
    first = np.clip(np.log([start.get(name, 5.0) for name in names]), low + 1e-6, high - 1e-6)
    batch, weight = Batch(rows, start), np.sqrt(row_weights(rows))

    def residuals(x: Any) -> Any:
        energy_j, device_s = batch.predict(
            {**start, **dict(zip(names, np.exp(x), strict=True))}, software=True
        )
        energy = weight * np.log(energy_j / batch.energy_j)
        time = math.sqrt(TIME_WEIGHT) * weight * np.log(device_s / batch.device_s)
        held = [PRIOR_WEIGHT * (x[names.index(name)] - math.log(value)) for name, value in PRIOR.items()]
        return np.concatenate([energy, time, held])

    found = least_squares(
        residuals,
        first,
        bounds=(low, high),
        loss="soft_l1",
        f_scale=0.05,
        xtol=1e-10,
        ftol=1e-10,
        max_nfev=300,
    )
    return {**start, **{name: float(value) for name, value in zip(names, np.exp(found.x), strict=True)}}


def report(label: str, rows: Sequence[Row], predicted: Any, measured: Any) -> None:
    """Median and mean factor, share within 2x and bias, by source; every model the same weight."""
    error = np.log(predicted / measured)
    for source in sorted({r.source for r in rows}):
        of_model: dict[str, list[float]] = {}
        for r, x in zip(rows, error, strict=True):
            if r.source == source:
                of_model.setdefault(r.model, []).append(float(x))
        groups = [np.array(v) for v in of_model.values()]
        every = np.concatenate(groups)
        print(
            f"{label:34s} {source:30s} {len(groups):3d} models {len(every):4d} rows"
            f"  median x{math.exp(np.median(abs(every))):.2f}"
            f"  mean x{math.exp(np.mean([abs(g).mean() for g in groups])):.2f}"
            f"  within 2x {np.mean([(abs(g) < math.log(2)).mean() for g in groups]):.0%}"
            f"  bias x{math.exp(np.mean([g.mean() for g in groups])):.2f}"
        )


def left_out(rows: Sequence[Row], start: Mapping[str, float]) -> tuple[Any, Any]:
    """Predictions for each family by constants fitted without it."""
    energy_j, device_s = np.zeros(len(rows)), np.zeros(len(rows))
    for family in sorted({r.family for r in rows}):
        held = np.array([r.family == family for r in rows])
        values = fit([r for r, out in zip(rows, held, strict=True) if not out], start)
        kept = [r for r, out in zip(rows, held, strict=True) if out]
        energy_j[held], device_s[held] = Batch(kept, values).predict(values, software=True)
    return energy_j, device_s


def write(values: Mapping[str, float]) -> None:
    """Put the fitted values into the methodology file, three digits each."""
    text = TEXT.read_text()
    for name in FITTED:
        text, found = re.subn(rf'(id = "{name}"\nvalue = )[^\n]+', rf"\g<1>{values[name]:.3g}", text)
        if found != 1:
            raise SystemExit(f"{TEXT}: no single constant {name}")
    TEXT.write_text(text)


def main() -> None:
    """Read, fit, report, and write if asked."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument(
        "measurements",
        nargs="?",
        type=Path,
        default=HERE.parent / "src/wattdrop/validation/measured/calibration.csv",
    )
    parser.add_argument("--extra", type=Path, help="rows to report on beside the fitted ones")
    parser.add_argument("--models", type=Path)
    parser.add_argument("--gpus", type=Path)
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    figures, shipped = Figures(asked.models, asked.gpus), read_constants()
    every = read_rows(asked.measurements, figures)
    weak = [
        r.gpu.startswith("B200") and r.task == "reasoning" and r.energy_j / r.device_s < 0.5 * r.max_power_w
        for r in every
    ]
    rows = [r for r, out in zip(every, weak, strict=True) if r.source in SOURCE_WEIGHT and not out]
    print(
        f"{len(rows)} rows, {len({r.model for r in rows})} models; {sum(weak)} rows of a software limit left out"
    )

    values = fit(rows, shipped)
    for name in (*FITTED, *SOFTWARE):
        print(f"  {name:22s} {values[name]:.4g}   shipped {shipped.get(name, math.nan):.4g}")
    batch = Batch(rows, values)
    energy_j, device_s = batch.predict(values, software=True)
    report("energy, fitted", rows, energy_j, batch.energy_j)
    report("time, fitted", rows, device_s, batch.device_s)
    energy_j, device_s = left_out(rows, shipped)
    report("energy, family left out", rows, energy_j, batch.energy_j)
    report("time, family left out", rows, device_s, batch.device_s)
    for overhead in (1.0, shipped["serving_overhead"]):
        scaled = {name: values[name] * overhead for name in ("layer_overhead_s", "token_overhead_s")}
        energy_j, _ = batch.predict({**values, **scaled}, software=False)
        report(f"energy, serving overhead {overhead:g}", rows, energy_j, batch.energy_j)
    if asked.extra:
        extra = [r for r in read_rows(asked.extra, figures) if r.source not in SOURCE_WEIGHT]
        for label, software in (("energy, not fitted", False), ("the same, as plain loops", True)):
            energy_j, _ = Batch(extra, values).predict(values, software)
            report(label, extra, energy_j, np.array([r.energy_j for r in extra]))
    if asked.write:
        write(values)
        print(f"wrote {TEXT}")


if __name__ == "__main__":
    main()
