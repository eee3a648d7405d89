"""Runs of made-up figures."""

from __future__ import annotations

from typing import Any

from benchmarks.results import Run

MACHINE: dict[str, str | int] = {
    "processor": "Abacus 7",
    "cores": 2,
    "python": "CPython 3.11.7",
    "system": "Linux",
}


def made_up(figures: dict[str, float], **others: Any) -> Run:
    given: dict[str, Any] = {
        "commit": "0123456789ab", "date": "2026-11-26 02:00 UTC", "machine": MACHINE, "load_before": [0.5, 0.4, 0.3],
        "load_after": [1.5, 1.0, 0.9], "versions": {"wattdrop": "0.1.0", "ecologits": "0.11.3"}, **others,
    }  # fmt: skip
    return Run(figures=figures, **given)
