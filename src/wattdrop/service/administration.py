"""What the endpoints of administrators share: the right, the body, the database beside the event loop."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

import msgspec
from falcon.asgi import Request, Response

from ..errors import BadRequest
from ..schema import parse_json
from ..store import ApiKey, Customer
from .answers import encode, send
from .bodies import check_accept, read_json_body
from .context import Context
from .description import Parameter

_FIELD: Final = re.compile(r" - at `\$\.(\w+)")
_UNKNOWN: Final = re.compile(r"unknown field `(.*)`", re.DOTALL)
_MISSING: Final = re.compile(r"missing required field `(\w+)`")
SEARCH: Final = Parameter("search", "Only those that hold every word of this in a name.", example="dashboard")
_Body = TypeVar("_Body", bound=msgspec.Struct)
_Found = TypeVar("_Found")

_threads: Final = ThreadPoolExecutor(2, "wattdrop-administration")


class Administration:
    """Base of resources that only keys with the scope ``admin`` reach. Such keys manage every customer."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._store = context.store

    async def admitted(self, request: Request) -> ApiKey:
        """The key of an administrator."""
        key = await self._context.keys.authorise(request, "admin")
        check_accept(request)
        return key

    async def body(self, request: Request, kind: type[_Body]) -> _Body:
        """The body as what it must be; what is wrong with it is named."""
        given = parse_json(await read_json_body(request, self._context.settings.max_body_bytes))
        try:
            return msgspec.convert(given, kind)
        except (msgspec.ValidationError, RecursionError) as error:
            raise _named(str(error), kind) from None

    async def customer(self, key: ApiKey, named: str | int | None) -> Customer:
        """The customer that is named, else the key's own."""
        wanted = key.customer_id if named is None or named == "" else named
        return await stored(lambda: self._store.customers.find(wanted))


async def stored(work: Callable[[], _Found]) -> _Found:
    """Ask the database beside the event loop."""
    return await asyncio.get_running_loop().run_in_executor(_threads, work)


def answer(response: Response, entry: msgspec.Struct, status: int = 200) -> None:
    """Send it; no cache may keep who has which key."""
    send(response, encode(entry), status)
    response.set_header("Cache-Control", "no-store")


def _named(reason: str, kind: type[msgspec.Struct]) -> BadRequest:
    """What the decoder refuses, with the field and what to do."""
    known = ", ".join(kind.__struct_fields__)
    if unknown := _UNKNOWN.search(reason):
        name = ascii(unknown[1][:60])[1:-1]
        return BadRequest(f"{name}: no such field; known are {known}", field=name)
    if missing := _MISSING.search(reason):
        return BadRequest(f"{missing[1]}: is missing; known fields are {known}", field=missing[1])
    if wrong := _FIELD.search(reason):
        return BadRequest(f"{wrong[1]}: {reason.partition(' - at ')[0].lower()}", field=wrong[1])
    return BadRequest(f"expected an object with some of {known}")
