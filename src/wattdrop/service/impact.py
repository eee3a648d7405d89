"""``POST /v1/impact``: rows in, impact out. Row problems are answered inside a 200, beside the other rows."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

from falcon.asgi import Request, Response

from ..catalog import Catalog
from ..engine import METHOD_VERSION, estimate
from ..errors import BadRequest, NotAcceptable
from ..schema import parse_request
from .answers import encode, send
from .authorisation import KeyRing
from .bodies import check_accept, read_json_body
from .settings import Settings

_TRUE = frozenset({"", "1", "true", "yes", "on"})


class ImpactResource:
    """Estimates batches; small ones on the event loop, large ones on a thread so that small ones need not wait."""

    def __init__(self, catalog: Catalog, keys: KeyRing, settings: Settings) -> None:
        self._catalog = catalog
        self._keys = keys
        self._settings = settings
        self._threads = ThreadPoolExecutor(max_workers=1, thread_name_prefix="wattdrop-impact")

    async def on_post(self, request: Request, response: Response) -> None:
        """Answer a batch."""
        self._keys.authorise(request)
        check_accept(request)
        debug, ranges = flag(request, "debug"), flag(request, "ranges")
        try:
            body = await read_json_body(request, self._settings.max_body_bytes)
            if len(body) <= self._settings.inline_body_bytes:
                answer = self._answer(body, debug, ranges)
            else:
                loop = asyncio.get_running_loop()
                answer = await loop.run_in_executor(self._threads, self._answer, body, debug, ranges)
        except BadRequest as error:
            # The contract knows no 400 here: its quick start defines 406 as "Invalid request format".
            raise NotAcceptable(
                error.message, code=error.code, reason=error.reason, field=error.field
            ) from None
        response.set_header("x-wattdrop-method-version", METHOD_VERSION)
        response.set_header("x-wattdrop-catalog-digest", self._catalog.digest)
        send(response, answer)

    def _answer(self, body: bytes, debug: bool, ranges: bool) -> bytes:
        rows = parse_request(body, self._settings.max_rows)
        return encode(estimate(rows, self._catalog).response(debug, ranges))


def flag(request: Request, name: str) -> bool:
    """Whether a query parameter is switched on."""
    return (request.get_param(name, default="false") or "").casefold() in _TRUE
