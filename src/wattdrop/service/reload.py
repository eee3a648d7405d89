"""``GET /reload``: reads the data files anew and uses them, here and in every other process, or says why not."""

from __future__ import annotations

import asyncio
import logging
import secrets

from falcon.asgi import Request, Response

from ..errors import CatalogError
from ..schema import StatusResponse
from ..store import GLOBAL_CUSTOMER_ID, Entities
from .answers import encode, send
from .bodies import check_accept
from .context import Context
from .description import Example, operation
from .description.operation import json_answer

_log = logging.getLogger(__name__)


class ReloadResource:
    """Needs the scope admin. Other processes follow when they next ask for revisions, within a second."""

    def __init__(self, context: Context, entities: Entities) -> None:
        self._context = context
        self._entities = entities

    @operation(
        "reload",
        "Service",
        "Read the data anew",
        text="Checks the data files and uses them from now on, in every process; a broken one keeps the previous, and "
        "`reason` says where it is broken.",
        scope="admin",
        answers={200: json_answer("Done, or why not.", StatusResponse)},
        errors=(401, 403, 406, 429),
        examples=(Example("reload", "Reload"),),
    )
    async def on_get(self, request: Request, response: Response) -> None:
        """Reload. A broken data file changes nothing, and ``reason`` says where it is broken."""
        key = await self._context.keys.authorise(request, "admin")
        check_accept(request)
        reason = await asyncio.get_running_loop().run_in_executor(None, self._reload, key.owner)
        send(response, encode(StatusResponse(ready=True, reason=reason or None)))

    def _reload(self, by: str) -> str:
        try:
            self._context.catalogs.reload()
        except CatalogError as error:
            _log.warning("the catalog was not reloaded: %s", error)
            return f"the previous catalog stays in use: {error.message}"
        with self._entities.changing(GLOBAL_CUSTOMER_ID) as change:
            change.put("reload", "reload", {"token": secrets.token_hex(8)}, by)
        return ""
