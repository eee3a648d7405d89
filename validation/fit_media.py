"""Fit the constants of images, video, sound and single passes on measured accelerator energy.

    python validation/fit_media.py [MEASUREMENTS.csv] [--models FILE.csv ...] [--gpus FILE.csv] [--write]

Relative error (log of predicted over measured, robust loss), every model the same weight within its task, families left out
in turn. Prints the error of each task at the starting constants, refitted, and for families left out. ``--write`` puts
the fitted values into data/methodology/media.toml. Without ``--models`` and ``--gpus`` the figures come from the catalog.

What is done to the rows, and why (see validation/measurements/README.md):
* only ``gpu_only`` rows of kind ``measured`` and quality A or B;
* rows that contain idle accelerators: their 56 W each are taken off;
* unstated precision of pipelines by default libraries: 32-bit; unstated steps of image pipelines: the library's 50, guided.
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

from wattdrop.kernel.columns import Evidence, Setup
from wattdrop.kernel.constants import Constants
from wattdrop.kernel.demand import Demand, demand_for
from wattdrop.kernel.denoise import denoise
from wattdrop.kernel.ops import arrays
from wattdrop.kernel.passes import passes

HERE = Path(__file__).parent
METHODOLOGY = HERE.parent / "src" / "wattdrop" / "data" / "methodology"
MEDIA = METHODOLOGY / "media.toml"
IDLE_GPU_W = 56.0  # measurements README, caveat 2
#: 32-bit rate of A100 and H100 outside their matrix units over the 16-bit one (19.5/312, 67/989): what 32-bit pipelines
#: of the default library settings reach, because TF32 is off for matrix products.
VECTOR_RATE_SHARE = 1.0 / 16.0

#: Task of a measurement -> canonical task.
TASKS = {
    "text-to-image": "text-to-image",
    "text-to-video": "text-to-video",
    "image-to-video": "image-to-video",
    "text-to-audio": "music-generation",
    "image-classification": "image-classification",
    "object-detection": "object-detection",
    "text-embedding": "text-embedding",
    "text-classification": "text-classification",
    "token-classification": "named-entity-recognition",
    "fill-mask": "text-classification",
    "question-answering": "question-answering",
    "image-to-text": "image-to-text",
    "speech-to-text": "speech-to-text",
    "summarization": "summarization",
}
#: Bytes per weight; an unstated precision is a pipeline at the library's default, 32 bit.
BYTES = {"bf16": 2.0, "fp16": 2.0, "fp32": 4.0, "fp8": 1.0, "int8": 1.0, "fp4": 0.53, "": 4.0}
#: Accelerator as the measurements name it -> id in the catalog.
GPU_IDS = {
    "A100 SXM 40GB": "a100_sxm_40gb",
    "A100 SXM 80GB": "a100_sxm_80gb",
    "A100 PCIe 80GB": "a100_pcie_80gb",
    "H100 SXM 80GB": "h100_sxm_80gb",
    "H100 PCIe 80GB": "h100_pcie_80gb",
    "B200 SXM 180GB": "b200_sxm_180gb",
    "A40": "a40",
    "A2": "a2",
    "L4": "l4",
}

FITS: dict[str, tuple[str, ...]] = {
    "denoise": (
        "denoise_linear_factor",
        "denoise_attention_factor",
        "denoise_parallel_cost",
        "denoise_step_overhead_s",
        "unet_cost_factor",
    ),
    "passes": (
        "pass_flops_factor",
        "pass_weight_factor",
        "pass_call_overhead_s",
        "pass_layer_overhead_s",
        "image_preparation_s",
        "image_preparation_s_per_pixel",
    ),
}


class Row(NamedTuple):
    """One measurement, joined to its model and accelerator."""

    task: str
    source: str
    family: str
    model: str
    gpu: str
    fields: Mapping[str, float | str]
    evidence: Mapping[str, float]
    hardware: Mapping[str, float]
    energy_wh: float
    latency_s: float
    power_w: float
    weight: float


def number(text: str) -> float:
    """NaN where the table is silent."""
    return float(text) if text not in ("", None) else math.nan


def pixels(size: str) -> float:
    width, _, height = size.partition("x")
    return float(width) * float(height) if height else math.nan


def read(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def models_by_name(paths: Sequence[Path]) -> dict[str, dict[str, Any]]:
    """Model figures by Hugging Face path and alias, from tables or from the catalog."""
    by_name: dict[str, dict[str, Any]] = {}
    rows: list[dict[str, Any]] = [row for path in paths for row in read(path)] or catalog_models()
    for row in rows:
        split = re.search(r"(\d+)\+(\d+) layers", str(row.get("note", "")))
        if split and "num_decoder_layers" not in row and not str(row["architecture"]).startswith("asr"):
            row = {**row, "num_decoder_layers": split.group(2)}
        for name in (row["id"], row["hugging_face_path"], *str(row["aliases"]).split(";")):
            if name:
                by_name.setdefault(str(name).strip().lower(), row)
    return by_name


def catalog_models() -> list[dict[str, Any]]:
    """The same columns from the shipped catalog."""
    from wattdrop.catalog import load
    from wattdrop.resolve.resolved import MODEL_NUMBERS

    models = load().models
    texts = (
        "hugging_face_path",
        "family",
        "task",
        "architecture",
        "native_resolution",
        "default_resolution",
        "note",
    )
    numbers = (*MODEL_NUMBERS, "num_kv_heads", "head_dim")
    return [
        {
            "id": id_,
            "aliases": ";".join(models.texts(ix, "aliases")),
            **{name: models.text(ix, name) for name in texts},
            **{name: models.number(ix, name) for name in numbers},
        }
        for ix, id_ in enumerate(models.ids)
    ]


def gpus_by_id(path: Path | None) -> dict[str, dict[str, float]]:
    """Peak, bandwidth and power of an accelerator."""
    columns = (
        "fp16_tflops_dense",
        "fp8_tflops_dense",
        "int8_tops_dense",
        "memory_bandwidth_gb_s",
        "max_power_w",
        "idle_power_w",
    )
    if path is not None:
        return {row["id"]: {name: number(row[name]) for name in columns} for row in read(path)}
    from wattdrop.catalog import load

    gpus = load().gpus
    return {id_: {name: gpus.number(ix, name) for name in columns} for ix, id_ in enumerate(gpus.ids)}


def values() -> dict[str, float]:
    """All constants of the method by id, as shipped."""
    found: dict[str, float] = {}
    for path in METHODOLOGY.glob("*.toml"):
        for constant in tomllib.loads(path.read_text())["constant"]:
            found[constant["id"]] = constant["value"]
    return found


def evidence_of(row: Mapping[str, str], task: str) -> dict[str, float]:
    """What the row states, as the service would be told."""
    given = {
        "input_tokens": number(row["input_tokens"]),
        "output_tokens": number(row["output_tokens"]),
        "steps": number(row["steps"]),
        "output_video_frames": number(row["video_frames"]),
        "batch_size": number(row["batch_or_concurrency"]),
        "output_frame_pixels": pixels(row["video_resolution"]),
    }
    if row["image_size"] and row["task"] == "text-to-image":
        side = pixels(row["image_size"])
        given |= {
            "output_images": 1.0,
            "output_image_pixels": side,
            "output_image_pixels_squared": side * side,
        }
    if row["task"] == "text-to-audio":
        given["output_audio_seconds"] = number(row["audio_seconds"])
    if row["task"] == "speech-to-text":
        given["input_audio_seconds"] = number(row["audio_seconds"])
    return {name: value for name, value in given.items() if value == value}


def hardware_of(row: Mapping[str, str], gpu: Mapping[str, float]) -> dict[str, float]:
    precision = row["precision"]
    peak = gpu["fp16_tflops_dense"]
    if precision in ("fp8", "int8"):
        peak = gpu["fp8_tflops_dense"] if gpu["fp8_tflops_dense"] > 0 else gpu["int8_tops_dense"]
    return {
        "gpu_flops_per_s": peak * 1e12,
        "gpu_bandwidth_bytes_per_s": gpu["memory_bandwidth_gb_s"] * 1e9,
        "gpu_max_power_w": gpu["max_power_w"],
        "gpu_idle_power_w": gpu["idle_power_w"],
        "replica_gpus": number(row["gpu_count"]) - known(number(row["idle_gpus"]), 0.0),
        "weight_bytes": BYTES[precision],
        "single_precision": 1.0 if precision in ("fp32", "") else 0.0,
    }


def known(value: float, otherwise: float) -> float:
    return value if value == value else otherwise


def load_rows(
    path: Path, models: Mapping[str, dict[str, Any]], gpus: Mapping[str, dict[str, float]]
) -> list[Row]:
    """The rows of the tasks of this script, joined and corrected."""
    rows: list[Row] = []
    for row in read(path):
        if (
            row["task"] not in TASKS
            or row["kind"] != "measured"
            or row["boundary"] != "gpu_only"
            or row["quality"] > "B"
        ):
            continue
        model = models.get(row["model_hf_path"].lower())
        if model is None:
            print("unknown model", row["model_hf_path"])
            continue
        task = TASKS[row["task"]]
        evidence = evidence_of(row, task)
        fields: dict[str, float | str] = dict(model)
        if row["task"] == "text-to-image" and "steps" not in evidence:
            evidence["steps"] = 50.0
            fields["guidance_passes"] = 2.0
        energy = float(row["energy_wh_per_request"])
        power = number(row["avg_power_w"])
        if row["idle_gpus"]:
            energy *= 1.0 - float(row["idle_gpus"]) * IDLE_GPU_W / power
            power -= float(row["idle_gpus"]) * IDLE_GPU_W
        gpu = GPU_IDS[row["gpu"]]
        hardware = hardware_of(row, gpus[gpu])
        fields["weight_bytes"] = hardware["weight_bytes"]
        family = str(model.get("family", row["model_family"]))
        rows.append(
            Row(
                row["task"], row["source"], family, str(model["id"]),
                gpu, fields, evidence, hardware, energy, number(row["latency_s"]), power, 1.0,
            )
        )  # fmt: skip
    counts = Counter((row.task, row.model) for row in rows)
    return [row._replace(weight=1.0 / counts[row.task, row.model]) for row in rows]


class Prediction(NamedTuple):
    """Energy and time of each row at the accelerators."""

    energy_wh: np.ndarray
    device_s: np.ndarray


def predict(rows: Sequence[Row], k: Mapping[str, float]) -> Prediction:
    """The kernel on all rows at once."""
    op = arrays()
    constants = Constants(**{name: k[name] for name in Constants._fields})
    demands: dict[tuple[str, str, float], Demand] = {}
    setups: list[dict[str, float]] = []
    for row in rows:
        key = (row.model, row.task, row.hardware["weight_bytes"])
        if key not in demands or row.task == "text-to-image":
            demands[key] = demand_for(TASKS[row.task], row.fields, k)
        hardware = dict(row.hardware)
        if hardware["single_precision"]:
            hardware["gpu_flops_per_s"] *= VECTOR_RATE_SHARE
        setups.append({**demands[key]._asdict(), **hardware})
    s = Setup(**{name: np.array([float(setup.get(name, 0.0)) for setup in setups]) for name in Setup._fields})
    e = Evidence(
        **{name: np.array([row.evidence.get(name, math.nan) for row in rows]) for name in Evidence._fields}
    )
    once, many = passes(s, e, constants, op), denoise(s, e, constants, op)
    full_power_s = once.pass_full_power_s + many.denoise_full_power_s
    return Prediction(full_power_s * s.gpu_max_power_w / 3600.0, once.pass_device_s + many.denoise_device_s)


def log_errors(rows: Sequence[Row], k: Mapping[str, float]) -> np.ndarray:
    return np.log(predict(rows, k).energy_wh / np.array([row.energy_wh for row in rows]))


def refit(
    rows: Sequence[Row],
    names: Sequence[str],
    k: Mapping[str, float],
    bounds: Mapping[str, tuple[float, float]],
) -> dict[str, float]:
    """Least robust squares over the logarithms of the named constants, within their bounds."""
    weights = np.sqrt(np.array([row.weight for row in rows]))
    low = np.log([bounds[name][0] for name in names])
    high = np.log([bounds[name][1] for name in names])
    start = np.clip(np.log([k[name] for name in names]), low + 1e-6, high - 1e-6)

    def residuals(x: np.ndarray) -> np.ndarray:
        return weights * log_errors(rows, {**k, **dict(zip(names, np.exp(x), strict=True))})

    best = least_squares(residuals, start, bounds=(low, high), loss="soft_l1", f_scale=0.3, max_nfev=60)
    return {**k, **{name: float(value) for name, value in zip(names, np.exp(best.x), strict=True)}}


def left_out(
    rows: Sequence[Row],
    names: Sequence[str],
    k: Mapping[str, float],
    bounds: Mapping[str, tuple[float, float]],
) -> np.ndarray:
    """Errors of each row predicted by constants that never saw its family."""
    errors = np.full(len(rows), math.nan)
    for family in sorted({row.family for row in rows}):
        mine = [ix for ix, row in enumerate(rows) if row.family == family]
        others = [row for row in rows if row.family != family]
        errors[mine] = log_errors([rows[ix] for ix in mine], refit(others, names, k, bounds))
    return errors


def table(rows: Sequence[Row], columns: Mapping[str, np.ndarray], by: str) -> None:
    """Rows, median factor, bias and share within 2x (over rows | over models) of each group."""
    groups = sorted({getattr(row, by) for row in rows})
    for group in groups:
        ix = [i for i, row in enumerate(rows) if getattr(row, by) == group]
        parts = []
        for name, errors in columns.items():
            e = errors[ix]
            per_model: dict[str, list[float]] = {}
            for i in ix:
                per_model.setdefault(rows[i].model, []).append(abs(errors[i]) < math.log(2))
            within = np.mean([np.mean(v) for v in per_model.values()])
            parts.append(
                f"{name}: x{np.exp(np.median(np.abs(e))):.2f} bias {np.exp(np.median(e)):.2f}"
                f" {100 * np.mean(np.abs(e) < math.log(2)):.0f}|{100 * within:.0f} %"
            )
        print(f"  {group:24} n={len(ix):4} " + "   ".join(parts))


def bounds_of() -> dict[str, tuple[float, float]]:
    return {
        c["id"]: (c["low"], c["high"])
        for f in METHODOLOGY.glob("*.toml")
        for c in tomllib.loads(f.read_text())["constant"]
    }


def part_of(row: Row, k: Mapping[str, float]) -> str:
    """Which constants decide the row: the denoiser's, the pass's, or those of the text stages."""
    demand = demand_for(TASKS[row.task], row.fields, k)
    if demand.denoise_step_overhead_s > 0.0:
        return "denoise"
    return "decode" if demand.decodes > 0.0 else "passes"


def write(k: Mapping[str, float], names: Sequence[str]) -> None:
    """Put the fitted values in place, everything else untouched."""
    text = MEDIA.read_text()
    for name in names:
        text = re.sub(rf'(id = "{name}"\nvalue = )\S+', rf"\g<1>{k[name]:.3g}", text)
    MEDIA.write_text(text)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "measurements",
        nargs="?",
        type=Path,
        default=HERE.parent / "src/wattdrop/validation/measured/calibration.csv",
    )
    parser.add_argument("--models", nargs="*", type=Path, default=[])
    parser.add_argument("--gpus", type=Path)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--only", choices=FITS)
    parser.add_argument("--no-cv", action="store_true")
    given = parser.parse_args()
    k = values()
    bounds = bounds_of()
    rows = load_rows(given.measurements, models_by_name(given.models), gpus_by_id(given.gpus))
    for part, names in FITS.items():
        if given.only not in (None, part):
            continue
        mine = [row for row in rows if part_of(row, k) == part]
        columns = {"shipped": log_errors(mine, k)}
        fitted = refit(mine, names, k, bounds) if names else dict(k)
        if names:
            columns["fitted"] = log_errors(mine, fitted)
        if names and not given.no_cv:
            columns["left out"] = left_out(mine, names, k, bounds)
        print(part, {name: float(f"{fitted[name]:.3g}") for name in names})
        for by in ("task", "source", "gpu"):
            table(mine, columns, by)
        if given.write:
            write(fitted, names)
        k = fitted


if __name__ == "__main__":
    main()
