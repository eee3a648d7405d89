"""Predictions of ecocost for the language-model rows of the measurements whose model it knows, by its own function.

    pip install ecocost==0.2.4
    python validation/peers/run_ecocost.py        # writes validation/peers/predictions-ecocost.csv

ecocost takes model and tokens, no batch. Its energy at the meter, over its own PUE and serving overhead, is that of the
accelerators, which is compared with rows measured there. Tokens are the row's as this project reads it, the prompt
included. Rows of models without a record of their own there are left out: five of the models of the table have one.
"""

from __future__ import annotations

import csv
from importlib.metadata import version
from pathlib import Path

import ecocost

from wattdrop.validation.measurements import Measurement, read

HERE = Path(__file__).parent

LANGUAGE = {"chat", "code", "reasoning", "text-generation", "image-text-to-text", "video-text-to-text"}


def energy_wh(m: Measurement) -> float | None:
    """Energy of a request at the accelerators, None where ecocost has no record of the model itself. [Wh]"""
    tokens = m.value("output_tokens")
    prompt = m.value("input_tokens")
    try:
        found = ecocost.estimate(
            m.text("model_hf_path"),
            input_tokens=round(prompt) if prompt == prompt else 0,
            output_tokens=max(round(tokens), 1),
        )
    except ecocost.UnknownModelError:
        return None
    if found["proxy"]:
        return None
    energy = found["energy"]
    return float(energy["value"]) / float(energy["pue"]) / float(energy["serving_overhead"])


def main() -> None:
    name = f"ecocost {version('ecocost')}"
    rows = []
    for m in read():
        if m.problem or m.text("task") not in LANGUAGE or m.text("boundary") != "gpu_only":
            continue
        if m.value("output_tokens") > 0.0 and (wh := energy_wh(m)) is not None:
            rows.append((m.text("row_id"), name, f"{wh:.6g}"))
    with (HERE / "predictions-ecocost.csv").open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("row_id", "tool", "predicted_wh"))
        writer.writerows(rows)
    print(f"{len(rows)} predictions")


if __name__ == "__main__":
    main()
