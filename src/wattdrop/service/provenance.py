"""``GET /sources`` and ``GET /quantities``: who said each figure, and what each quantity means."""

from __future__ import annotations

import math
from typing import Any, Final

import msgspec
from falcon.asgi import Request, Response

from ..catalog import Catalog
from ..catalog.figure import SOURCE_KINDS
from ..engine.explained import source_record
from ..engine.formulas import formulas
from ..errors import NotFound
from ..schema.explanations import QuantityResponse, SourceResponse
from .answers import send
from .bodies import check_accept
from .context import Context
from .description import Example, Parameter, operation
from .description.operation import json_answer
from .queries import one_of

_KIND: Final = Parameter("kind", "Only those of a kind.", {"type": "string", "enum": list(SOURCE_KINDS)})


class SourceList:
    """Every source of the catalog as a full record, or those of one ``kind``, or the one of an ``id``."""

    def __init__(self, context: Context) -> None:
        self._context = context

    @operation(
        "listSources",
        "Evidence",
        "Sources of all figures",
        scope="read",
        parameters=(Parameter("id", "Only this one.", example="fit-text"), _KIND),
        answers={200: json_answer("Sources by id.", SourceResponse, "x-wattdrop-catalog-digest")},
        errors=(400, 401, 403, 404, 406, 429),
        examples=(Example("one", "One source", query={"id": "fit-text"}),),
    )
    async def on_get(self, request: Request, response: Response) -> None:
        """List them by id."""
        catalog = await _admitted(self._context, request)
        wanted, kind = request.get_param("id"), one_of(request, _KIND)
        sources = catalog.sources()
        if wanted and wanted not in sources:
            raise NotFound(f"no source has the id {wanted[:80]!r}", field="id")
        ids = [wanted] if wanted else sorted(id for id in sources if not kind or sources[id].kind == kind)
        _send(response, catalog, {"sources": [source_record(catalog, id) for id in ids]})


class QuantityList:
    """The data dictionary: id, unit, meaning, plausible range, whether it raises the impact, where it is computed."""

    def __init__(self, context: Context) -> None:
        self._context = context

    @operation(
        "listQuantities",
        "Evidence",
        "What each quantity means",
        scope="read",
        parameters=(Parameter("id", "Only this one.", example="facility_energy_wh"),),
        answers={200: json_answer("Quantities by id.", QuantityResponse, "x-wattdrop-catalog-digest")},
        errors=(401, 403, 404, 406, 429),
        examples=(Example("one", "One quantity", query={"id": "facility_energy_wh"}),),
    )
    async def on_get(self, request: Request, response: Response) -> None:
        """List them by id, or the one of an ``id``."""
        catalog = await _admitted(self._context, request)
        wanted = request.get_param("id")
        quantities = catalog.quantities()
        if wanted and wanted not in quantities:
            raise NotFound(f"no quantity has the id {wanted[:80]!r}", field="id")
        stages = {formula.name: formula.stage for formula in formulas()}
        records: list[dict[str, Any]] = []
        for id in [wanted] if wanted else sorted(quantities):
            fields = quantities[id]._asdict()
            record = {name: value for name, value in fields.items() if _said(value)}
            records.append({**record, **({"stage": stages[id]} if id in stages else {})})
        _send(response, catalog, {"quantities": records})


def _said(value: object) -> bool:
    """Whether there is anything to say: an end that is open (not a number, or infinite) and an empty text say nothing."""
    return math.isfinite(value) if isinstance(value, float) else value != ""


async def _admitted(context: Context, request: Request) -> Catalog:
    """The catalog of a caller who may read."""
    key = await context.keys.authorise(request, "read")
    check_accept(request)
    return context.catalogs.of(key.customer_id)


def _send(response: Response, catalog: Catalog, answer: dict[str, Any]) -> None:
    response.set_header("x-wattdrop-catalog-digest", catalog.digest)
    send(response, msgspec.json.encode(answer))
