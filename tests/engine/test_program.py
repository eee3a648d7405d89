"""Programs made of the kernel's text: the same bits as the text, whatever a batch gives and however long it is."""

from __future__ import annotations

import math
import random
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.kernel.rows import CONSTANTS
from tests.kernel.test_estimate import SETUPS

import wattdrop
from wattdrop.engine import evaluate as evaluating
from wattdrop.engine.evaluate import REPORTED, TOTALS, Evaluation, evaluate
from wattdrop.engine.facts import _the, program_of
from wattdrop.engine.program import reached
from wattdrop.kernel.columns import Setup
from wattdrop.kernel.estimate import estimate
from wattdrop.kernel.ops import FLOATS
from wattdrop.resolve.quantities import USUAL, Quantities, QuantityColumns, evidence

SIZES = (1, 2, 31, 64, 1000, 8193, 16385)

whole = st.integers(0, 100_000).map(float)
some = st.floats(1e-3, 1e4)
VALUES: dict[str, st.SearchStrategy[float]] = {
    **dict.fromkeys(Quantities._fields, whole),
    **dict.fromkeys(("input_audio_seconds", "output_audio_seconds", "output_video_seconds"), some),
    **dict.fromkeys(("processing_duration_ms", "request_duration_ms", "measured_energy_wh"), some),
    "batch_size": st.integers(1, 1000).map(float),
    "utilization_rate": st.floats(1e-6, 1.0),
    "output_count": st.integers(0, 50).map(float),
    "output_video_resolution": st.integers(1, 4096).map(float),
    "input_steps": st.integers(1, 200).map(float),
    "pue": st.floats(1.0, 3.0),
    "wue_l_per_kwh": st.floats(0.0, 10.0),
    "grid_gco2e_per_kwh": st.floats(1e-3, 2000.0),
    "measured_at_it": st.just(0.0),
    "measured_at_gpu": st.sampled_from((0.0, 1.0)),
    "quantity": st.integers(1, 1000).map(float),
    "grid_hourly_ratio": st.floats(0.2, 2.0),
    "ewif_hourly_ratio": st.floats(0.2, 2.0),
}


@st.composite
def rows(draw: st.DrawFn) -> list[tuple[str, dict[str, float]]]:
    """Eight rows: each quantity given by none, by some or by all of them."""
    found: list[dict[str, float]] = [{} for _ in range(8)]
    for name, values in VALUES.items():
        who = draw(st.sampled_from(("none", "none", "some", "all")))
        for row in found:
            if who == "all" or (who == "some" and draw(st.booleans())):
                row[name] = draw(values)
    names = draw(st.lists(st.sampled_from(sorted(SETUPS)), min_size=1, max_size=3))
    return [(names[at % len(names)], row) for at, row in enumerate(found)]


def columns_of(given: list[dict[str, float]]) -> QuantityColumns:
    """What rows give, as a batch has it."""
    columns: dict[int, Any] = {}
    incomplete = set()
    for at, name in enumerate(Quantities._fields):
        if any(name in row for row in given):
            columns[at] = [row.get(name, USUAL[at]) for row in given]
            if any(value != value for value in columns[at]):
                incomplete.add(at)
    return QuantityColumns(len(given), columns, frozenset(incomplete))


def by_the_text(setup: Setup, given: Quantities) -> list[float]:
    """The reported columns of one row, from the kernel's functions themselves."""
    result = estimate(setup, evidence(given, setup.frame_aspect, FLOATS), CONSTANTS, FLOATS)
    return [getattr(result.totals, name) for name in REPORTED]


def bits(of: Any) -> bytes:
    return np.array(of, dtype=np.float64).tobytes()


@pytest.mark.parametrize("size", SIZES)
@settings(deadline=None, max_examples=25)
@given(eight=rows())
def test_a_program_gives_the_bits_of_the_text(size: int, eight: list[tuple[str, dict[str, float]]]) -> None:
    names = sorted({name for name, _ in eight})
    setups = [SETUPS[name] for name in names]
    batch = [eight[at % len(eight)] for at in range(size)]
    given_columns = columns_of([row for _, row in batch])
    of_rows = [names.index(name) for name, _ in batch]
    expected = [by_the_text(SETUPS[name], columns_of([row])[0]) for name, row in eight]
    expected = [expected[at % len(eight)] for at in range(size)]

    found = program_rows(setups, of_rows, given_columns)
    assert bits(found) == bits(expected)


def program_rows(
    setups: list[Setup], of_rows: list[int], given_columns: QuantityColumns
) -> list[list[float]]:
    """Rows by a program, even the first ones of a process."""
    before = evaluating._rows_seen
    evaluating._rows_seen = evaluating.FEWEST_ROWS_FOR_A_PROGRAM
    try:
        found = evaluate(setups, of_rows, given_columns, CONSTANTS)
    finally:
        evaluating._rows_seen = before
    return [list(row) for row in zip(*(found.column(name) for name in REPORTED), strict=True)]


@pytest.mark.parametrize("rows_at_once", [3, 200])
def test_fewer_columns_have_the_same_bits(rows_at_once: int) -> None:
    setups = list(SETUPS.values())
    of_rows = [at % len(setups) for at in range(rows_at_once)]
    rng = random.Random(5)
    given_columns = columns_of([{"output_tokens": float(rng.randrange(900))} for _ in of_rows])
    every = evaluate(setups, of_rows, given_columns, CONSTANTS)
    few = evaluate(setups, of_rows, given_columns, CONSTANTS, TOTALS)
    for name in TOTALS:
        assert bits(every.column(name)) == bits(few.column(name))
    # a column that no program was asked for is read from the text
    assert bits(few.column("device_s")) == bits(every.column("device_s"))
    assert few.value(1, "device_s") == every.column("device_s")[1]


def test_work_that_nobody_asks_for_is_left_out() -> None:
    text_only = columns_of([{"input_tokens": 10.0, "output_tokens": 20.0}] * 2)
    everything = columns_of([dict.fromkeys(VALUES, 1.0), {}])
    lean = program_of([SETUPS["dense"]], text_only)
    full = program_of(list(SETUPS.values()), everything)
    assert lean.operations < full.operations / 2
    assert lean is program_of([SETUPS["dense"]], columns_of([{"input_tokens": 1.0, "output_tokens": 2.0}]))
    assert lean is not program_of([SETUPS["dense"]], columns_of([{"input_tokens": 1.0}]))


@pytest.mark.parametrize(
    ("quantity", "kind"),
    [("pass_flops", "number"), ("denoise_device_s", "static"), ("requests_in_flight", "static")],
)
def test_what_text_has_not_costs_a_row_of_text_nothing(quantity: str, kind: str) -> None:
    text_only = columns_of([{"input_tokens": 10.0, "output_tokens": 20.0}] * 2)
    program = program_of([SETUPS["dense"]], text_only, (quantity,))
    assert [output.kind for output in program.outputs] == [kind]
    assert program.operations == 0


def test_the_same_setup_with_other_constants_is_worked_out_again() -> None:
    given_columns = columns_of([{"output_tokens": 300.0}])
    program = program_of([SETUPS["dense"]], given_columns)
    for constants in (CONSTANTS, CONSTANTS._replace(bandwidth_share=0.5)):
        statics = program.statics(SETUPS["dense"], constants)
        q, setup = given_columns[0], SETUPS["dense"]
        totals = estimate(setup, evidence(q, setup.frame_aspect, FLOATS), constants, FLOATS).totals
        assert program.row(statics, list(q)) == tuple(getattr(totals, name) for name in REPORTED)


def test_sets_of_facts_are_told_apart_whoever_brings_them_at_once() -> None:
    sets = [tuple((name, float(number)) for name in ("decodes", "is_moe")) for number in range(200)]
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(_the, sets * 8))
    assert len(set(found)) == len(sets)
    assert all(one.fields == tuple(sorted(fields)) for one, fields in zip(found, sets * 8, strict=True))


# --- the whole way: rows, batches and tables ---

RAW: list[dict[str, Any]] = [
    {"model_id": "gpt-4o", "input_tokens": 100, "output_tokens": 500, "country": "US"},
    {"model_id": "no-such-model", "output_tokens": 5},
    {
        "model_id": "llama_v31_8b",
        "output_tokens": 300,
        "utc_datetime": "2024-07-01T12:10:00Z",
        "country": "DE",
    },
    {"model_id": "sdxl", "output_images": ["1024x1024", "512x512"], "input_steps": 30, "quantity": 7},
    {"model_id": "gpt-4o", "input_tokens": 10, "cached_input_tokens": 20},
    {"model_id": "whisper-large-v3", "input_audio_seconds": 12.5, "batch_size": 4},
    {"model_id": "gpt-4o", "output_tokens": 7, "measured_energy_wh": 1.5, "measured_energy_boundary": "it"},
    {"model_id": "llama_v31_8b", "output_tokens": 300, "processing_duration_ms": 900.0, "pue": 1.2},
    {"model_id": "gpt-4o", "output_tokens": -1},
]


@pytest.mark.parametrize("size", SIZES)
def test_rows_alone_in_a_batch_and_in_a_table_have_the_same_bits(size: int) -> None:
    rows = [RAW[at % len(RAW)] for at in range(size)]
    alone = [wattdrop.estimate([row]).rows[0] for row in RAW]
    together = wattdrop.estimate(rows)
    fields = sorted({name for row in rows for name in row})
    table = wattdrop.estimate_table(
        pa.Table.from_pylist([{name: row.get(name) for name in fields} for row in rows])
    )
    columns = {name: table.column(name).to_pylist() for name in (*REPORTED, "error_code", "error_message")}
    for at, result in enumerate(together.rows):
        first = alone[at % len(RAW)]
        if first.error is not None:
            assert result.error is not None
            assert (result.error.code, result.error.message) == (first.error.code, first.error.message)
            assert (columns["error_code"][at], columns["error_message"][at]) == (
                first.error.code,
                first.error.message,
            )
            assert columns["total_energy_wh"][at] is None
            continue
        expected = [first.value(name) for name in REPORTED]
        assert bits([result.value(name) for name in REPORTED]) == bits(expected)
        assert bits([columns[name][at] for name in REPORTED]) == bits(expected)


def test_an_evaluation_without_a_program_reads_the_text() -> None:
    given_columns = columns_of([{"output_tokens": 5.0}])
    found = Evaluation([SETUPS["dense"]], [0], given_columns, CONSTANTS, None, REPORTED)
    assert [found.value(0, name) for name in REPORTED] == by_the_text(SETUPS["dense"], given_columns[0])
    assert all(math.isfinite(found.column(name)[0]) for name in TOTALS)


def test_work_that_a_model_does_not_do_leaves_no_operation() -> None:
    rows = [{"model_id": "llama_v31_8b", "output_tokens": 100 + at} for at in range(60)]
    evaluation = wattdrop.estimate(rows).evaluation
    program = program_of(evaluation._setups, evaluation.given, TOTALS)
    nodes = program._spelled.nodes
    needed = {nodes[n].value for n in reached(nodes, program._spelled.columns) if not nodes[n].args}
    assert "working_power_share" in needed and "attention_flops_per_pair" in needed
    assert not needed & {"denoise_parallel_cost", "waiting_power_share", "pass_weight_bytes"}
