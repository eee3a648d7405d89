"""What a file's columns probably are, by their names: a preset, or a field for each. A guess is for people to correct.

It is said in the words of ``wattdrop estimate``: a ``--preset`` and pairs for ``--map``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from typing import NamedTuple

from ..schema import FIELD_ALIASES, FIELDS
from ..schema.spellings import meant, plain
from .mapping import A_SLIP, NESTED_COLUMNS
from .presets import NAMES, document, preset


class Guess(NamedTuple):
    """A preset, and columns that fill fields beside it."""

    preset: str | None
    mapped: tuple[tuple[str, str], ...]


def guessed(columns: Sequence[str], exports: Sequence[str] = NAMES) -> Guess:
    """The guess for a file with these columns, which may be one of some exports.

    >>> guessed(["Model", "Prompt Tokens", "usage.completion_tokens"]).mapped
    (('model_id', 'Model'), ('input_tokens', 'Prompt Tokens'), ('output_tokens', 'usage.completion_tokens'))
    >>> guessed(["call_type", "startTime", "endTime", "model"]).preset
    'litellm'
    """
    found = next((name for name in exports if _is_export(columns, document(name)["known_by"])), None)
    if found is None:
        return Guess(None, tuple(_by_spelling(columns, set())))
    filled = {take.field for take in preset(found)._replace(required=()).of(columns).takes}
    missing = [name for name in preset(found).required if name not in filled]
    return Guess(found, tuple(pair for pair in _by_spelling(columns, filled) if pair[0] in missing))


def _is_export(columns: Sequence[str], known_by: Sequence[str]) -> bool:
    """Whether every name is a column, or has columns inside."""
    return all(any(one == name or one.startswith(name + ".") for one in columns) for name in known_by)


def _by_spelling(columns: Sequence[str], filled: set[str]) -> Iterator[tuple[str, str]]:
    """Columns whose names are not those of fields, by what they are usually called; each field once, the first first."""
    names = [NESTED_COLUMNS.get(one, FIELD_ALIASES.get(one, one)) for one in columns]
    filled = filled.union(FIELDS).intersection([*names, *filled])
    for column, name in zip(columns, names, strict=True):
        field = None if name in FIELDS else _field_of(column)
        if field is not None and field not in filled:
            filled.add(field)
            yield field, column


def _field_of(column: str) -> str | None:
    found = meant(column) or meant(column.rpartition(".")[2])
    return found or next(iter(get_close_matches(plain(column), FIELDS, 1, A_SLIP)), None)
