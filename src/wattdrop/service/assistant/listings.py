"""Models and nodes as an assistant finds them: by words, a few at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...engine.entities import model_entity, node_entity
from ...schema.names import normalise

if TYPE_CHECKING:
    from ...catalog import Catalog, Table

_MOST_ALIASES = 5


def models_found(catalog: Catalog, search: str, family: str, limit: int) -> dict[str, Any]:
    """Models that hold every word, those of exactly this name first."""
    models = catalog.models
    of_family = set(catalog.models_of_family(family)) if family else None
    rows = _found(models, search, ("name", "family", "hugging_face_path"), ("aliases",))
    rows = [ix for ix in rows if of_family is None or ix in of_family]
    entries = []
    for ix in rows[:limit]:
        entity = model_entity(catalog, ix)
        entry = {
            "id": entity.id,
            "name": entity.name,
            "family": entity.family,
            "task": entity.task,
            "total_params_billions": entity.total_params_billions,
            "aliases": (entity.aliases or [])[:_MOST_ALIASES],
        }
        entries.append({name: value for name, value in entry.items() if value})
    return {"models": entries, "found": len(rows)}


def nodes_found(catalog: Catalog, search: str, cloud: str, gpu: str, limit: int) -> dict[str, Any]:
    """Nodes that hold every word, those of exactly this name first."""
    nodes = catalog.nodes
    gpu_ix = catalog.gpus.find(gpu) if gpu else None
    wanted_gpu = normalise(gpu if gpu_ix is None else catalog.gpus.ids[gpu_ix])
    rows = [
        ix
        for ix in _found(nodes, search, ("cloud_id", "cloud_instance_id", "gpu_id"), ())
        if (not cloud or normalise(nodes.text(ix, "cloud_id")) == normalise(cloud))
        and (not gpu or wanted_gpu in normalise(nodes.text(ix, "gpu_id")))
    ]
    entries = []
    for ix in rows[:limit]:
        entity = node_entity(catalog, ix)
        entry = {
            "id": entity.id,
            "cloud_id": entity.cloud_id,
            "cloud_instance_id": entity.cloud_instance_id,
            "gpu_id": entity.gpu_id,
            "gpu_count": entity.gpu_count,
        }
        entries.append({name: value for name, value in entry.items() if value})
    return {"nodes": entries, "found": len(rows)}


def _found(table: Table, search: str, fields: tuple[str, ...], lists: tuple[str, ...]) -> list[int]:
    words = normalise(search).replace("/", "-").split("-") if search.strip() else []
    exact = table.find(search) if words else None

    def holds(ix: int) -> bool:
        texts = [table.ids[ix], *(table.text(ix, field) for field in fields)]
        for field in lists:
            texts += table.texts(ix, field)
        held = normalise(" ".join(texts))
        return all(word in held for word in words)

    rows = [ix for ix in range(len(table)) if not words or holds(ix)]
    return rows if exact is None else [exact, *(ix for ix in rows if ix != exact)]
