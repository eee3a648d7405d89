"""What a file's columns probably are, by their names: a preset, or a field for each. A guess is for people to correct.

It is said in the words of ``wattdrop estimate``: a ``--preset`` and pairs for ``--map``.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from typing import NamedTuple
from unicodedata import combining, normalize

from ..schema import FIELD_ALIASES, FIELDS
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


def spellings() -> dict[str, list[str]]:
    """Other names of each field that are understood, aliases of the API first."""
    listed: dict[str, list[str]] = {field: [] for field in FIELDS}
    for alias, field in FIELD_ALIASES.items():
        listed[field].append(alias)
    for field, names in _listed().items():
        listed[field] += names
    return listed


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
    names = _plain(column), _plain(column.rpartition(".")[2])
    found = next((field for name in names if (field := _meant().get(name))), None)
    return found or next(iter(get_close_matches(names[0], FIELDS, 1, A_SLIP)), None)


@cache
def _meant() -> dict[str, str]:
    """Fields by the plain spelling of their names."""
    found = {_plain(name): field for field, names in _listed().items() for name in names}
    found |= {_plain(alias): field for alias, field in FIELD_ALIASES.items()}
    return found | {field: field for field in FIELDS if field != "model_name"}


@cache
def _listed() -> dict[str, list[str]]:
    text = (files("wattdrop.bulk") / "spellings.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def _plain(name: str) -> str:
    """``promptTokens``, ``Prompt tokens`` and ``prompt.tokens`` as ``prompt_tokens``; ``Modèle`` as ``modele``."""
    letters = "".join(letter for letter in normalize("NFD", name) if not combining(letter))
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", letters)
    return re.sub(r"[^a-z0-9]+", "_", parted.lower()).strip("_")
