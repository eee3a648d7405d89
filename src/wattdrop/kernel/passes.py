"""Single passes: encoders, classifiers, detectors, speech encoders, upscalers, vocoders, recommenders.

A small model at small batch spends its time on launching kernels, a large one on arithmetic, and every call reads the
weights once. The three are added; overhead and weights are shared by the requests of one call.
"""

from __future__ import annotations

from ..typed import NamedTuple
from .columns import Evidence, Setup
from .constants import Constants
from .ops import Column, Ops


class PassResult(NamedTuple):
    """Every step from the row's tokens, images and seconds to accelerator time. All zero for models without passes."""

    pass_batch_size: Column
    pass_input_tokens: Column
    pass_input_images: Column
    pass_input_pixels: Column
    pass_frames: Column
    pass_output_pixels: Column
    pass_input_audio_s: Column
    pass_output_audio_s: Column
    pass_text_flops: Column
    pass_vision_flops: Column
    pass_audio_flops: Column
    pass_flops: Column
    pass_tuned: Column
    pass_compute_full_power_s: Column
    pass_weights_full_power_s: Column
    pass_activation_bytes: Column
    pass_activations_full_power_s: Column
    pass_busy_full_power_s: Column
    pass_busy_device_s: Column
    pass_decoded_tokens: Column
    pass_host_device_s: Column
    pass_waiting_device_s: Column
    pass_waiting_power_share: Column
    pass_waiting_full_power_s: Column
    pass_full_power_s: Column
    pass_device_s: Column


def passes(s: Setup, e: Evidence, c: Constants, op: Ops) -> PassResult:
    """Accelerator time and energy of one call of a model that reads its input once.

    Parameters
    ----------
    s, e : Setup, Evidence
        What the row's names resolve to, and its own quantities (NaN = not given).
    c : Constants
        Fitted constants, see data/methodology/media.toml.

    Returns
    -------
    PassResult
        ``pass_full_power_s``: energy over the maximum power of one accelerator. [s]
        ``pass_device_s``: accelerator-seconds occupied. [s]

    Notes
    -----
    Convolutions write feature maps and read them again, many bytes for little arithmetic: at 8 bits on a fast accelerator
    that traffic costs as much as the arithmetic. Transformers' is small beside theirs and is left to the factor.

    Pixels read and pixels made describe the same work of an upscaler from its two ends: the larger of the two counts.
    Sound is padded to whole windows, at least one. Where the host needs longer to prepare and launch a call than the
    accelerator needs to run it, the accelerator waits at a little above idle. Encoder-decoder models run in library
    pipelines launch one call per token they write: their host time is counted here, their bytes and FLOP as text.
    """
    pass_batch_size = op.mx(op.pick(e.batch_size, s.pass_batch_size), 1.0)
    pass_input_tokens = op.pick(e.input_tokens, s.default_input_tokens)
    pass_input_images = op.pick(e.input_images, s.default_input_images)
    pass_frames = op.pick(
        e.output_video_frames, op.pick(e.output_video_seconds * s.frames_per_second, s.default_frames)
    )
    pass_output_pixels = op.pick(e.output_image_pixels, 0.0) + pass_frames * op.pick(
        e.output_frame_pixels, s.default_frame_pixels
    )
    pass_input_pixels = op.pick(
        e.input_image_pixels,
        s.default_input_pixels
        * (
            1.0
            - op.mx(
                op.is_given(e.output_image_pixels),
                op.mx(op.is_given(e.output_video_frames), op.is_given(e.output_video_seconds)),
            )
        ),
    )
    pass_input_audio_s = s.audio_window_s * op.mx(
        op.ceil(op.pick(e.input_audio_seconds, s.default_input_audio_s) / s.audio_window_s), 1.0
    )
    pass_output_audio_s = op.pick(
        e.output_audio_seconds,
        op.pick(
            e.output_audio_tokens * s.output_audio_s_per_audio_token,
            op.where(
                s.output_audio_s_per_input_token > 0.0,
                pass_input_tokens * s.output_audio_s_per_input_token,
                s.default_output_audio_s,
            ),
        ),
    )
    pass_text_flops = pass_input_tokens * (
        s.pass_flops_per_input_token
        + s.pass_flops_per_token_pair * op.mn(pass_input_tokens, s.pass_context_tokens)
    )
    pass_vision_flops = s.pass_flops_per_input_image * pass_input_images + op.mx(
        s.pass_flops_per_input_pixel * pass_input_pixels, s.pass_flops_per_output_pixel * pass_output_pixels
    )
    pass_audio_flops = (
        s.pass_flops_per_input_audio_second * pass_input_audio_s
        + s.pass_flops_per_output_audio_second * pass_output_audio_s
    )
    pass_flops = (s.pass_flops_base + pass_audio_flops + pass_vision_flops) + pass_text_flops
    pass_tuned = op.where(
        s.pass_flops_per_input_audio_second > 0.0,
        0.0,
        op.where(
            s.weight_bytes <= 1.0, 1.0, op.where(op.pick(e.batch_size, s.pass_batch_size) > 1.0, 1.0, 0.0)
        ),
    )
    pass_compute_full_power_s = pass_flops * (
        op.where(pass_tuned > 0.0, c.tuned_flops_factor, c.pass_flops_factor) / s.gpu_flops_per_s
    )
    pass_weights_full_power_s = (
        c.pass_weight_factor * s.pass_weight_bytes / s.gpu_bandwidth_bytes_per_s / pass_batch_size
    )
    pass_activation_bytes = s.pass_activation_bytes_per_flop * pass_vision_flops
    pass_activations_full_power_s = pass_activation_bytes * (
        c.pass_weight_factor / s.gpu_bandwidth_bytes_per_s
    )
    pass_busy_full_power_s = (
        pass_weights_full_power_s + pass_activations_full_power_s + pass_compute_full_power_s
    )
    pass_busy_device_s = pass_busy_full_power_s * (1.0 / c.pass_compute_power_share)
    pass_decoded_tokens = op.pick(
        e.output_tokens,
        op.where(
            s.decode_tokens_per_input_audio_second > 0.0,
            s.decode_tokens_per_input_audio_second * op.pick(e.input_audio_seconds, s.default_input_audio_s),
            s.default_output_tokens,
        ),
    ) + (s.decode_tokens_per_output_audio_second * pass_output_audio_s)
    pass_host_device_s = (
        op.where(pass_tuned > 0.0, op.mn(c.tuned_call_s, s.pass_overhead_s), s.pass_overhead_s)
        + op.where(e.batch_size == 1.0, s.alone_call_s, 0.0)
        + s.step_host_s * pass_decoded_tokens
    ) / pass_batch_size
    pass_waiting_device_s = op.mx(pass_host_device_s - pass_busy_device_s, 0.0)
    pass_waiting_power_share = (
        s.gpu_idle_power_w + c.waiting_power_share * (s.gpu_max_power_w - s.gpu_idle_power_w)
    ) / s.gpu_max_power_w
    pass_waiting_full_power_s = pass_waiting_device_s * pass_waiting_power_share
    pass_full_power_s = pass_busy_full_power_s + pass_waiting_full_power_s
    pass_device_s = op.mx(pass_busy_device_s, pass_host_device_s)
    return PassResult(
        pass_batch_size=pass_batch_size,
        pass_input_tokens=pass_input_tokens,
        pass_input_images=pass_input_images,
        pass_input_pixels=pass_input_pixels,
        pass_frames=pass_frames,
        pass_output_pixels=pass_output_pixels,
        pass_input_audio_s=pass_input_audio_s,
        pass_output_audio_s=pass_output_audio_s,
        pass_text_flops=pass_text_flops,
        pass_vision_flops=pass_vision_flops,
        pass_audio_flops=pass_audio_flops,
        pass_flops=pass_flops,
        pass_tuned=pass_tuned,
        pass_compute_full_power_s=pass_compute_full_power_s,
        pass_weights_full_power_s=pass_weights_full_power_s,
        pass_activation_bytes=pass_activation_bytes,
        pass_activations_full_power_s=pass_activations_full_power_s,
        pass_busy_full_power_s=pass_busy_full_power_s,
        pass_busy_device_s=pass_busy_device_s,
        pass_decoded_tokens=pass_decoded_tokens,
        pass_host_device_s=pass_host_device_s,
        pass_waiting_device_s=pass_waiting_device_s,
        pass_waiting_power_share=pass_waiting_power_share,
        pass_waiting_full_power_s=pass_waiting_full_power_s,
        pass_full_power_s=pass_full_power_s,
        pass_device_s=pass_device_s,
    )
