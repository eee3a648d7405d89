"""Images, video and sound made by denoising."""

from __future__ import annotations

import math

from .coefficients import Demand
from .model import Constants, Model, known
from .tasks import MAKES_IMAGES, MAKES_VIDEO


def diffusion_demand(m: Model, k: Constants) -> Demand:
    """Images by denoising. The catalog's FLOP of one pass at native size are split into linear and attention part."""
    native = known(m.native_pixels, k["default_image_pixels"])
    flops = known(m.flops_per_item, denoiser_flops(m, native, 1.0, k))
    attention = attention_flops(m, native, 1.0, flops, k)
    return denoiser(m, k)._replace(
        denoise_flops_per_pixel=(flops - attention) / native,
        denoise_flops_per_pixel_squared=attention / (native * native),
        default_images=1.0,
        default_image_pixels=native,
        default_frame_pixels=native,
    )


def denoiser(m: Model, k: Constants) -> Demand:
    """What images, video and sound have in common."""
    unet = m.architecture == "diffusion-unet"
    return Demand(
        denoise_efficiency=k["unet_cost_factor"] if unet else 1.0,
        denoise_step_overhead_s=k["denoise_step_overhead_s"],
        guidance_passes=known(m.guidance_passes, k["default_guidance_passes"]),
        decoder_flops_per_pixel=k["pixel_decoder_flops_per_pixel"],
        prompt_flops_per_token=2.0 * known(m.text_encoder_params, 0.0),
        default_steps=known(m.steps, k["default_steps"]),
        default_input_tokens=k["default_prompt_tokens"],
        frames_per_second=known(m.frames_per_second, k["default_frames_per_second"]),
    )


def latent_tokens(m: Model, pixel_count: float, latent_frames: float, k: Constants) -> float:
    """Tokens of the latent image: VAE downscale x patch, at least ``min_pixels_per_latent_token`` pixels each."""
    downscale = known(m.latent_downscale, k["default_latent_downscale"])
    patch = 1.0 if downscale >= k["latent_downscale_without_patch"] else k["latent_patch"]
    return latent_frames * pixel_count / max((downscale * patch) ** 2, k["min_pixels_per_latent_token"])


def denoiser_flops(m: Model, pixel_count: float, latent_frames: float, k: Constants) -> float:
    """FLOP of one denoiser pass where nobody counted them: two per weight and token, plus attention."""
    tokens = latent_tokens(m, pixel_count, latent_frames, k)
    if m.architecture == "diffusion-unet":
        return k["unet_flops_share"] * 2.0 * m.active_params * tokens
    return 2.0 * m.active_params * tokens + 4.0 * tokens * tokens * layers_times_width(m, k)


def layers_times_width(m: Model, k: Constants) -> float:
    """Layers x width, the size of an attention; from the weights where the catalog knows neither."""
    return known(m.layers * m.width, k["layers_times_width_at_1e9_params"] * math.sqrt(m.active_params / 1e9))


def attention_flops(m: Model, pixel_count: float, latent_frames: float, flops: float, k: Constants) -> float:
    """Part of one pass that grows with the square of the tokens. A U-Net attends at low resolution only."""
    if m.architecture == "diffusion-unet":
        return k["unet_attention_share"] * flops if latent_frames == 1.0 else 0.0
    tokens = latent_tokens(m, pixel_count, latent_frames, k)
    return min(4.0 * tokens * tokens * layers_times_width(m, k), k["max_attention_share"] * flops)


def frames_as_images_demand(m: Model, k: Constants) -> Demand:
    """An image model asked for video: each frame is an image of its own, attention does not reach across frames."""
    image = diffusion_demand(m, k)
    native = image.default_image_pixels
    return image._replace(
        denoise_flops_per_pixel=image.denoise_flops_per_pixel
        + image.denoise_flops_per_pixel_squared * native,
        denoise_flops_per_pixel_squared=0.0,
        default_images=0.0,
        default_frames=k["default_video_frames"],
        default_frame_pixels=native,
    )


def video_demand(m: Model, task: str, k: Constants) -> Demand:
    """Video by denoising all latent frames together. Asked for an image, the same model makes clips of one frame."""
    frame_pixels = known(m.frame_pixels, k["default_video_pixels"])
    frames = known(m.frames, k["default_video_frames"])
    compression = known(m.frames_per_latent_frame, k["default_frames_per_latent_frame"])
    latent_frames = math.ceil(frames / compression)
    flops = known(m.flops_per_item, denoiser_flops(m, frame_pixels, latent_frames, k))
    attention = attention_flops(m, frame_pixels, latent_frames, flops, k)
    clip_pixels = frame_pixels * latent_frames
    asks_image = task in MAKES_IMAGES
    return denoiser(m, k)._replace(
        denoise_flops_per_pixel=(flops - attention) / clip_pixels,
        denoise_flops_per_pixel_squared=attention / (clip_pixels * clip_pixels),
        frames_per_latent_frame=compression,
        default_images=1.0 if asks_image else 0.0,
        default_image_pixels=frame_pixels,
        default_frames=0.0 if asks_image else frames,
        default_frame_pixels=frame_pixels,
    )


def diffusion_upscaling_demand(m: Model, task: str, k: Constants) -> Demand:
    """A denoiser that works at the size it reads and decodes to a larger one; counted per pixel made."""
    image = frames_as_images_demand(m, k) if task in MAKES_VIDEO else diffusion_demand(m, k)
    if math.isnan(m.flops_per_item):
        return image
    area = k["upscaling_factor"] ** 2
    return image._replace(
        denoise_flops_per_pixel=image.denoise_flops_per_pixel / area,
        denoise_flops_per_pixel_squared=image.denoise_flops_per_pixel_squared / (area * area),
        default_image_pixels=image.default_image_pixels * area,
        default_frame_pixels=image.default_frame_pixels * area,
    )


def sound_diffusion_demand(m: Model, task: str, k: Constants) -> Demand:
    """Sound by denoising: two FLOP per weight and latent frame of sound (U-Nets: their share of that)."""
    rate = known(m.audio_tokens_per_s, k["default_sound_latents_per_s"])
    share = k["unet_flops_share"] if m.architecture == "diffusion-unet" else 1.0
    demand = denoiser(m, k)._replace(
        decoder_flops_per_pixel=0.0,
        denoise_flops_per_audio_second=share * 2.0 * m.active_params * rate,
    )
    return with_sound_length(demand, rate, task, k)


def with_sound_length(demand: Demand, tokens_per_s: float, task: str, k: Constants) -> Demand:
    """How long the sound is: speech follows its text, music has a typical length."""
    speech = task == "text-to-speech"
    return demand._replace(
        default_output_audio_s=k["default_speech_s"] if speech else k["default_music_s"],
        output_audio_s_per_input_token=1.0 / k["speech_tokens_per_s"] if speech else 0.0,
        output_audio_s_per_audio_token=1.0 / tokens_per_s,
    )
