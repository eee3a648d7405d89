"""JSON schemas of the structs on the wire, as the description shows them: what callers may rely on, in plain words.

msgspec writes schemas of what a decoder takes. In answers that says too much: an optional field is left out when it is
empty, never null, and no others are ever added. Both are mended here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from inspect import cleandoc
from typing import Any, Final

import msgspec

from ...schema import ErrorDetails
from ...schema.meanings import meaning
from ...schema.objects import REQUIRED, WRITTEN_BY_US, AliasGiven
from .operation import Shape

REFERENCE: Final = "#/components/schemas/"
#: Answers that may grow: everything else in an answer is what the public contract names, and nothing more.
_OPEN: Final = frozenset({ErrorDetails.__name__})
#: Bodies of which every field must be there whenever they are sent.
_ALWAYS_WHOLE: Final = {AliasGiven.__name__: list(REQUIRED[AliasGiven])}
#: Objects that may be sent back as they were answered.
_SENT_BACK: Final = frozenset(kind.__name__ for kind in REQUIRED if kind is not AliasGiven)
_NULL: Final = {"type": "null"}
Schema = dict[str, Any]


def components(read: Iterable[Shape], answered: Iterable[Shape]) -> dict[str, Schema]:
    """A schema for each struct that requests and answers are made of, by its name.

    Parameters
    ----------
    read
        Shapes of bodies: null stands for an absent field there.
    answered
        Shapes of answers: absent fields are left out there.
    """
    read_structs, answered_structs = _structs(read), _structs(answered)
    _, found = msgspec.json.schema_components(
        [*read_structs, *answered_structs], ref_template=REFERENCE + "{name}"
    )
    requested, replied = _reached(read_structs, found), _reached(answered_structs, found)
    if both := requested & replied:
        raise TypeError(
            f"{both} are in requests and in answers, where null means different things: make them two"
        )
    return {name: _described(name, found[name], name in requested) for name in sorted(found)}


def reference(shape: Shape) -> Schema:
    """The schema to put where a shape is meant."""
    return {"$ref": REFERENCE + shape.__name__} if isinstance(shape, type) else shape


def row_properties(schemas: Mapping[str, Schema]) -> dict[str, Schema]:
    """The fields of a row without their null, for query parameters."""
    fields = schemas["ImpactRow"]["properties"]
    return {name: _without_null(schema) for name, schema in fields.items()}


def _structs(shapes: Iterable[Shape]) -> list[type]:
    """Structs in the order given, without schemas that are written out."""
    return list(dict.fromkeys(shape for shape in shapes if isinstance(shape, type)))


def _reached(structs: Iterable[type], found: Mapping[str, Schema]) -> set[str]:
    reached: set[str] = set()
    left = [struct.__name__ for struct in structs]
    while left:
        name = left.pop()
        if name not in reached:
            reached.add(name)
            left += _references(found[name])
    return reached


def _references(schema: object) -> Iterator[str]:
    if isinstance(schema, dict):
        if isinstance(schema.get("$ref"), str):
            yield schema["$ref"].removeprefix(REFERENCE)
        for part in schema.values():
            yield from _references(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from _references(part)


def _described(name: str, schema: Schema, requested: bool) -> Schema:
    schema = _portable(schema)
    properties: dict[str, Schema] = {}
    for field, given in schema.get("properties", {}).items():
        shown = {key: value for key, value in given.items() if key != "default"}
        if "default" in given:
            shown = _folded(shown) if requested else _without_null(shown)
            if requested and shown.get("minLength") == 1:  # an empty text is an absent one
                del shown["minLength"]
        said = meaning(name, field)
        if said is not None:
            shown["description"] = said.sentence
            if said.example is not None and "$ref" not in shown:
                shown["examples"] = [said.example]
        properties[field] = shown
    described: Schema = {"type": "object", "description": _prose(schema.get("description", ""))}
    if name in _SENT_BACK:
        ours = "As it was answered: whatever is sent here is left alone."
        properties |= {field: {"description": ours} for field in WRITTEN_BY_US}
    if required := _ALWAYS_WHOLE.get(name) or schema.get("required"):
        described["required"] = required
    described["properties"] = properties
    if schema.get("additionalProperties") is False or not (requested or name in _OPEN):
        described["additionalProperties"] = False
    return described


def _prose(docstring: str) -> str:
    """A docstring for people who do not read the code: without its examples, code in single quotes."""
    return re.sub(r"``(.+?)``", r"`\1`", cleandoc(docstring).partition(">>>")[0]).strip()


def _portable(schema: Any) -> Any:
    r"""Patterns as JavaScript knows them (``\Z`` is Python's; of a moment the format says enough), lists with a type."""
    if isinstance(schema, list):
        return [_portable(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {key: _portable(value) for key, value in schema.items()}
    if isinstance(kept.get("enum"), list) and "type" not in kept:
        kept = {"type": "string" if isinstance(kept["enum"][0], str) else "integer", **kept}
    if isinstance(kept.get("pattern"), str):
        kept["pattern"] = re.sub(r"\\Z$", "$", kept["pattern"])
        if kept.get("format") == "date-time":
            del kept["pattern"]
    return kept


def _without_null(schema: Schema) -> Schema:
    """The schema of a value that is there."""
    if "anyOf" in schema:
        left = [part for part in schema["anyOf"] if part != _NULL]
        if len(left) == 1:
            return {**left[0], **{key: value for key, value in schema.items() if key != "anyOf"}}
        return {**schema, "anyOf": left}
    if isinstance(schema.get("type"), list):
        kinds = [kind for kind in schema["type"] if kind != "null"]
        schema = {**schema, "type": kinds[0] if len(kinds) == 1 else kinds}
    if "enum" in schema:
        schema = {**schema, "enum": [value for value in schema["enum"] if value is not None]}
    return schema


def _folded(schema: Schema) -> Schema:
    """``anyOf`` of a plain type and null as one type with two names, which readers and generators take better."""
    plain = _without_null(schema)
    if plain == schema or "anyOf" in plain or "$ref" in plain:
        return schema
    if "enum" in plain:
        return {**plain, "enum": [*plain["enum"], None]}
    return {**plain, "type": [plain["type"], "null"]}
