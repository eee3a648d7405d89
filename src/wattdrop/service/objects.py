"""``/model``, ``/node``, ``/gpu``, ``/datacenter`` and one object below each: create, read, change, delete, aliases.

Databases make one wait, so that everything here is done beside the event loop.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar
from urllib.parse import unquote

import falcon
import msgspec
from falcon.asgi import Request, Response

from ..errors import BadRequest, Forbidden, NotFound
from ..schema.given import parse_given, require
from ..schema.objects import AliasGiven
from ..store import Customers, Scope
from .answers import send
from .bodies import check_accept, read_json_body
from .changes import Caller, Objects
from .context import Context
from .description.objects import operations_of_list, operations_of_one
from .kinds import ObjectKind, shown_as_given
from .lists import Lists
from .queries import flag

T = TypeVar("T")


class ObjectService:
    """What the resources below share: who is calling, the objects, and a thread to wait in."""

    def __init__(self, context: Context, objects: Objects, customers: Customers) -> None:
        self._context = context
        self._customers = customers
        self._threads = ThreadPoolExecutor(max_workers=4, thread_name_prefix="wattdrop-objects")
        self.objects = objects

    async def caller(self, request: Request, scope: Scope) -> Caller:
        """For whom a request reads or changes: the key's customer, or for an admin the one that ``customer`` names."""
        key = await self._context.keys.authorise(request, scope)
        check_accept(request)
        is_admin = "admin" in key.scopes
        named = request.get_param("customer")
        if not named or named == str(key.customer_id):
            return Caller(key.customer_id, key.owner, is_admin)
        if not is_admin:
            raise Forbidden("customer: naming another customer needs the scope admin", field="customer")
        if not (named.isascii() and named.isdigit() and len(named) < 16):
            raise BadRequest(f"customer: expected a number, got {named[:40]!r}", field="customer")
        customer = await self.beside(lambda: self._customers.find(int(named)))
        return Caller(customer.id, key.owner, is_admin)

    async def body(self, request: Request) -> bytes:
        """What the client sent."""
        return await read_json_body(request, self._context.settings.max_body_bytes)

    async def beside(self, work: Callable[[], T]) -> T:
        """Do something that may wait, without making others wait."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)


class ObjectList:
    """``GET`` lists, ``POST`` creates."""

    def __init__(self, service: ObjectService, kind: ObjectKind, lists: Lists) -> None:
        self._service = service
        self._kind = kind
        self._lists = lists
        self.operations = operations_of_list(kind.name)

    async def on_get(self, request: Request, response: Response) -> None:
        """List the caller's own and everybody's."""
        caller = await self._service.caller(request, "read")
        page = await self._service.beside(lambda: self._lists.page(caller, self._kind, request))
        for name, value in page.headers.items():
            response.set_header(name, value)
        send(response, msgspec.json.encode({self._kind.list_name: page.items}))

    async def on_post(self, request: Request, response: Response) -> None:
        """Create one."""
        service, kind = self._service, self._kind
        caller = await service.caller(request, "write")
        extended = flag(request, "extended")
        given = parse_given(kind.given, await service.body(request))
        stored = await service.beside(lambda: service.objects.create(caller, kind, given))
        send(response, msgspec.json.encode(shown_as_given(kind, stored, extended)), 201)


class ObjectResource:
    """One object. Its name may hold ``/`` and ``:``, plain or percent-encoded."""

    def __init__(self, service: ObjectService, kind: ObjectKind) -> None:
        self._service = service
        self._kind = kind
        self.operations = operations_of_one(kind.name)

    async def on_get(self, request: Request, response: Response, name: str) -> None:
        """Read it."""
        service, kind = self._service, self._kind
        caller = await service.caller(request, "read")
        segments = _segments(request, kind)
        extended = flag(request, "extended")
        objects = service.objects

        def read() -> dict[str, Any]:
            return objects.shown(objects.find(caller, kind, "/".join(segments)), extended)

        try:
            send(response, msgspec.json.encode(await service.beside(read)))
        except NotFound:
            self._refuse_alias_path(segments)
            raise

    async def on_put(self, request: Request, response: Response, name: str) -> None:
        """Change the fields sent, or add an alias."""
        service, kind = self._service, self._kind
        caller = await service.caller(request, "write")
        *before, last = _segments(request, kind)
        body = await service.body(request)
        if kind.name == "model" and before and last == "alias":
            alias = parse_given(AliasGiven, body)
            require(AliasGiven, {"alias": alias.alias})
            text = alias.alias or ""
            await service.beside(lambda: service.objects.add_alias(caller, kind, "/".join(before), text))
            _send_nothing(response)
            return
        given = parse_given(kind.given, body)
        extended = flag(request, "extended")
        objects = service.objects

        def write() -> dict[str, Any]:
            return objects.shown(objects.update(caller, kind, "/".join((*before, last)), given), extended)

        send(response, msgspec.json.encode(await service.beside(write)))

    async def on_delete(self, request: Request, response: Response, name: str) -> None:
        """Delete it, or one of its aliases."""
        service, kind = self._service, self._kind
        caller = await service.caller(request, "write")
        segments = _segments(request, kind)
        at = next((ix for ix in range(1, len(segments) - 1) if segments[ix] == "alias"), None)
        if kind.name == "model" and at is not None:
            model, alias = "/".join(segments[:at]), "/".join(segments[at + 1 :])
            await service.beside(lambda: service.objects.remove_alias(caller, kind, model, alias))
        else:
            try:
                await service.beside(lambda: service.objects.delete(caller, kind, "/".join(segments)))
            except NotFound:
                self._refuse_alias_path(segments)
                raise
        _send_nothing(response)

    def _refuse_alias_path(self, segments: list[str]) -> None:
        if self._kind.name == "model" and len(segments) > 1 and segments[-1] == "alias":
            raise falcon.HTTPMethodNotAllowed(["PUT"])


def _segments(request: Request, kind: ObjectKind) -> list[str]:
    """The parts of the path behind the kind, each decoded: ``%2F`` in a part does not divide it."""
    raw = request.scope.get("raw_path") or request.path.encode()
    parts = [part for part in raw.decode("latin-1").partition("?")[0].split("/") if part]
    # A proxy in front may put the service below a path of its own.
    if not parts or unquote(parts[0]) != kind.name:
        parts = request.path.strip("/").split("/")
    return [unquote(part) for part in parts[1:]]


def _send_nothing(response: Response) -> None:
    response.status = 204
