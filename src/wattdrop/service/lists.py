"""``GET /model``, ``/node`` and ``/gpu``: at most 100 objects, most used first, because clients fail on 101."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property

from falcon.asgi import Request, Response

from ..catalog import Catalog
from ..engine.entities import gpu_entity, model_entity, node_entity
from ..errors import BadRequest
from ..schema import GPUResponse, ModelResponse, NodeResponse
from ..schema.entities import LIST_LIMIT
from ..schema.names import normalise
from .answers import encode, send
from .authorisation import KeyRing
from .bodies import check_accept
from .description import Example, Parameter, operation
from .description.operation import json_answer

_NAMES_PER_DEFAULT = 10
"""A model that is the default of a task counts as if it had so many names more."""

_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}


class ModelList:
    """Models, those known under the most names first: every provider that serves a model adds one."""

    def __init__(self, catalog: Catalog, keys: KeyRing) -> None:
        self._catalog = catalog
        self._keys = keys

    @cached_property
    def _ranked(self) -> list[int]:
        catalog = self._catalog
        tables = (catalog.families, catalog.tasks)
        defaults = _named(table.text(ix, "default_model_id") for table in tables for ix in range(len(table)))
        ids = catalog.models.ids
        return _by_use(
            ids,
            lambda ix: (_NAMES_PER_DEFAULT * defaults[ids[ix]] + len(catalog.models.texts(ix, "aliases")),),
        )

    @operation(
        "listModels",
        "Catalog",
        "List models",
        text="At most 100, those known under the most names first. Rows may name many more.",
        scope="read",
        parameters=(
            Parameter("family", "Only models of a family, compared by letters and digits.", example="llama"),
        ),
        answers={200: json_answer("Models.", ModelResponse)},
        errors=(401, 403, 406, 415, 429),
        examples=(Example("family", "Models of a family", query={"family": "whisper"}),),
    )
    async def on_get(self, request: Request, response: Response) -> None:
        """List them, of one family if asked."""
        await _admit(self._keys, request)
        family = request.get_param("family")
        wanted = set(self._catalog.models_of_family(family)) if family else None
        chosen = [ix for ix in self._ranked if wanted is None or ix in wanted][:LIST_LIMIT]
        send(response, encode(ModelResponse([model_entity(self._catalog, ix) for ix in chosen])))


class NodeList:
    """Nodes, those that services run on first, then those with the most used accelerators."""

    def __init__(self, catalog: Catalog, keys: KeyRing) -> None:
        self._catalog = catalog
        self._keys = keys

    @cached_property
    def _ranked(self) -> list[int]:
        catalog = self._catalog
        services = range(len(catalog.services))
        defaults = _named(catalog.services.text(ix, "default_node_id") for ix in services)
        gpus = _nodes_of_gpus(catalog)
        return _by_use(
            catalog.nodes.ids,
            lambda ix: (defaults[catalog.nodes.ids[ix]], gpus[catalog.nodes.text(ix, "gpu_id")]),
        )

    @operation(
        "listNodes",
        "Catalog",
        "List nodes",
        text="At most 100, those that services run on first.",
        scope="read",
        parameters=(
            Parameter("service", "Only nodes of a managed service.", example="aws-bedrock"),
            Parameter("cloud", "Only nodes of a cloud.", example="aws"),
            Parameter("custom", "true: only your own; false: only those of everybody.", {"type": "boolean"}),
            Parameter("gpu", "Only nodes with an accelerator.", example="a100_40gb"),
            Parameter("instance", "Only nodes of an instance type.", example="p4d.24xlarge"),
        ),
        answers={200: json_answer("Nodes.", NodeResponse)},
        errors=(400, 401, 403, 406, 429),
        examples=(
            Example("instance", "One instance type", query={"cloud": "aws", "instance": "p4d.24xlarge"}),
        ),
    )
    async def on_get(self, request: Request, response: Response) -> None:
        """List them, filtered by service, cloud, accelerator, instance or owner if asked."""
        await _admit(self._keys, request)
        keep = self._filters(request)
        chosen = [ix for ix in self._ranked if all(test(ix) for test in keep)][:LIST_LIMIT]
        send(response, encode(NodeResponse([node_entity(self._catalog, ix) for ix in chosen])))

    def _filters(self, request: Request) -> list[Callable[[int], bool]]:
        catalog, nodes = self._catalog, self._catalog.nodes
        tests: list[Callable[[int], bool]] = []
        if cloud := request.get_param("cloud"):
            wanted_cloud = normalise(cloud)
            tests.append(lambda ix: normalise(nodes.text(ix, "cloud_id")) == wanted_cloud)
        if instance := request.get_param("instance"):
            wanted_instance = normalise(instance)
            tests.append(lambda ix: normalise(nodes.text(ix, "cloud_instance_id")) == wanted_instance)
        if gpu := request.get_param("gpu"):
            gpu_ix = catalog.gpus.find(gpu)
            wanted_gpu = None if gpu_ix is None else catalog.gpus.ids[gpu_ix]
            tests.append(lambda ix: nodes.text(ix, "gpu_id") == wanted_gpu)
        if service := request.get_param("service"):
            of_service = self._nodes_of_service(service)
            tests.append(lambda ix: ix in of_service)
        if (custom := request.get_param("custom")) is not None:
            if custom.casefold() not in _BOOLEANS:
                raise BadRequest(f"custom: expected true or false, got {custom[:40]!r}", field="custom")
            if _BOOLEANS[custom.casefold()]:
                tests.append(lambda _: False)  # customers cannot make their own yet
        return tests

    def _nodes_of_service(self, name: str) -> set[int]:
        services = self._catalog.services
        ix = services.find(name)
        if ix is None:
            return set()
        names = (services.text(ix, "default_node_id"), *services.texts(ix, "alternative_node_ids"))
        found = (self._catalog.nodes.find(node) for node in names if node)
        return {node for node in found if node is not None}


class GpuList:
    """Accelerators, those in the most nodes first; processors, which stand in where a node has none, last."""

    def __init__(self, catalog: Catalog, keys: KeyRing) -> None:
        self._catalog = catalog
        self._keys = keys

    @cached_property
    def _ranked(self) -> list[int]:
        gpus, nodes = self._catalog.gpus, _nodes_of_gpus(self._catalog)
        return _by_use(gpus.ids, lambda ix: (gpus.text(ix, "form_factor") != "CPU", nodes[gpus.ids[ix]]))

    @operation(
        "listGPUs",
        "Catalog",
        "List accelerators",
        text="At most 100, those in the most nodes first.",
        scope="read",
        answers={200: json_answer("Accelerators.", GPUResponse)},
        errors=(401, 403, 406, 415, 429),
        examples=(Example("all", "The most used"),),
    )
    async def on_get(self, request: Request, response: Response) -> None:
        """List them."""
        await _admit(self._keys, request)
        chosen = self._ranked[:LIST_LIMIT]
        send(response, encode(GPUResponse([gpu_entity(self._catalog, ix) for ix in chosen])))


async def _admit(keys: KeyRing, request: Request) -> None:
    await keys.authorise(request, "read")
    check_accept(request)


def _by_use(ids: Sequence[str], use: Callable[[int], tuple[int, ...]]) -> list[int]:
    """Row numbers, most used first; equals in the order of the catalog."""
    return sorted(range(len(ids)), key=use, reverse=True)


def _named(names: Iterable[str]) -> Counter[str]:
    return Counter(name for name in names if name)


def _nodes_of_gpus(catalog: Catalog) -> Counter[str]:
    return Counter(catalog.nodes.text(ix, "gpu_id") for ix in range(len(catalog.nodes)))
