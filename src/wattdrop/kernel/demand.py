"""What one request of a model asks of it: the demand coefficients of ``Setup``, built once per model and task.

``demand_for`` looks at what the model *is* (its architecture) before what it is *asked* (the task): a diffusion model
asked for a chat still draws a picture. The first rung of ``RUNGS`` that fits builds the demand. Where the task is foreign
to the model, ``note`` says in one sentence what was counted instead.

Which quantities of a row each kind of work reads, and what is assumed where the row is silent:

=====================  ===================================================  ============================================
kind of work           reads                                                where the row is silent
=====================  ===================================================  ============================================
text                   input_tokens, output_tokens, images, audio read      tokens of a typical answer of the task
single text pass       input_tokens                                         a passage of ``default_passage_tokens``
single image pass      input_images (count), input pixels for upscalers     one image at the model's native size
speech to text         input_audio_seconds, output_tokens                   ``default_input_audio_s`` of speech, spoken pace
speech and music       output_audio_seconds or _tokens, input_tokens        ``default_speech_s``, ``default_music_s``
images                 output_images and their sizes, steps, input_tokens   one image at native size, the model's own steps
video                  frames or seconds, frame size, steps, input_tokens   the model's own clip
tables, series, games  nothing: a fixed pass                                one sample, one series, one action
=====================  ===================================================  ============================================

Functions here run once per description, outside the row path, so they may use powers and logarithms.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import NamedTuple

Constants = Mapping[str, float]
Fields = Mapping[str, float | str]


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


class Model(NamedTuple):
    """The figures of a model that a demand is built from; NaN where the catalog knows none."""

    architecture: str
    own_task: str
    total_params: float
    active_params: float
    layers: float
    decoder_layers: float
    width: float
    context_tokens: float
    flops_per_item: float
    native_pixels: float
    steps: float
    guidance_passes: float
    latent_downscale: float
    frames_per_latent_frame: float
    text_encoder_params: float
    frames_per_second: float
    frames: float
    frame_pixels: float
    audio_window_s: float
    audio_tokens_per_s: float
    image_tokens: float
    weight_bytes: float


def known(figure: float, otherwise: float) -> float:
    """The figure, or the stand-in where the catalog knows none."""
    return figure if figure == figure else otherwise


def pixels(size: str) -> float:
    """Pixels of a size written as width x height; NaN where it is empty.

    >>> pixels("1024x768")
    786432.0
    """
    width, _, height = size.partition("x")
    return float(width) * float(height) if height else math.nan


def model_from(fields: Fields) -> Model:
    """Model from catalog columns: counts instead of billions, FLOP instead of GFLOP, pixels instead of a size."""

    def number(name: str) -> float:
        value = fields.get(name, math.nan)
        return float(value) if value != "" else math.nan

    def text(name: str) -> str:
        value = fields.get(name, "")
        return value if isinstance(value, str) else ""

    total_params = number("total_params_billions") * 1e9
    native_pixels = pixels(text("native_resolution"))
    clip_pixels = pixels(text("default_resolution"))
    return Model(
        architecture=text("architecture"),
        own_task=text("task"),
        total_params=total_params,
        active_params=known(number("active_params_billions") * 1e9, total_params),
        layers=number("num_layers"),
        decoder_layers=number("num_decoder_layers"),
        width=number("hidden_size"),
        context_tokens=number("context_length"),
        flops_per_item=number("gflops_per_item") * 1e9,
        native_pixels=known(native_pixels, clip_pixels),
        steps=number("default_steps"),
        guidance_passes=number("guidance_passes"),
        latent_downscale=number("latent_downscale"),
        frames_per_latent_frame=number("latent_temporal_downscale"),
        text_encoder_params=number("text_encoder_params_billions") * 1e9,
        frames_per_second=number("fps"),
        frames=number("default_frames"),
        frame_pixels=known(clip_pixels, native_pixels),
        audio_window_s=number("audio_window_seconds"),
        audio_tokens_per_s=number("audio_tokens_per_second"),
        image_tokens=number("image_tokens"),
        weight_bytes=known(number("weight_bytes"), 2.0),
    )


# --- text ---------------------------------------------------------------------------------------------------------


def text_demand(m: Model, task: str, k: Constants) -> Demand:
    """Autoregressive text, with what the model may see and hear turned into prompt tokens.

    An encoder-decoder model reads only its decoder's weights at each step, and runs in a library pipeline.
    """
    two_parts = m.architecture == "encoder-decoder"
    decoder_layers = known(m.decoder_layers, m.layers / 2.0)
    encoder = m._replace(layers=m.layers - decoder_layers)
    return Demand(
        decodes=1.0,
        decode_tokens_per_output_token=1.0,
        decode_tokens_per_output_audio_second=k["spoken_tokens_per_s"] if task in HEARS_AND_SPEAKS else 0.0,
        decode_weights_share=decoder_share(m, k) if two_parts else 1.0,
        pass_overhead_s=one_pass(encoder, k).pass_overhead_s if two_parts else 0.0,
        step_host_s=step_host_s(decoder_layers, k) if two_parts else 0.0,
        prefill_tokens_per_input_pixel=k["image_tokens_per_pixel"],
        prefill_tokens_per_input_audio_second=k["heard_tokens_per_s"],
        default_output_tokens=k[ANSWER_TOKENS.get(task, "default_answer_tokens")],
        default_input_pixels=k["default_photo_pixels"] if task in READS_IMAGES else 0.0,
        default_input_tokens=k["default_passage_tokens"],
    )


def decoder_share(m: Model, k: Constants) -> float:
    """Share of an encoder-decoder model's weights in the decoder, whose layers also attend to the encoder."""
    if math.isnan(m.decoder_layers) or math.isnan(m.layers):
        return k["decoder_weights_share"]
    decoder = k["params_per_decoder_layer"] * m.decoder_layers
    return decoder / (decoder + k["params_per_encoder_layer"] * (m.layers - m.decoder_layers))


def step_host_s(decoder_layers: float, k: Constants) -> float:
    """Host time of one decoded token in a library pipeline: a call, and a launch per layer and its cross-attention. [s]"""
    layer_s = k["pass_layer_overhead_s"] * k["params_per_decoder_layer"] / k["params_per_encoder_layer"]
    return k["pass_call_overhead_s"] + layer_s * known(decoder_layers, k["layers_at_1e8_params"])


def text_pass_demand(m: Model, k: Constants) -> Demand:
    """One pass over a text: embedding, classification, tagging, extractive answers, reranking.

    FLOP per token are twice the weights of the transformer layers; the embedding table costs memory, not arithmetic.
    """
    layer_params = k["params_per_encoder_layer"] * m.layers * m.width * m.width
    worked_params = known(layer_params, m.active_params) if m.architecture == "encoder" else m.active_params
    return one_pass(m, k)._replace(
        pass_flops_per_input_token=2.0 * worked_params,
        pass_flops_per_token_pair=known(4.0 * m.layers * m.width, 0.0),
        pass_context_tokens=known(m.context_tokens, k["default_context_tokens"]),
        default_input_tokens=k["default_passage_tokens"],
    )


def one_pass(m: Model, k: Constants) -> Demand:
    """What every single pass costs whatever its size: weights read, kernels launched."""
    layers = known(m.layers, k["layers_at_1e8_params"] * (m.active_params / 1e8) ** k["layers_size_exponent"])
    return Demand(
        pass_weight_bytes=m.active_params * m.weight_bytes,
        pass_overhead_s=k["pass_call_overhead_s"] + k["pass_layer_overhead_s"] * layers,
        pass_batch_size=k["default_pass_batch_size"],
    )


# --- images read --------------------------------------------------------------------------------------------------


def image_pass_demand(m: Model, k: Constants) -> Demand:
    """One pass over an image that is first resized to the model's own size: pixels of the original do not matter."""
    native = known(m.native_pixels, k["default_classifier_pixels"])
    demand = one_pass(m, k)
    return demand._replace(
        pass_overhead_s=demand.pass_overhead_s + image_preparation_s(native, k),
        pass_flops_per_input_image=image_flops(m, m.active_params, k),
        default_input_images=1.0,
        default_input_pixels=native,
    )


def image_preparation_s(pixel_count: float, k: Constants) -> float:
    """Time the accelerator waits while the host decodes, resizes and normalises one image. [s]"""
    return k["image_preparation_s"] + k["image_preparation_s_per_pixel"] * pixel_count


def image_flops(m: Model, params: float, k: Constants) -> float:
    """FLOP of reading one image: as counted for the model, else two per weight and image patch."""
    patches = known(m.native_pixels, k["default_classifier_pixels"]) / k["pixels_per_vision_patch"]
    return known(m.flops_per_item, 2.0 * params * patches)


def two_tower_demand(m: Model, k: Constants) -> Demand:
    """Image and text embedding: the towers work on what they are given. A two-tower count covers both; it is kept whole."""
    return image_pass_demand(m, k)._replace(
        pass_flops_per_input_token=m.active_params * k["text_tower_share"] * 2.0,
        default_input_tokens=k["default_prompt_tokens"],
    )


def captioning_demand(m: Model, task: str, k: Constants) -> Demand:
    """Caption or answer about an image: one pass of the vision encoder, then a text decoder."""
    vision_params = k["caption_vision_share"] * m.active_params
    return text_demand(m, task, k)._replace(
        decode_weights_share=1.0 - k["caption_vision_share"],
        step_host_s=step_host_s(m.layers, k),
        prefill_tokens_per_input_pixel=0.0,
        pass_flops_per_input_image=image_flops(m, vision_params, k),
        pass_overhead_s=one_pass(m, k).pass_overhead_s
        + image_preparation_s(known(m.native_pixels, k["default_classifier_pixels"]), k),
        pass_weight_bytes=vision_params * m.weight_bytes,
        default_input_images=1.0,
        default_input_tokens=0.0,
    )


def pixel_to_pixel_demand(m: Model, task: str, k: Constants) -> Demand:
    """Upscaling, interpolation, feed-forward style transfer: every pixel made is computed.

    The catalog counts an upscaler's FLOP per pixel *read* and the others' per pixel made.
    """
    native = known(m.native_pixels, k["default_upscaled_pixels"])
    flops_per_pixel = known(m.flops_per_item, k["upscaler_flops_per_pixel"] * native) / native
    scale = k["upscaling_factor"] if "upscaling" in (m.own_task, task) or task == "video-upscaling" else 1.0
    clip = task in MAKES_VIDEO
    return one_pass(m, k)._replace(
        pass_flops_per_input_pixel=flops_per_pixel,
        pass_flops_per_output_pixel=flops_per_pixel / (scale * scale),
        default_input_pixels=0.0 if clip else native,
        default_frames=k["default_video_frames"] if clip else 0.0,
        default_frame_pixels=k["default_video_pixels"],
        frames_per_second=k["default_frames_per_second"],
    )


# --- images, video and sound made by denoising ---------------------------------------------------------------------


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


# --- speech, music and images made token by token -------------------------------------------------------------------


def speech_to_text_demand(m: Model, k: Constants) -> Demand:
    """Speech recognition: an encoder over the sound; an autoregressive decoder only where the model has one.

    That decides the cost: a Whisper writes token by token, a CTC or transducer model ends with its encoder.
    """
    writes = m.architecture == "asr-encoder-decoder"
    encoder = speech_encoder_params(m, k) if writes else m.active_params
    rate = known(m.audio_tokens_per_s, k["default_speech_frames_per_s"])
    counted = m.flops_per_item / known(m.audio_window_s, math.nan)
    raw_sound = m.architecture == "asr-ctc" and rate >= k["raw_sound_frames_per_s"]
    front_end = k["raw_sound_flops_per_s"] if raw_sound else 0.0
    demand = one_pass(m, k)._replace(
        pass_flops_per_input_audio_second=known(counted, 2.0 * encoder * rate + front_end),
        pass_weight_bytes=encoder * m.weight_bytes,
        audio_window_s=known(m.audio_window_s, k["audio_step_s"]),
        default_input_audio_s=k["default_input_audio_s"],
    )
    if not writes:
        return demand
    return demand._replace(
        decodes=1.0,
        decode_tokens_per_output_token=1.0,
        decode_tokens_per_input_audio_second=k["speech_tokens_per_s"],
        decode_weights_share=1.0 - encoder / m.total_params,
        step_host_s=step_host_s((m.total_params - encoder) / (k["params_per_decoder_layer"] * m.width**2), k),
        default_output_tokens=k["speech_tokens_per_s"] * k["default_input_audio_s"],
    )


def speech_encoder_params(m: Model, k: Constants) -> float:
    """Weights of the sound encoder of a model with a text decoder; layers and width are the encoder's in the catalog."""
    encoder = known(
        k["params_per_encoder_layer"] * m.layers * m.width**2, k["speech_encoder_share"] * m.total_params
    )
    return min(encoder, k["max_speech_encoder_share"] * m.total_params)


def text_to_speech_demand(m: Model, k: Constants) -> Demand:
    """Speech from text: token by token where the model speaks in tokens, in one pass where it does not."""
    if m.steps > 1.0:
        return sound_diffusion_demand(m, "text-to-speech", k)
    rate = m.audio_tokens_per_s
    if rate == rate or m.active_params >= k["speaks_in_tokens_from_params"]:
        return sound_tokens_demand(m, known(rate, k["spoken_tokens_per_s"]), "text-to-speech", k)
    demand = one_pass(m, k)._replace(
        pass_flops_per_output_audio_second=2.0 * m.active_params * k["vocoder_frames_per_s"],
        default_input_tokens=k["default_speech_s"] * k["speech_tokens_per_s"],
    )
    return with_sound_length(demand, k["vocoder_frames_per_s"], "text-to-speech", k)


def music_demand(m: Model, k: Constants) -> Demand:
    """Music or sound token by token."""
    return sound_tokens_demand(
        m, known(m.audio_tokens_per_s, k["default_music_tokens_per_s"]), "music-generation", k
    )


def sound_tokens_demand(m: Model, tokens_per_s: float, task: str, k: Constants) -> Demand:
    """Sound written by a language model, ``tokens_per_s`` steps for each second."""
    demand = Demand(
        decodes=1.0,
        decode_tokens_per_output_token=0.0,
        decode_tokens_per_output_audio_second=tokens_per_s,
        step_host_s=step_host_s(m.layers, k)
        if m.architecture in ("tts", "music-lm") and m.layers > 0.0
        else 0.0,
        default_input_tokens=k["default_prompt_tokens"],
    )
    return with_sound_length(demand, tokens_per_s, task, k)


def image_tokens_demand(m: Model, k: Constants) -> Demand:
    """Images written token by token, as many tokens as the model's card says, else as patches fit in its native size."""
    native = known(m.native_pixels, k["default_image_pixels"])
    patches = native / k["pixels_per_image_token"] if m.layers == m.layers else k["default_image_tokens"]
    return Demand(
        decodes=1.0,
        decode_tokens_per_output_token=1.0,
        decode_tokens_per_output_image=known(m.image_tokens, patches) * known(m.guidance_passes, 1.0),
        prefill_tokens_per_input_pixel=k["image_tokens_per_pixel"],
        default_images=1.0,
        default_image_pixels=native,
        default_input_tokens=k["default_prompt_tokens"],
    )


# --- tables, series, games -----------------------------------------------------------------------------------------


def fixed_pass_demand(m: Model, k: Constants) -> Demand:
    """One sample, one series, one action: as counted for the model, else two FLOP per weight and token of a series."""
    tokens = k["series_tokens"] if m.layers == m.layers else 1.0
    return one_pass(m, k)._replace(
        pass_flops_base=known(m.flops_per_item, 2.0 * m.active_params * tokens),
        pass_batch_size=k["default_table_batch_size"],
    )


def audio_pass_demand(m: Model, k: Constants) -> Demand:
    """One pass over sound: classification, speaker recognition."""
    window = known(m.audio_window_s, k["audio_step_s"])
    counted = m.flops_per_item / m.audio_window_s
    encoder = 2.0 * m.active_params * k["default_speech_frames_per_s"]
    front_end = k["raw_sound_flops_per_s"] if m.architecture == "encoder" else 0.0
    return one_pass(m, k)._replace(
        pass_flops_per_input_audio_second=known(counted, encoder + front_end),
        audio_window_s=window,
        default_input_audio_s=k["default_input_audio_s"],
    )


# --- which demand fits ---------------------------------------------------------------------------------------------

MAKES_IMAGES = frozenset({"image-generation", "text-to-image", "style-transfer", "upscaling", "text-to-3d"})
MAKES_VIDEO = frozenset(
    {
        "text-to-video",
        "image-to-video",
        "video-to-video",
        "video-editing",
        "video-upscaling",
        "frame-interpolation",
    }
)
MAKES_SOUND = frozenset({"text-to-speech", "music-generation"})
READS_IMAGES = frozenset(
    {
        "image-classification",
        "object-detection",
        "image-segmentation",
        "face-detection",
        "facial-recognition",
        "image-to-text",
        "visual-question-answering",
    }
)
ANSWERS_ABOUT_IMAGES = frozenset({"image-to-text", "visual-question-answering"})
READS_SOUND = frozenset({"speech-to-text", "speaker-identification", "audio-classification"})
PIXEL_TO_PIXEL = frozenset({"upscaling", "video-upscaling", "frame-interpolation", "style-transfer"})
LABELS_TEXT = frozenset(
    {"text-embedding", "text-classification", "sentiment-analysis", "named-entity-recognition"}
)
EMBEDS = frozenset({"text-embedding", "multimodal-embedding"})
TABLES = frozenset(
    {
        "recommendation-system",
        "reinforcement-learning",
        "anomaly-detection",
        "time-series-forecasting",
        "clustering",
        "graph-ml",
    }
)
HEARS_AND_SPEAKS = frozenset({"chat", "text-generation", "multimodal-generation"})
LANGUAGE_MODELS = frozenset({"dense", "moe", "hybrid-ssm", "ssm", "decoder"})

#: Constant that holds the length of a typical answer of a task; ``default_answer_tokens`` for the others.
ANSWER_TOKENS = {
    "summarization": "default_summary_tokens",
    "translation": "default_summary_tokens",
    "question-answering": "default_caption_tokens",
    "image-to-text": "default_caption_tokens",
    "visual-question-answering": "default_caption_tokens",
    **dict.fromkeys((*LABELS_TEXT, *TABLES, *READS_IMAGES - ANSWERS_ABOUT_IMAGES), "default_label_tokens"),
    "speaker-identification": "default_label_tokens",
    "audio-classification": "default_label_tokens",
}

Rung = tuple[str, Callable[[Model, str], bool], Callable[[Model, str, Constants], Demand]]


def _diffusion(m: Model) -> bool:
    return m.architecture.startswith("diffusion")


def _video_model(m: Model) -> bool:
    return m.own_task in MAKES_VIDEO or m.frames == m.frames


def _language_model(m: Model) -> bool:
    return m.architecture in LANGUAGE_MODELS


#: Name, does it fit (model, task), build. The first that fits is used.
RUNGS: tuple[Rung, ...] = (
    (
        "sound-by-denoising",
        lambda m, t: _diffusion(m) and m.own_task in MAKES_SOUND,
        lambda m, t, k: sound_diffusion_demand(m, m.own_task, k),
    ),
    (
        "upscaling-by-denoising",
        lambda m, t: _diffusion(m) and m.own_task == "upscaling",
        diffusion_upscaling_demand,
    ),
    ("video-by-denoising", lambda m, t: _diffusion(m) and _video_model(m), video_demand),
    (
        "frames-as-images",
        lambda m, t: _diffusion(m) and t in MAKES_VIDEO,
        lambda m, t, k: frames_as_images_demand(m, k),
    ),
    ("images-by-denoising", lambda m, t: _diffusion(m), lambda m, t, k: diffusion_demand(m, k)),
    (
        "images-by-tokens",
        lambda m, t: m.architecture == "autoregressive-image",
        lambda m, t, k: image_tokens_demand(m, k),
    ),
    (
        "speech-to-text",
        lambda m, t: m.architecture.startswith("asr"),
        lambda m, t, k: speech_to_text_demand(m, k),
    ),
    (
        "text-to-speech",
        lambda m, t: m.architecture in ("tts", "vocoder"),
        lambda m, t, k: text_to_speech_demand(m, k),
    ),
    ("music-by-tokens", lambda m, t: m.architecture == "music-lm", lambda m, t, k: music_demand(m, k)),
    (
        "captioning",
        lambda m, t: m.architecture == "encoder-decoder" and m.own_task in ANSWERS_ABOUT_IMAGES,
        captioning_demand,
    ),
    ("fixed-pass", lambda m, t: m.own_task in TABLES, lambda m, t, k: fixed_pass_demand(m, k)),
    (
        "language-model-reads-once",
        lambda m, t: _language_model(m) and (t in EMBEDS or m.own_task in (*LABELS_TEXT, *EMBEDS)),
        lambda m, t, k: text_pass_demand(m, k),
    ),
    (
        "language-model-draws",
        lambda m, t: (
            _language_model(m) and t in (*MAKES_IMAGES, "multimodal-generation") and t != "upscaling"
        ),
        lambda m, t, k: language_model_draws(m, t, k),
    ),
    (
        "language-model-listens",
        lambda m, t: _language_model(m) and t in READS_SOUND,
        lambda m, t, k: language_model_listens(m, t, k),
    ),
    (
        "language-model-speaks",
        lambda m, t: _language_model(m) and t in MAKES_SOUND,
        lambda m, t, k: sound_tokens_demand(m, k["spoken_tokens_per_s"], t, k),
    ),
    (
        "language-model-makes-video",
        lambda m, t: _language_model(m) and t in (*MAKES_VIDEO, "upscaling"),
        lambda m, t, k: video_demand(m, t, k),
    ),
    ("text", lambda m, t: _language_model(m) or m.architecture == "encoder-decoder", text_demand),
    (
        "pixel-to-pixel",
        lambda m, t: m.own_task in PIXEL_TO_PIXEL,
        pixel_to_pixel_demand,
    ),
    ("two-towers", lambda m, t: m.own_task == "multimodal-embedding", lambda m, t, k: two_tower_demand(m, k)),
    ("sound-pass", lambda m, t: m.own_task in READS_SOUND, lambda m, t, k: audio_pass_demand(m, k)),
    (
        "image-pass",
        lambda m, t: m.own_task in READS_IMAGES or (m.architecture in ("cnn", "vit", "detr")),
        lambda m, t, k: image_pass_demand(m, k),
    ),
    ("text-pass", lambda m, t: True, lambda m, t, k: text_pass_demand(m, k)),
)


def language_model_draws(m: Model, task: str, k: Constants) -> Demand:
    """A language model that also writes image tokens; text unless the task asks for nothing but an image."""
    image = image_tokens_demand(m, k)
    if task != "multimodal-generation":
        return image
    return image._replace(
        default_images=0.0,
        default_output_tokens=k["default_answer_tokens"],
        prefill_tokens_per_input_audio_second=k["heard_tokens_per_s"],
        decode_tokens_per_output_audio_second=k["spoken_tokens_per_s"],
    )


def language_model_listens(m: Model, task: str, k: Constants) -> Demand:
    """A language model that hears: sound becomes prompt tokens, the transcript or label is written."""
    return text_demand(m, task, k)._replace(
        decode_tokens_per_input_audio_second=k["speech_tokens_per_s"] if task == "speech-to-text" else 0.0,
        default_input_audio_s=k["default_input_audio_s"],
    )


def demand_for(task: str, model_fields: Fields, constants: Constants) -> Demand:
    """Demand of one request for ``task`` of the model with these catalog columns.

    Parameters
    ----------
    task : str
        Canonical task id. Empty: the model's own.
    model_fields : mapping
        Catalog columns of the model under their own names (``total_params_billions``, ``gflops_per_item``,
        ``native_resolution`` ...); missing, empty or NaN where unknown. Two optional ones are not in the catalog tables:
        ``weight_bytes`` (bytes per weight at the serving precision, 2 where not given) and ``image_tokens``.
    constants : mapping
        Values of the constants in data/methodology/media.toml by id.

    Returns
    -------
    Demand
        Positive work for every model and every task; ``note`` is empty where the task is the model's own trade.
    """
    model = model_from(model_fields)
    asked = task or model.own_task
    name, build = next((name, build) for name, fits, build in RUNGS if fits(model, asked))
    return build(model, asked, constants)._replace(note=foreign_note(model, asked, name))


#: Tasks a kind of work serves without comment, beside the model's own.
TRADES = {
    "sound-by-denoising": MAKES_SOUND,
    "upscaling-by-denoising": frozenset({"upscaling", "video-upscaling"}),
    "video-by-denoising": MAKES_VIDEO | MAKES_IMAGES,
    "frames-as-images": frozenset[str](),
    "images-by-denoising": MAKES_IMAGES | {"multimodal-generation"},
    "images-by-tokens": MAKES_IMAGES | {"multimodal-generation"},
    "speech-to-text": frozenset({"speech-to-text"}),
    "text-to-speech": frozenset({"text-to-speech"}),
    "music-by-tokens": frozenset({"music-generation"}),
    "captioning": ANSWERS_ABOUT_IMAGES,
    "fixed-pass": TABLES,
    "language-model-reads-once": frozenset[str](),
    "language-model-draws": frozenset({"multimodal-generation"}),
    "language-model-listens": frozenset[str](),
    "language-model-speaks": frozenset[str](),
    "language-model-makes-video": frozenset[str](),
    "text": frozenset(ANSWER_TOKENS) | HEARS_AND_SPEAKS,
    "pixel-to-pixel": PIXEL_TO_PIXEL,
    "two-towers": frozenset({"multimodal-embedding", "text-embedding", "image-classification"}),
    "sound-pass": READS_SOUND,
    "image-pass": READS_IMAGES,
    "text-pass": LABELS_TEXT | {"question-answering"},
}

#: What is counted, for the note.
COUNTED = {
    "sound-by-denoising": "the sound it makes",
    "upscaling-by-denoising": "the images it enlarges",
    "video-by-denoising": "the frames it makes",
    "frames-as-images": "each frame as an image of its own",
    "images-by-denoising": "the images it makes",
    "images-by-tokens": "the image tokens it writes",
    "speech-to-text": "the speech it hears and the text it writes",
    "text-to-speech": "the speech it makes",
    "music-by-tokens": "the sound it makes",
    "captioning": "the image it reads and the text it writes",
    "fixed-pass": "one pass",
    "language-model-reads-once": "one pass over the prompt",
    "language-model-draws": "image tokens",
    "language-model-listens": "the sound as prompt tokens and the text it writes",
    "language-model-speaks": "sound tokens",
    "language-model-makes-video": "a denoiser of the model's active size",
    "text": "the tokens it reads and writes",
    "pixel-to-pixel": "the pixels it makes",
    "two-towers": "one pass over image and text",
    "sound-pass": "one pass over the sound",
    "image-pass": "one pass over the image",
    "text-pass": "one pass over the text",
}


def foreign_note(m: Model, task: str, rung: str) -> str:
    """Empty where the task is the model's trade, else what was counted instead."""
    if task in (m.own_task, "") or task in TRADES[rung]:
        return ""
    return f"{task} asked of a model for {m.own_task or m.architecture}: counted {COUNTED[rung]}"
