"""Autoregressive work: tokens, prefill, decode. One request at the accelerators.

A *full-power second* is energy divided by the accelerator's maximum power: 2 full-power seconds on a 700 W device are
1,400 J, however long the device really took. A *device-second* is one accelerator occupied for one second. Both are
sums over all accelerators that serve the request, and both are the request's own share of a batch.
"""

from __future__ import annotations

from ..typed import NamedTuple
from .columns import Evidence, Setup
from .concurrency import touched_params_of, untouched_root_share_of, untouched_share_of
from .constants import Constants
from .ops import Column, Ops


class Tokens(NamedTuple):
    """What the model has to read and to write for one request."""

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
    uncached_tokens: Column
    media_tokens: Column
    prefill_tokens: Column
    context_tokens: Column


class Rates(NamedTuple):
    """What the accelerator sustains, and the power it takes to do so."""

    sustained_bytes_per_s: Column
    sustained_flops_per_s: Column
    memory_dynamic_share: Column
    arithmetic_dynamic_share: Column
    token_flops: Column
    flop_device_s: Column
    byte_device_s: Column
    token_arithmetic_s: Column
    pair_arithmetic_s: Column
    pair_reading_s: Column
    arithmetic_power_share: Column
    memory_power_share: Column


class Prefill(NamedTuple):
    """Cost of reading the prompt."""

    prefill_pairs: Column
    prefill_flops: Column
    prefill_device_s: Column
    prefill_full_power_s: Column


class Reply(NamedTuple):
    """What a reply costs whoever shares the steps with it."""

    attended_pairs: Column
    kv_read_bytes: Column
    decode_flops: Column
    kv_read_s: Column
    decode_arithmetic_s: Column
    own_device_s: Column


class Decode(NamedTuple):
    """Cost of writing the answer, term by term, and of the whole reply."""

    untouched_root_share: Column
    untouched_share: Column
    touched_params: Column
    token_weights_bytes: Column
    token_reading_s: Column
    weights_read_bytes: Column
    weights_read_s: Column
    served_alone: Column
    engine_step_s: Column
    token_step_s: Column
    token_expert_s: Column
    token_own_s: Column
    step_wait_s: Column
    expert_wait_s: Column
    token_work_s: Column
    text_arithmetic_s: Column
    text_reading_s: Column
    text_device_s: Column
    text_full_power_s: Column
    text_floor_s: Column
    decode_device_s: Column
    decode_full_power_s: Column


def tokens(s: Setup, e: Evidence, c: Constants, op: Ops) -> Tokens:
    """Tokens decoded, prefilled and held in context by one request.

    Providers count the tokens of images and sound in ``input_tokens``; where fewer are reported than the media make, the
    caller counted the text alone (or sent 0), and the media's own tokens are read. What is cached is not read, be it media.
    """
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
    decode_tokens = s.decodes * op.mx(written_tokens + (spoken_tokens + drawn_tokens), 1.0)
    cached_tokens = s.decodes * op.mn(op.pick(e.cached_input_tokens, 0.0), read_tokens)
    uncached_tokens = op.mx(read_tokens - op.pick(e.cached_input_tokens, 0.0), 0.0)
    media_tokens = (
        seen_pixels * s.prefill_tokens_per_input_pixel
        + heard_audio_s * s.prefill_tokens_per_input_audio_second
    )
    prefill_tokens = s.decodes * op.where(
        op.is_given(e.input_tokens) > 0.0,
        op.mx(op.mx(read_tokens, media_tokens) - cached_tokens, 0.0),
        uncached_tokens + media_tokens,
    )
    context_tokens = prefill_tokens + cached_tokens
    return Tokens(
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
        uncached_tokens=uncached_tokens,
        media_tokens=media_tokens,
        prefill_tokens=prefill_tokens,
        context_tokens=context_tokens,
    )


def rates(s: Setup, e: Evidence, c: Constants, op: Ops) -> Rates:
    """What one accelerator sustains, what a FLOP and a byte take there, and the power it draws meanwhile.

    Parameters
    ----------
    s : Setup
        ``gpu_bandwidth_bytes_per_s`` [B/s], ``gpu_flops_per_s`` (dense peak) [FLOP/s], ``gpu_max_power_w`` [W].
    c : Constants
        ``bandwidth_share``, ``arithmetic_share`` [-]; ``byte_energy_j`` [J/B], ``flop_energy_j`` [J/FLOP];
        ``working_power_share`` [-].

    Returns
    -------
    Rates
        Sustained rates [B/s, FLOP/s], and the dynamic power of reading and of arithmetic as shares of maximum
        power [-], without and with what keeping awake takes. ``token_flops``: FLOP of a token beside attention;
        ``flop_device_s``, ``byte_device_s``: time of a FLOP and of a byte; ``token_arithmetic_s``, ``pair_arithmetic_s``,
        ``pair_reading_s``: of a token and of a query-key pair [s].

    Notes
    -----
    An accelerator at work draws ``working_power_share`` of its maximum power whatever it does, plus the energy of
    each byte read and each operation. Both stop at the maximum power: an accelerator that reads from on-chip memory
    (tens of TB/s) pays less per byte than the constant, which was fitted on HBM.

    Examples
    --------
    An H100 SXM (700 W, 3,352 GB/s) at 85 % of its bandwidth and 0.077 nJ/B: 0.077e-9 x 2.85e12 = 219 W = 0.31 of 700 W;
    with 0.5 for being awake it draws about 570 W while it reads weights.

    References
    ----------
    Fitted by validation/fit.py on the ML.ENERGY Benchmark (arXiv 2505.06371).
    """
    sustained_bytes_per_s = s.gpu_bandwidth_bytes_per_s * c.bandwidth_share
    sustained_flops_per_s = s.gpu_flops_per_s * c.arithmetic_share
    memory_dynamic_share = op.mn(
        c.byte_energy_j * sustained_bytes_per_s / s.gpu_max_power_w, op.mx(1.0 - c.working_power_share, 0.0)
    )
    arithmetic_dynamic_share = op.mn(
        c.flop_energy_j * sustained_flops_per_s / s.gpu_max_power_w, op.mx(1.0 - c.working_power_share, 0.0)
    )
    token_flops = 2.0 * s.active_params * s.decode_weights_share
    flop_device_s = 1.0 / sustained_flops_per_s
    byte_device_s = 1.0 / sustained_bytes_per_s
    token_arithmetic_s = token_flops * flop_device_s
    pair_arithmetic_s = s.attention_flops_per_pair * flop_device_s
    pair_reading_s = s.kv_bytes_per_token * byte_device_s
    arithmetic_power_share = c.working_power_share + arithmetic_dynamic_share
    memory_power_share = c.working_power_share + memory_dynamic_share
    return Rates(
        sustained_bytes_per_s=sustained_bytes_per_s,
        sustained_flops_per_s=sustained_flops_per_s,
        memory_dynamic_share=memory_dynamic_share,
        arithmetic_dynamic_share=arithmetic_dynamic_share,
        token_flops=token_flops,
        flop_device_s=flop_device_s,
        byte_device_s=byte_device_s,
        token_arithmetic_s=token_arithmetic_s,
        pair_arithmetic_s=pair_arithmetic_s,
        pair_reading_s=pair_reading_s,
        arithmetic_power_share=arithmetic_power_share,
        memory_power_share=memory_power_share,
    )


def prefill(
    s: Setup,
    e: Evidence,
    c: Constants,
    op: Ops,
    prefill_tokens: Column,
    cached_tokens: Column,
    token_flops: Column,
    token_arithmetic_s: Column,
    pair_arithmetic_s: Column,
    arithmetic_power_share: Column,
) -> Prefill:
    """Arithmetic of reading the prompt: every active weight once per token, attention over all earlier tokens.

    Parameters
    ----------
    prefill_tokens, cached_tokens : Column
        Tokens to be read, and tokens whose KV cache exists already. [tokens]
    token_flops, token_arithmetic_s, pair_arithmetic_s, arithmetic_power_share : Column
        From :func:`rates`.

    Returns
    -------
    Prefill
        ``prefill_pairs``: query-key pairs; ``prefill_flops`` [FLOP]; ``prefill_device_s``, ``prefill_full_power_s`` [s].

    Notes
    -----
    ``n x (2 x active_params + pair x (cached + n/2))``: the first token attends to the cache only, the last to cache
    and n - 1 new ones, half of n on average. Quadratic in long prompts. The weights that prefill reads are shared with
    the decode steps of other requests (continuous batching) and are not counted again.

    Examples
    --------
    Llama 3.1 8B, 1,000 tokens: 1000 x (2 x 8.03e9 + 524288 x 500) = 1.63e13 FLOP, 0.026 s on an H100 at 63 % of peak.

    References
    ----------
    Kaplan et al. 2020, Scaling Laws for Neural Language Models (2 FLOP per weight and token), arXiv 2001.08361.
    """
    prefill_pairs = prefill_tokens * (cached_tokens + prefill_tokens / 2.0)
    prefill_flops = prefill_tokens * token_flops + prefill_pairs * s.attention_flops_per_pair
    prefill_device_s = prefill_tokens * token_arithmetic_s + prefill_pairs * pair_arithmetic_s
    prefill_full_power_s = prefill_device_s * arithmetic_power_share
    return Prefill(
        prefill_pairs=prefill_pairs,
        prefill_flops=prefill_flops,
        prefill_device_s=prefill_device_s,
        prefill_full_power_s=prefill_full_power_s,
    )


def reply(
    s: Setup,
    e: Evidence,
    c: Constants,
    op: Ops,
    decode_tokens: Column,
    context_tokens: Column,
    token_flops: Column,
    token_arithmetic_s: Column,
    pair_arithmetic_s: Column,
    pair_reading_s: Column,
    prefill_device_s: Column,
) -> Reply:
    """KV cache and arithmetic of writing the answer: what each request adds, however many share the steps.

    Parameters
    ----------
    decode_tokens, context_tokens : Column
        Tokens written, and tokens in the KV cache before the first of them. [tokens]
    token_flops, token_arithmetic_s, pair_arithmetic_s, pair_reading_s : Column
        From :func:`rates`.
    prefill_device_s : Column
        From :func:`prefill`. [s]

    Returns
    -------
    Reply
        Bytes, FLOP and device-seconds by term; ``own_device_s``: their sum with prefill and the work per token. [s]

    Examples
    --------
    Llama 3.1 8B, 500 tokens after 155: 500 x 405 pairs of 131 kB: 26.5 GB of KV cache.
    """
    attended_pairs = decode_tokens * (context_tokens + decode_tokens / 2.0)
    kv_read_bytes = attended_pairs * s.kv_bytes_per_token
    decode_flops = decode_tokens * token_flops + attended_pairs * s.attention_flops_per_pair
    kv_read_s = attended_pairs * pair_reading_s
    decode_arithmetic_s = decode_tokens * token_arithmetic_s + attended_pairs * pair_arithmetic_s
    own_device_s = (
        prefill_device_s
        + kv_read_s
        + decode_arithmetic_s
        + decode_tokens * (s.token_overhead_s + s.token_wait_s)
    )
    return Reply(
        attended_pairs=attended_pairs,
        kv_read_bytes=kv_read_bytes,
        decode_flops=decode_flops,
        kv_read_s=kv_read_s,
        decode_arithmetic_s=decode_arithmetic_s,
        own_device_s=own_device_s,
    )


def decode(
    s: Setup,
    e: Evidence,
    c: Constants,
    op: Ops,
    active_share: Column,
    requests_in_flight: Column,
    prefill_tokens: Column,
    decode_tokens: Column,
    prefill_pairs: Column,
    attended_pairs: Column,
    byte_device_s: Column,
    token_arithmetic_s: Column,
    pair_arithmetic_s: Column,
    pair_reading_s: Column,
    arithmetic_power_share: Column,
    memory_power_share: Column,
    prefill_device_s: Column,
    prefill_full_power_s: Column,
) -> Decode:
    """The whole reply: its arithmetic and the bytes it reads, at what each costs, and the overheads of each token.

    Parameters
    ----------
    active_share, requests_in_flight : Column
        Share of the weights that a token visits [-], and requests that share each decode step, at least 1, from
        :func:`.concurrency.concurrency`.
    prefill_tokens, decode_tokens : Column
        Tokens read and written. [tokens]
    prefill_pairs, attended_pairs : Column
        Query-key pairs of reading and of writing. [-]
    byte_device_s, token_arithmetic_s, pair_arithmetic_s, pair_reading_s : Column
        From :func:`rates`. [s]
    arithmetic_power_share, memory_power_share : Column
        From :func:`rates`. [-]
    prefill_device_s, prefill_full_power_s : Column
        From :func:`prefill`.

    Returns
    -------
    Decode
        ``text_device_s`` and ``text_full_power_s`` of the whole reply [s], of which decode; ``text_floor_s``: the same work
        at peak rates, a lower bound of any duration [s]. Beside them bytes, FLOP and device-seconds by term.

    Notes
    -----
    Per step, a replica reads the weights once for all B requests, and each request's KV cache on its own. A mixture of
    experts reads the experts that any of the B requests was routed to, see :mod:`.concurrency`.

    Beside reading and arithmetic, a step takes launches and gaps (``token_step_s``, shared, at the working power), and each
    token its sampling and small kernels (``token_own_s``, not shared, at ``token_power_share``). Engines until 2024
    let the accelerators wait longer, per step and per token (``token_wait_s``). A request that is given as served alone
    (``batch_size`` 1) is taken to run in a plain library pipeline: ``alone_step_s`` for each step, no engine. Where an
    encoder-decoder runs in such a pipeline (``step_host_s``), its host time is counted in :mod:`.passes` instead.

    At 8 bits, experts were measured to take ``moe_8bit_cost`` times the time that their bytes need.

    Not modelled: speculative decoding, sliding windows, prefix caches that the row does not mention. The steps are
    assumed to be shared by the same number of requests throughout.

    Examples
    --------
    Llama 3.1 8B on one H100, batch 64, 500 tokens after 155: weights 16.1 GB / 64 and KV cache 131 kB x 405 = 53 MB a
    token, 0.26 + 0.05 GB in all or 0.11 ms at 2.86 TB/s; times 500.

    References
    ----------
    Pope et al. 2022, Efficiently Scaling Transformer Inference, arXiv 2211.05102.
    """
    untouched_root_share = untouched_root_share_of(active_share, requests_in_flight, c)
    untouched_share = untouched_share_of(untouched_root_share)
    touched_params = touched_params_of(s, untouched_share)
    token_weights_bytes = touched_params * s.weight_bytes / requests_in_flight
    token_reading_s = token_weights_bytes * byte_device_s
    weights_read_bytes = decode_tokens * token_weights_bytes
    weights_read_s = decode_tokens * token_reading_s
    served_alone = op.where(e.batch_size == 1.0, 1.0, 0.0)
    engine_step_s = s.step_overhead_s / requests_in_flight + s.token_wait_s
    token_step_s = op.where(
        s.step_host_s > 0.0, 0.0, served_alone * s.alone_step_s + (1.0 - served_alone) * engine_step_s
    )
    token_expert_s = op.where(s.is_moe * s.weight_bytes == 1.0, c.moe_8bit_cost - 1.0, 0.0) * token_reading_s
    token_own_s = (1.0 - served_alone) * s.token_overhead_s
    step_wait_s = decode_tokens * token_step_s
    expert_wait_s = decode_tokens * token_expert_s
    token_work_s = decode_tokens * token_own_s
    text_arithmetic_s = (prefill_tokens + decode_tokens) * token_arithmetic_s + (
        prefill_pairs + attended_pairs
    ) * pair_arithmetic_s
    text_reading_s = decode_tokens * token_reading_s + attended_pairs * pair_reading_s
    text_device_s = (
        text_arithmetic_s + text_reading_s + decode_tokens * (token_step_s + token_expert_s + token_own_s)
    )
    text_full_power_s = (
        text_arithmetic_s * arithmetic_power_share
        + text_reading_s * memory_power_share
        + decode_tokens
        * (c.working_power_share * (token_step_s + token_expert_s) + c.token_power_share * token_own_s)
    )
    text_floor_s = op.mx(text_arithmetic_s * c.arithmetic_share, text_reading_s * c.bandwidth_share)
    decode_device_s = text_device_s - prefill_device_s
    decode_full_power_s = text_full_power_s - prefill_full_power_s
    return Decode(
        untouched_root_share=untouched_root_share,
        untouched_share=untouched_share,
        touched_params=touched_params,
        token_weights_bytes=token_weights_bytes,
        token_reading_s=token_reading_s,
        weights_read_bytes=weights_read_bytes,
        weights_read_s=weights_read_s,
        served_alone=served_alone,
        engine_step_s=engine_step_s,
        token_step_s=token_step_s,
        token_expert_s=token_expert_s,
        token_own_s=token_own_s,
        step_wait_s=step_wait_s,
        expert_wait_s=expert_wait_s,
        token_work_s=token_work_s,
        text_arithmetic_s=text_arithmetic_s,
        text_reading_s=text_reading_s,
        text_device_s=text_device_s,
        text_full_power_s=text_full_power_s,
        text_floor_s=text_floor_s,
        decode_device_s=decode_device_s,
        decode_full_power_s=decode_full_power_s,
    )
