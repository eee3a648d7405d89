"""Tokens, prefill and decode of one request."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.kernel.rows import CONSTANTS, impact, llama_8b, llama_70b, llama_405b_fp8, qwen3_30b_a3b

# --- tokens -----------------------------------------------------------------------------------------------------


def test_tokens_of_a_chat() -> None:
    t = impact(llama_8b(), input_tokens=100.0, output_tokens=500.0).tokens
    assert (t.prefill_tokens, t.context_tokens, t.decode_tokens) == (100.0, 100.0, 500.0)


def test_cached_tokens_skip_prefill_but_stay_in_context() -> None:
    t = impact(llama_8b(), input_tokens=1000.0, cached_input_tokens=900.0, output_tokens=10.0).tokens
    assert (t.prefill_tokens, t.context_tokens) == (100.0, 1000.0)


def test_more_cached_than_read_is_all_cached() -> None:
    t = impact(llama_8b(), input_tokens=10.0, cached_input_tokens=900.0).tokens
    assert (t.prefill_tokens, t.context_tokens) == (0.0, 10.0)


def test_images_among_the_cached_tokens_are_not_read_again() -> None:
    sees = llama_8b(prefill_tokens_per_input_pixel=1 / 784)
    given = {"input_tokens": 1000.0, "input_image_pixels": 784.0 * 800, "output_tokens": 9.0}
    assert impact(sees, **given).tokens.prefill_tokens == 1000.0
    t = impact(sees, cached_input_tokens=900.0, **given).tokens
    assert (t.prefill_tokens, t.context_tokens) == (100.0, 1000.0)


def test_nothing_said_is_the_default_answer_and_zero_is_one_forward_pass() -> None:
    assert impact(llama_8b()).tokens.decode_tokens == 250.0
    assert impact(llama_8b(), input_tokens=0.0, output_tokens=0.0).tokens.decode_tokens == 1.0


def test_images_read_become_tokens() -> None:
    t = impact(
        llama_8b(prefill_tokens_per_input_pixel=1 / 784), input_image_pixels=784.0 * 1000, output_tokens=9.0
    ).tokens
    assert t.prefill_tokens == pytest.approx(1000.0)


def test_transcripts_are_as_long_as_the_speech_unless_given() -> None:
    whisper = llama_8b(decode_tokens_per_input_audio_second=3.0, default_output_tokens=0.0)
    assert impact(whisper, input_audio_seconds=240.0).tokens.decode_tokens == 720.0
    assert impact(whisper, input_audio_seconds=240.0, output_tokens=500.0).tokens.decode_tokens == 500.0


def test_spoken_and_drawn_answers_replace_the_default_one() -> None:
    speaks = llama_8b(decode_tokens_per_output_audio_second=20.0)
    assert impact(speaks, output_audio_seconds=10.0).tokens.decode_tokens == 200.0
    assert impact(speaks, output_audio_tokens=150.0).tokens.decode_tokens == 150.0
    draws = llama_8b(decode_tokens_per_output_image=1056.0)
    assert impact(draws, output_images=2.0).tokens.decode_tokens == 2112.0


# --- worked numbers ---------------------------------------------------------------------------------------------


def test_prefill_flops_by_hand() -> None:
    # 1000 tokens x (2 x 8.03e9 + 4 x 32 x 4096 x 500) = 1.632e13
    assert impact(llama_8b(), input_tokens=1000.0).prefill.prefill_flops == pytest.approx(1.632e13, rel=1e-3)


def test_decode_by_hand() -> None:
    # 500 tokens after 155, 64 requests: weights 16.06 GB x 500 / 64; cache 131072 x 500 x (155 + 250)
    whole = impact(llama_8b(), input_tokens=155.0, output_tokens=500.0)
    d = whole.decode
    assert d.weights_read_bytes == pytest.approx(125.5e9, rel=1e-3)
    assert whole.reply.kv_read_bytes == pytest.approx(26.5e9, rel=2e-3)
    assert d.weights_read_s == pytest.approx(125.5e9 / (3352e9 * CONSTANTS.bandwidth_share), rel=1e-3)
    assert d.step_wait_s == pytest.approx(500 * 32 * CONSTANTS.layer_overhead_s / 64)
    assert d.token_work_s == pytest.approx(500 * CONSTANTS.token_overhead_s)


@pytest.mark.parametrize(("batch", "routed"), [(1, 1.0), (2, 1.89), (8, 5.5), (64, 9.2), (100_000, 9.24)])
def test_experts_touched_grow_from_the_active_to_all(batch: float, routed: float) -> None:
    # 30.5e9 weights, 3.3e9 active: independent routing gives 30.5 x (1 - (1 - a)^B) = 3.3, 6.2, 18.3, 30.5; ours trails it
    d = impact(qwen3_30b_a3b(), batch_size=float(batch)).decode
    independent = 30.5e9 * (1.0 - (1.0 - 3.3 / 30.5) ** batch)
    assert d.touched_params <= independent * 1.0001
    assert d.touched_params >= 0.85 * independent
    assert d.touched_params <= routed * 3.31e9


def test_the_power_that_the_formula_writes_out_is_the_shape_in_the_data() -> None:
    setup = qwen3_30b_a3b()
    whole, k = impact(setup, batch_size=16.0), CONSTANTS.expert_popularity_shape
    active = setup.active_params / setup.total_params
    usual = whole.concurrency.usual_requests
    assert whole.decode.untouched_share == pytest.approx((1.0 + active * 15.0 / k) ** -k, rel=1e-12)
    assert whole.concurrency.usual_untouched_share == pytest.approx(
        (1.0 + active * (usual - 1.0) / k) ** -k, rel=1e-12
    )


def test_experts_at_8_bits_wait() -> None:
    fast = impact(qwen3_30b_a3b(weight_bytes=2.0)).decode
    slow = impact(qwen3_30b_a3b(weight_bytes=1.0)).decode
    assert fast.expert_wait_s == 0.0
    assert slow.expert_wait_s == pytest.approx((CONSTANTS.moe_8bit_cost - 1.0) * slow.weights_read_s)


def test_power_never_exceeds_the_maximum_even_from_on_chip_memory() -> None:
    wafer = llama_8b(gpu_bandwidth_bytes_per_s=21e15, gpu_flops_per_s=125e15, gpu_max_power_w=23000.0)
    d = impact(wafer, input_tokens=100.0, output_tokens=100.0).decode
    assert d.text_full_power_s <= d.text_device_s


# --- measurements -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("setup", "measured_wh"),
    [(llama_8b(), 0.0165), (llama_70b(), 0.111), (llama_405b_fp8(), 0.428)],
    ids=["8B on 1", "70B on 4", "405B at 8 bits on 8"],
)
def test_llama_on_h100_within_1_5_of_measured(setup: object, measured_wh: float) -> None:
    # ML.ENERGY Benchmark v3.0 (vLLM 0.11.1, H100 SXM, about 64 requests in flight), accelerators only, per 500 tokens
    reply = impact(setup, input_tokens=155.0, output_tokens=500.0, batch_size=64.0)  # type: ignore[arg-type]
    assert measured_wh / 1.5 < reply.node.gpu_active_energy_wh < measured_wh * 1.5


def test_power_of_a_loaded_h100_is_that_of_the_benchmark() -> None:
    # ML.ENERGY v3.0, Llama 3.1 8B at 8, 32 and 255 requests in flight: 0.69, 0.80 and 0.99 of 700 W
    engine = llama_8b()
    for batch, share in ((8.0, 0.69), (32.0, 0.80), (255.0, 0.99)):
        d = impact(engine, input_tokens=155.0, output_tokens=389.0, batch_size=batch).decode
        assert d.text_full_power_s / d.text_device_s == pytest.approx(share, rel=0.35)


# --- laws -------------------------------------------------------------------------------------------------------

COUNT = st.integers(0, 100_000).map(float)


@given(COUNT, COUNT, COUNT, st.integers(1, 10_000).map(float))
def test_more_tokens_never_cost_less(read: float, written: float, more: float, batch: float) -> None:
    def energy(i: float, o: float) -> float:
        return impact(llama_8b(), input_tokens=i, output_tokens=o, batch_size=batch).totals.total_energy_wh

    base = energy(read, written)
    assert energy(read + more, written) >= base
    assert energy(read, written + more) >= base


@given(COUNT, COUNT)
def test_caching_never_costs_more(read: float, cached: float) -> None:
    with_cache = impact(llama_8b(), input_tokens=read, cached_input_tokens=cached).totals.total_energy_wh
    assert with_cache <= impact(llama_8b(), input_tokens=read).totals.total_energy_wh


@given(st.integers(1, 10_000).map(float), st.integers(1, 10_000).map(float))
def test_a_larger_batch_never_costs_a_request_more(small: float, more: float) -> None:
    for setup in (llama_8b(), qwen3_30b_a3b()):
        assert (
            impact(setup, batch_size=small + more).decode.text_full_power_s
            <= impact(setup, batch_size=small).decode.text_full_power_s * 1.000001
        )


@given(st.floats(1.0, 10_000.0), st.floats(1e9, 1e12), st.floats(0.01, 1.0), st.floats(1.0, 2.0))
def test_more_weights_never_cost_less(batch: float, params: float, share: float, growth: float) -> None:
    def energy(total: float, active: float) -> float:
        setup = qwen3_30b_a3b(total_params=total, active_params=active)
        return impact(setup, batch_size=batch).decode.text_full_power_s

    base = energy(params, params * share)
    assert energy(params * growth, params * share) >= base * 0.999999
    assert energy(params, min(params, params * share * growth)) >= base * 0.999999


# --- serving software -------------------------------------------------------------------------------------------


def test_a_request_served_alone_runs_in_a_library_pipeline() -> None:
    alone = impact(llama_8b(), output_tokens=500.0, batch_size=1.0).decode
    shared = impact(llama_8b(), output_tokens=500.0, batch_size=1.01).decode
    assert alone.step_wait_s == pytest.approx(500 * 32 * CONSTANTS.alone_layer_s)
    assert alone.token_work_s == 0.0
    assert shared.step_wait_s == pytest.approx(500 * 32 * CONSTANTS.layer_overhead_s / 1.01)
    assert alone.text_full_power_s > shared.text_full_power_s


def test_an_unknown_batch_is_served_by_an_engine() -> None:
    assert impact(llama_8b(), output_tokens=500.0).decode.served_alone == 0.0


def test_older_engines_wait_for_each_token_too() -> None:
    new, old = (impact(llama_8b(token_wait_s=wait), output_tokens=500.0).decode for wait in (0.0, 1e-4))
    assert old.step_wait_s - new.step_wait_s == pytest.approx(500 * 1e-4)
