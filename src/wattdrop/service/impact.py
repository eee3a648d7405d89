"""``POST /v1/impact``: rows in, impact out. Row problems are answered inside a 200, beside the other rows."""

from __future__ import annotations

from falcon.asgi import Request, Response

from ..engine import Estimate
from ..errors import BadRequest, NotAcceptable
from ..schema import parse_request
from .answers import encode, send
from .bodies import check_accept, read_json_body
from .context import Context

_TRUE = frozenset({"", "1", "true", "yes", "on"})


class ImpactResource:
    """Estimates batches."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def on_post(self, request: Request, response: Response) -> None:
        """Answer a batch."""
        impacts, settings = self._context.impacts, self._context.settings
        key = self._context.keys.authorise(request, "impact")
        check_accept(request)
        debug, ranges = flag(request, "debug"), flag(request, "ranges")

        def render(result: Estimate) -> bytes:
            return encode(result.response(debug, ranges))

        try:
            body = await read_json_body(request, settings.max_body_bytes)
            answer = await impacts.answer(
                key, response, len(body), lambda: parse_request(body, settings.max_rows), render
            )
        except BadRequest as error:
            # The contract knows no 400 here: its quick start defines 406 as "Invalid request format".
            raise NotAcceptable(
                error.message, code=error.code, reason=error.reason, field=error.field
            ) from None
        send(response, answer)


def flag(request: Request, name: str) -> bool:
    """Whether a query parameter is switched on."""
    return (request.get_param(name, default="false") or "").casefold() in _TRUE
