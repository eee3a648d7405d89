"""Images that are read: classified, described, enlarged."""

from __future__ import annotations

from .coefficients import Demand
from .model import Constants, Model, known
from .tasks import MAKES_VIDEO
from .texts import one_pass, step_host_s, text_demand

_WRITTEN_AND_READ = 2.0


def image_pass_demand(m: Model, k: Constants) -> Demand:
    """One pass over an image that is first resized to the model's own size: pixels of the original do not matter."""
    native = known(m.native_pixels, k["default_classifier_pixels"])
    demand = one_pass(m, k)
    return demand._replace(
        pass_overhead_s=demand.pass_overhead_s + image_preparation_s(native, k),
        pass_flops_per_input_image=image_flops(m, m.active_params, k),
        pass_activation_bytes_per_flop=_WRITTEN_AND_READ * k["cnn_activations_per_flop"] * m.weight_bytes
        if m.architecture == "cnn"
        else 0.0,
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
        step_host_s=step_host_s(known(m.decoder_layers, m.layers) * known(m.layer_launch_ratio, 1.0), k),
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
