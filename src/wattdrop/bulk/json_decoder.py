"""A typed decoder of JSON lines that picks out some values of each and leaves the rest as it is."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from operator import attrgetter
from typing import Any

import msgspec

from .json_keys import Path


@lru_cache(maxsize=64)
def decoder(
    paths: tuple[Path, ...], needed: frozenset[str], strict: bool = True
) -> tuple[Any, list[tuple[str, Any]]]:
    """A decoder of lines with these keys, and for each name that is needed how to get at its value.

    A key beyond them is an error, so that none is overlooked; values that are not needed are not decoded.
    """
    tree: dict[str, Any] = {}
    for path in paths:
        here = tree
        *outer, last = path
        for part in outer:
            if not isinstance(here.get(part), dict):
                here[part] = {}
            here = here[part]
        here.setdefault(last, ".".join(path) in needed)
    try:
        decode, getter = msgspec.json.Decoder(_struct(tree, strict)).decode, _getter
    except ValueError:  # a key has characters that no field of a struct may have
        decode, getter = _decoder_of_dicts(tree, strict), _getter_of_dicts
    names = {".".join(path): path for path in reversed(paths)}  # of two the first
    return decode, [(name, getter(tree, path)) for name, path in names.items() if name in needed]


def _struct(tree: dict[str, Any], strict: bool) -> Any:
    fields, renamed = [], {}
    for number, (key, below) in enumerate(tree.items()):
        name = f"f{number}"
        renamed[name] = key
        if isinstance(below, dict):
            fields.append((name, _struct(below, strict=False) | None, None))
        else:
            fields.append((name, Any if below else msgspec.Raw, None))
    return msgspec.defstruct("Line", fields, rename=renamed, forbid_unknown_fields=strict, gc=False)


def _decoder_of_dicts(tree: dict[str, Any], strict: bool) -> Any:
    """The same with dictionaries, several times slower: lines that a struct would not take are errors too."""
    read = msgspec.json.Decoder(dict[str, Any]).decode

    def decode(line: bytes) -> dict[str, Any]:
        value = read(line)
        if (strict and not value.keys() <= tree.keys()) or not _fits(value, tree):
            raise msgspec.ValidationError("Object has other keys")
        return value

    return decode


def _fits(value: dict[str, Any], tree: dict[str, Any]) -> bool:
    """Whether there are objects, or nothing, where the keys go through objects."""
    for key, below in tree.items():
        inner = value.get(key) if isinstance(below, dict) else None
        if inner is not None and not (isinstance(inner, dict) and _fits(inner, below)):
            return False
    return True


def _getter_of_dicts(tree: dict[str, Any], keys: Sequence[str]) -> Any:
    def get(value: Any) -> Any:
        for key in keys:
            value = value.get(key) if isinstance(value, dict) else None
        return value

    return get


def _getter(tree: dict[str, Any], keys: Sequence[str]) -> Any:
    here: Any = tree
    path = []
    for part in keys:
        path.append(f"f{list(here).index(part)}")
        here = here[part]
    if len(path) == 1:
        return attrgetter(path[0])

    def get(value: Any) -> Any:
        for step in path:
            value = getattr(value, step, None)
            if value is None:
                return None
        return value

    return get
