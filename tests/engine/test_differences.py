"""Ranges by programs of differences: what they leave out changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import chain
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import wattdrop
from wattdrop.engine import differences, room, statics, width_blocks, width_programs
from wattdrop.engine import evaluate as evaluating
from wattdrop.engine.evaluate import TOTALS
from wattdrop.engine.graph import Facts, Graph
from wattdrop.engine.program import Program
from wattdrop.engine.room import Room
from wattdrop.resolve.quantities import USUAL

MODELS = ("gpt-4o", "llama_v31_8b", "deepseek_v3", "sdxl", "whisper_large_v3", "bert_base_uncased")

rows_of_all_kinds = st.fixed_dictionaries(
    {"model_id": st.sampled_from(MODELS)},
    optional={
        "output_tokens": st.integers(0, 5000),
        "input_tokens": st.integers(0, 5000),
        "batch_size": st.sampled_from((1, 8, 64)),
        "utilization_rate": st.floats(0.05, 1.0),
        "processing_duration_ms": st.floats(1.0, 1e5),
        "country": st.sampled_from(("FR", "PL", "US")),
        "gpu_id": st.sampled_from(("h100_sxm_80gb", "mi300x")),
        "pue": st.floats(1.0, 2.0),
        "measured_energy_wh": st.floats(1e-3, 10.0),
        "measured_energy_boundary": st.sampled_from(("gpu", "it", "facility")),
    },
).filter(lambda one: "measured_energy_wh" in one or "measured_energy_boundary" not in one)


@contextmanager
def programs_from(rows: int) -> Iterator[None]:
    """Programs are made when so many rows of a kind have come."""
    before = width_programs.FEWEST_ROWS
    width_programs.FEWEST_ROWS = rows  # type: ignore[misc]
    for remembered in (width_programs._rows_seen, width_programs._of_batches, width_programs._kept):
        remembered.clear()
    width_programs._widest.clear()
    evaluating._rows_seen = evaluating.FEWEST_ROWS_FOR_A_PROGRAM  # as in a process that has begun
    try:
        yield
    finally:
        width_programs.FEWEST_ROWS = before  # type: ignore[misc]


def half_widths(rows: list[dict[str, Any]]) -> Any:
    result = wattdrop.estimate(rows)
    return [
        [(name, *(np.array(side) for side in sides), keys) for name, *sides, keys in result.half_widths(total, level)]
        for total in TOTALS
        for level in (0.5, 0.9)
    ]  # fmt: skip


@pytest.mark.parametrize("times", [1, 60])
@settings(deadline=None, max_examples=40)
@given(rows=st.lists(rows_of_all_kinds, min_size=1, max_size=5))
def test_half_widths_are_those_of_whole_evaluations(times: int, rows: list[dict[str, Any]]) -> None:
    with programs_from(10**9):
        whole = half_widths(rows * times)
    with programs_from(0):
        found = half_widths(rows * times)
    for expected, got in zip(whole, found, strict=True):
        for (name, down, up, keys), (its_name, its_down, its_up, its_keys) in zip(expected, got, strict=True):
            assert its_name == name and its_keys == keys
            np.testing.assert_allclose(its_down, down, rtol=1e-9, atol=1e-12)
            np.testing.assert_allclose(its_up, up, rtol=1e-9, atol=1e-12)


def test_a_cause_works_out_only_what_it_moves() -> None:
    with programs_from(0):
        wattdrop.estimate([{"model_id": "gpt-4o", "output_tokens": 500}]).ranges("total_energy_wh")
    found = next(reversed(width_programs._kept.values()))
    operations = {name: part.program.operations for part in found.parts for name, _ in part.effects}
    assert operations["grid"] < 10 < operations["occupancy"] < found.central.operations
    of_grid = next(part for part in found.parts if ("grid", 0) in part.effects)
    assert list(TOTALS[of_grid.at]) == ["total_emissions_gco2e"]


def test_causes_that_move_the_same_share_a_program_and_others_do_not() -> None:
    moved = {"a": {1, 2, 3, 4, 9}, "b": {1, 2, 3, 9}, "c": {4, 9}, "d": {1, 2, 3, 8}}
    moves = [((name, 0), nodes, 2) for name, nodes in moved.items()]
    found = differences._together(moves, totals=[8, 9], rows_need=set(range(10)))
    assert [[effect for (effect, _), _ in effects] for effects, _ in found] == [["a", "b"], ["c"], ["d"]]


def test_blocks_of_few_rows_give_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [{"model_id": MODELS[at % 3], "output_tokens": 100 + at} for at in range(200)]
    with programs_from(0):
        whole = half_widths(rows)
        monkeypatch.setattr(width_blocks, "BLOCK_ROWS", 64)
        found = half_widths(rows)
    for expected, got in zip(chain(*whole), chain(*found), strict=True):
        np.testing.assert_array_equal(got[1:3], expected[1:3])
    assert np.getbufsize() > width_blocks._BUFFER  # whoever calls numpy next has its own


def test_a_total_between_those_that_a_cause_moves_has_no_width() -> None:
    graph = Graph(Facts(tuple("absent" if value != value else value for value in USUAL), ()))
    energy, emissions, water, *_ = [graph.quantities[name] for name in TOTALS]
    program = Program(graph, [energy, emissions, water], {emissions: 0})
    assert program.outputs[1].kind == "known" and program.outputs[2].kind != "known"


def test_threads_with_other_models_do_not_mix(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statics, "_MOST", 2)  # the table starts anew while others still read it
    batches = [[{"model_id": model, "output_tokens": 100 + at} for at in range(60)] for model in MODELS[:3]]
    batches += [[{**row, "country": "FR"} for row in batch] for batch in batches]
    with programs_from(0):
        expected = [wattdrop.estimate(batch).ranges("total_water_ml") for batch in batches]
        with ThreadPoolExecutor(6) as pool:
            found = list(
                pool.map(lambda batch: wattdrop.estimate(batch).ranges("total_water_ml"), batches * 8)
            )
    for number, ends in enumerate(found):
        np.testing.assert_array_equal(ends, expected[number % len(batches)])


def test_what_is_not_above_zero_counts_as_not_moved() -> None:
    central = np.array([[1.0, 0.0, 2.0, 2.0]])
    moved = np.array([[[0.5, 1.0, np.nan, 2.0]], [[4.0, 1.0, 0.0, np.inf]]])
    into = np.empty((2, 1, 1, 4))
    with np.errstate(all="ignore"):
        width_blocks._widths_of(moved, (2,), central, np.log(central), into, careful=True)
    assert into[:, 0, 0].tolist() == [[np.log(2.0), 0.0, 0.0, 0.0], [np.log(4.0), 0.0, 0.0, 0.0]]


def test_ends_on_one_side_widen_that_side_alone() -> None:
    moved = np.array([4.0, 2.0])[:, None, None]
    into = np.empty((2, 1, 1, 1))
    width_blocks._widths_of(moved, (2,), np.ones((1, 1)), np.zeros((1, 1)), into, careful=False)
    assert into[:, 0, 0, 0].tolist() == [0.0, np.log(4.0)]


def test_ends_are_compared_effect_by_effect() -> None:
    moved = np.array([0.5, 4.0, 2.0, 0.1, 0.2, 0.9])[:, None, None]
    into = np.empty((2, 3, 1, 1))
    width_blocks._extremes(moved, (2, 1, 3), into)
    assert into[..., 0, 0].tolist() == [[0.5, 2.0, 0.1], [4.0, 2.0, 0.9]]


def test_rooms_inside_each_other_share_no_memory() -> None:
    room._local.__dict__.clear()
    with Room() as outer:
        a = outer.arrays(3, 5)
        a[:] = 1.0
        with Room() as inner:
            inner.arrays(1000)[:] = 2.0
        b = outer.arrays(100_000)  # more than it has: what was taken keeps its memory
        b[:] = 3.0
        assert (a == 1.0).all()
    with Room() as again:
        assert np.shares_memory(again.arrays(10), b)


def test_every_input_has_a_bit_of_its_own() -> None:
    from wattdrop.engine.graph import MOVES
    from wattdrop.kernel.columns import Setup
    from wattdrop.resolve.quantities import Quantities

    assert len(MOVES) == len(Setup._fields) + len(Quantities._fields)
    states = ["absent" if value != value else value for value in USUAL]
    states[Quantities._fields.index("output_tokens")] = "given"
    graph = Graph(Facts(tuple(states), ()))
    energy = graph.nodes[graph.quantities["total_energy_wh"]]
    assert energy.moves & MOVES["output_tokens"] and energy.moves & MOVES["active_params"]
    assert not energy.moves & MOVES["default_grid_gco2e_per_kwh"]
