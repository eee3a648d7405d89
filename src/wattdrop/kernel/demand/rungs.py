"""Which demand fits a model and a task: what the model *is* comes before what it is *asked*."""

from __future__ import annotations

from ...typed import TYPE_CHECKING
from .coefficients import Demand
from .denoising import (
    diffusion_demand,
    diffusion_upscaling_demand,
    frames_as_images_demand,
    sound_diffusion_demand,
    video_demand,
)
from .language import image_tokens_demand, language_model_draws, language_model_listens
from .model import Constants, Fields, Model, model_from
from .sound import (
    audio_pass_demand,
    music_demand,
    sound_tokens_demand,
    speech_to_text_demand,
    text_to_speech_demand,
)
from .tasks import (
    ANSWER_TOKENS,
    ANSWERS_ABOUT_IMAGES,
    EMBEDS,
    HEARS_AND_SPEAKS,
    LABELS_TEXT,
    LANGUAGE_MODELS,
    MAKES_IMAGES,
    MAKES_SOUND,
    MAKES_VIDEO,
    PIXEL_TO_PIXEL,
    READS_IMAGES,
    READS_SOUND,
    TABLES,
)
from .texts import fixed_pass_demand, text_demand, text_pass_demand
from .vision import captioning_demand, image_pass_demand, pixel_to_pixel_demand, two_tower_demand

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

Rung: TypeAlias = "tuple[str, Callable[[Model, str], bool], Callable[[Model, str, Constants], Demand]]"


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


def demand_for(task: str, model_fields: Fields, constants: Constants) -> Demand:
    """Demand of one request for ``task`` of the model with these catalog columns.

    Parameters
    ----------
    task : str
        Canonical task id. Empty: the model's own.
    model_fields : mapping
        Catalog columns of the model under their own names (``total_params_billions``, ``gflops_per_item``,
        ``native_resolution`` ...); missing, empty or NaN where unknown. One is not in the catalog tables and must be given:
        ``weight_bytes``, bytes per weight at the serving precision.
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
