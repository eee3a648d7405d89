"""The service's own description, openapi/wattdrop.yaml, as tests ask it: what may be answered where."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import jsonschema
import yaml
from tests.conftest import ROOT

#: Statuses of what is no operation: no such path, no such method.
NOWHERE = (404, 405)
#: What browsers ask for by themselves (the address alone, whether they may), and what the pages ask for.
UNLISTED = (
    ("get", "/docs/{name}"),
    ("get", "/"),
    ("get", "/accuracy"),
    ("get", "/admin"),
    ("get", "/catalog"),
    ("get", "/web/{name}"),
    ("get", "/web/session"),
    ("post", "/web/session"),
    ("delete", "/web/session"),
    ("options", ""),
)


@cache
def description() -> dict[str, Any]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    loaded: dict[str, Any] = yaml.load(
        (ROOT / "openapi" / "wattdrop.yaml").read_text(encoding="utf-8"), loader
    )
    return loaded


def resolved(part: dict[str, Any]) -> dict[str, Any]:
    """What a reference leads to."""
    while "$ref" in part:
        found: Any = description()
        for name in part["$ref"].removeprefix("#/").split("/"):
            found = found[name]
        part = found
    return part


@cache
def validator(reference: str) -> jsonschema.Draft202012Validator:
    """Of the schema at a place of the description, such as ``#/components/schemas/Error``."""
    schema = {"$ref": reference, "components": description()["components"], "paths": description()["paths"]}
    return jsonschema.Draft202012Validator(schema)


@cache
def described_answer(method: str, path: str, status: int, media_type: str) -> str | None:
    """Where the description says what an answer looks like; fails where it says that there is no such answer."""
    # The longest: names of objects may hold slashes, and some paths below them are operations of their own.
    fitting = [
        one for one in description()["paths"] if _fits(one, path) and method in description()["paths"][one]
    ]
    template = max(fitting, key=lambda one: (one.count("{"), len(one)), default=None)
    operation = description()["paths"].get(template, {}).get(method)
    if operation is None:
        unlisted = any(method == verb and (not one or _fits(one, path)) for verb, one in UNLISTED)
        assert status in NOWHERE or unlisted, f"{method} {path} answers {status} and is not described"
        return "#/components/schemas/Error" if status >= 400 else None
    responses = operation["responses"]
    # Names of models may hold slashes, so that a path of aliases is that of a model, too.
    elsewhere = status == 405 and path.endswith("/alias")
    assert str(status) in responses or status >= 500 or elsewhere, (
        f"{method} {template} answers {status}, which is not said"
    )
    response = resolved(responses.get(str(status), responses["default"]))
    if "content" not in response:
        return None
    assert media_type in response["content"], f"{method} {template}: {status} answers {media_type}"
    inline = responses.get(str(status), responses["default"])
    start = inline.get("$ref") or f"#/paths/{_pointer(template)}/{method}/responses/{status}"
    return f"{start}/content/{_pointer(media_type)}/schema"


def _fits(template: str, path: str) -> bool:
    name = (
        ".+"
        if template.startswith(("/model/", "/node/", "/gpu/", "/datacenter/", "/web/", "/v1/usage/rows/"))
        else "[^/]+"
    )
    pattern = re.sub(r"\\\{\w+\\\}", name, re.escape(template))
    return re.fullmatch(pattern, path if path == "/" else path.rstrip("/"), re.DOTALL) is not None


def _pointer(name: str | None) -> str:
    return (name or "").replace("~", "~0").replace("/", "~1").replace("{", "%7B").replace("}", "%7D")
