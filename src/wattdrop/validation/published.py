"""The shipped measurements as others may read them: who measured, where it is written, what the model made."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any, Final

from .measurements import Measurement

_SOURCES: Final = Path(__file__).with_name("sources.toml")
_PLACE: Final = re.compile(r"github (?P<repository>[^@ ]+)(?:@(?P<commit>\w+))? (?P<path>\S+)")
_OUTPUTS: Final = {
    "chat": "text",
    "code": "text",
    "image-text-to-text": "text",
    "image-to-text": "text",
    "image-to-video": "video",
    "reasoning": "text",
    "speech-to-text": "text",
    "summarization": "text",
    "text-generation": "text",
    "text-to-image": "image",
    "text-to-video": "video",
    "video-text-to-text": "text",
}


def published_sources() -> list[dict[str, Any]]:
    """Who measured, with licence and method."""
    found: list[dict[str, Any]] = tomllib.loads(_SOURCES.read_text(encoding="utf-8"))["source"]
    return found


def output_of(measurement: Measurement) -> str:
    """What the model made: text, an image, a video, or a label of what it was shown."""
    return _OUTPUTS.get(measurement.text("task"), "label")


def address_of(measurement: Measurement) -> str:
    """The file that the measurement was read from, at the version that was read where that is known."""
    place = _PLACE.match(measurement.text("source_detail"))
    if place is None:
        return ""
    return f"https://github.com/{place['repository']}/blob/{place['commit'] or 'HEAD'}/{place['path']}"
