"""Exports that many people have, read from ``presets/*.toml``: each field with the document that says what it holds."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any, Final

from .mapping import Mapping, Skip, Take
from .refused import JobRefused

NAMES: Final = ("litellm", "openai-usage", "langfuse", "focus", "bedrock", "vertex")


@cache
def document(name: str) -> dict[str, Any]:
    """The file of a preset, as it stands."""
    if name not in NAMES:
        raise JobRefused(f"--preset {name}: there are {', '.join(NAMES)}", field="preset")
    text = (files("wattdrop.bulk") / "presets" / f"{name}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def preset(name: str | None) -> Mapping:
    """The mapping of a preset; without one, names of fields only."""
    if name is None:
        return Mapping()
    about = document(name)
    takes = tuple(
        Take(
            field,
            tuple(one["from"]),
            one.get("read", "plain"),
            tuple(one.get("values", {}).items()),
            tuple(one.get("words", ())),
            one.get("size", 1.0),
        )
        for field, one in about["field"].items()
    )
    constants = tuple((field, one["value"]) for field, one in about.get("constant", {}).items())
    skips = tuple(Skip(one["column"], tuple(one["values"]), one["why"]) for one in about.get("skip", ()))
    hidden, private = (frozenset(about.get(name, ())) for name in ("hidden", "private"))
    return Mapping(takes, constants, skips, hidden, private, tuple(about.get("required", ())))


def explode(name: str | None) -> str | None:
    """A column that holds a list of records, each one a row of its own (OpenAI's buckets)."""
    return None if name is None else document(name).get("rows_in")
