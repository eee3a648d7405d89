"""``GET /openapi.json``: the service describes itself, open without a key."""

from __future__ import annotations

import msgspec
from falcon.asgi import Request, Response

from ..answers import send
from ..settings import Settings
from .document import document
from .operation import Answer, operation
from .routes import DescribedApp


class DescriptionResource:
    """The description, made when it is first asked for: by then every route is registered."""

    def __init__(self, app: DescribedApp, settings: Settings) -> None:
        self._app = app
        self._settings = settings
        self._body = b""

    @operation(
        "getOpenApi",
        "Service",
        "This description",
        text="OpenAPI 3.1 of this very service, made from its code, with the limits of its settings.",
        answers={200: Answer("The description.", {"application/json": {"type": "object"}})},
    )
    async def on_get(self, request: Request, response: Response) -> None:
        """Send it."""
        self._body = self._body or msgspec.json.encode(document(self._app, self._settings))
        send(response, self._body)
        response.cache_control = ["no-cache"]
