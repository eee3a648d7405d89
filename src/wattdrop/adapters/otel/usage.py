"""Counts that Langfuse writes as one JSON text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from .span import Attributes
from .spellings import OF_USAGE_DETAILS, USAGE_DETAILS


def counts_of(attributes: Attributes, known: Mapping[str, Any]) -> dict[str, Any]:
    """Counts of the text that no other attribute gives.

    Langfuse's own names (``input``, ``input_cached_tokens``) exclude each other and add up; a provider's are parts of
    each other.

    >>> counts_of({USAGE_DETAILS: '{"prompt_tokens": 12, "prompt_tokens_details": {"cached_tokens": 10}}'}, {})
    {'input_tokens': 12, 'cached_input_tokens': 10}
    >>> counts_of({USAGE_DETAILS: '{"input": 2, "input_cached_tokens": 10, "output": 5}'}, {})
    {'input_tokens': 12, 'output_tokens': 5, 'cached_input_tokens': 10}
    """
    text = attributes.get(USAGE_DETAILS)
    if not isinstance(text, str):
        return {}
    try:
        details = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return {}
    if not isinstance(details, dict):
        return {}
    flat = _flat(details)
    found = {}
    for field, names in OF_USAGE_DETAILS.items():
        count = next((flat[name] for name in names if name in flat), None)
        if count is not None and field not in known:
            found[field] = count
    if "input_tokens" in found and "input" in flat:
        found["input_tokens"] = _sum(flat, "input", "cache_")
    if "output_tokens" in found and "output" in flat:
        found["output_tokens"] = _sum(flat, "output")
    return found


def _flat(details: dict[str, Any]) -> dict[str, int]:
    flat: dict[str, int] = {}
    for name, value in details.items():
        inner = value.items() if isinstance(value, dict) else [("", value)]
        for part, count in inner:
            if isinstance(count, int) and not isinstance(count, bool):
                flat[f"{name}.{part}" if part else name] = count
    return flat


def _sum(flat: Mapping[str, int], *beginnings: str) -> int:
    return sum(count for name, count in flat.items() if name.startswith(beginnings) and "." not in name)
