"""Which keys lines of JSON have, and lists of records inside a line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import msgspec

#: Objects inside objects become columns ``outer.inner`` down to this depth.
DEEPEST: Final = 4


def keys_of_lines(lines: Sequence[bytes]) -> list[str]:
    """Every key of the objects, nested ones as ``outer.inner``, in order of appearance.

    >>> keys_of_lines([b'{"id": 1, "usage": null}', b'{"usage": {"tokens": 5}}'])
    ['id', 'usage.tokens']
    """
    found: dict[str, None] = {}
    outer: set[str] = set()
    for line in lines:
        try:
            value = msgspec.json.decode(line)
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
            continue
        _collect(found, outer, value, "", 0)
    return [name for name in found if name not in outer]


def _collect(found: dict[str, None], outer: set[str], value: object, before: str, depth: int) -> None:
    if isinstance(value, dict):
        for key, inner in value.items():
            if isinstance(inner, dict) and depth < DEEPEST and inner:
                outer.add(before + key)
                _collect(found, outer, inner, f"{before}{key}.", depth + 1)
            else:
                found.setdefault(before + key)


def exploded(lines: Sequence[bytes], numbers: Sequence[int], path: str) -> tuple[list[bytes], list[int]]:
    """Each record of a list inside a line as a line of its own, with what stands beside the list."""
    names = path.split(".")
    found: list[bytes] = []
    at: list[int] = []
    for line, number in zip(lines, numbers, strict=True):
        try:
            value = msgspec.json.decode(line)
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
            value = None
        records = list(_records(value, names)) if isinstance(value, dict) else []
        for record in [msgspec.json.encode(one) for one in records] or [line]:
            found.append(record)
            at.append(number)
    return found, at


def _records(value: dict[str, Any], names: Sequence[str]) -> Iterator[dict[str, Any]]:
    inner = value.get(names[0])
    if not isinstance(inner, list):
        yield value
        return
    beside = {
        name: one for name, one in value.items() if name != names[0] and not isinstance(one, dict | list)
    }
    for one in inner:
        if isinstance(one, dict):
            below = _records(one, names[1:]) if len(names) > 1 else [one]
            yield from ({**beside, **record} for record in below)
