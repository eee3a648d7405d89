"""``/v1/catalog/{kind}``: what the catalog holds, every figure with its range, basis and sources."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, NamedTuple

import msgspec
from falcon.asgi import Request, Response

from ..catalog import Catalog, Table
from ..engine.columns import TABLES
from ..engine.explained import source_record
from ..errors import NotFound
from ..schema.figures import CatalogEntityResponse, CatalogListResponse
from .answers import send
from .bodies import check_accept
from .context import Context
from .description import Example, Parameter, operation
from .description.operation import json_answer
from .description.paging import PAGING, PAGING_HEADERS
from .lists import own_or_not
from .pages import headers_of, window_of
from .search import best_first

KINDS: Final = {
    "models": ("developer", "family", "task"),
    "gpus": ("vendor", "architecture"),
    "nodes": ("cloud_id", "gpu_id"),
    "services": ("kind", "default_cloud_id", "default_gpu_id"),
    "regions": ("cloud_id", "city", "country"),
    "datacenters": ("description",),
}
"""Kinds of entity, with what a list says of each."""

_DESCRIBED: Final = frozenset(TABLES.values())
"""Kinds of which customers have some of their own."""

_OURS: Final = frozenset(("owner_id", "created_at", "updated_at", "created_by"))
_KIND: Final = Parameter(
    "kind", "Kind of entity.", {"type": "string", "enum": list(KINDS)}, place="path", example="models"
)


class CatalogList:
    """Entities of one kind, found by part of a name."""

    def __init__(self, context: Context) -> None:
        self._context = context

    @operation(
        "listCatalog",
        "Evidence",
        "What the catalog holds",
        text="Accelerators, machines, models, services, regions and datacenters; those of the key's own customer first.",
        scope="read",
        parameters=(
            _KIND,
            Parameter("search", "Only those of which some name holds every word of this.", example="llama"),
            Parameter("custom", "true: only your own; false: only those of everybody.", {"type": "boolean"}),
            *PAGING,
        ),
        answers={
            200: json_answer(
                "A page of the list.", CatalogListResponse, *PAGING_HEADERS, "x-wattdrop-catalog-digest"
            )
        },
        errors=(400, 401, 403, 404, 406, 429),
        examples=(
            Example("models", "Models", path={"kind": "models"}, query={"search": "whisper", "limit": "3"}),
        ),
    )
    async def on_get(self, request: Request, response: Response, kind: str) -> None:
        """List them."""
        catalog, table, own = await _admitted(self._context, request, kind)
        window = window_of(request)
        rows: Sequence[int] = sorted(table.visible(), key=lambda ix: not own(ix))
        wanted = own_or_not(request)
        if wanted is not None:
            rows = [ix for ix in rows if own(ix) is wanted]
        if text := request.get_param("search"):
            rows = best_first(table, rows, text)
        entries = [
            _entry(table, ix, KINDS[kind], own(ix))
            for ix in rows[window.offset : window.offset + window.limit]
        ]
        for name, value in headers_of(request, window, len(rows)).items():
            response.set_header(name, value)
        _send(response, catalog, {"kind": kind, "entries": entries, "count": len(rows)})


class CatalogEntity:
    """One entity, by any name of it."""

    def __init__(self, context: Context) -> None:
        self._context = context

    @operation(
        "getCatalogEntity",
        "Evidence",
        "Every figure of an entity with its range and sources",
        text="Figures without `low` and `high` have no published range; their spread is that of their basis.",
        scope="read",
        parameters=(_KIND, Parameter("name", "Its id or any other name of it.", place="path")),
        answers={200: json_answer("The entity.", CatalogEntityResponse, "x-wattdrop-catalog-digest")},
        errors=(401, 403, 404, 406, 429),
        examples=(Example("gpu", "An accelerator", path={"kind": "gpus", "name": "h100_sxm_80gb"}),),
    )
    async def on_get(self, request: Request, response: Response, kind: str, name: str) -> None:
        """Read it."""
        catalog, table, own = await _admitted(self._context, request, kind)
        ix = table.find(name)
        if ix is None:
            near = ", ".join(table.nearest(name[:200]))
            raise NotFound(f"no {kind} entry is named {name[:80]!r}; nearest: {near}", field="name")
        figures = list(_figures(catalog, table, ix))
        ids = dict.fromkeys([*table.source_ids(ix), *(id for one in figures for id in one["source_ids"])])
        texts = {
            field: text
            for field in table.fields()
            if field not in _OURS and (text := _text(table, ix, field))
        }
        entity = {
            "kind": kind,
            "id": table.ids[ix],
            "name": _name(table, ix),
            "own": own(ix),
            "note": table.note(ix),
            "texts": texts,
            "names": list(table.texts(ix, "aliases")),
            "figures": figures,
            "source_ids": list(table.source_ids(ix)),
            "sources": [source_record(catalog, id) for id in ids],
        }
        _send(response, catalog, entity)


def _name(table: Table, ix: int) -> str:
    return table.text(ix, "name") or table.ids[ix]


def _entry(table: Table, ix: int, fields: Sequence[str], own: bool) -> dict[str, Any]:
    about = [text for field in fields if (text := table.text(ix, field))]
    return {"id": table.ids[ix], "name": _name(table, ix), "about": about, "own": own}


def _text(table: Table, ix: int, field: str) -> str:
    """A field as text, an empty one where the entity has none; names are shown apart."""
    if field in ("id", "name", "aliases"):
        return ""
    return ", ".join(table.texts(ix, field)) or table.text(ix, field)


def _figures(catalog: Catalog, table: Table, ix: int) -> Iterator[dict[str, Any]]:
    quantities = catalog.quantities()
    for name, figure in table.figures(ix):
        shown = {
            "quantity": name,
            "meaning": quantities[name].meaning,
            "value": figure.value,
            "unit": quantities[name].unit,
            "basis": figure.basis,
            "source_ids": list(figure.source_ids),
        }
        if math.isfinite(figure.low) and math.isfinite(figure.high):
            shown |= {"low": figure.low, "high": figure.high}
        shown |= {"valid_from": figure.valid_from} if figure.valid_from else {}
        yield shown | ({"note": figure.note} if figure.note else {})


class _Admitted(NamedTuple):
    catalog: Catalog
    table: Table
    own: Callable[[int], bool]
    """Whether a row is the caller's own."""


async def _admitted(context: Context, request: Request, kind: str) -> _Admitted:
    key = await context.keys.authorise(request, "read")
    check_accept(request)
    if kind not in KINDS:
        raise NotFound(f"kind: expected one of {', '.join(KINDS)}, got {kind[:40]!r}", field="kind")
    catalog = context.catalogs.of(key.customer_id)
    table, owner = catalog.table(kind), str(key.customer_id)
    if kind not in _DESCRIBED:
        return _Admitted(catalog, table, lambda ix: False)
    return _Admitted(catalog, table, lambda ix: table.text(ix, "owner_id") == owner)


def _send(response: Response, catalog: Catalog, answer: dict[str, Any]) -> None:
    response.set_header("x-wattdrop-catalog-digest", catalog.digest)
    send(response, msgspec.json.encode(answer))
