"""Language models asked for more than text: drawing and listening."""

from __future__ import annotations

from .coefficients import Demand
from .model import Constants, Model, known
from .texts import text_demand


def image_tokens_demand(m: Model, k: Constants) -> Demand:
    """Images written token by token, as many tokens as patches fit in its native size."""
    native = known(m.native_pixels, k["default_image_pixels"])
    patches = native / k["pixels_per_image_token"] if m.layers == m.layers else k["default_image_tokens"]
    return Demand(
        decodes=1.0,
        decode_tokens_per_output_token=1.0,
        decode_tokens_per_output_image=patches * known(m.guidance_passes, 1.0),
        prefill_tokens_per_input_pixel=k["image_tokens_per_pixel"],
        default_images=1.0,
        default_image_pixels=native,
        default_input_tokens=k["default_prompt_tokens"],
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
