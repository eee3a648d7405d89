"""The figures of a model that a demand is built from."""

from __future__ import annotations

import math

from ...typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import TypeAlias

Constants: TypeAlias = "Mapping[str, float]"
Fields: TypeAlias = "Mapping[str, float | str]"


class Model(NamedTuple):
    """The figures of a model that a demand is built from; NaN where the catalog knows none."""

    architecture: str
    own_task: str
    total_params: float
    active_params: float
    layers: float
    decoder_layers: float
    layer_launch_ratio: float
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
        layer_launch_ratio=number("layer_launch_ratio"),
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
        weight_bytes=number("weight_bytes"),
    )
