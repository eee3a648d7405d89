"""Bodies that create and update models, nodes, accelerators and datacenters, with the bounds of the public contract.

An update may send any of the fields; a creation must send those that its class lists in ``REQUIRED``. Beside the
contract's own fields stand later additions of the public API and what this method asks for (``memory_gb``,
``idle_power_w``). Names and units are those of the wire.
"""

from __future__ import annotations

from typing import Annotated, Final

from msgspec import Meta, Struct

NO_CONTROLS: Final = r"^[^\x00-\x1f\x7f]*\Z"

Name = Annotated[str, Meta(min_length=1, max_length=200, pattern=NO_CONTROLS)]
Text = Annotated[str, Meta(min_length=1, max_length=2000, pattern=NO_CONTROLS)]
NodeId = Annotated[str, Meta(pattern=r"^[a-z0-9-]{3,64}\Z")]
Aliases = Annotated[list[Name], Meta(max_length=100)]
Amount = Annotated[float, Meta(ge=0, le=1e15)]
Real = Annotated[float, Meta(ge=-1e9, le=1e9)]
Uuid = Annotated[
    str, Meta(pattern=r"^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}\Z")
]


class Given(Struct, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a caller sent of an object: only the fields that are not None."""


class ModelGiven(Given):
    """``ModelCreateRequest`` and ``ModelUpdateRequest``."""

    id: Name | None = None
    aliases: Aliases | None = None
    name: Text | None = None
    family: Text | None = None
    hugging_face_path: Name | None = None
    benchmark_model_id: Name | None = None
    fine_tuned_from_model_id: Name | None = None
    task: Text | None = None
    datatype: Text | None = None
    total_params_billions: Annotated[float, Meta(gt=0, le=1e6)] | None = None
    number_of_experts: Annotated[int, Meta(ge=0, le=100_000)] | None = None
    number_of_active_experts: Annotated[int, Meta(ge=0, le=100_000)] | None = None
    params_per_expert_billions: Annotated[float, Meta(ge=0, le=1e6)] | None = None
    tensor_parallelism: Annotated[int, Meta(ge=0, le=10_000)] | None = None
    training_usage_energy_kwh: Amount | None = None
    training_usage_emissions_kgco2e: Amount | None = None
    training_usage_water_l: Amount | None = None
    training_embodied_emissions_kgco2e: Amount | None = None
    training_embodied_water_l: Amount | None = None
    estimated_use_life_days: Amount | None = None
    estimated_requests_per_day: Amount | None = None


class NodeGiven(Given):
    """``NodeCreateRequest`` and ``NodeUpdateRequest``."""

    id: NodeId | None = None
    cloud_id: Name | None = None
    cloud_instance_id: Name | None = None
    managed_service_id: Name | None = None
    gpu_id: Name | None = None
    gpu_count: Annotated[int, Meta(ge=0, le=10_000)] | None = None
    cpu_count: Annotated[int, Meta(ge=1, le=10_000)] | None = None
    idle_power_w_ex_gpu: Annotated[float, Meta(ge=0, le=10_000)] | None = None
    average_utilization_rate: Annotated[float, Meta(ge=0, le=1)] | None = None
    embodied_emissions_kgco2e_ex_gpu: Annotated[float, Meta(ge=0, le=100_000)] | None = None
    embodied_water_l_ex_gpu: Annotated[float, Meta(ge=0, le=100_000)] | None = None
    use_life_years: Annotated[float, Meta(ge=1, le=30)] | None = None


class GpuGiven(Given):
    """``GPUCreateRequest`` and ``GPUUpdateRequest``."""

    id: Name | None = None
    name: Text | None = None
    max_power_w: Annotated[float, Meta(gt=0, le=1e6)] | None = None
    embodied_emissions_kgco2e: Annotated[float, Meta(ge=0, le=1e6)] | None = None
    embodied_water_mlh2o: Annotated[float, Meta(ge=0, le=1e12)] | None = None
    performance_ratio_to_h200: Annotated[float, Meta(gt=0, le=10_000)] | None = None
    ols_intercept: Real | None = None
    ols_coefficient_gpu_count: Real | None = None
    memory_bandwidth_gbps: Annotated[float, Meta(gt=0, le=1e9)] | None = None
    tflops_fp32: Annotated[float, Meta(gt=0, le=1e9)] | None = None
    memory_gb: Annotated[float, Meta(gt=0, le=1e6)] | None = None
    idle_power_w: Annotated[float, Meta(ge=0, le=1e6)] | None = None


class Location(Struct, forbid_unknown_fields=True):
    """A point on the map."""

    lat: Annotated[float, Meta(ge=-90, le=90)]
    lng: Annotated[float, Meta(ge=-180, le=180)]


class DatacenterGiven(Given):
    """A datacenter of the later public API."""

    id: Uuid | None = None
    name: Annotated[str, Meta(min_length=1, max_length=100, pattern=NO_CONTROLS)] | None = None
    description: Annotated[str, Meta(min_length=1, max_length=2000)] | None = None
    location: Location | None = None
    embodied_water_l: Amount | None = None
    embodied_emissions_kgco2e: Amount | None = None
    pue: Annotated[float, Meta(ge=1, le=3)] | None = None
    gco2e_per_kwh: Annotated[float, Meta(ge=0, le=2000)] | None = None
    locked: bool | None = None


class AliasGiven(Given):
    """The body of ``PUT /model/{modelId}/alias``."""

    alias: Name | None = None


REQUIRED: Final[dict[type[Given], tuple[str, ...]]] = {
    ModelGiven: ("id",),
    NodeGiven: ("id", "gpu_id", "gpu_count", "cpu_count"),
    GpuGiven: (
        "id",
        "name",
        "max_power_w",
        "embodied_emissions_kgco2e",
        "embodied_water_mlh2o",
        "performance_ratio_to_h200",
        "ols_intercept",
        "ols_coefficient_gpu_count",
    ),
    DatacenterGiven: ("name",),
    AliasGiven: ("alias",),
}
"""What a creation must send."""

WRITTEN_BY_US: Final = ("created_at", "updated_at", "created_by", "customer_id")
"""Fields of answers that a client may send back: they are left alone."""

LATER_FIELDS: Final = frozenset(
    {"number_of_active_experts", "memory_bandwidth_gbps", "tflops_fp32", "memory_gb", "idle_power_w"}
)
"""Not in the pinned contract, and refused by its published client: in answers only where asked for."""
