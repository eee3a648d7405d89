"""``GET /status``: open without a key, for clients of the public API and people."""

from __future__ import annotations

from falcon.asgi import Request, Response

from ..schema import StatusResponse
from .answers import encode, send
from .readiness import Readiness


class StatusResource:
    """The contract's own form of ``/ready``: always 200, and the body says whether and why not."""

    def __init__(self, readiness: Readiness) -> None:
        self._readiness = readiness

    async def on_get(self, request: Request, response: Response) -> None:
        """Say so."""
        problems = await self._readiness.problems()
        reason = "; ".join(f"{name}: {problem}" for name, problem in problems.items())
        send(response, encode(StatusResponse(ready=not problems, reason=reason or None)))
