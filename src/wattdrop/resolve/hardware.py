"""Which machine did the work: node, instance, accelerator, managed service, or a default for the model's size."""

from __future__ import annotations

from ..errors import RowError
from ..typed import TYPE_CHECKING, NamedTuple
from .choice import Choice
from .description import Description
from .suggestions import unknown

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import TypeAlias

    from ..catalog import Catalog


class HardwareFound(NamedTuple):
    """Indices of the node and of the accelerator on it."""

    node_ix: int
    gpu_ix: int
    choice: Choice


Rung: TypeAlias = "Callable[[Catalog, Description, int | None, float], HardwareFound | RowError | None]"


def resolve_hardware(
    catalog: Catalog, d: Description, service_ix: int | None, model_bytes: float
) -> HardwareFound | RowError:
    """The hardware of a description; ``model_bytes`` is the size of the weights as served."""
    for rung in RUNGS:
        found = rung(catalog, d, service_ix, model_bytes)
        if found is not None:
            return found
    return RowError(
        code="unknown_node",
        field="node_id",
        message="no usual machine holds a model of this size; name one with node_id",
    )


def names_hardware(d: Description) -> bool:
    """Whether the row itself says on what it ran."""
    return bool(d.node_id or d.cloud_instance_id or d.gpu_id)


def _node_id(
    catalog: Catalog, d: Description, _service: int | None, _bytes: float
) -> HardwareFound | RowError | None:
    if not d.node_id:
        return None
    ix = catalog.nodes.find(d.node_id)
    if ix is None:
        return unknown("node", "node_id", d.node_id, catalog.nodes)
    return _with_gpu_check(catalog, d, ix, "node_id")


def _cloud_and_instance(
    catalog: Catalog, d: Description, _service: int | None, _bytes: float
) -> HardwareFound | RowError | None:
    if not d.cloud_instance_id:
        return None
    if d.cloud_id:
        ix = catalog.node_of_cloud(d.cloud_id, d.cloud_instance_id)
        name = f"{d.cloud_id}:{d.cloud_instance_id}"
    else:
        ix = catalog.nodes.find(d.cloud_instance_id)
        name = d.cloud_instance_id
    if ix is None:
        return unknown("node", "cloud_instance_id", name, catalog.nodes)
    return _with_gpu_check(catalog, d, ix, "cloud and instance")


def _with_gpu_check(catalog: Catalog, d: Description, node_ix: int, rung: str) -> HardwareFound | RowError:
    gpu = catalog.nodes.text(node_ix, "gpu_id")
    gpu_ix = catalog.gpus.row(gpu)
    if d.gpu_id and catalog.gpus.find(d.gpu_id) != gpu_ix:
        return RowError(
            code="contradicting_fields",
            field="gpu_id",
            message=f"node {catalog.nodes.ids[node_ix]} carries {gpu}, not {d.gpu_id!r}; leave out node or gpu_id",
        )
    return HardwareFound(node_ix, gpu_ix, Choice("hardware", catalog.nodes.ids[node_ix], "given", rung))


def _gpu_id(
    catalog: Catalog, d: Description, _service: int | None, _bytes: float
) -> HardwareFound | RowError | None:
    if not d.gpu_id:
        return None
    gpu_ix = catalog.gpus.find(d.gpu_id)
    if gpu_ix is None:
        return unknown("gpu", "gpu_id", d.gpu_id, catalog.gpus)
    node_ix = catalog.node_of_gpu(gpu_ix)
    if node_ix is None:
        return RowError(
            code="unknown_node",
            field="gpu_id",
            message=f"no machine with {catalog.gpus.ids[gpu_ix]} is in the catalog; name a node with node_id",
        )
    note = f"the host around it is taken to be {catalog.nodes.ids[node_ix]}"
    return HardwareFound(
        node_ix, gpu_ix, Choice("hardware", catalog.nodes.ids[node_ix], "given", "gpu_id", note)
    )


def _service_default(
    catalog: Catalog, d: Description, service: int | None, _bytes: float
) -> HardwareFound | None:
    if service is None:
        return None
    ix = catalog.nodes.find(catalog.services.text(service, "default_node_id"))
    if ix is None:
        return None
    gpu_ix = catalog.gpus.row(catalog.nodes.text(ix, "gpu_id"))
    note = f"the usual machine of {catalog.services.ids[service]}; the provider does not say which served this request"
    return HardwareFound(
        ix, gpu_ix, Choice("hardware", catalog.nodes.ids[ix], "assumed", "service default", note)
    )


def _size_default(
    catalog: Catalog, _d: Description, _service: int | None, model_bytes: float
) -> HardwareFound | None:
    for default in catalog.default_hardware:
        if model_bytes <= default.max_model_bytes:
            ix = catalog.nodes.row(default.node_id)
            gpu_ix = catalog.gpus.row(catalog.nodes.text(ix, "gpu_id"))
            note = "nothing in the row says on what it ran; a machine that fits the model's size"
            return HardwareFound(
                ix, gpu_ix, Choice("hardware", catalog.nodes.ids[ix], "assumed", "model size default", note)
            )
    return None


RUNGS: Sequence[Rung] = (_node_id, _cloud_and_instance, _gpu_id, _service_default, _size_default)
