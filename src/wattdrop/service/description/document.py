"""The whole description: operations as the routes have them, schemas as the structs have them, examples as recorded."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from ...schema import Error
from ...schema.responses import TraceError
from ...version import __version__
from ..settings import Settings
from .operation import JSON, TAGS, Answer, Operation, Parameter, Shape
from .routes import DescribedApp, listed
from .samples import samples
from .schemas import Schema, components, reference, row_properties

RECORDED: Final = Path(__file__).with_name("examples.json")
"""Answers to the examples, as the service gave them when ``make reference`` last ran."""

_INTRODUCTION: Final = """\
Of text, images, sound and video, with a source behind every number. Compatible with the public AI impact API; what goes
beyond it is opt-in by a query parameter or has a path of its own.

- **Key**: on the page, the button Authorize takes yours and keeps it until the tab is closed. In code, send
  `Authorization: Bearer YOUR_KEY`, or the header `x-api-key`. `wattdrop keys create NAME` makes one; the service prints one
  when it starts. A key has scopes: `impact` estimates and explains, `read` lists.
- **Bodies** are JSON in UTF-8, plain or with `Content-Encoding: gzip`. **Answers** leave out what is absent, and are
  never null unless a field says so.
- **Errors** have one shape, `Error`. A row that cannot be computed is answered beside the others, in a 200.
- Every answer has the header `x-request-id`, yours if you sent one. Repeated slashes in a path are collapsed; a path of
  the API is never redirected.
"""
_STATUSES: Final[Mapping[int, tuple[str, str, str]]] = {
    400: ("The request cannot be read.", "bad_request", "custom: expected true or false, got 'perhaps'"),
    401: (
        "No key, or one that is not known.",
        "unauthorized",
        "no API key; send the header Authorization: Bearer YOUR_KEY",
    ),
    403: ("The key lacks the right.", "forbidden", "this key lacks the scope read; it has: impact"),
    404: ("No such path or object.", "not_found", "no source has the id 'nonesuch'"),
    406: (
        "The `Accept` header leaves out `application/json`; on `/v1/impact` also: the body is not a request.",
        "not_acceptable",
        "the answer is application/json, which the Accept header leaves out",
    ),
    409: ("The id or alias exists.", "conflict", "the id exists"),
    413: (
        "The body, or its number of rows, is over the limit.",
        "too_large",
        "the body is over 10000000 bytes; send fewer rows a request",
    ),
    415: (
        "A media type or encoding that is not read here.",
        "unsupported_media_type",
        "Content-Type: text/plain is not read here; send application/json",
    ),
    429: ("Too many requests; try again after `Retry-After` seconds.", "rate_limited", "too many requests"),
    500: (
        "A fault of the service.",
        "internal_error",
        "the service failed on this request; its log says why, under the request_id",
    ),
    503: (
        "More at once than the service takes; try again after `Retry-After` seconds.",
        "overloaded",
        "the service holds as many request bodies as it may; send this one again in a moment",
    ),
}
"""What each status of an error means, with a code and a message that it comes with."""

_HEADERS: Final[Mapping[str, str]] = {
    "x-wattdrop-method-version": "Version of the method behind the numbers.",
    "x-wattdrop-catalog-digest": "Hash of the data behind the numbers.",
    "x-wattdrop-stored": "How many rows the ledger keeps; absent where it keeps none.",
    "Retry-After": "Seconds to wait.",
    "WWW-Authenticate": "`Bearer`.",
}
_HEADERS_OF_STATUS: Final[Mapping[int, str]] = {
    401: "WWW-Authenticate",
    429: "Retry-After",
    503: "Retry-After",
}


def document(app: DescribedApp, settings: Settings) -> dict[str, Any]:
    """OpenAPI 3.1 of an application, with the limits of its settings."""
    operations = listed(app.routes())
    schemas = components(
        (shape for one in operations.values() for shape in one.body.values()),
        [Error, *_answered(operations)],
    )
    for name in ("ImpactRequest", "ImpactResponse"):
        schemas[name]["properties"]["rows"]["maxItems"] = settings.max_rows
    responses: dict[str, Any] = {}
    paths: dict[str, Any] = {}
    for (path, method), one in operations.items():
        paths.setdefault(path, {})[method] = _operation(one, path, method, schemas, responses)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Wattdrop",
            "version": __version__,
            "summary": "Energy, carbon and water of AI inference",
            "description": _INTRODUCTION,
            "license": {"name": "Apache 2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "tags": [{"name": name, "description": text} for name, text in TAGS.items()],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "responses": dict(sorted(responses.items())),
            "headers": {
                name: {"description": text, "schema": {"type": "string"}} for name, text in _HEADERS.items()
            },
            "securitySchemes": {
                "bearerAuth": {"type": "http", "scheme": "bearer", "description": "The key, after `Bearer`."},
                "apiKey": {"type": "apiKey", "in": "header", "name": "x-api-key"},
            },
        },
    }


def _answered(operations: Mapping[tuple[str, str], Operation]) -> list[Shape]:
    found: list[Shape] = []
    for one in operations.values():
        found += [
            one.error_shape,
            *(shape for answer in one.answers.values() for shape in answer.shapes.values()),
        ]
    return found


def _operation(
    one: Operation, path: str, method: str, schemas: Mapping[str, Schema], responses: dict[str, Any]
) -> dict[str, Any]:
    described: dict[str, Any] = {"operationId": one.id, "tags": [one.tag], "summary": one.summary}
    if one.text:
        described["description"] = one.text
    scopes = [one.scope] if one.scope not in (None, "any") else []
    described["security"] = [{"bearerAuth": scopes}, {"apiKey": scopes}] if one.scope is not None else []
    parameters = [_parameter(parameter) for parameter in one.parameters]
    if one.row_in_query:
        parameters += [_row_parameter(name, schema) for name, schema in row_properties(schemas).items()]
    if parameters:
        described["parameters"] = parameters
    if one.body:
        described["requestBody"] = {"required": True, "content": _bodies(one)}
    described["responses"] = {
        **{str(status): _answer(one, answer) for status, answer in one.answers.items()},
        **{str(status): _failure(one.error_shape, status, responses) for status in sorted(one.errors)},
        "default": _failure(one.error_shape, None, responses),
    }
    described["x-codeSamples"] = samples(one, path, method)
    return described


def _parameter(parameter: Parameter) -> dict[str, Any]:
    described: dict[str, Any] = {"name": parameter.name, "in": parameter.place, "description": parameter.text}
    if parameter.place == "path":
        described["required"] = True
    described["schema"] = parameter.shape
    if parameter.example is not None:
        described["examples"] = {"usual": {"value": parameter.example}}
    return described


def _row_parameter(name: str, schema: Schema) -> dict[str, Any]:
    shape = {key: value for key, value in schema.items() if key not in ("description", "examples")}
    described = {"name": name, "in": "query", "description": schema.get("description", ""), "schema": shape}
    return {**described, "style": "form", "explode": False} if shape.get("type") == "array" else described


def _bodies(one: Operation) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for media_type, shape in one.body.items():
        found[media_type] = {"schema": reference(shape)}
        if media_type == next(iter(one.body)) and one.examples:
            found[media_type]["examples"] = {
                example.name: {"summary": example.summary, "value": example.body} for example in one.examples
            }
    return found


def _answer(one: Operation, answer: Answer) -> dict[str, Any]:
    described: dict[str, Any] = {"description": answer.text}
    if answer.headers:
        described["headers"] = {name: {"$ref": f"#/components/headers/{name}"} for name in answer.headers}
    content: dict[str, Any] = {}
    for media_type, shape in answer.shapes.items():
        content[media_type] = {"schema": reference(shape)}
        shown = {
            example.name: {"summary": example.summary, "value": recorded()[one.id][example.name]["answer"]}
            for example in one.examples
            if recorded().get(one.id, {}).get(example.name, {}).get("media_type") == media_type
        }
        if shown:
            content[media_type]["examples"] = shown
    if content:
        described["content"] = content
    return described


def _failure(shape: type, status: int | None, responses: dict[str, Any]) -> dict[str, str]:
    """A reference to the failure, which is described once for all operations."""
    name = f"{shape.__name__}{status or ''}"
    text, code, message = _STATUSES[status or 500]
    described: dict[str, Any] = {"description": text if status else "Anything else."}
    if header := _HEADERS_OF_STATUS.get(status or 0):
        described["headers"] = {header: {"$ref": f"#/components/headers/{header}"}}
    content: dict[str, Any] = {"schema": reference(shape)}
    if shape is not TraceError:
        content["example"] = (
            {"code": code, "message": message} if shape is Error else {"errorMessage": message}
        )
    described["content"] = {JSON: content}
    if shape is TraceError:
        described["content"]["application/x-protobuf"] = {"schema": {"type": "string", "format": "binary"}}
    responses[name] = described
    return {"$ref": f"#/components/responses/{name}"}


@cache
def recorded() -> dict[str, dict[str, dict[str, Any]]]:
    """Recorded answers: operation, example, then ``media_type`` and ``answer``."""
    found: dict[str, dict[str, dict[str, Any]]] = json.loads(RECORDED.read_text(encoding="utf-8"))
    return found
