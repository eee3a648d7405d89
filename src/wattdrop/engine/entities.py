"""Catalog entities in the shapes of the public contract: kWh, kgCO2e and litres; accelerators' water in millilitres."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from ..schema import GPU, Model, Node
from ..schema.entities import GLOBAL_CUSTOMER_ID
from ..schema.enums import DATATYPES, TASKS
from .columns import NUMBERS

if TYPE_CHECKING:
    from ..catalog import Catalog, Table

#: When the shipped catalog was compiled; its entities carry no dates of their own.
CATALOG_DATE = "2026-11-24T00:00:00Z"
OWNER = "wattdrop"
_MOST_ALIASES = 100


def model_entity(catalog: Catalog, ix: int) -> Model:
    """A model as the contract lists it. Task and precision are left out where the contract has no word for them."""
    models = catalog.models
    task, datatype = models.text(ix, "task"), models.text(ix, "datatype")
    return Model(
        id=models.ids[ix],
        aliases=list(models.texts(ix, "aliases"))[:_MOST_ALIASES],
        name=models.text(ix, "name") or None,
        family=models.text(ix, "family") or None,
        hugging_face_path=models.text(ix, "hugging_face_path") or None,
        benchmark_model_id=models.text(ix, "benchmark_model_id") or None,
        total_params_billions=_number(models, ix, "total_params_billions"),
        number_of_experts=_whole(models, ix, "number_of_experts"),
        params_per_expert_billions=_number(models, ix, "params_per_expert_billions"),
        tensor_parallelism=_whole(models, ix, "tensor_parallelism"),
        datatype=datatype if datatype in DATATYPES else None,
        task=task if task in TASKS else None,
        training_usage_energy_kwh=_field("model", models, ix, "training_usage_energy_kwh"),
        training_usage_emissions_kgco2e=_field("model", models, ix, "training_usage_emissions_kgco2e"),
        training_usage_water_l=_field("model", models, ix, "training_usage_water_l"),
        training_embodied_emissions_kgco2e=_field("model", models, ix, "training_embodied_emissions_kgco2e"),
        training_embodied_water_l=_field("model", models, ix, "training_embodied_water_l"),
        estimated_use_life_days=_field("model", models, ix, "estimated_use_life_days"),
        estimated_requests_per_day=_field("model", models, ix, "estimated_requests_per_day"),
        fine_tuned_from_model_id=models.text(ix, "fine_tuned_from_model_id") or None,
        customer_id=_owner(models, ix),
        created_at=models.text(ix, "created_at") or CATALOG_DATE,
        updated_at=models.text(ix, "updated_at") or CATALOG_DATE,
        created_by=models.text(ix, "created_by") or OWNER,
    )


def node_entity(catalog: Catalog, ix: int) -> Node:
    """A node as the contract lists it, under its slug; parts of an accelerator are rounded up to whole ones."""
    nodes = catalog.nodes
    return Node(
        id=catalog.node_slug(ix),
        cloud_id=nodes.text(ix, "cloud_id") or None,
        cloud_instance_id=nodes.text(ix, "cloud_instance_id") or None,
        managed_service_id=nodes.text(ix, "managed_service_id") or None,
        gpu_id=nodes.text(ix, "gpu_id"),
        gpu_count=math.ceil(_number(nodes, ix, "gpu_count") or 0),
        cpu_count=max(1, math.ceil(_number(nodes, ix, "cpu_count") or 1)),
        idle_power_w_ex_gpu=_bounded(nodes, ix, "idle_power_w_ex_gpu", 10_000),
        average_utilization_rate=_number(nodes, ix, "average_utilization_rate"),
        embodied_emissions_kgco2e_ex_gpu=_bounded(nodes, ix, "embodied_emissions_kgco2e_ex_gpu", 100_000),
        embodied_water_l_ex_gpu=_bounded(nodes, ix, "embodied_water_l_ex_gpu", 100_000),
        use_life_years=_number(nodes, ix, "use_life_years"),
        customer_id=_owner(nodes, ix),
        created_at=nodes.text(ix, "created_at") or CATALOG_DATE,
        updated_at=nodes.text(ix, "updated_at") or CATALOG_DATE,
        created_by=nodes.text(ix, "created_by") or OWNER,
    )


def gpu_entity(catalog: Catalog, ix: int) -> GPU:
    """An accelerator as the contract lists it; the regression terms are 0 where nobody fitted them."""
    gpus = catalog.gpus
    return GPU(
        id=gpus.ids[ix],
        name=gpus.text(ix, "name"),
        max_power_w=gpus.number(ix, "max_power_w"),
        embodied_emissions_kgco2e=gpus.number(ix, "embodied_emissions_kgco2e"),
        embodied_water_mlh2o=_field("gpu", gpus, ix, "embodied_water_mlh2o") or 0.0,
        performance_ratio_to_h200=gpus.number(ix, "performance_ratio_to_h200"),
        ols_intercept=_number(gpus, ix, "ols_intercept_w") or 0.0,
        ols_coefficient_gpu_count=_number(gpus, ix, "ols_coefficient_gpu_count_w") or 0.0,
        customer_id=_owner(gpus, ix),
        created_at=gpus.text(ix, "created_at") or CATALOG_DATE,
        updated_at=gpus.text(ix, "updated_at") or CATALOG_DATE,
        created_by=gpus.text(ix, "created_by") or OWNER,
    )


def _number(table: Table, ix: int, quantity: str) -> float | None:
    value = table.number(ix, quantity)
    return None if math.isnan(value) else value


def _whole(table: Table, ix: int, quantity: str) -> int | None:
    value = table.number(ix, quantity)
    return None if math.isnan(value) else int(value)


def _field(kind: str, table: Table, ix: int, field: str) -> float | None:
    column, factor = NUMBERS[kind][field]
    value = table.number(ix, column)
    return None if math.isnan(value) else value * factor


def _owner(table: Table, ix: int) -> int:
    return int(table.text(ix, "owner_id") or GLOBAL_CUSTOMER_ID)


def _bounded(table: Table, ix: int, quantity: str, most: float) -> float | None:
    """Left out where the contract's bound would make a strict client refuse the whole list."""
    value = table.number(ix, quantity)
    return None if math.isnan(value) or value > most else value
