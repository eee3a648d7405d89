"""Records -> parts: what the cache stores and the tables read.

One part per kind holds what an estimate needs; `<kind>.figures` holds ranges, sources, bases and notes.
"""

from __future__ import annotations

from .entity_parts import Names, Parts, check_references, check_sources, columns_part, figures_part, names_of
from .gpu_nodes import node_of_each_gpu
from .grid_parts import ewif_part, hourly_parts, intensity_parts, mix_part, sources_part
from .kinds import KINDS
from .records import Records
from .table import Table


def build_parts(records: Records) -> Parts:
    """Every part of the catalog. Problems found on the way are added to `records.problems`."""
    parts: Parts = {
        "quantities": {key: tuple(quantity) for key, quantity in records.quantities.items()},
        "sources": {key: tuple(source) for key, source in records.sources.items()},
    }
    names: dict[str, Names] = {}
    for kind in KINDS:
        entries = records.entities[kind.name]
        names[kind.name] = names_of(records, kind.name, entries)
        parts[kind.name] = columns_part(records, kind, entries, names[kind.name])
        parts[kind.name + ".figures"] = figures_part(records, entries)
    for kind in KINDS:
        check_references(records, records.entities[kind.name], lambda kind_name, key: key in names[kind_name])
        check_sources(records, records.entities[kind.name])
    zones = {record.id: ix for ix, record in enumerate(records.entities["zones"])}
    parts.update(intensity_parts(records, zones))
    parts["mix"] = mix_part(records, zones)
    parts.update(hourly_parts(records, zones))
    parts["ewif"] = ewif_part(records, zones)
    parts["nodes.of_gpus"] = node_of_each_gpu(Table("nodes", parts.__getitem__))
    parts["long.figures"] = sources_part(records)
    return parts
