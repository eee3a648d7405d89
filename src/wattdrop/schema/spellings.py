"""What fields are called elsewhere: in other interfaces and as columns of logs, each name with the field that it means."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from unicodedata import combining, normalize

from .requests import FIELD_ALIASES, FIELDS


def spellings() -> dict[str, list[str]]:
    """Other names of each field that are understood, aliases of the API first."""
    found: dict[str, list[str]] = {field: [] for field in FIELDS}
    for alias, field in FIELD_ALIASES.items():
        found[field].append(alias)
    for field, names in _listed().items():
        found[field] += names
    return found


def meant(name: str) -> str | None:
    """The field that a name stands for, whatever its capitals and separators; None where nobody uses it so.

    >>> meant("promptTokens"), meant("modelId"), meant("Jetons entrée"), meant("zone")
    ('input_tokens', 'model_id', 'input_tokens', None)
    """
    return _meant().get(plain(name))


def plain(name: str) -> str:
    """``promptTokens``, ``Prompt tokens`` and ``prompt.tokens`` as ``prompt_tokens``; ``Modèle`` as ``modele``."""
    letters = "".join(letter for letter in normalize("NFD", name) if not combining(letter))
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", letters)
    return re.sub(r"[^a-z0-9]+", "_", parted.lower()).strip("_")


@cache
def _meant() -> dict[str, str]:
    """Fields by the plain spelling of their names."""
    found = {plain(name): field for field, names in _listed().items() for name in names}
    found |= {plain(alias): field for alias, field in FIELD_ALIASES.items()}
    return found | {field: field for field in FIELDS if field != "model_name"}


@cache
def _listed() -> dict[str, list[str]]:
    text = (files("wattdrop.schema") / "spellings.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
