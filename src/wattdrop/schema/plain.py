"""A row of values that nobody needs to check, made without the library that checks rows.

Importing msgspec and building its types takes as long as resolving and computing the one row of a cold start. Names and
counts of tokens, spelled as they usually are, need none of it. A test holds what is taken here against ``ImpactRow``.
"""

from __future__ import annotations

from ..typed import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, Final

    from .requests import ImpactRow

PLAIN_TEXTS: Final = frozenset(
    {
        "model_id", "model_used_id", "model_hugging_face_path", "model_family", "model_name", "task",
        "node_id", "cloud_id", "cloud_instance_id", "managed_service_id", "gpu_id", "datatype",
        "cloud_region", "country", "region",
    }
)  # fmt: skip
PLAIN_COUNTS: Final = frozenset({"input_tokens", "cached_input_tokens", "output_tokens", "reasoning_tokens"})
_TWO_LETTERS: Final = frozenset({"country", "region"})
_LONGEST_TEXT: Final = 200
_MOST_DIGITS: Final = 8


class PlainRow:
    """Stands for an ``ImpactRow``: has the fields that are given, and None for every other."""

    def __init__(self, given: dict[str, Any]) -> None:
        self.__dict__ = given

    def __getattr__(self, name: str) -> None:
        return None


def plain_row(texts: Mapping[str, str]) -> ImpactRow | None:
    """The row that texts spell where each is plainly right; None where the types have to decide.

    >>> plain_row({"model_id": "gpt-4o", "output_tokens": "500"}).output_tokens
    500
    >>> plain_row({"model_id": "gpt-4o", "output_tokens": "5e2"}), plain_row({"pue": "1.2"})
    (None, None)
    """
    given: dict[str, Any] = {}
    for name, text in texts.items():
        if name in PLAIN_COUNTS and text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS:
            given[name] = int(text)
        elif name in PLAIN_TEXTS and _is_plain(name, text):
            given[name] = text
        else:
            return None
    return cast("ImpactRow", PlainRow(given))


def _is_plain(name: str, text: str) -> bool:
    if name in _TWO_LETTERS:
        return len(text) == 2 and text.isascii() and text.isalpha() and text.isupper()
    return len(text) <= _LONGEST_TEXT and text.isascii() and text.isprintable() and text == text.strip() != ""
