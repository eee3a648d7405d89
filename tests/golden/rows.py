"""Some hundred rows across the catalog, pinned: a change of data or method shows which rows move and by how much."""

from __future__ import annotations

from typing import Any

import wattdrop

METRICS = (
    "total_energy_wh",
    "total_emissions_gco2e",
    "total_water_ml",
    "total_embodied_gco2e",
    "total_embodied_ml",
    "row_inference_energy_wh",
    "row_training_energy_wh",
)


def rows() -> dict[str, dict[str, Any]]:
    """Name -> row."""
    catalog = wattdrop.load()
    found: dict[str, dict[str, Any]] = {f"task {task}": {"task": task} for task in catalog.tasks.ids}
    for model in catalog.models.ids[::23]:
        found[f"model {model}"] = {"model_id": model, "input_tokens": 300, "output_tokens": 200}
    for node in catalog.nodes.ids[::31]:
        found[f"node {node}"] = {"model_id": "llama_v31_8b", "node_id": node, "output_tokens": 200}
    for service in catalog.services.ids:
        row = {"model_id": "llama_v31_70b", "managed_service_id": service, "output_tokens": 200}
        found[f"service {service}"] = row
    for zone in catalog.zones.ids[::11]:
        if len(zone) == 2:
            found[f"country {zone}"] = {"model_id": "gpt_4o", "output_tokens": 200, "country": zone}
    for ix in range(0, len(catalog.regions), 9):
        cloud, region = catalog.regions.text(ix, "cloud_id"), catalog.regions.text(ix, "region_id")
        found[f"region {cloud} {region}"] = {
            "model_id": "gpt_4o",
            "output_tokens": 200,
            "cloud_id": cloud,
            "cloud_region": region,
            "utc_datetime": "2024-07-01T18:00:00Z",
        }
    return found


def numbers() -> dict[str, tuple[float, ...]]:
    """Name -> the pinned metrics, as computed now."""
    named = rows()
    result = wattdrop.estimate(list(named.values()))
    if result.has_errors:
        raise ValueError(f"golden rows must compute: {result.resolution.errors}")
    columns = [result.evaluation.column(metric) for metric in METRICS]
    return dict(zip(named, zip(*columns, strict=True), strict=True))
