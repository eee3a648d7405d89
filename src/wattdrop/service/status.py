"""``GET /status``: open without a key, for load balancers and people."""

from __future__ import annotations

from falcon.asgi import Request, Response

from ..schema import StatusResponse
from .answers import encode, send


class StatusResource:
    """A service that answers holds a checked catalog, so it is ready."""

    async def on_get(self, request: Request, response: Response) -> None:
        """Say so."""
        send(response, encode(StatusResponse(ready=True)))
