"""``GET /health``, ``/ready`` and ``/metrics``: open without a key, for orchestrators and monitors; nothing secret."""

from __future__ import annotations

import asyncio
from hmac import compare_digest

import msgspec
from falcon.asgi import Request, Response

from ..errors import Unauthorized
from ..schema.responses import HealthResponse, ReadyResponse
from .answers import send
from .authorisation import key_of
from .description import Answer, Example, operation
from .description.operation import json_answer
from .exposition import CONTENT_TYPE, exposition
from .readiness import Readiness


class HealthResource:
    """Live: the event loop runs. Says nothing about databases, or a database that is away would have us restarted."""

    @operation(
        "health",
        "Service",
        "Whether the process runs",
        answers={200: json_answer("It runs.", HealthResponse)},
        examples=(Example("live", "It runs"),),
    )
    async def on_get(self, request: Request, response: Response) -> None:
        """Say so."""
        send(response, b'{"live":true}')


class ReadyResource:
    """Ready: what an answer needs is there. 503 takes the process out of a load balancer, and no more."""

    def __init__(self, readiness: Readiness) -> None:
        self._readiness = readiness

    @operation(
        "readiness",
        "Service",
        "Whether everything is there that an answer needs",
        answers={
            200: json_answer("Everything is there.", ReadyResponse),
            503: json_answer("Something is missing; send requests elsewhere.", ReadyResponse),
        },
        examples=(Example("ready", "Everything is there"),),
    )
    async def on_get(self, request: Request, response: Response) -> None:
        """Every part with ``ok`` or what is wrong."""
        problems = await self._readiness.problems()
        parts = {name: problems.get(name, "ok") for name in (*self._readiness.parts, *problems)}
        send(response, msgspec.json.encode({"ready": not problems, "parts": parts}), 503 if problems else 200)
        response.set_header("Cache-Control", "no-store")


class MetricsResource:
    """What Prometheus reads."""

    def __init__(self, token: str) -> None:
        self._token = token

    @operation(
        "metrics",
        "Service",
        "Metrics for Prometheus",
        text="Open, or for `Authorization: Bearer` with the token of the setting `metrics_token`.",
        answers={200: Answer("The metrics.", {"text/plain": {"type": "string"}})},
        errors=(401,),
    )
    async def on_get(self, request: Request, response: Response) -> None:
        """The numbers of all worker processes."""
        if self._token and not compare_digest((key_of(request) or "").encode(), self._token.encode()):
            raise Unauthorized(
                "the metrics need the token of the setting metrics_token, as Authorization: Bearer"
            )
        loop = asyncio.get_running_loop()
        response.data = await loop.run_in_executor(None, exposition)  # reads a file of each process
        response.content_type = CONTENT_TYPE
