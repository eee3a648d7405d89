"""The whole method: floats equal arrays bit for bit, every total above zero, and a text that can be explained."""

from __future__ import annotations

import ast
import inspect
import math
import textwrap
from typing import Any, get_type_hints

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.kernel.rows import CONSTANTS, VALUES, evidence, impact, llama_8b, llama_405b_fp8, qwen3_30b_a3b

from wattdrop.engine import formulas
from wattdrop.kernel import replica
from wattdrop.kernel.columns import Evidence, Setup
from wattdrop.kernel.demand import Demand, demand_for
from wattdrop.kernel.estimate import STAGES, Impact, estimate
from wattdrop.kernel.ops import FLOATS, arrays


def asked(wanted: str, **figures: Any) -> Setup:
    """A model of another kind on one H100."""
    demand = demand_for(wanted, {"task": wanted, "weight_bytes": 2.0, **figures}, VALUES)
    fields = {name: getattr(demand, name) for name in Demand._fields if name != "note"}
    total = figures["total_params_billions"] * 1e9
    return llama_8b(total_params=total, active_params=total, **fields)


SETUPS = {
    "dense": llama_8b(),
    "experts": qwen3_30b_a3b(),
    "experts at 8 bits": qwen3_30b_a3b(weight_bytes=1.0),
    "eight devices": llama_405b_fp8(),
    "image generator": asked(
        "text-to-image",
        architecture="unet-diffusion",
        total_params_billions=3.5,
        active_params_billions=2.6,
        native_resolution="1024x1024",
        default_steps=50.0,
        guidance_passes=2.0,
    ),
    "video generator": asked(
        "text-to-video",
        architecture="dit-diffusion",
        total_params_billions=14.0,
        active_params_billions=14.0,
        default_resolution="832x480",
        default_frames=81.0,
        default_steps=50.0,
        guidance_passes=2.0,
    ),
    "encoder": asked(
        "text-embedding", architecture="encoder", total_params_billions=0.3, active_params_billions=0.3
    ),
    "transcriber": asked(
        "speech-to-text",
        architecture="asr-encoder-decoder",
        total_params_billions=1.5,
        active_params_billions=1.5,
    ),
}
FIVE = (
    "total_energy_wh",
    "total_emissions_gco2e",
    "total_water_ml",
    "total_embodied_gco2e",
    "total_embodied_ml",
)

count = st.one_of(st.just(math.nan), st.integers(0, 1_000_000).map(float))
positive = st.one_of(st.just(math.nan), st.floats(1e-6, 1e5))
RANGES: dict[str, st.SearchStrategy[float]] = {
    **dict.fromkeys(Evidence._fields, count),
    "batch_size": st.one_of(st.just(math.nan), st.integers(1, 10_000).map(float)),
    "utilization_rate": st.one_of(st.just(math.nan), st.floats(0.0, 1.0)),
    "pue": st.one_of(st.just(math.nan), st.floats(1.0, 3.0)),
    "grid_gco2e_per_kwh": positive,
    "wue_l_per_kwh": positive,
    **dict.fromkeys(("processing_duration_s", "request_duration_s"), positive),
    **dict.fromkeys(
        ("measured_gpu_energy_wh", "measured_it_energy_wh", "measured_facility_energy_wh"), positive
    ),
    "input_audio_seconds": positive,
    "output_audio_seconds": positive,
    "output_video_seconds": positive,
    "grid_hourly_ratio": st.floats(0.2, 2.0),
    "ewif_hourly_ratio": st.floats(0.2, 2.0),
    "quantity": st.integers(1, 1000).map(float),
}
row = st.builds(Evidence, **RANGES)


def flat(result: Impact) -> list[Any]:
    return [column for stage in result for column in stage]


# --- one text, two number types ---------------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [1, 2, 31, 64, 1000, 8193])
@settings(deadline=None, max_examples=12)
@given(some=st.lists(st.tuples(st.sampled_from(sorted(SETUPS)), row), min_size=8, max_size=8))
def test_rows_one_by_one_equal_a_block_bit_for_bit(rows: int, some: list[tuple[str, Evidence]]) -> None:
    setups = [SETUPS[name] for name, _ in some]
    alone = [flat(estimate(s, e, CONSTANTS, FLOATS)) for s, (_, e) in zip(setups, some, strict=True)]
    which = np.arange(rows) % len(some)
    s = Setup(*np.array(setups)[which].T)
    e = Evidence(*np.array([each for _, each in some])[which].T)
    with np.errstate(all="ignore"):
        block = np.array(
            [np.broadcast_to(column, (rows,)) for column in flat(estimate(s, e, CONSTANTS, arrays()))]
        )
    assert block.T.tobytes() == np.array(alone, dtype=np.float64)[which].tobytes()


# --- laws -------------------------------------------------------------------------------------------------------


@settings(deadline=None)
@given(st.sampled_from(sorted(SETUPS)), row)
def test_every_row_has_five_finite_totals_above_zero(name: str, e: Evidence) -> None:
    t = estimate(SETUPS[name], e, CONSTANTS, FLOATS).totals
    for metric in FIVE:
        assert 0.0 < getattr(t, metric) < math.inf, metric


@pytest.mark.parametrize("name", sorted(SETUPS))
def test_zero_of_everything_is_still_one_forward_pass(name: str) -> None:
    zeros = {
        field: 0.0
        for field in Evidence._fields
        if field.startswith(("input_", "output_")) or field in {"cached_input_tokens", "steps"}
    }
    t = estimate(SETUPS[name], evidence(**zeros), CONSTANTS, FLOATS).totals
    assert all(getattr(t, metric) > 0.0 for metric in FIVE)


MORE_COSTS_MORE = (
    "input_tokens",
    "output_tokens",
    "output_audio_tokens",
    "output_image_pixels",
    "steps",
    "pue",
)
MORE_COSTS_MORE_STATED = (
    *MORE_COSTS_MORE,
    "output_video_frames",
    "output_frame_pixels",
    "input_audio_seconds",
    "quantity",
)


@settings(deadline=None, max_examples=300)
@given(
    st.sampled_from(sorted(SETUPS)),
    st.sampled_from(MORE_COSTS_MORE_STATED),
    st.integers(1, 5000).map(float),
    st.integers(0, 5000).map(float),
)
def test_more_of_anything_never_costs_less(name: str, field: str, amount: float, more: float) -> None:
    def cost(value: float) -> float:
        return estimate(SETUPS[name], evidence(**{field: value}), CONSTANTS, FLOATS).totals.total_energy_wh

    assert cost(amount + more) >= cost(amount) * 0.999999999


@settings(deadline=None)
@given(st.floats(0.0, 1000.0), st.floats(0.0, 1000.0))
def test_longer_processing_at_the_same_batch_never_costs_less(duration: float, more: float) -> None:
    def cost(seconds: float) -> float:
        row = impact(llama_8b(), output_tokens=300.0, batch_size=16.0, processing_duration_s=seconds)
        return row.totals.total_energy_wh

    assert cost(duration + more) >= cost(duration) * 0.999999999


def test_totals_scale_with_the_quantity() -> None:
    one, ten = impact(llama_8b()).totals, impact(llama_8b(), quantity=10.0).totals
    assert [getattr(ten, m) for m in FIVE] == [pytest.approx(10 * getattr(one, m)) for m in FIVE]


# --- the text itself: what explanations and the number types rest on --------------------------------------------


def assignments(stage: Any) -> tuple[list[ast.Assign], ast.Return]:
    body = ast.parse(textwrap.dedent(inspect.getsource(stage))).body[0].body  # type: ignore[attr-defined]
    if isinstance(body[0], ast.Expr):
        body = body[1:]
    *steps, result = body
    assert all(isinstance(step, ast.Assign) for step in steps), stage.__name__
    assert isinstance(result, ast.Return), stage.__name__
    return steps, result


def test_a_stage_is_assignments_and_the_return_of_all_of_them() -> None:
    for stage in STAGES:
        steps, result = assignments(stage)
        names = [step.targets[0].id for step in steps]  # type: ignore[attr-defined]
        returned = [keyword.arg for keyword in result.value.keywords]  # type: ignore[union-attr]
        assert sorted(returned) == sorted(names), stage.__name__


def test_every_name_is_assigned_once() -> None:
    names = [field for stage in get_type_hints(Impact).values() for field in stage._fields]
    assert len(names) == len(set(names))


def test_only_operations_that_are_exact_in_both_number_types() -> None:
    allowed = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.USub)
    for stage, name, expression in formulas.assignments():  # formulas that stages share are in their place
        for node in ast.walk(expression):
            if isinstance(node, ast.BinOp | ast.UnaryOp):
                assert isinstance(node.op, allowed), f"{stage}: {name}"
            if isinstance(node, ast.Call):
                assert ast.unparse(node.func).startswith("op."), f"{stage}: {name}"


def test_every_constant_is_used() -> None:
    steps = "".join(formula.text for formula in formulas.formulas())
    text = steps + inspect.getsource(replica)
    unused = [name for name in CONSTANTS._fields if f"c.{name}" not in text]
    assert not unused
