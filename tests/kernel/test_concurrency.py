"""Requests in flight: given, inferred from a duration, or usual."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.kernel.rows import impact, llama_8b, llama_70b, qwen3_30b_a3b

CHAT = {"input_tokens": 155.0, "output_tokens": 500.0}


def reply_s(setup, batch):
    """Wall time of a reply at a batch, as the method models it."""
    o = impact(setup, **CHAT, batch_size=batch).occupancy
    return o.modelled_device_s * batch / setup.replica_gpus


def in_flight(setup, **given_):
    return impact(setup, **CHAT, **given_).concurrency.requests_in_flight


def test_without_duration_or_batch_it_is_the_usual_number():
    assert in_flight(llama_8b()) == 64.0


def test_a_given_batch_beats_a_duration():
    assert in_flight(llama_8b(), batch_size=7.0, processing_duration_s=20.0) == 7.0


@pytest.mark.parametrize("batch", [128.0, 256.0, 512.0])
def test_a_full_machine_is_recognised_by_its_slow_replies(batch):
    found = in_flight(llama_8b(), processing_duration_s=reply_s(llama_8b(), batch))
    assert batch / 1.3 < found < batch * 1.3


@pytest.mark.parametrize("setup", [llama_8b(), llama_70b(), qwen3_30b_a3b()], ids=["8B", "70B", "experts"])
def test_a_fast_reply_means_fewer_and_a_slow_one_more_than_usual(setup):
    usual = in_flight(setup)
    assert in_flight(setup, processing_duration_s=reply_s(setup, 8.0)) < usual
    assert in_flight(setup, processing_duration_s=reply_s(setup, 400.0)) > usual


def test_the_duration_of_the_usual_number_leaves_it():
    assert in_flight(llama_8b(), processing_duration_s=reply_s(llama_8b(), 64.0)) == pytest.approx(
        64.0, rel=1e-6
    )


def test_a_duration_weighs_less_where_it_hardly_depends_on_the_batch():
    slow_reading = llama_8b(gpu_bandwidth_bytes_per_s=3352e9 / 20)  # the weights take nearly all of the time
    weight = [
        impact(s, **CHAT, processing_duration_s=9.0).concurrency.duration_weight
        for s in (llama_8b(), slow_reading)
    ]
    assert weight[1] < weight[0]


@settings(deadline=None)
@given(st.floats(1e-3, 1e5))
def test_no_duration_gives_more_requests_than_fit_or_less_than_one(seconds):
    assert 1.0 <= in_flight(llama_8b(), processing_duration_s=seconds) <= 1024.0


@settings(deadline=None)
@given(st.floats(1e-3, 1e4), st.floats(0.0, 1e4))
def test_longer_never_means_fewer(seconds, more):
    fast = in_flight(llama_8b(), processing_duration_s=seconds)
    slow = in_flight(llama_8b(), processing_duration_s=seconds + more)
    assert slow >= fast * 0.95  # the weight moves a little beside the number
