"""One row, by Python call."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack, redirect_stderr
from io import StringIO

from benchmarks.rows import bare
from benchmarks.timing import Absent, Case, missing

INPUT_TOKENS, OUTPUT_TOKENS, SECONDS = 100, 500, 5.0


def one_row(_: ExitStack) -> Sequence[Case | Absent]:
    """``wattdrop.estimate`` of one row as a dict, and what it calls for a row that was checked, an ``ImpactRow``; the five
    totals are read. Beside it one call each of EcoLogits (``llm_impacts``), ecocost (``estimate``) and llm-flops
    (``estimate``) for the same request: GPT-4o, 100 tokens in, 500 out. llm-flops knows no services, so it gets Llama 3 8B
    on an A100. All are warm.
    """
    from wattdrop import ImpactRow, estimate
    from wattdrop.engine.api import default_catalog, estimate_checked

    given = {**bare(0), "input_tokens": INPUT_TOKENS, "output_tokens": OUTPUT_TOKENS}
    typed, catalog = ImpactRow(**given), default_catalog()
    return [
        Case("one row, dict", lambda: estimate([given]).rows[0].metrics()),
        Case("one row, typed", lambda: estimate_checked([typed], catalog).rows[0].metrics()),
        _ecologits(),
        _ecocost(),
        _llm_flops(),
    ]


def _ecologits() -> Case | Absent:
    try:
        from ecologits.tracers.utils import llm_impacts
    except ImportError as error:
        return Absent("EcoLogits", missing(error))

    def call() -> object:
        return llm_impacts("openai", "gpt-4o", OUTPUT_TOKENS, SECONDS, electricity_mix_zone="USA")

    with redirect_stderr(StringIO()):  # it warns once that the architecture is not published
        found = call()
    if getattr(found, "errors", None):
        return Absent("EcoLogits", f"it gives no impact: {found.errors}")  # type: ignore[attr-defined]
    return Case("EcoLogits", call)


def _ecocost() -> Case | Absent:
    try:
        from ecocost import estimate
    except ImportError as error:
        return Absent("ecocost", missing(error))
    return Case(
        "ecocost",
        lambda: estimate("gpt-4o", provider="openai", input_tokens=INPUT_TOKENS, output_tokens=OUTPUT_TOKENS),
    )


def _llm_flops() -> Case | Absent:
    try:
        from llmflops import estimate
    except ImportError as error:
        return Absent("llm-flops", missing(error))
    return Case(
        "llm-flops",
        lambda: estimate(
            model="meta-llama/Llama-3-8B",
            batch_size=1,
            sequence_length=INPUT_TOKENS + OUTPUT_TOKENS,
            precision="bf16",
            gpu="A100",
        ),
    )
