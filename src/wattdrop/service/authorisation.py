"""Who is calling: the API key of a request, in every place where real clients put it."""

from __future__ import annotations

import time
from collections.abc import Callable
from urllib.parse import unquote

from falcon.asgi import Request

from ..errors import Forbidden, Unauthorized
from ..store import ApiKey, Keys, Scope
from .exchange import current

_HEADERS = ("x-api-key", "x-scope3-api-key")
_MOST_REMEMBERED = 10_000


class KeyRing:
    """Recognises keys. A key found valid is trusted for a few seconds, so that most requests ask no database."""

    def __init__(self, keys: Keys, trusted_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._keys = keys
        self._trusted_s = trusted_s
        self._clock = clock
        self._known: dict[str, tuple[float, ApiKey]] = {}

    def authorise(self, request: Request, scope: Scope) -> ApiKey:
        """The record of a key that may do this; else ``Unauthorized`` or ``Forbidden``, which never show the key."""
        return self.admit(key_of(request), scope)

    def admit(self, key: str | None, scope: Scope) -> ApiKey:
        """The same for a key that did not come in a header."""
        found = self._recognise(key)
        current().of_key(found)
        if scope not in found.scopes:
            raise Forbidden(f"this key lacks the scope {scope}; it has: {', '.join(sorted(found.scopes))}")
        return found

    def _recognise(self, key: str | None) -> ApiKey:
        if key is None:
            raise Unauthorized("no API key; send the header Authorization: Bearer YOUR_KEY")
        now = self._clock()
        known = self._known.get(key)
        if known is not None and known[0] > now:
            return known[1]
        found = self._keys.find(key)
        if found is None:
            self._known.pop(key, None)
            raise Unauthorized(
                "the API key is not known or was revoked; make one with: wattdrop keys create NAME"
            )
        if len(self._known) >= _MOST_REMEMBERED:
            self._known.clear()
        self._known[key] = (now + self._trusted_s, found)
        return found


def key_of(request: Request) -> str | None:
    """The key in ``Authorization`` (also as the URL-encoded ``Bearer%20KEY`` of some exporters) or its own header."""
    value = request.get_header("authorization") or ""
    if value[:9].casefold() == "bearer%20":
        value = unquote(value)
    scheme, _, key = value.strip().partition(" ")
    if scheme.casefold() == "bearer" and key.strip():
        return key.strip()
    return next((key.strip() for name in _HEADERS if (key := request.get_header(name) or "").strip()), None)
