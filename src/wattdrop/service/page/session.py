"""``/web/session``: keeps the key of who uses the page in a cookie that no script can read, until the browser is closed.

The cookie counts only beside a header that a page of another origin cannot send unasked (``authorisation.key_of``), and the
browser sends it to no other site and with no request that another site began.
"""

from __future__ import annotations

import msgspec
from falcon.asgi import Request, Response

from ...errors import BadRequest, Forbidden, Unauthorized
from ...schema.given import parse_given
from ...schema.objects import Given
from ...store import ApiKey
from ..answers import send
from ..authorisation import PAGE_HEADER, SESSION_COOKIE, KeyRing, key_of
from ..bodies import read_json_body
from ..description import unlisted
from ..local import read_local_key, take_code
from ..settings import Settings

_WHY = "belongs to the page"
_MOST_BYTES = 4096


class KeyGiven(Given):
    """What the page sends when somebody enters a key, or opens the link that the server printed at its start."""

    key: str | None = None
    code: str | None = None


class SessionResource:
    """Begins, shows and ends the session."""

    def __init__(self, keys: KeyRing, settings: Settings) -> None:
        self._keys = keys
        self._settings = settings

    @unlisted(_WHY)
    async def on_get(self, request: Request, response: Response) -> None:
        """Whose session it is; an empty object where there is none, or where its key has ended."""
        try:
            found = await self._keys.authorise(request, None) if key_of(request) else None
        except Unauthorized:
            found = None
        _answer(response, found)

    @unlisted(_WHY)
    async def on_post(self, request: Request, response: Response) -> None:
        """Begin with a key, or with the code of a link."""
        _check_page(request)
        given = parse_given(KeyGiven, await read_json_body(request, _MOST_BYTES))
        key = self._key_of_link(given.code) if given.code else (given.key or "").strip()
        if not key:
            raise BadRequest("key: enter an API key", field="key")
        found = await self._keys.admit(key, None)
        _set(request, response, key)
        _answer(response, found)

    @unlisted(_WHY)
    async def on_delete(self, request: Request, response: Response) -> None:
        """End it."""
        _check_page(request)
        response.unset_cookie(SESSION_COOKIE, same_site="Strict", path="/")
        response.status = 204

    def _key_of_link(self, code: str) -> str:
        key = read_local_key(self._settings.local_key) if take_code(self._settings.sign_in_code, code) else ""
        if not key:
            raise Unauthorized("code: the link was used or is too old; enter the key that the server printed")
        return key


def _check_page(request: Request) -> None:
    if not request.get_header(PAGE_HEADER):
        raise Forbidden(f"only the page may do this; it sends the header {PAGE_HEADER}")


def _set(request: Request, response: Response, key: str) -> None:
    """Over TLS the browser is told to send it over TLS only; a proxy in front says what the browser speaks."""
    secure = request.forwarded_scheme == "https"
    response.set_cookie(SESSION_COOKIE, key, path="/", http_only=True, same_site="Strict", secure=secure)


def _answer(response: Response, key: ApiKey | None) -> None:
    shown = {} if key is None else {"name": key.name, "shown": key.shown, "scopes": sorted(key.scopes)}
    send(response, msgspec.json.encode(shown))
    response.set_header("Cache-Control", "no-store")
