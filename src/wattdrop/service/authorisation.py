"""Who is calling: the API key of a request, in every place where real clients put it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final
from urllib.parse import unquote

from falcon.asgi import Request

from ..errors import Forbidden, Unauthorized
from ..store import ApiKey, Scope
from .exchange import current
from .key_cache import KeyCache
from .last_use import LastUse
from .limits import Limits

_HEADERS: Final = ("x-api-key", "x-scope3-api-key")
SESSION_COOKIE: Final = "wattdrop_session"
"""Where the web page keeps a key: out of the reach of scripts."""
PAGE_HEADER: Final = "x-wattdrop-page"
"""Without it the cookie counts for nothing: another site's page cannot send it unless CORS lets it."""


class KeyRing:
    """Recognises keys, charges requests to them, and notes when they were used."""

    def __init__(self, cache: KeyCache, limits: Limits, last_use: LastUse) -> None:
        self._cache = cache
        self._limits = limits
        self._last_use = last_use

    def authorise(self, request: Request, scope: Scope | None) -> Awaitable[ApiKey]:
        """The record of a key that may do this (any key, without a scope).

        Raises
        ------
        Unauthorized, Forbidden, RateLimited
            None of which shows the key.
        StoreError, Overloaded
            Where it cannot be told.
        """
        return self.admit(key_of(request), scope)

    async def admit(self, key: str | None, scope: Scope | None) -> ApiKey:
        """The same for a key that did not come in a header."""
        if key is None:
            raise Unauthorized("no API key; send the header Authorization: Bearer YOUR_KEY")
        found = self._cache.fresh(key) or await self._cache.find(key)
        if found is None:
            raise Unauthorized(
                "the API key is not known or was revoked; make one with: wattdrop keys create NAME, "
                "on the database of this service (WATTDROP_DATA_DIR, WATTDROP_DATABASE_URL)"
            )
        current().of_key(found)
        self._last_use.note(found.id)
        if self._limits.of(found):
            await self._limits.take_request(found)
        if scope is not None and scope not in found.scopes:
            raise Forbidden(f"this key lacks the scope {scope}; it has: {', '.join(sorted(found.scopes))}")
        return found

    def forget(self, ended: Callable[[ApiKey], bool] | None = None) -> None:
        """Keys were made or ended here: this process need not wait until it asks the database again."""
        self._cache.forget(ended)


def key_of(request: Request) -> str | None:
    """The key in ``Authorization`` (also as the URL-encoded ``Bearer%20KEY`` of some exporters) or its own header."""
    value = request.get_header("authorization") or ""
    if value[:9].casefold() == "bearer%20":
        value = unquote(value)
    scheme, _, key = value.strip().partition(" ")
    if scheme.casefold() == "bearer" and (key := key.strip()):
        return key
    for name in _HEADERS:
        if key := (request.get_header(name) or "").strip():
            return key
    return _key_of_session(request)


def _key_of_session(request: Request) -> str | None:
    if not request.get_header(PAGE_HEADER):
        return None
    kept = request.get_cookie_values(SESSION_COOKIE)
    return kept[0] if kept else None
