"""What ``GET /model``, ``/node``, ``/gpu`` and ``/datacenter`` list: a caller's own objects first, then the most used.

At most 100 a page, because clients fail on 101. More comes to those who ask with ``limit`` and ``offset``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from falcon.asgi import Request

from ..catalog import Catalog
from ..schema.names import normalise
from .catalogs import Catalogs, Layer
from .changes import Caller, Objects
from .kinds import ObjectKind
from .pages import headers_of, window_of
from .queries import flag, truth
from .search import best_first

_NAMES_PER_DEFAULT = 10
"""A model that is the default of a task counts as if it had so many names more."""


def own_or_not(request: Request) -> bool | None:
    """What ``custom`` asks for: only the caller's own, only those of everybody, or both."""
    custom = request.get_param("custom")
    return None if custom is None else truth("custom", custom)


Test = Callable[[int], bool]


class Page(NamedTuple):
    """Part of a list, and the headers that say where the rest is."""

    items: list[dict[str, Any]]
    headers: dict[str, str]


class Lists:
    """Lists of objects as a caller sees them."""

    def __init__(self, catalogs: Catalogs, objects: Objects) -> None:
        self._catalogs = catalogs
        self._objects = objects

    def page(self, caller: Caller, kind: ObjectKind, request: Request) -> Page:
        """The page that a request asks for."""
        window = window_of(request)
        layer = self._catalogs.layer(caller.customer_id)
        keep = _FILTERS[kind.name](layer.catalog, caller, request)
        ranked = layer.catalog.remembered(
            f"ranked {kind.list_name} {caller.customer_id}", lambda: _ranked(layer, caller, kind)
        )
        chosen = [ix for ix in ranked if all(test(ix) for test in keep)]
        if text := request.get_param("search"):
            chosen = best_first(kind.table(layer.catalog), chosen, text)
        extended = flag(request, "extended")
        objects = self._objects
        wanted = chosen[window.offset : window.offset + window.limit]
        items = [objects.shown_row(kind, layer, ix, extended) for ix in wanted]
        return Page(items, headers_of(request, window, len(chosen)))


# --- order ---


def _ranked(layer: Layer, caller: Caller, kind: ObjectKind) -> list[int]:
    """Row numbers: the caller's own, newest first, then the others, most used first."""
    catalog, table = layer.catalog, kind.table(layer.catalog)
    owner = str(caller.customer_id)
    visible = list(table.visible())
    own = [ix for ix in reversed(visible) if table.text(ix, "owner_id") == owner]
    mine = set(own)
    rest = [ix for ix in visible if ix not in mine]
    return own + sorted(rest, key=_USE[kind.name](catalog), reverse=True)


Use = Callable[[int], tuple[int, ...]]


def _use_of_models(catalog: Catalog) -> Use:
    """Those known under the most names first: every provider that serves a model adds one."""
    tables = (catalog.families, catalog.tasks)
    defaults = _named(table.text(ix, "default_model_id") for table in tables for ix in range(len(table)))
    ids = catalog.models.ids
    return lambda ix: (_NAMES_PER_DEFAULT * defaults[ids[ix]] + len(catalog.models.texts(ix, "aliases")),)


def _use_of_nodes(catalog: Catalog) -> Use:
    """Those that services run on first, then those with the most used accelerators."""
    services = range(len(catalog.services))
    defaults = _named(catalog.services.text(ix, "default_node_id") for ix in services)
    gpus = _nodes_of_gpus(catalog)
    ids = catalog.nodes.ids
    return lambda ix: (defaults[ids[ix]], gpus[catalog.nodes.text(ix, "gpu_id")])


def _use_of_gpus(catalog: Catalog) -> Use:
    """Those in the most nodes first; processors, which stand in where a node has none, last."""
    gpus, nodes = catalog.gpus, _nodes_of_gpus(catalog)
    return lambda ix: (gpus.text(ix, "form_factor") != "CPU", nodes[gpus.ids[ix]])


def _use_of_datacenters(catalog: Catalog) -> Use:
    return lambda ix: (ix,)


_USE: dict[str, Callable[[Catalog], Use]] = {
    "model": _use_of_models,
    "node": _use_of_nodes,
    "gpu": _use_of_gpus,
    "datacenter": _use_of_datacenters,
}


def _named(names: Iterable[str]) -> Counter[str]:
    return Counter(name for name in names if name)


def _nodes_of_gpus(catalog: Catalog) -> Counter[str]:
    return Counter(catalog.nodes.text(ix, "gpu_id") for ix in catalog.nodes.visible())


# --- filters ---


def _filters_of_models(catalog: Catalog, caller: Caller, request: Request) -> Sequence[Test]:
    family = request.get_param("family")
    if not family:
        return ()
    wanted = set(catalog.models_of_family(family))
    return (lambda ix: ix in wanted,)


def _filters_of_nodes(catalog: Catalog, caller: Caller, request: Request) -> Sequence[Test]:
    nodes = catalog.nodes
    tests: list[Test] = []
    for name, column in (("cloud", "cloud_id"), ("instance", "cloud_instance_id")):
        if text := request.get_param(name):
            tests.append(_equal(catalog, column, normalise(text)))
    if gpu := request.get_param("gpu"):
        gpu_ix = catalog.gpus.find(gpu)
        wanted = None if gpu_ix is None else catalog.gpus.ids[gpu_ix]
        tests.append(lambda ix: nodes.text(ix, "gpu_id") == wanted)
    if service := request.get_param("service"):
        of_service = _nodes_of_service(catalog, service)
        tests.append(lambda ix: ix in of_service)
    if (own := own_or_not(request)) is not None:
        owner = str(caller.customer_id)
        tests.append(lambda ix: (nodes.text(ix, "owner_id") == owner) is own)
    return tests


def _equal(catalog: Catalog, column: str, wanted: str) -> Test:
    nodes = catalog.nodes
    return lambda ix: normalise(nodes.text(ix, column)) == wanted


def _nodes_of_service(catalog: Catalog, name: str) -> set[int]:
    """Where the service usually runs, and what somebody described as running it."""
    services, nodes = catalog.services, catalog.nodes
    ix = services.find(name)
    spelled = normalise(name if ix is None else services.ids[ix])
    found = {row for row in nodes.visible() if normalise(nodes.text(row, "managed_service_id")) == spelled}
    if ix is not None:
        names = (services.text(ix, "default_node_id"), *services.texts(ix, "alternative_node_ids"))
        found.update(row for node in names if node and (row := nodes.find(node)) is not None)
    return found


def _no_filters(catalog: Catalog, caller: Caller, request: Request) -> Sequence[Test]:
    return ()


_FILTERS: dict[str, Callable[[Catalog, Caller, Request], Sequence[Test]]] = {
    "model": _filters_of_models,
    "node": _filters_of_nodes,
    "gpu": _no_filters,
    "datacenter": _no_filters,
}
