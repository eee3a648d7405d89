"""``POST /v1/impact/totals``: what streams add up to, with ranges in which rows that share a cause share its error."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from falcon.asgi import Request, Response

from ..errors import BadRequest
from ..schema.columns import TotalsGiven, TotalsResponse
from ..schema.given import parse_given
from .answers import encode, send
from .bodies import check_accept, read_json_body
from .context import Context
from .description import Example, operation
from .description.operation import json_answer
from .parts import Group, Part

_CAUSES = {"method|text|gpt_4o": [0.6, 0.6, 0.6, 0.0, 0.0, 0.9, 0.9, 0.9, 0.0, 0.0]}
_PART = Part("model", {"gpt_4o": Group(2, 0, 0, [1.5, 0.6, 3.1, 0.1, 0.4], (_CAUSES, _CAUSES))}).packed()


class TotalsResource:
    """Adds up; keeps nothing."""

    def __init__(self, context: Context) -> None:
        self._context = context

    @operation(
        "addUpImpact",
        "Impact",
        "Totals of several streams",
        text="Takes what `POST /v1/impact/bulk?totals=...` ended with, and gives the totals of all of them as if they had "
        "been one stream: ranges of rows cannot simply be added, because rows of one model or grid err together. `part` "
        "stands for all of them in a later question.",
        scope="impact",
        body=TotalsGiven,
        answers={200: json_answer("The totals.", TotalsResponse)},
        errors=(400, 401, 403, 406, 413, 415, 429),
        examples=(Example("one", "What one stream of two rows ended with", {"parts": [_PART]}),),
    )
    async def on_post(self, request: Request, response: Response) -> None:
        """Add up."""
        check_accept(request)
        await self._context.keys.authorise(request, "impact")
        given = parse_given(TotalsGiven, await read_json_body(request, self._context.settings.max_body_bytes))
        if not given.parts:
            raise BadRequest("parts: missing; send what each stream ended with", field="parts")
        found = await asyncio.get_running_loop().run_in_executor(None, _totals, given.parts)
        send(response, encode(found))


def _totals(texts: Sequence[str]) -> TotalsResponse:
    whole = Part.unpacked(texts[0])
    for text in texts[1:]:
        whole.merge(Part.unpacked(text))
    groups = sorted(whole.groups.items(), key=lambda pair: (-pair[1].values[0], pair[0]))
    return TotalsResponse(
        part=whole.packed(),
        total=whole.total().shown(""),
        groups=[group.shown(name) for name, group in groups if group.rows],
    )
