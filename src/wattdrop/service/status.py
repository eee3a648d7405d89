"""``GET /status``: open without a key, for clients of the public API and people."""

from __future__ import annotations

from falcon.asgi import Request, Response

from ..schema import StatusResponse
from .answers import encode, send
from .description import Example, operation
from .description.operation import json_answer
from .readiness import Readiness


class StatusResource:
    """The contract's own form of ``/ready``: always 200, and the body says whether and why not."""

    def __init__(self, readiness: Readiness) -> None:
        self._readiness = readiness

    @operation(
        "status",
        "Service",
        "Whether requests can be answered",
        text="Always 200; the body says whether, and why not.",
        answers={200: json_answer("Whether, and why not.", StatusResponse)},
        errors=(403,),
        examples=(Example("ready", "Ready"),),
    )
    async def on_get(self, request: Request, response: Response) -> None:
        """Say so."""
        problems = await self._readiness.problems()
        reason = "; ".join(f"{name}: {problem}" for name, problem in problems.items())
        send(response, encode(StatusResponse(ready=not problems, reason=reason or None)))
