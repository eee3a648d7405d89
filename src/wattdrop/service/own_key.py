"""``GET /v1/key``: what the key that asks is: whose, for what, how much, until when. For every key."""

from __future__ import annotations

from falcon.asgi import Request, Response

from ..schema.administration import OwnKey
from ..store.terms import rate_text
from .administration import answer, stored
from .bodies import check_accept
from .context import Context
from .description import Example, operation
from .description.operation import json_answer


class OwnKeyResource:
    """Tells a key about itself, and nothing about others."""

    def __init__(self, context: Context) -> None:
        self._context = context

    @operation(
        "getOwnKey",
        "Keys",
        "What the key is that asks",
        text="For every key, whatever its scopes.",
        scope="any",
        answers={200: json_answer("The key, without itself.", OwnKey)},
        errors=(401, 406, 429),
        examples=(Example("own", "This key", recorded=False),),
    )
    async def on_get(self, request: Request, response: Response) -> None:
        """Say so."""
        context = self._context
        key = await context.keys.authorise(request, None)
        check_accept(request)
        customer = await stored(lambda: context.store.customers.find(str(key.customer_id)))
        limits = {limit.kind: rate_text(limit.per_s) for limit in context.limits.of(key)}
        found = OwnKey(
            id=key.id,
            customer_id=key.customer_id,
            customer=customer.name,
            name=key.name,
            shown=key.shown,
            scopes=sorted(key.scopes),
            created_at=key.created_at,
            user=key.user,
            rate=limits.get("requests"),
            row_rate=limits.get("rows"),
            burst_seconds=context.settings.burst_seconds if limits else None,
            expires_at=key.expires_at,
        )
        answer(response, found)
