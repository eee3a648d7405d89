"""Figures of a model on a machine, taken once per description."""

from __future__ import annotations

import math

import pytest
from tests.kernel.rows import CONSTANTS

from wattdrop.kernel.replica import (
    attention_flops_per_pair,
    kv_bytes_per_token,
    recurrent_state_bytes,
    replica_gpus,
    step_overhead_s,
    token_overhead_s,
)

UNKNOWN = math.nan


def test_kv_cache_of_grouped_heads() -> None:
    # Llama 3.1 8B: 32 layers x key and value x 8 heads x 128 x 2 bytes
    assert kv_bytes_per_token(8.03e9, 32, 8, 128, 2, CONSTANTS) == 131072


def test_latent_attention_keeps_one_vector_per_layer() -> None:
    # DeepSeek V3: 61 layers x (512 + 64) x 2 bytes, not 61 x 2 x 128 heads x 128 x 2 = 4.0 MB
    assert kv_bytes_per_token(37e9, 61, 128, 128, 2, CONSTANTS, "moe") == 70272


def test_unknown_shape_stands_in_at_the_anchor_and_grows_with_the_square_root() -> None:
    at_anchor = kv_bytes_per_token(8e9, UNKNOWN, UNKNOWN, UNKNOWN, 2, CONSTANTS)
    assert at_anchor == 131072
    assert kv_bytes_per_token(32e9, UNKNOWN, UNKNOWN, UNKNOWN, 2, CONSTANTS) == pytest.approx(2 * at_anchor)


def test_recurrent_models_keep_a_state_instead_of_a_cache() -> None:
    assert kv_bytes_per_token(2.8e9, 64, 1, 128, 2, CONSTANTS, "ssm") == 0
    assert attention_flops_per_pair(2.8e9, 64, 2560, CONSTANTS, "ssm") == 0
    # Nemotron Nano 12B v2: 28 of its 62 layers x 128 heads x 80 x 128 x 4 bytes, read and written = 294 MB
    assert recurrent_state_bytes(12.3e9, 62, 5120, "hybrid-ssm", CONSTANTS) == pytest.approx(294e6, rel=0.01)
    assert recurrent_state_bytes(8e9, 32, 4096, "dense", CONSTANTS) == 0


def test_attention_is_four_flops_per_layer_and_width() -> None:
    assert attention_flops_per_pair(8.03e9, 32, 4096, CONSTANTS) == 4 * 32 * 4096
    assert attention_flops_per_pair(8e9, UNKNOWN, UNKNOWN, CONSTANTS) == pytest.approx(4 * 32 * 4096)


def test_step_overhead_goes_by_layers_and_faster_than_devices() -> None:
    one = step_overhead_s(8e9, 1, False, CONSTANTS, 32)
    assert one == pytest.approx(32 * CONSTANTS.layer_overhead_s)
    assert step_overhead_s(8e9, 1, False, CONSTANTS, 64) == pytest.approx(2 * one)
    assert step_overhead_s(8e9, 8, False, CONSTANTS, 32) > 8 * one
    assert step_overhead_s(8e9, 1, False, CONSTANTS) == pytest.approx(
        one
    )  # 32 layers stand in for 8e9 weights


def test_token_overhead_adds_the_state() -> None:
    plain = token_overhead_s(2, CONSTANTS)
    assert plain == pytest.approx(2 * CONSTANTS.token_overhead_s)
    with_state = token_overhead_s(2, CONSTANTS, 294e6, 3352e9)
    assert with_state - plain == pytest.approx(294e6 / (3352e9 * CONSTANTS.bandwidth_share))


@pytest.mark.parametrize(
    ("params", "weight_bytes", "memory_gb", "node_gpus", "expected"),
    [
        (8.03e9, 2, 80, 8, 1),
        (70.6e9, 2, 80, 8, 4),  # 141 GB: two hold the weights, but no cache
        (405.9e9, 1, 80, 8, 8),
        (405.9e9, 2, 80, 8, 16),  # two whole nodes
        (70.6e9, 2, 24, 1, 8),  # single-card nodes: as many as it takes
        (0.1e9, 4, 16, 1, 1),
    ],
)
def test_replica_is_the_fewest_devices_that_hold_it(
    params: float, weight_bytes: float, memory_gb: float, node_gpus: float, expected: float
) -> None:
    assert replica_gpus(params, weight_bytes, memory_gb * 1e9, node_gpus, UNKNOWN, CONSTANTS) == expected


def test_a_model_says_its_own_parallelism() -> None:
    assert replica_gpus(8e9, 2, 80e9, 8, 2, CONSTANTS) == 2
