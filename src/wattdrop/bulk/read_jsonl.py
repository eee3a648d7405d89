"""JSON lines to columns: one typed decode a line that picks out what is needed and leaves the rest as it is."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

import msgspec
import pyarrow as pa

from ..errors import BadRequest, RowError
from ..schema.refusal import quoted
from ..schema.rows import parse_json
from .json_decoder import decoder
from .json_keys import Path, exploded, is_known, outer_of, paths_of_lines, with_objects
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
    rows_in = explode(plan.options.preset)
    further = _further(source.data, plan)
    rest, first = io.BytesIO(source.data), source.first_line
    while lines := list(islice(rest, _LINES)):
        numbers: Sequence[int] = range(first, first + len(lines))
        first += len(lines)
        if not all(map(bytes.strip, lines)):
            kept = [at for at, line in enumerate(lines) if line.strip()]
            lines, numbers = [lines[at] for at in kept], [numbers[at] for at in kept]
        if rows_in is not None:
            lines, numbers = exploded(lines, numbers, rows_in)
        for start in range(0, len(lines), _LINES):  # a list of records may be long
            yield _piece(lines[start : start + _LINES], numbers[start : start + _LINES], plan, further)


def _piece(lines: list[bytes], numbers: Sequence[int], plan: Plan, further: tuple[Path, ...]) -> Piece:
    from .reading import Piece

    columns = frozenset((*plan.mapping.columns, *plan.options.group_by, *map(".".join, further)))
    holders = frozenset(name for name in plan.header if plan.mapping.inside_of(name))
    needed = columns | holders | set(plan.carried.names)
    refused: dict[int, RowError] = {}
    paths = (*plan.paths, *further)
    decode, read = decoder(paths, needed)
    try:
        objects = list(map(decode, lines))
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        known = frozenset(paths)
        late = [path for path in paths_of_lines(lines) if not is_known(path, known)]
        decode, read = decoder((*paths, *late), needed | set(map(".".join, late)))
        objects = [_object(decode, line, row, refused, paths) for row, line in enumerate(lines)]
    return Piece(
        len(lines),
        {name: _column(list(map(get, objects))) for name, get in read},
        numbers,
        refused,
        [_EMPTY if row in refused else line for row, line in enumerate(lines)] if refused else lines,
    )


def _further(data: bytes, plan: Plan) -> tuple[Path, ...]:
    """Keys that the mapping would look at inside objects and that no line had at first; those that occur here."""
    outer = outer_of(plan.paths)
    wanted = dict.fromkeys(tuple(name.split(".")) for take in plan.base.takes for name in take.columns)
    inside = [path for path in wanted if path[:1] in outer and not is_known(path, plan.paths)]
    return tuple(path for path in inside if b'"%s"' % path[-1].encode() in data)


def columns_of_json(lines: Sequence[bytes], names: Sequence[str]) -> dict[str, Any]:
    """Some values inside JSON texts as columns; what is no JSON object has none."""
    decode, read = decoder(tuple(tuple(name.split(".")) for name in names), frozenset(names), strict=False)
    objects = []
    for line in lines:
        try:
            objects.append(decode(line))
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
            objects.append(decode(_EMPTY))
    return {name: _column(list(map(get, objects))) for name, get in read}


def _object(decode: Any, line: bytes, row: int, refused: dict[int, RowError], paths: Sequence[Path]) -> Any:
    try:
        return decode(line)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        try:
            return decode(with_objects(line, paths))
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
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
