"""JSON lines to columns: one typed decode a line that picks out what is needed and leaves the rest as it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

import msgspec
import pyarrow as pa

from ..errors import BadRequest, RowError
from ..schema.refusal import quoted
from ..schema.rows import parse_json
from .json_keys import exploded, keys_of_lines
from .plan import Plan
from .presets import explode
from .sources import Text

if TYPE_CHECKING:
    from .reading import Piece

#: Lines that are held as objects at a time.
_LINES: Final = 32_768
_EMPTY: Final = b"{}"


def read_jsonl(source: Text, plan: Plan) -> Iterator[Piece]:
    """The rows of a piece of JSON lines."""
    lines = source.data.split(b"\n")
    numbers: Sequence[int] = range(source.first_line, source.first_line + len(lines))
    if lines and not lines[-1].strip():
        lines, numbers = lines[:-1], numbers[:-1]
    if not all(map(bytes.strip, lines)):
        kept = [at for at, line in enumerate(lines) if line.strip()]
        lines, numbers = [lines[at] for at in kept], [numbers[at] for at in kept]
    rows_in = explode(plan.options.preset)
    if rows_in is not None:
        lines, numbers = exploded(lines, numbers, rows_in)
    for start in range(0, len(lines), _LINES):
        yield _piece(lines[start : start + _LINES], numbers[start : start + _LINES], plan)


def _piece(lines: list[bytes], numbers: Sequence[int], plan: Plan) -> Piece:
    from .reading import Piece

    needed = frozenset((*plan.carried.names, *plan.mapping.columns, *plan.options.group_by))
    refused: dict[int, RowError] = {}
    decode, read = _decoder(plan.header, needed)
    try:
        objects = list(map(decode, lines))
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        late = tuple(name for name in keys_of_lines(lines) if name not in plan.header)
        decode, read = _decoder((*plan.header, *late), needed | set(late))
        objects = [_object(decode, line, row, refused) for row, line in enumerate(lines)]
    return Piece(
        len(lines),
        {name: _column(list(map(get, objects))) for name, get in read},
        numbers,
        refused,
        [_EMPTY if row in refused else line for row, line in enumerate(lines)] if refused else lines,
    )


def columns_of_json(lines: Sequence[bytes], names: Sequence[str]) -> dict[str, Any]:
    """Some values inside JSON texts as columns; what is no JSON object has none."""
    decode, read = _decoder(tuple(names), frozenset(names), strict=False)
    objects = []
    for line in lines:
        try:
            objects.append(decode(line))
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
            objects.append(decode(_EMPTY))
    return {name: _column(list(map(get, objects))) for name, get in read}


def _object(decode: Any, line: bytes, row: int, refused: dict[int, RowError]) -> Any:
    try:
        return decode(line)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        refused[row] = _why(line, error)
        return decode(_EMPTY)


def _why(line: bytes, error: Exception) -> RowError:
    try:
        value = parse_json(line)
    except BadRequest as found:
        return RowError("invalid_json", found.message)
    if not isinstance(value, dict):
        return RowError("not_an_object", f"expected a row, an object of fields, got {quoted(value)}")
    return RowError("wrong_type", f"the line cannot be read: {error}")


@lru_cache(maxsize=64)
def _decoder(
    names: tuple[str, ...], needed: frozenset[str], strict: bool = True
) -> tuple[Any, list[tuple[str, Any]]]:
    """A decoder of lines with these keys, and for each name that is needed how to get at its value.

    A key beyond them is an error, so that none is overlooked; values that are not needed are not decoded.
    """
    tree: dict[str, Any] = {}
    for name in names:
        here = tree
        *outer, last = name.split(".")
        for part in outer:
            if not isinstance(here.get(part), dict):
                here[part] = {}
            here = here[part]
        here.setdefault(last, name in needed)
    decode = msgspec.json.Decoder(_struct(tree, strict)).decode
    return decode, [(name, _getter(tree, name)) for name in names if name in needed]


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


def _getter(tree: dict[str, Any], name: str) -> Any:
    here: Any = tree
    path = []
    for part in name.split("."):
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


def _column(values: list[Any]) -> Any:
    """Values of one key as an array: of whole numbers, numbers or text where all are; else as text of JSON."""
    kinds = set(map(type, values))
    kinds.discard(type(None))
    if not kinds:
        return pa.nulls(len(values), pa.string())
    try:
        if kinds == {int}:
            return pa.array(values, pa.int64())
        if kinds <= {int, float}:
            return pa.array(values, pa.float64())
        if kinds == {str}:
            return pa.array(values, pa.string())
    except (pa.ArrowInvalid, OverflowError, UnicodeEncodeError):
        pass
    return pa.array([_text(value) for value in values], pa.string())


def _text(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return ";".join(value)
    return msgspec.json.encode(value).decode() if not hasattr(value, "__struct_fields__") else None
