"""Which keys lines of JSON have, and lists of records inside a line."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any, Final, TypeAlias

import msgspec

#: The keys that lead to a value; a key may hold dots itself, so the name of a column does not tell them.
Path: TypeAlias = tuple[str, ...]

#: Objects inside objects become columns ``outer.inner`` down to this depth.
DEEPEST: Final = 4


def paths_of_lines(lines: Sequence[bytes]) -> list[Path]:
    """Paths to every value of the objects, in order of appearance.

    >>> paths_of_lines([b'{"a.id": 1, "usage": null}', b'{"usage": {"tokens": 5}}'])
    [('a.id',), ('usage', 'tokens')]
    """
    found: dict[Path, None] = {}
    outer: set[Path] = set()
    for line in lines:
        try:
            value = msgspec.json.decode(line)
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
            continue
        _collect(found, outer, value, ())
    return [path for path in found if path not in outer]


def _collect(found: dict[Path, None], outer: set[Path], value: object, before: Path) -> None:
    if isinstance(value, dict):
        for key, inner in value.items():
            path = (*before, key)
            if isinstance(inner, dict) and len(before) < DEEPEST and inner:
                outer.add(path)
                _collect(found, outer, inner, path)
            else:
                found.setdefault(path)


def outer_of(paths: Sequence[Path]) -> list[Path]:
    """Paths to the objects that these paths go through, outermost first."""
    outer = dict.fromkeys(path[:length] for path in paths for length in range(1, len(path)))
    return sorted(outer, key=len)


def is_known(path: Path, paths: Collection[Path]) -> bool:
    """Whether a value is among these, or inside one that is."""
    return any(path[:length] in paths for length in range(1, len(path) + 1))


def with_objects(line: bytes, paths: Sequence[Path]) -> bytes:
    """The line with objects where these paths go through objects: text of JSON is read, what is none is left out."""
    value = msgspec.json.decode(line)
    for path in outer_of(paths):
        here = value
        for key in path[:-1]:
            here = here.get(key) if isinstance(here, dict) else None
        inner = here.get(path[-1]) if isinstance(here, dict) else None
        if inner is not None and not isinstance(inner, dict):
            here[path[-1]] = _object_of(inner) if isinstance(inner, str) else None
    return msgspec.json.encode(value)


def _object_of(text: str) -> dict[str, Any] | None:
    try:
        value = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return None
    return value if isinstance(value, dict) else None


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
