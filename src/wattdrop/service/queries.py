"""What the query of a request says: texts, switches, words of a list, the fields of a row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from falcon.asgi import Request

from ..errors import BadRequest
from ..schema.texts import fields_of_texts
from .description import Parameter

_WORDS: Final = {
    **dict.fromkeys(("true", "1", "yes", "on"), True),
    **dict.fromkeys(("false", "0", "no", "off"), False),
}


def texts_of(request: Request) -> dict[str, str]:
    """The query parameters as texts; one that is repeated is a list separated by commas."""
    return {
        name: ",".join(value) if isinstance(value, list) else value for name, value in request.params.items()
    }


def fields_of(texts: Mapping[str, str]) -> dict[str, object]:
    """The row that a query is, with its numbers as numbers."""
    if not texts:
        raise BadRequest(
            "no row is given; send its fields as query parameters, such as ?model_id=gpt-4o&output_tokens=500",
            field="model_id",
        )
    return fields_of_texts(texts)


def flag(request: Request, name: str) -> bool:
    """Whether a query parameter is switched on: it is there, alone or as true."""
    if not request.query_string:
        return False
    text = request.get_param(name)
    return text is not None and (not text or truth(name, text))


def truth(name: str, text: str) -> bool:
    """What a parameter says that is true or false. A word that is neither is no guess of ours."""
    found = _WORDS.get(text.strip().casefold())
    if found is None:
        raise BadRequest(f"{name}: expected true or false, got {text[:40]!r}", field=name)
    return found


def one_of(request: Request, parameter: Parameter) -> Any:
    """A value that a parameter may have; where it is not there its default, None if it has none."""
    given, known = request.get_param(parameter.name), parameter.shape["enum"]
    if given is None:
        return parameter.shape.get("default")
    if given not in known:
        raise BadRequest(
            f"{parameter.name}: expected one of {', '.join(known)}, got {given[:40]!r}", field=parameter.name
        )
    return given
