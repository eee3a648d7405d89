"""What goes into the kernel: one row's setup and one row's evidence, as columns of float64.

``Setup`` holds everything that follows from *names* (model, hardware, place, task): it is resolved once per distinct
description. ``Evidence`` holds the *quantities* of each row; NaN means "not given", and the kernel replaces it by the
setup's default through ``pick``. Field by field, each is one float (a row) or one array (a block of rows).
"""

from __future__ import annotations

from ..typed import NamedTuple
from .ops import Column


class Setup(NamedTuple):
    """What the names of a row resolve to. Zero where a term does not apply to the model's kind of work."""

    # --- autoregressive model (text, vision-language, speech decoders, autoregressive audio and images) ---
    total_params: Column  # weights loaded [count, not billions]
    active_params: Column  # weights used per token [count]
    is_moe: Column  # 1 for mixture of experts, else 0
    weight_bytes: Column  # bytes per weight at the serving precision
    kv_bytes_per_token: Column  # KV cache kept per token of context, all layers [bytes]
    attention_flops_per_pair: Column  # FLOP per query-key pair, all layers (4 x layers x width)
    step_overhead_s: Column  # device-seconds per decode step of one replica, before sharing by the batch
    token_overhead_s: Column  # device-seconds per token, not shared by the batch
    token_wait_s: (
        Column  # device-seconds per token that the host of an older engine lets the accelerators wait
    )
    alone_call_s: (
        Column  # device-seconds of a call that generates text in a library pipeline, beside its steps
    )
    alone_step_s: Column  # the overhead per step of a request that a library pipeline serves alone
    # demand: tokens decoded and prefilled, linear in the evidence
    decodes: Column  # 1 if the model decodes autoregressively, else 0
    decode_tokens_per_output_token: Column
    decode_tokens_per_output_audio_second: Column
    decode_tokens_per_output_image: Column
    decode_tokens_per_input_audio_second: Column  # transcript length where output_tokens is not given
    decode_weights_share: Column  # share of the weights that the decoder reads per step (encoder-decoder < 1)
    prefill_tokens_per_input_pixel: Column
    prefill_tokens_per_input_audio_second: Column
    default_output_tokens: Column  # where nothing in the row says how much was decoded
    # --- single passes (encoders, CNNs, speech encoders, upscalers, non-autoregressive audio) ---
    pass_flops_base: Column  # FLOP per request whatever its size
    pass_flops_per_input_token: Column
    pass_flops_per_input_pixel: Column
    pass_flops_per_output_pixel: Column  # upscaling, style transfer, interpolation, per pixel and frame
    pass_flops_per_input_audio_second: Column
    pass_flops_per_output_audio_second: Column
    pass_weight_bytes: Column  # bytes of weights read per call
    pass_activation_bytes_per_flop: Column  # bytes of feature maps written and read per FLOP of vision
    pass_overhead_s: Column  # device-seconds per call at batch 1 (kernel launches, host gaps)
    audio_window_s: (
        Column  # input audio is padded to a multiple of this; a tiny number where it is not padded
    )
    pass_batch_size: Column  # requests that share one call (of a pass or of a denoiser), by default
    pass_flops_per_input_image: (
        Column  # models that resize every image to one size; pixels do not matter then
    )
    pass_flops_per_token_pair: Column  # self-attention of text encoders (4 x layers x width)
    pass_context_tokens: Column  # a token attends to at most this many: longer inputs are cut into pieces
    step_host_s: (
        Column  # host time per token decoded by models run in library pipelines (encoder-decoder, sound)
    )
    # --- denoisers (diffusion images, video, audio) ---
    denoise_flops_per_pixel: Column  # linear part of one denoiser pass, per output pixel and latent frame
    denoise_flops_per_pixel_squared: Column  # attention part, per (pixel x latent frame) squared
    denoise_flops_per_audio_second: Column  # one denoiser pass, per second of sound
    denoise_efficiency: Column  # relative cost factor of the architecture (U-Net, transformer) on its FLOP
    denoise_step_overhead_s: Column  # device-seconds per denoiser call, shared by the batch
    guidance_passes: Column
    decoder_flops_per_pixel: Column  # VAE or other pixel decoder, per output pixel and frame
    prompt_flops_per_token: Column  # text encoder of an image, video or audio generator
    frames_per_latent_frame: Column  # temporal compression (1 for images)
    default_steps: Column
    default_images: Column  # images made where the row names none
    default_image_pixels: Column
    default_frames: Column  # frames made where the row names none; 0 where the model makes no video
    default_frame_pixels: Column
    default_input_pixels: Column  # pixels read where the task needs an image and the row gives none
    default_input_audio_s: Column
    default_output_audio_s: Column
    output_audio_s_per_input_token: (
        Column  # spoken length of a text token, where output seconds are not given
    )
    output_audio_s_per_audio_token: Column
    frames_per_second: Column
    frame_aspect: Column  # width of a video frame over its height, which the wire does not carry
    default_input_tokens: Column  # prompt or text length where the row gives none
    default_input_images: Column  # images read where the row gives none
    method_ratio: Column  # 1; ranges move it by the error that the method has shown on measurements
    # --- hardware ---
    gpu_max_power_w: Column
    gpu_idle_power_w: Column
    gpu_flops_per_s: Column  # dense peak at the compute precision
    gpu_bandwidth_bytes_per_s: Column
    replica_gpus: Column  # accelerators that serve one replica of the model
    node_gpus: Column  # accelerators the host's power and embodied share are divided by (>= 1)
    host_idle_power_w: Column
    host_active_power_w: Column
    gpu_embodied_gco2e: Column
    gpu_embodied_ml: Column
    host_embodied_gco2e: Column
    host_embodied_ml: Column
    use_life_s: Column
    default_utilization: Column  # share of provisioned time spent on work
    default_batch_size: Column  # requests in flight on a replica
    most_batch_size: Column  # requests whose KV cache fits into the replica's memory
    # --- place ---
    default_pue: Column
    default_wue_l_per_kwh: Column
    default_grid_gco2e_per_kwh: Column  # location-based, life-cycle, of the request's year
    default_grid_direct_gco2e_per_kwh: Column
    default_grid_market_gco2e_per_kwh: Column
    default_ewif_l_per_kwh: Column
    # --- training, already divided by the model's expected lifetime requests ---
    training_energy_wh_per_request: Column
    training_emissions_gco2e_per_request: Column
    training_water_ml_per_request: Column
    training_embodied_gco2e_per_request: Column
    training_embodied_ml_per_request: Column
    fine_tuning_energy_wh_per_request: Column
    fine_tuning_emissions_gco2e_per_request: Column
    fine_tuning_water_ml_per_request: Column
    fine_tuning_embodied_gco2e_per_request: Column
    fine_tuning_embodied_ml_per_request: Column


class Evidence(NamedTuple):
    """What the row itself says. NaN where it says nothing."""

    input_tokens: Column
    cached_input_tokens: Column  # part of input_tokens
    output_tokens: Column  # reasoning tokens included
    output_audio_tokens: Column
    input_audio_seconds: Column
    output_audio_seconds: Column
    input_image_pixels: Column  # sum over the images read
    output_images: Column  # count
    output_image_pixels: Column  # sum over the images made
    output_image_pixels_squared: Column  # sum of squares over the images made
    steps: Column
    output_video_frames: Column
    output_video_seconds: Column
    output_frame_pixels: Column  # width x height of one frame
    batch_size: Column
    utilization_rate: Column
    processing_duration_s: Column  # at execution: replaces the modelled time
    request_duration_s: Column  # at the client: bounds the modelled time
    pue: Column
    wue_l_per_kwh: Column
    grid_gco2e_per_kwh: Column
    grid_hourly_ratio: Column  # intensity of the request's hour and month / annual mean; 1 where unknown
    ewif_hourly_ratio: Column  # the same for off-site water
    measured_gpu_energy_wh: Column  # all three replace the modelled energy at their boundary
    measured_it_energy_wh: Column
    measured_facility_energy_wh: Column
    quantity: Column  # equal requests that the row stands for
    input_images: Column  # count of images read (input_image_pixels is their summed size)
