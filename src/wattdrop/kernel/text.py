"""Autoregressive work: tokens, prefill, decode. One request at the accelerators.

A *full-power second* is energy divided by the accelerator's maximum power: 2 full-power seconds on a 700 W device are
1,400 J, however long the device really took. A *device-second* is one accelerator occupied for one second. Both are
sums over all accelerators that serve the request, and both are the request's own share of a batch.
"""

from __future__ import annotations

from typing import NamedTuple

from .columns import Evidence, Setup
from .constants import Constants
from .ops import Column, Ops


class Tokens(NamedTuple):
    """What the model has to read and to write for one request."""

    requests_in_flight: Column
    read_tokens: Column
    heard_audio_s: Column
    seen_pixels: Column
    spoken_audio_s: Column
    said_tokens_hint: Column
    unsaid_tokens: Column
    written_tokens: Column
    spoken_tokens: Column
    drawn_tokens: Column
    decode_tokens: Column
    cached_tokens: Column
    prefill_tokens: Column
    context_tokens: Column


class Prefill(NamedTuple):
    """Cost of reading the prompt."""

    prefill_flops: Column
    prefill_full_power_s: Column
    prefill_device_s: Column


class Decode(NamedTuple):
    """Cost of writing the answer, term by term, and of the whole reply."""

    active_share: Column
    untouched_root_share: Column
    untouched_share: Column
    touched_params: Column
    moe_factor: Column
    weights_read_bytes: Column
    attended_pairs: Column
    kv_read_bytes: Column
    decode_flops: Column
    weights_full_power_s: Column
    kv_full_power_s: Column
    arithmetic_full_power_s: Column
    overhead_full_power_s: Column
    decode_device_s: Column
    text_full_power_s: Column
    text_device_s: Column
    text_floor_s: Column


def tokens(s: Setup, e: Evidence, c: Constants, op: Ops) -> Tokens:
    """Tokens decoded, prefilled and held in context by one request."""
    requests_in_flight = op.mx(
        op.pick(e.batch_size, op.where(s.decodes > 0.0, s.default_batch_size, s.pass_batch_size)), 1.0
    )
    read_tokens = op.pick(e.input_tokens, s.default_input_tokens)
    heard_audio_s = op.pick(e.input_audio_seconds, s.default_input_audio_s)
    seen_pixels = op.pick(e.input_image_pixels, s.default_input_pixels)
    spoken_audio_s = op.pick(
        e.output_audio_seconds,
        op.where(
            s.output_audio_s_per_input_token > 0.0,
            read_tokens * s.output_audio_s_per_input_token,
            s.default_output_audio_s,
        ),
    )
    said_tokens_hint = (
        op.is_given(e.output_audio_tokens)
        + op.is_given(e.output_audio_seconds) * s.decode_tokens_per_output_audio_second
        + op.is_given(e.output_images) * s.decode_tokens_per_output_image
    )
    unsaid_tokens = op.where(
        s.decode_tokens_per_input_audio_second > 0.0,
        heard_audio_s * s.decode_tokens_per_input_audio_second,
        op.where(said_tokens_hint > 0.0, 0.0, s.default_output_tokens),
    )
    written_tokens = op.pick(e.output_tokens * s.decode_tokens_per_output_token, unsaid_tokens)
    spoken_tokens = op.pick(e.output_audio_tokens, spoken_audio_s * s.decode_tokens_per_output_audio_second)
    drawn_tokens = op.pick(e.output_images, s.default_images) * s.decode_tokens_per_output_image
    decode_tokens = s.decodes * op.mx(written_tokens + spoken_tokens + drawn_tokens, 1.0)
    cached_tokens = s.decodes * op.mn(op.pick(e.cached_input_tokens, 0.0), read_tokens)
    prefill_tokens = s.decodes * (
        op.mx(read_tokens - op.pick(e.cached_input_tokens, 0.0), 0.0)
        + seen_pixels * s.prefill_tokens_per_input_pixel
        + heard_audio_s * s.prefill_tokens_per_input_audio_second
    )
    context_tokens = prefill_tokens + cached_tokens
    return Tokens(
        requests_in_flight=requests_in_flight,
        read_tokens=read_tokens,
        heard_audio_s=heard_audio_s,
        seen_pixels=seen_pixels,
        spoken_audio_s=spoken_audio_s,
        said_tokens_hint=said_tokens_hint,
        unsaid_tokens=unsaid_tokens,
        written_tokens=written_tokens,
        spoken_tokens=spoken_tokens,
        drawn_tokens=drawn_tokens,
        decode_tokens=decode_tokens,
        cached_tokens=cached_tokens,
        prefill_tokens=prefill_tokens,
        context_tokens=context_tokens,
    )


def prefill(
    s: Setup, e: Evidence, c: Constants, op: Ops, prefill_tokens: Column, cached_tokens: Column
) -> Prefill:
    """Arithmetic of reading the prompt: every weight once per token, attention over all earlier tokens."""
    prefill_flops = prefill_tokens * (
        2.0 * s.active_params * s.decode_weights_share
        + s.attention_flops_per_pair * (cached_tokens + prefill_tokens / 2.0)
    )
    prefill_full_power_s = (
        c.arithmetic_cost * op.where(s.is_moe > 0.0, c.moe_cost, 1.0) * prefill_flops / s.gpu_flops_per_s
    )
    prefill_device_s = prefill_full_power_s / c.arithmetic_power_share
    return Prefill(
        prefill_flops=prefill_flops,
        prefill_full_power_s=prefill_full_power_s,
        prefill_device_s=prefill_device_s,
    )


def decode(
    s: Setup,
    e: Evidence,
    c: Constants,
    op: Ops,
    requests_in_flight: Column,
    decode_tokens: Column,
    context_tokens: Column,
    prefill_flops: Column,
    prefill_full_power_s: Column,
    prefill_device_s: Column,
) -> Decode:
    """Weights, KV cache, arithmetic and overheads of writing the answer token by token."""
    active_share = s.active_params / op.mx(s.total_params, 1.0)
    untouched_root_share = 1.0 / (1.0 + active_share * (requests_in_flight - 1.0) / 4.0)
    untouched_share = (
        untouched_root_share * untouched_root_share * untouched_root_share * untouched_root_share
    )
    touched_params = s.decode_weights_share * (
        s.active_params + (s.total_params - s.active_params) * (1.0 - untouched_share)
    )
    moe_factor = op.where(s.is_moe > 0.0, c.moe_cost, 1.0)
    weights_read_bytes = decode_tokens * touched_params * s.weight_bytes / requests_in_flight
    attended_pairs = decode_tokens * (context_tokens + decode_tokens / 2.0)
    kv_read_bytes = s.kv_bytes_per_token * attended_pairs
    decode_flops = (
        2.0 * s.active_params * s.decode_weights_share * decode_tokens
        + s.attention_flops_per_pair * attended_pairs
    )
    weights_full_power_s = c.weights_cost * moe_factor * weights_read_bytes / s.gpu_bandwidth_bytes_per_s
    kv_full_power_s = c.kv_cost * kv_read_bytes / s.gpu_bandwidth_bytes_per_s
    arithmetic_full_power_s = c.arithmetic_cost * moe_factor * decode_flops / s.gpu_flops_per_s
    overhead_full_power_s = decode_tokens * (s.step_overhead_s / requests_in_flight + s.token_overhead_s)
    decode_device_s = (
        (weights_full_power_s + kv_full_power_s) / c.memory_power_share
        + arithmetic_full_power_s / c.arithmetic_power_share
        + overhead_full_power_s / c.overhead_power_share
    )
    text_full_power_s = (
        prefill_full_power_s
        + weights_full_power_s
        + kv_full_power_s
        + arithmetic_full_power_s
        + overhead_full_power_s
    )
    text_device_s = prefill_device_s + decode_device_s
    text_floor_s = op.mx(
        (prefill_flops + decode_flops) / s.gpu_flops_per_s,
        (weights_read_bytes + kv_read_bytes) / s.gpu_bandwidth_bytes_per_s,
    )
    return Decode(
        active_share=active_share,
        untouched_root_share=untouched_root_share,
        untouched_share=untouched_share,
        touched_params=touched_params,
        moe_factor=moe_factor,
        weights_read_bytes=weights_read_bytes,
        attended_pairs=attended_pairs,
        kv_read_bytes=kv_read_bytes,
        decode_flops=decode_flops,
        weights_full_power_s=weights_full_power_s,
        kv_full_power_s=kv_full_power_s,
        arithmetic_full_power_s=arithmetic_full_power_s,
        overhead_full_power_s=overhead_full_power_s,
        decode_device_s=decode_device_s,
        text_full_power_s=text_full_power_s,
        text_device_s=text_device_s,
        text_floor_s=text_floor_s,
    )
