"""``/v1/columns``: which columns a file of usage may have, and how one with given columns is read."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, Final

import msgspec
from falcon.asgi import Request, Response

from ..bulk.guess import guessed
from ..bulk.mapping import WHAT_RAN, Mapping, with_mapped
from ..bulk.presets import NAMES, document, preset
from ..bulk.refused import JobRefused
from ..errors import BadRequest
from ..schema import FIELDS
from ..schema.columns import (
    ColumnsGiven,
    ColumnsResponse,
    MappingProblem,
    MappingResponse,
    SkipShown,
    TakeShown,
)
from ..schema.given import parse_given
from ..schema.meanings import meaning
from ..schema.requests import list_fields, number_fields, whole_number_fields
from ..schema.spellings import spellings
from .answers import encode, send
from .bodies import check_accept, read_json_body
from .content import Content, content_of, send_if_new
from .description import Example, operation
from .description.operation import UNCHANGED, json_answer

NO_EXPORT: Final = "none"
_MOST_BYTES: Final = 4_000_000
_GROUPS: Final = {
    "model_id": "model",
    "node_id": "hardware",
    "cloud_region": "place",
    "input_tokens": "work",
    "request_duration_ms": "known",
    "request_cost": "whom",
}
"""Groups of fields as a row has them, by their first field."""
_NO_MODEL: Final = "no column says which model ran; name it with map, as model_id"


class ColumnsResource:
    """Knows names alone; nothing is a customer's own, so no key is needed."""

    @operation(
        "listColumns",
        "Catalog",
        "What columns of a file may be",
        text="Fields of a row with other spellings of their names, and exports that many people have (`--preset`).",
        answers={
            200: json_answer("Fields and exports.", ColumnsResponse),
            304: UNCHANGED,
        },
        errors=(406,),
        examples=(Example("all", "All of them", recorded=False),),
    )
    async def on_get(self, request: Request, response: Response) -> None:
        """List them."""
        check_accept(request)
        send_if_new(request, response, _listed())

    @operation(
        "mapColumns",
        "Catalog",
        "How a file with these columns is read",
        text="Without `preset` and `map` both are guessed, by the names of the columns; with one of them the file is read "
        "as they say. The preset `none` is no export: without `map`, fields are then guessed one by one. They mean what "
        "they mean to `wattdrop estimate` and `POST /v1/impact/bulk`.",
        body=ColumnsGiven,
        answers={200: json_answer("The mapping.", MappingResponse)},
        errors=(400, 406, 413, 415),
        examples=(
            Example("guess", "Guessed", {"columns": ["Model", "prompt_tokens", "completion_tokens", "team"]}),
            Example("said", "As the caller says", {"columns": ["a", "b"], "map": {"model_id": "a", "output_tokens": "b"}}),
        ),
    )  # fmt: skip
    async def on_post(self, request: Request, response: Response) -> None:
        """Map them."""
        check_accept(request)
        given = parse_given(ColumnsGiven, await read_json_body(request, _MOST_BYTES))
        if not given.columns:
            raise BadRequest("columns: missing; send the names of the file's columns", field="columns")
        found = await asyncio.get_running_loop().run_in_executor(None, _mapping, given)
        send(response, encode(found))


def mapping_of(name: str | None, mapped: Sequence[tuple[str, str]]) -> Mapping:
    """The mapping that a caller asks for by ``preset`` and ``map``, of any columns."""
    return with_mapped(preset(name or None), mapped)


def _mapping(given: ColumnsGiven) -> MappingResponse:
    columns = given.columns or []
    name, mapped = None if given.preset == NO_EXPORT else given.preset, tuple((given.map or {}).items())
    if given.map is None and name is None:
        name, mapped = guessed(columns, () if given.preset == NO_EXPORT else NAMES)
    base, problem = mapping_of(name, mapped), None
    try:
        found = base._replace(required=()).of(columns)
        filled = {take.field for take in found.takes}
        if WHAT_RAN.isdisjoint(filled) or not filled.issuperset(base.required):
            problem = MappingProblem(code="missing_model", message=_NO_MODEL)
    except JobRefused as error:
        found = base._replace(takes=(), constants=(), skips=())
        problem = MappingProblem(code="contradicting_fields", message=error.message)
    return MappingResponse(
        preset=name,
        map=dict(mapped),
        takes=[
            TakeShown(field=take.field, columns=list(take.columns), read=take.read) for take in found.takes
        ],
        constants=dict(found.constants),
        skips=[
            SkipShown(column=skip.column, values=list(skip.values), why=skip.why)
            for skip in found.skips
            if skip.column in columns
        ],
        private=sorted(found.private),
        problem=problem,
    )


@cache
def _listed() -> Content:
    listed = {"fields": list(_fields()), "exports": list(_exports())}
    return content_of("application/json", msgspec.json.encode(listed))


def _fields() -> Iterator[dict[str, Any]]:
    others, group = spellings(), ""
    for field in FIELDS:
        group = _GROUPS.get(field, group)
        said = meaning("ImpactRow", field)
        kind = "number" if field in number_fields() else "list" if field in list_fields() else "text"
        sentence = said.sentence if said else ""
        yield {
            "field": field,
            "group": group,
            "meaning": sentence,
            "kind": kind,
            "whole": field in whole_number_fields(),
            "spellings": others[field],
        }


def _exports() -> Iterator[dict[str, Any]]:
    for name in NAMES:
        about = document(name)
        fields = [
            {"field": field, "columns": one["from"], "read": one.get("read", "plain"), "holds": one["holds"]}
            for field, one in about["field"].items()
        ]
        said = {key: about[key] for key in ("title", "source")}
        yield {"id": name, **said, "rows_in": about.get("rows_in", ""), "fields": fields}
