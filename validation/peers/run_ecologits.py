"""Predictions of EcoLogits for the language-model rows of the measurements, by its own functions.

    pip install ecologits==0.11.3
    python validation/peers/run_ecologits.py        # writes validation/peers/predictions.csv

EcoLogits is no dependency of the project: its predictions are stored, ``make accuracy`` scores them. Its energy of one
accelerator (``gpu_energy``) times those it takes the model to need (``gpu_required_count``) is compared with rows
measured at the accelerators; ``server_energy`` is added for whole servers. Two ways to ask: with the row's own batch,
and with the batch of 64 that it assumes for everyone. Parameters and tokens are the row's.
"""

from __future__ import annotations

import csv
from importlib.metadata import version
from pathlib import Path
from typing import Any

from ecologits.impacts import llm

from wattdrop.validation.measurements import Measurement, read

HERE = Path(__file__).parent

LANGUAGE = {
    "chat", "code", "reasoning", "text-generation", "image-text-to-text", "video-text-to-text", "summarization",
}  # fmt: skip
ARCHITECTURES = {"dense", "moe", "hybrid-ssm"}
BOUND = 1e9  # no observed latency bounds the modelled one [s]


def energy_wh(m: Measurement, batch: int) -> float:
    """Energy of a request at the row's boundary. [Wh]"""
    active, total = m.value("active_params_b"), m.value("total_params_b")
    tokens = m.value("output_tokens")
    count = call("gpu_required_count", model_required_memory=call(
        "model_required_memory", model_total_parameter_count=total, model_quantization_bits=llm.MODEL_QUANTIZATION_BITS
    ), gpu_memory=llm.GPU_MEMORY)  # fmt: skip
    gpu_kwh = call(
        "gpu_energy", model_active_parameter_count=active, output_token_count=tokens, batch_size=batch,
        gpu_energy_alpha=llm.GPU_ENERGY_ALPHA, gpu_energy_beta=llm.GPU_ENERGY_BETA, gpu_energy_gamma=llm.GPU_ENERGY_GAMMA,
    )  # fmt: skip
    kwh = gpu_kwh * count
    if m.text("boundary") == "server":
        latency_s = call(
            "generation_latency", model_active_parameter_count=active, output_token_count=tokens, batch_size=batch,
            latency_alpha=llm.LATENCY_ALPHA, latency_beta=llm.LATENCY_BETA, latency_gamma=llm.LATENCY_GAMMA,
            request_latency=BOUND,
        )  # fmt: skip
        kwh += call(
            "server_energy", generation_latency=latency_s, server_power=llm.SERVER_POWER,
            server_gpu_count=llm.SERVER_GPUS, gpu_required_count=count, batch_size=batch,
        )  # fmt: skip
    return 1000.0 * kwh


def call(name: str, **arguments: Any) -> float:
    """One of its functions, whatever its graph wraps it in."""
    function = getattr(llm, name)
    return float(getattr(function, "__wrapped__", function)(**arguments))


def main() -> None:
    rows = []
    for m in read():
        if m.problem or m.text("task") not in LANGUAGE or m.text("architecture") not in ARCHITECTURES:
            continue
        if not (m.value("output_tokens") > 0.0 and m.value("active_params_b") > 0.0):
            continue
        batch = m.value("batch_or_concurrency")
        name = f"EcoLogits {version('ecologits')}"
        if batch >= 1.0:
            rows.append((m.text("row_id"), f"{name}, batch given", f"{energy_wh(m, round(batch)):.6g}"))
        rows.append(
            (
                m.text("row_id"),
                f"{name}, its batch of {llm.BATCH_SIZE}",
                f"{energy_wh(m, llm.BATCH_SIZE):.6g}",
            )
        )
    with (HERE / "predictions.csv").open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("row_id", "tool", "predicted_wh"))
        writer.writerows(rows)
    print(f"{len(rows)} predictions")


if __name__ == "__main__":
    main()
