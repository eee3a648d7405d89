"""Fields that arrive as text: cells of a CSV file, flags of a command, query parameters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from .requests import FIELD_ALIASES, list_fields, number_fields

#: What numbers are written with. Python would read ``1_000``, ``nan`` and the digits of any script, too.
_OF_NUMBERS: Final = frozenset("0123456789+-.eE")
_MOST_LABEL_CHARACTERS: Final = 2000


def fields_of_texts(texts: Mapping[str, str]) -> dict[str, object]:
    """The raw row that the texts spell, for ``parse_rows``. What cannot be read as a number stays text, and is refused
    there with its field and value.

    >>> fields_of_texts({"output_tokens": "500", "output_images": "1024x1024; 512x512", "country": "US", "task": ""})
    {'output_tokens': 500, 'output_images': ['1024x1024', '512x512'], 'country': 'US'}
    """
    return {name: value_of_text(name, text.strip()) for name, text in texts.items() if text.strip()}


def value_of_text(name: str, text: str) -> object:
    """One value, typed as the field asks."""
    field = FIELD_ALIASES.get(name, name)
    if field in list_fields():
        separated = text.strip("[]").replace('"', "").replace("'", "").replace(";", ",")
        return [size.strip() for size in separated.split(",") if size.strip()]
    return _number(text) if field in number_fields() else text


def label(value: object) -> str | None:
    """Text that changes no number, or has a default: what cannot be used is left out and fails nothing.

    >>> label("blue"), label(42), label(["blue"])
    ('blue', '42', None)
    """
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or len(value) > _MOST_LABEL_CHARACTERS:
        return None
    return value.encode("utf-8", "replace").decode()


def _number(text: str) -> object:
    if not _OF_NUMBERS.issuperset(text):
        return text
    try:
        return int(text)
    except ValueError:
        pass
    try:
        return float(text)
    except ValueError:
        return text
