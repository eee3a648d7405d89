"""Entities as TOML text: fields in a fixed order, one figure a line, long lists one item a line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from snapshot import DATA

LINE_LENGTH = 110


class Number(NamedTuple):
    """A figure in the digits of the snapshot, with what it says beside its value."""

    value: str
    low: str = ""
    high: str = ""
    source: str = ""
    basis: str = ""
    note: str = ""
    valid_from: str = ""  # year


Value = str | bool | Sequence[str] | Number | None
Field = tuple[str, Value]


def entry(kind: str, fields: Iterable[Field]) -> str:
    """One `[[kind]]` with its non-empty fields."""
    lines = [f"{name} = {text}" for name, value in fields if (text := rendered(name, value))]
    return "\n".join([f"[[{kind}]]", *lines]) + "\n"


def rendered(name: str, value: Value) -> str:
    """The TOML form of a value; empty for an empty value, which is left out."""
    match value:
        case None | "":
            return ""
        case bool():
            return "true" if value else "false"
        case Number():
            return figure(value)
        case str():
            return quoted(value)
    return listed(name, list(value))


def figure(number: Number) -> str:
    """`8.03`, or `{ value = 440, low = 264, high = 748 }` where there is more to say than the value."""
    if not number.value:
        return ""
    low, high = number.low, number.high
    if low and high and float(low) == float(number.value) == float(high):
        low = high = ""
    parts = [
        f"{key} = {digits(text)}"
        for key, text in (("low", low), ("high", high), ("valid_from", number.valid_from))
        if text
    ]
    texts = (("source", number.source), ("basis", number.basis), ("note", number.note))
    parts += [f"{key} = {quoted(text)}" for key, text in texts if text]
    return "{ value = " + ", ".join([digits(number.value), *parts]) + " }" if parts else digits(number.value)


def digits(text: str) -> str:
    """A number as TOML accepts it: `100.0` is `100`, `1.30` is `1.3`, `3.02e+24` stays."""
    if "e" in text.lower():
        return text
    return text.rstrip("0").rstrip(".") if "." in text else text


def quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def listed(name: str, items: Sequence[str]) -> str:
    if not items:
        return ""
    short = "[" + ", ".join(map(quoted, items)) + "]"
    if len(name) + 3 + len(short) <= LINE_LENGTH:
        return short
    return "[\n" + "".join(f"  {quoted(item)},\n" for item in items) + "]"


def write_entries(path: Path, header: str, entries: Sequence[str]) -> None:
    """A data file: a comment that says what it holds, then the entries."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"# {header}\n\n" + "\n".join(entries))


def clear(folder: str, pattern: str) -> None:
    """Remove the files of a folder that a script is about to write, so that a renamed one leaves nothing behind."""
    for path in (DATA / folder).glob(pattern):
        path.unlink()
