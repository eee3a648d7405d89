"""Diffusion: images, video and sound made by repeated passes of a denoiser.

Energy is counted in *full-power seconds*: seconds of one accelerator at its maximum power. A denoiser is bound by
arithmetic, so that is its FLOP over the accelerator's peak, times a fitted factor for the share of the peak it reaches.
"""

from __future__ import annotations

from ..typed import NamedTuple
from .columns import Evidence, Setup
from .constants import Constants
from .ops import Column, Ops


class DenoiseResult(NamedTuple):
    """Every step from the row's pixels, frames and seconds to accelerator time. All zero for models without denoiser."""

    denoise_batch_size: Column
    denoise_steps: Column
    denoise_passes: Column
    denoise_prompt_tokens: Column
    denoise_frames: Column
    denoise_images: Column
    denoise_image_pixels: Column
    denoise_image_pixels_squared: Column
    denoise_frame_pixels: Column
    denoise_latent_frames: Column
    denoise_video_pixels: Column
    denoise_audio_s: Column
    denoise_linear_flops: Column
    denoise_attention_flops: Column
    denoise_decoder_flops: Column
    denoise_prompt_flops: Column
    denoise_parallel_factor: Column
    denoise_flops_per_j: Column
    denoise_compute_full_power_s: Column
    denoise_compute_device_s: Column
    denoise_host_device_s: Column
    denoise_waiting_device_s: Column
    denoise_waiting_power_share: Column
    denoise_waiting_full_power_s: Column
    denoise_full_power_s: Column
    denoise_device_s: Column


def denoise(s: Setup, e: Evidence, c: Constants, op: Ops) -> DenoiseResult:
    """Accelerator time and energy of the images, video frames and sound that a row asks a diffusion model for.

    Parameters
    ----------
    s, e : Setup, Evidence
        What the row's names resolve to, and its own quantities (NaN = not given).
    c : Constants
        Fitted constants, see data/methodology/media.toml.

    Returns
    -------
    DenoiseResult
        ``denoise_full_power_s``: energy over the maximum power of one accelerator, summed over the accelerators. [s]
        ``denoise_device_s``: accelerator-seconds occupied. [s]

    Notes
    -----
    passes x (linear x pixels x latent frames + attention x (pixels x latent frames)^2) per item, once the prompt, and the
    pixel decoder per pixel and frame. Latent frames are rounded up. Several images of a row share the calls, not the
    arithmetic. An image model asked for video makes one image per frame.
    """
    denoise_batch_size = op.mx(op.pick(e.batch_size, s.pass_batch_size), 1.0)
    denoise_steps = op.mx(op.pick(e.steps, s.default_steps), 1.0)
    denoise_passes = denoise_steps * s.guidance_passes
    denoise_prompt_tokens = op.mx(op.pick(e.input_tokens, s.default_input_tokens), 1.0)
    denoise_frames = op.pick(
        e.output_video_frames,
        op.pick(
            e.output_video_seconds * s.frames_per_second,
            (1.0 - op.is_given(e.output_images)) * s.default_frames,
        ),
    )
    denoise_images = op.pick(
        e.output_images,
        (1.0 - op.mx(op.is_given(e.output_video_frames), op.is_given(e.output_video_seconds)))
        * s.default_images,
    )
    denoise_image_pixels = op.pick(e.output_image_pixels, denoise_images * s.default_image_pixels)
    denoise_image_pixels_squared = op.pick(
        e.output_image_pixels_squared, denoise_images * s.default_image_pixels * s.default_image_pixels
    )
    denoise_frame_pixels = op.pick(e.output_frame_pixels, s.default_frame_pixels)
    denoise_latent_frames = op.ceil(denoise_frames / s.frames_per_latent_frame)
    denoise_video_pixels = denoise_frame_pixels * denoise_latent_frames
    denoise_audio_s = op.pick(
        e.output_audio_seconds,
        op.pick(e.output_audio_tokens * s.output_audio_s_per_audio_token, s.default_output_audio_s),
    )
    denoise_linear_flops = denoise_passes * (
        s.denoise_flops_per_pixel * (denoise_image_pixels + denoise_video_pixels)
        + s.denoise_flops_per_audio_second * denoise_audio_s
    )
    denoise_attention_flops = (
        denoise_passes
        * s.denoise_flops_per_pixel_squared
        * (denoise_image_pixels_squared + denoise_video_pixels * denoise_video_pixels)
    )
    denoise_decoder_flops = s.decoder_flops_per_pixel * (
        denoise_image_pixels + denoise_frame_pixels * denoise_frames
    )
    denoise_prompt_flops = s.prompt_flops_per_token * denoise_prompt_tokens
    denoise_parallel_factor = 1.0 + c.denoise_parallel_cost * (s.replica_gpus - 1.0)
    denoise_flops_per_j = c.reference_flops_per_j * op.sqrt(
        op.sqrt(s.gpu_flops_per_s / s.gpu_max_power_w / c.reference_flops_per_j)
    )
    denoise_compute_full_power_s = (
        denoise_linear_flops * (s.denoise_efficiency * c.denoise_linear_factor)
        + denoise_attention_flops * (s.denoise_efficiency * c.denoise_attention_factor)
        + (denoise_decoder_flops + denoise_prompt_flops) * c.denoise_linear_factor
    ) * (denoise_parallel_factor / denoise_flops_per_j / s.gpu_max_power_w)
    denoise_compute_device_s = denoise_compute_full_power_s * (1.0 / c.denoise_compute_power_share)
    denoise_host_device_s = denoise_steps * (s.denoise_step_overhead_s * s.replica_gpus) / denoise_batch_size
    denoise_waiting_device_s = op.mx(denoise_host_device_s - denoise_compute_device_s, 0.0)
    denoise_waiting_power_share = (
        s.gpu_idle_power_w + c.waiting_power_share * (s.gpu_max_power_w - s.gpu_idle_power_w)
    ) / s.gpu_max_power_w
    denoise_waiting_full_power_s = denoise_waiting_device_s * denoise_waiting_power_share
    denoise_full_power_s = denoise_compute_full_power_s + denoise_waiting_full_power_s
    denoise_device_s = op.mx(denoise_compute_device_s, denoise_host_device_s)
    return DenoiseResult(
        denoise_batch_size=denoise_batch_size,
        denoise_steps=denoise_steps,
        denoise_passes=denoise_passes,
        denoise_prompt_tokens=denoise_prompt_tokens,
        denoise_frames=denoise_frames,
        denoise_images=denoise_images,
        denoise_image_pixels=denoise_image_pixels,
        denoise_image_pixels_squared=denoise_image_pixels_squared,
        denoise_frame_pixels=denoise_frame_pixels,
        denoise_latent_frames=denoise_latent_frames,
        denoise_video_pixels=denoise_video_pixels,
        denoise_audio_s=denoise_audio_s,
        denoise_linear_flops=denoise_linear_flops,
        denoise_attention_flops=denoise_attention_flops,
        denoise_decoder_flops=denoise_decoder_flops,
        denoise_prompt_flops=denoise_prompt_flops,
        denoise_parallel_factor=denoise_parallel_factor,
        denoise_flops_per_j=denoise_flops_per_j,
        denoise_compute_full_power_s=denoise_compute_full_power_s,
        denoise_compute_device_s=denoise_compute_device_s,
        denoise_host_device_s=denoise_host_device_s,
        denoise_waiting_device_s=denoise_waiting_device_s,
        denoise_waiting_power_share=denoise_waiting_power_share,
        denoise_waiting_full_power_s=denoise_waiting_full_power_s,
        denoise_full_power_s=denoise_full_power_s,
        denoise_device_s=denoise_device_s,
    )
