"""Where one OpenAPI description promises less than another: what their answers may hold, and what their requests may send.

A finding is a place and what is wrong there, such as ``getImpact request ImpactRow.output_video_resolution: maximum``.
Schemas of OpenAPI 3.0 and 3.1 are read alike. Formats and examples are no promises.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import jsonschema

Document = dict[str, Any]
Schema = dict[str, Any]

#: Bounds: name, and whether more of it lets more values through.
_BOUNDS = {
    "minimum": False, "exclusiveMinimum": False, "minLength": False, "minItems": False,
    "maximum": True, "exclusiveMaximum": True, "maxLength": True, "maxItems": True,
}  # fmt: skip


def operations(document: Document) -> dict[tuple[str, str], dict[str, Any]]:
    """Operations by path, whose parameters lose their names, and method; parameters of the path are put into each."""
    found = {}
    for path, item in document["paths"].items():
        shared = item.get("parameters", [])
        for method, operation in item.items():
            if method != "parameters":
                parameters = [*shared, *operation.get("parameters", [])]
                found[re.sub(r"\{[^}]*\}", "{}", path), method] = {**operation, "parameters": parameters}
    return found


class Comparison:
    """``ours`` against ``theirs``: does ours take everything that theirs takes, and answer only what theirs knows?"""

    def __init__(self, ours: Document, theirs: Document) -> None:
        self.ours = ours
        self.theirs = theirs

    def findings(self, our_operation: dict[str, Any], their_operation: dict[str, Any]) -> Iterator[str]:
        """Everything that a client of theirs would trip over."""
        name = their_operation["operationId"]
        if our_operation["operationId"] != name:
            yield f"{name}: is called {our_operation['operationId']}"
        yield from (f"{name} {finding}" for finding in self._parameters(our_operation, their_operation))
        yield from (f"{name} {finding}" for finding in self._security(our_operation, their_operation))
        if "requestBody" in their_operation:
            ours, theirs = (one["requestBody"]["content"] for one in (our_operation, their_operation))
            for media_type, content in theirs.items():
                if media_type not in ours:
                    yield f"{name} request: {media_type}"
                else:
                    pair = (ours[media_type]["schema"], content["schema"])
                    yield from (f"{name} request {finding}" for finding in self.wider(*pair))
        yield from (f"{name} {finding}" for finding in self._answers(our_operation, their_operation))

    def _parameters(self, our_operation: dict[str, Any], their_operation: dict[str, Any]) -> Iterator[str]:
        def by_place(operation: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
            found = [one for one in operation["parameters"] if one["in"] != "path"]
            return {(one["in"], one["name"]): one for one in found}

        ours, theirs = by_place(our_operation), by_place(their_operation)
        for key, parameter in theirs.items():
            if key not in ours:
                yield f"parameter {key[1]}: missing"
            else:
                pair = (ours[key]["schema"], parameter["schema"])
                yield from (f"parameter {key[1]} {finding}" for finding in self.wider(*pair))
        yield from (
            f"parameter {key[1]}: required" for key in ours.keys() - theirs if ours[key].get("required")
        )

    def _security(self, our_operation: dict[str, Any], their_operation: dict[str, Any]) -> Iterator[str]:
        offered = our_operation.get("security", self.ours.get("security", []))
        for scheme in {name for one in their_operation.get("security", []) for name in one}:
            if offered and not any(scheme in one for one in offered):
                yield f"security: {scheme} is not taken"

    def _answers(self, our_operation: dict[str, Any], their_operation: dict[str, Any]) -> Iterator[str]:
        ours, theirs = our_operation["responses"], their_operation["responses"]
        yield from (f"answer {status}: missing" for status in theirs if status not in ours)
        for status, answer in ours.items():
            known = theirs.get(status, theirs.get("default"))
            if known is None:
                yield f"answer {status}: unknown to theirs"
                continue
            content, known_content = (
                self._ours(answer).get("content", {}),
                self._theirs(known).get("content", {}),
            )
            for media_type, shape in content.items():
                if media_type not in known_content:
                    yield f"answer {status}: {media_type}"
                else:
                    pair = (shape["schema"], known_content[media_type]["schema"])
                    yield from (f"answer {status} {finding}" for finding in self.narrower(*pair))

    def wider(self, ours: Schema, theirs: Schema, place: str = "") -> Iterator[str]:
        """Where ours refuses a value that theirs takes."""
        place = _named(theirs, place) or _named(ours, place)
        ours, theirs = self._ours(ours), self._theirs(theirs)
        yield from _compared(place, wide=ours, narrow=theirs)
        ours, theirs = _alternative(ours), _alternative(theirs)
        missing = set(ours.get("required", ())) - set(theirs.get("required", ()))
        yield from (f"{place}.{field}: required" for field in sorted(missing))
        for field, schema in theirs.get("properties", {}).items():
            if field in ours.get("properties", {}):
                yield from self.wider(ours["properties"][field], schema, f"{place}.{field}")
            elif ours.get("additionalProperties") is False:
                yield f"{place}.{field}: missing"
        if "items" in ours and "items" in theirs:
            yield from self.wider(ours["items"], theirs["items"], f"{place}[]")

    def narrower(self, ours: Schema, theirs: Schema, place: str = "") -> Iterator[str]:
        """Where ours answers a value that theirs does not know."""
        place = _named(theirs, place) or _named(ours, place)
        ours, theirs = self._ours(ours), self._theirs(theirs)
        yield from _compared(place, wide=theirs, narrow=ours)
        missing = set(theirs.get("required", ())) - set(ours.get("required", ()))
        yield from (f"{place}.{field}: may be absent" for field in sorted(missing))
        for field, schema in ours.get("properties", {}).items():
            if field in theirs.get("properties", {}):
                yield from self.narrower(schema, theirs["properties"][field], f"{place}.{field}")
            elif theirs.get("additionalProperties") is False:
                yield f"{place}.{field}: unknown to theirs"
        unsaid = set(theirs.get("properties", {})) - set(ours.get("properties", {}))
        yield from (f"{place}.{field}: missing" for field in sorted(unsaid))
        if "items" in ours and "items" in theirs:
            yield from self.narrower(ours["items"], theirs["items"], f"{place}[]")

    def _ours(self, part: dict[str, Any]) -> dict[str, Any]:
        return _plain(part, self.ours)

    def _theirs(self, part: dict[str, Any]) -> dict[str, Any]:
        return _plain(part, self.theirs)


def _compared(place: str, wide: Schema, narrow: Schema) -> Iterator[str]:
    """Where the narrow schema lets a value through that the wide one refuses, fields and items apart."""
    kinds, wide_kinds = _kinds(narrow), _kinds(wide)
    if (wide_kinds and not kinds) or (
        wide_kinds and kinds - wide_kinds - ({"integer"} if "number" in wide_kinds else set())
    ):
        yield f"{place}: type"
    if "enum" in narrow:
        values = [value for value in narrow["enum"] if value is not None]
        if not all(
            jsonschema.Draft202012Validator({**wide, "type": list(wide_kinds)}).is_valid(one)
            for one in values
        ):
            yield f"{place}: enum"
        return
    if "enum" in wide:
        yield f"{place}: enum"
    if wide.get("pattern") not in (None, narrow.get("pattern")):
        yield f"{place}: pattern"
    same_pattern = "pattern" in wide and wide["pattern"] == narrow.get("pattern")  # says the length, too
    for bound, more in _BOUNDS.items():
        if (
            bound in wide
            and not (same_pattern and "Length" in bound)
            and (bound, wide[bound]) != ("minItems", 0)
        ):
            inside = bound in narrow and (
                narrow[bound] <= wide[bound] if more else narrow[bound] >= wide[bound]
            )
            if not inside:
                yield f"{place}: {bound}"


def _plain(part: dict[str, Any], document: Document) -> dict[str, Any]:
    """Without references and ``allOf``."""
    while "$ref" in part:
        found: Any = document
        for name in part["$ref"].removeprefix("#/").split("/"):
            found = found[name]
        part = {**found, **{key: value for key, value in part.items() if key != "$ref"}}
    if "allOf" in part:
        merged: dict[str, Any] = {"type": "object", "required": [], "properties": {}}
        for one in (_plain(one, document) for one in part["allOf"]):
            merged["required"] += one.get("required", [])
            merged["properties"] |= one.get("properties", {})
        return merged
    return part


def _alternative(schema: Schema) -> Schema:
    """The one alternative that is not null."""
    left = [one for one in schema.get("anyOf", ()) if one != {"type": "null"}]
    return left[0] if len(left) == 1 else schema


def _kinds(schema: Schema) -> set[str]:
    """The JSON types that a schema names, itself or in its alternatives; none where it does not say."""
    kinds = schema.get("type", [])
    found = {kinds} if isinstance(kinds, str) else set(kinds)
    for one in (*schema.get("anyOf", ()), *schema.get("oneOf", ())):
        found |= _kinds(one)
    return found | {"null"} if schema.get("nullable") and found else found


def _named(schema: Schema, place: str) -> str:
    """The name of a component is shorter than the way there."""
    return str(schema["$ref"].rpartition("/")[2]) if "$ref" in schema else place
