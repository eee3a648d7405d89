"""Which entities somebody means who has typed part of a name: the search of lists, over ids, names and every alias."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from ..catalog import Table
from ..schema.names import letters_and_digits, normalise

_EXACT, _BEGINS, _WORDS, _WITHIN, _NOT = range(5)
_BETWEEN_PARTS: Final = re.compile("[-/]")


def best_first(table: Table, rows: Sequence[int], text: str) -> list[int]:
    """Those rows of which some name holds every word of a text, the best match first; among equals the order stays.

    An exact name is best, then one that begins so, then one of which every word begins a part. ``gpt4o`` finds ``gpt-4o``,
    and ``llama 8b`` finds ``meta-llama/Llama-3.1-8B``.
    """
    wanted = letters_and_digits(text[:200])
    words = [letters_and_digits(part) for part in _BETWEEN_PARTS.split(normalise(text[:200]))]
    best: dict[int, int] = {}
    for key, ix in table.names():
        best[ix] = min(best.get(ix, _NOT), _how_well(key, wanted, words))
    for ix in rows:
        best[ix] = min(best.get(ix, _NOT), _how_well(normalise(table.text(ix, "name")), wanted, words))
    return sorted((ix for ix in rows if best[ix] < _NOT), key=best.__getitem__)


def _how_well(key: str, wanted: str, words: Sequence[str]) -> int:
    plain = key.replace("-", "").replace("/", "")
    if not all(word in plain for word in words):
        return _NOT
    if plain.startswith(wanted):
        return _EXACT if plain == wanted else _BEGINS
    parts = _BETWEEN_PARTS.split(key)
    return _WORDS if all(any(part.startswith(word) for part in parts) for word in words) else _WITHIN
