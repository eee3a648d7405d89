"""The demand fields of ``Setup``: what one request asks of an accelerator, per token, pixel and second."""

from __future__ import annotations

from ...typed import NamedTuple


class Demand(NamedTuple):
    """The demand fields of ``Setup``. A default is the neutral element of its term: 0 of a sum, 1 of a product."""

    decodes: float = 0.0
    decode_tokens_per_output_token: float = 0.0
    decode_tokens_per_output_audio_second: float = 0.0
    decode_tokens_per_output_image: float = 0.0
    decode_tokens_per_input_audio_second: float = 0.0
    decode_weights_share: float = 1.0
    prefill_tokens_per_input_pixel: float = 0.0
    prefill_tokens_per_input_audio_second: float = 0.0
    default_output_tokens: float = 0.0
    pass_flops_base: float = 0.0
    pass_flops_per_input_token: float = 0.0
    pass_flops_per_input_pixel: float = 0.0
    pass_flops_per_output_pixel: float = 0.0
    pass_flops_per_input_audio_second: float = 0.0
    pass_flops_per_output_audio_second: float = 0.0
    pass_weight_bytes: float = 0.0
    pass_activation_bytes_per_flop: float = 0.0
    pass_overhead_s: float = 0.0
    audio_window_s: float = 1.0
    pass_batch_size: float = 1.0
    pass_flops_per_input_image: float = 0.0
    pass_flops_per_token_pair: float = 0.0
    pass_context_tokens: float = 0.0
    step_host_s: float = 0.0
    denoise_flops_per_pixel: float = 0.0
    denoise_flops_per_pixel_squared: float = 0.0
    denoise_flops_per_audio_second: float = 0.0
    denoise_efficiency: float = 1.0
    denoise_step_overhead_s: float = 0.0
    guidance_passes: float = 1.0
    decoder_flops_per_pixel: float = 0.0
    prompt_flops_per_token: float = 0.0
    frames_per_latent_frame: float = 1.0
    default_steps: float = 1.0
    default_images: float = 0.0
    default_image_pixels: float = 0.0
    default_frames: float = 0.0
    default_frame_pixels: float = 0.0
    default_input_pixels: float = 0.0
    default_input_audio_s: float = 0.0
    default_output_audio_s: float = 0.0
    output_audio_s_per_input_token: float = 0.0
    output_audio_s_per_audio_token: float = 0.0
    frames_per_second: float = 1.0
    default_input_tokens: float = 0.0
    default_input_images: float = 0.0
    note: str = ""
