"""What one responder takes and answers, written as a decorator above it, so that the two are read and changed together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, Literal, NamedTuple, TypeVar

from ...schema import Error
from ...store import Scope

JSON: Final = "application/json"
#: A JSON schema written out, or a struct that has one.
Shape = type | dict[str, Any]
Responder = TypeVar("Responder", bound=Callable[..., Any])

TAGS: Final[Mapping[str, str]] = {
    "Impact": "Energy, emissions and water of inference.",
    "Integrations": "The same for callers with a shape of their own: warehouses, LiteLLM, OpenTelemetry.",
    "Usage": "What the ledger kept of past requests.",
    "Evidence": "Where the numbers come from.",
    "Catalog": "Models, machines and accelerators that rows may name.",
    "Keys": "Customers, users and keys; for administrators.",
    "Service": "State and description of the service; open without a key unless stated.",
}
"""Groups of operations, in the order that the page shows them."""


class Parameter(NamedTuple):
    """A value in the query, the path or a header."""

    name: str
    text: str
    shape: dict[str, Any] = {"type": "string"}  # noqa: RUF012 - read only
    place: str = "query"
    example: Any = None


class Answer(NamedTuple):
    """A successful answer: what it is, and its shape by media type. Without shapes it has no body."""

    text: str
    shapes: Mapping[str, Shape] = {}
    headers: tuple[str, ...] = ()


UNCHANGED: Final = Answer("Nothing new, for who sends the tag back as `If-None-Match`.")


class Example(NamedTuple):
    """A request that works, and the answer to it unless ``recorded`` is false: ``make reference`` really sends it."""

    name: str
    summary: str
    body: Any = None
    query: Mapping[str, str] = {}
    path: Mapping[str, str] = {}
    headers: Mapping[str, str] = {}
    recorded: bool = True


class Operation(NamedTuple):
    """Everything that the description says about one method of one path."""

    id: str
    tag: str
    summary: str
    text: str
    scope: Scope | Literal["any"] | None
    parameters: tuple[Parameter, ...]
    row_in_query: bool
    body: Mapping[str, Shape]
    answers: Mapping[int, Answer]
    errors: tuple[int, ...]
    error_shape: type
    examples: tuple[Example, ...]


def described(
    id: str,
    tag: str,
    summary: str,
    *,
    answers: Mapping[int, Answer],
    text: str = "",
    scope: Scope | Literal["any"] | None = None,
    parameters: tuple[Parameter, ...] = (),
    row_in_query: bool = False,
    body: Shape | Mapping[str, Shape] | None = None,
    errors: tuple[int, ...] = (),
    error_shape: type = Error,
    examples: tuple[Example, ...] = (),
) -> Operation:
    """What is said about one method of one path.

    Parameters
    ----------
    id
        Name that generated clients give it; where the public contract has one, that one.
    tag, summary, text
        Group, a few words, and whatever more there is to say (Markdown).
    answers
        Answers that are no errors, by status.
    scope
        Right that the key needs, any where every key will do; None where no key is needed.
    parameters, row_in_query
        Query and path parameters; whether every field of a row is one too.
    body
        Shape of the body, or shapes by media type.
    errors, error_shape
        Statuses that the operation itself answers with; every operation may answer with others of the same shape.
    examples
        Requests that work, the first of them shown as code.
    """
    bodies: Mapping[str, Shape]
    if body is None:
        bodies = {}
    elif isinstance(body, type) or not all("/" in name for name in body):
        bodies = {JSON: body}  # type: ignore[dict-item]
    else:
        bodies = body
    return Operation(
        id,
        tag,
        summary,
        text,
        scope,
        parameters,
        row_in_query,
        bodies,
        answers,
        errors,
        error_shape,
        examples,
    )


def operation(id: str, tag: str, summary: str, **said: Any) -> Callable[[Responder], Responder]:
    """Describes a responder; see ``described`` for what can be said."""
    one = described(id, tag, summary, **said)

    def mark(responder: Responder) -> Responder:
        responder.operation = one  # type: ignore[attr-defined]
        return responder

    return mark


def unlisted(why: str) -> Callable[[Responder], Responder]:
    """Leaves a responder out of the description, for a reason."""

    def mark(responder: Responder) -> Responder:
        responder.unlisted = why  # type: ignore[attr-defined]
        return responder

    return mark


def json_answer(text: str, shape: Shape, *headers: str) -> Answer:
    """An answer in JSON."""
    return Answer(text, {JSON: shape}, headers)
