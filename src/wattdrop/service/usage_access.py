"""Whose usage is asked for: a key's own, another customer's for those who administer, or the made-up one for anybody."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final, NamedTuple

from falcon.asgi import Request

from ..catalog import Catalog
from ..errors import BadRequest, Forbidden
from ..store import ApiKey, Ledger, Scope, UsageReader
from ..store.pages import RowPages
from .context import Context
from .demo import CUSTOMER_ID
from .description import Parameter
from .queries import texts_of

DAY: Final = {"type": "string", "format": "date"}
DAYS: Final = (
    Parameter("from", "First day, in UTC. Default: 29 days before `to`.", DAY, example="2026-11-01"),
    Parameter("to", "Last day, in UTC. Default: today.", DAY, example="2026-11-30"),
)
OF_CUSTOMER: Final = Parameter(
    "customer_id", "Another customer's, for keys with the scope `admin`.", {"type": "integer"}
)
DEMO: Final = Parameter(
    "demo",
    "Made-up requests of the last 90 days instead of stored ones. No key is needed.",
    {"type": "boolean"},
)


class Reading(NamedTuple):
    """What may be read, and a thread to read it on."""

    customer_id: int
    usage: UsageReader
    pages: RowPages
    ledger: Ledger
    catalog: Catalog
    keeps: str
    """What is stored: the setting ``ledger``, or ``demo``."""
    on_thread: Callable[[Callable[[], Any]], Awaitable[Any]]


async def reading_of(context: Context, request: Request) -> Reading:
    """Check the right to read, unless it is the made-up ledger that is asked for."""
    texts = texts_of(request)
    if is_true(texts, "demo"):
        demo = context.demo
        filled = await demo.on_thread(demo.filled)
        return Reading(
            CUSTOMER_ID,
            filled.usage,
            filled.pages,
            filled.ledger,
            context.catalogs.base,
            "demo",
            demo.on_thread,
        )
    key = await context.keys.authorise(request, "read")
    customer_id = customer_of(key, texts, "read")
    store = context.store
    return Reading(
        customer_id,
        store.usage,
        store.pages,
        store.ledger,
        context.catalogs.of(customer_id),
        context.settings.ledger,
        asyncio.to_thread,
    )


def known_texts(request: Request, known: frozenset[str]) -> dict[str, str]:
    """The query parameters; one that nobody reads would give another answer than was asked for."""
    from difflib import get_close_matches

    texts = texts_of(request)
    for name in texts:
        if name not in known:
            near = get_close_matches(name, known, n=1)
            hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(sorted(known))}"
            raise BadRequest(f"{name[:40]}: no such parameter; {hint}", code="unknown_field", field=name[:40])
    return texts


def chosen(texts: dict[str, str], name: str, values: tuple[str, ...]) -> str:
    """One of some values, the first where none is given."""
    value = texts.get(name) or values[0]
    if value not in values:
        raise BadRequest(f"{name}: expected {' or '.join(values)}, got {value[:40]!r}", field=name)
    return value


def is_true(texts: dict[str, str], name: str) -> bool:
    """A parameter that is true or false."""
    return chosen(texts, name, ("false", "true")) == "true"


def number_of(texts: dict[str, str], name: str, most: int) -> int:
    """A parameter that is a whole number from 1 on."""
    text = texts[name]
    if not text.isdecimal() or len(text) > len(str(most)) or not 1 <= int(text) <= most:
        raise BadRequest(f"{name}: expected 1 to {most}, got {text[:40]!r}", field=name)
    return int(text)


def customer_of(key: ApiKey, texts: dict[str, str], scope: Scope) -> int:
    """Whose usage is meant: the key's own; that of another for those who administer."""
    text = texts.get("customer_id", "").strip()
    if not text or text == str(key.customer_id):
        return key.customer_id
    if not text.isdecimal() or len(text) > 9:
        raise BadRequest(f"customer_id: expected a number, got {text[:40]!r}", field="customer_id")
    if "admin" not in key.scopes:
        raise Forbidden(f"customer_id: to {scope} what another customer has, a key needs the scope admin")
    return int(text)
