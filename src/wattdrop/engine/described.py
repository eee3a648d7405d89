"""What customers say of their models, nodes, accelerators and datacenters, as entities of the catalog.

The contract asks for less than the method needs. What is left open is taken from the rules that made the shipped figures
or from the shipped entity that is most alike, with its source, a basis and a note, so that an explanation shows it.
Nothing is zero because nobody said it, and shipped entities keep their figures.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ..catalog.overlay import overlaid
from .columns import TABLES
from .custom_hardware import custom_gpu, custom_node
from .custom_models import Models
from .stated import Described, Entity, stated

if TYPE_CHECKING:
    from ..catalog import Catalog


def with_objects(base: Catalog, objects: Iterable[Described], shadowing: bool = False) -> Catalog:
    """The base with a customer's objects behind it.

    Raises
    ------
    Conflict
        If a name is taken; not for names of the base where ``shadowing``.
    CatalogError
        If an object names something that is not there.
    """
    of_kind: dict[str, list[Described]] = {kind: [] for kind in TABLES}
    for one in objects:
        of_kind[one.kind].append(one)
    gpus = [custom_gpu(base, one) for one in of_kind["gpu"]]
    catalog = overlaid(base, {"gpus": gpus}, shadowing)
    models = Models(catalog, of_kind["model"])
    others = {
        "models": [models.entity(one) for one in of_kind["model"]],
        "nodes": [custom_node(catalog, one) for one in of_kind["node"]],
        "datacenters": [_datacenter(one) for one in of_kind["datacenter"]],
    }
    return overlaid(catalog, others, shadowing)


def _datacenter(one: Described) -> Entity:
    entity = stated(one)
    location = one.body.get("location")
    if location:
        entity["latitude_deg"], entity["longitude_deg"] = float(location["lat"]), float(location["lng"])
    return entity
