"""Models, nodes and accelerators as the public contract shows them: kWh, kgCO2e and litres (accelerators: ml).

Times are RFC 3339 text. Global objects belong to customer 0. The published client forbids other fields than these on
``Model`` and ``GPU``; later additions of the public API are opt-in and do not live here.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from .enums import DATATYPES, TASKS

GLOBAL_CUSTOMER_ID = 0
"""Owner of everything in the catalog; a customer's own objects carry the customer's number."""

LIST_LIMIT = 100
"""Most items in one list answer: the published client fails on 101."""

Moment = Annotated[str, Meta(extra_json_schema={"format": "date-time"})]
ContractTask = Annotated[str, Meta(extra_json_schema={"enum": list(TASKS)})]
ContractDatatype = Annotated[str, Meta(extra_json_schema={"enum": list(DATATYPES)})]
Aliases = Annotated[list[str], Meta(max_length=100)]
NodeId = Annotated[str, Meta(pattern=r"^[a-z0-9-]+\Z", min_length=3, max_length=64)]
ManyUnits = Annotated[int, Meta(ge=0, le=10_000)]
SomeUnits = Annotated[int, Meta(ge=1, le=10_000)]
NodePower = Annotated[float, Meta(ge=0, le=10_000)]
NodeEmbodied = Annotated[float, Meta(ge=0, le=100_000)]
Share = Annotated[float, Meta(ge=0, le=1)]
UseLife = Annotated[float, Meta(ge=1, le=30)]


class Model(Struct, kw_only=True, omit_defaults=True):
    """A model, as listed and as shown in ``debug``."""

    id: str
    aliases: Aliases
    name: str | None = None
    family: str | None = None
    hugging_face_path: str | None = None
    benchmark_model_id: str | None = None
    total_params_billions: float | None = None
    number_of_experts: int | None = None
    params_per_expert_billions: float | None = None
    tensor_parallelism: int | None = None
    datatype: ContractDatatype | None = None
    task: ContractTask | None = None
    training_usage_energy_kwh: float | None = None
    training_usage_emissions_kgco2e: float | None = None
    training_usage_water_l: float | None = None
    training_embodied_emissions_kgco2e: float | None = None
    training_embodied_water_l: float | None = None
    estimated_use_life_days: float | None = None
    estimated_requests_per_day: float | None = None
    fine_tuned_from_model_id: str | None = None
    customer_id: int
    created_at: Moment
    updated_at: Moment
    created_by: str


class Node(Struct, kw_only=True, omit_defaults=True):
    """A machine with accelerators. In answers the id is lower case letters, digits and hyphens (``names.slug``)."""

    id: NodeId
    cloud_id: str | None = None
    cloud_instance_id: str | None = None
    managed_service_id: str | None = None
    gpu_id: str
    gpu_count: ManyUnits
    cpu_count: SomeUnits
    idle_power_w_ex_gpu: NodePower | None = None
    average_utilization_rate: Share | None = None
    embodied_emissions_kgco2e_ex_gpu: NodeEmbodied | None = None
    embodied_water_l_ex_gpu: NodeEmbodied | None = None
    use_life_years: UseLife | None = None
    customer_id: int | None = None
    created_at: Moment
    updated_at: Moment
    created_by: str | None = None


class GPU(Struct, kw_only=True, omit_defaults=True):
    """An accelerator. Its embodied water is in millilitres, unlike everything else here: the contract's own oddity."""

    id: str
    name: str
    max_power_w: float
    embodied_emissions_kgco2e: float
    embodied_water_mlh2o: float
    performance_ratio_to_h200: float
    ols_intercept: float
    ols_coefficient_gpu_count: float
    customer_id: int
    created_at: Moment
    updated_at: Moment
    created_by: str


class ModelResponse(Struct):
    """``GET /model``."""

    models: Annotated[list[Model], Meta(max_length=LIST_LIMIT)]


class NodeResponse(Struct):
    """``GET /node``."""

    nodes: Annotated[list[Node], Meta(max_length=LIST_LIMIT)]


class GPUResponse(Struct):
    """``GET /gpu``."""

    gpus: Annotated[list[GPU], Meta(max_length=LIST_LIMIT)]


class ModelShown(Model, kw_only=True, omit_defaults=True):
    """A model; fields that the public API added later only with ``?extended=true``."""

    number_of_active_experts: int | None = None


class GPUShown(GPU, kw_only=True, omit_defaults=True):
    """An accelerator; fields beyond the public contract's only with ``?extended=true``."""

    memory_bandwidth_gbps: float | None = None
    tflops_fp32: float | None = None
    memory_gb: float | None = None
    idle_power_w: float | None = None


class Place(Struct):
    """A point on the map."""

    lat: float
    lng: float


class Datacenter(Struct, kw_only=True, omit_defaults=True):
    """A datacenter of a customer."""

    id: str
    name: str
    description: str | None = None
    location: Place | None = None
    embodied_water_l: float | None = None
    embodied_emissions_kgco2e: float | None = None
    pue: float | None = None
    gco2e_per_kwh: float | None = None
    locked: bool | None = None
    customer_id: int
    created_at: Moment
    updated_at: Moment
    created_by: str


class ModelListShown(Struct):
    """``GET /model``."""

    models: Annotated[list[ModelShown], Meta(max_length=LIST_LIMIT)]


class GPUListShown(Struct):
    """``GET /gpu``."""

    gpus: Annotated[list[GPUShown], Meta(max_length=LIST_LIMIT)]


class NodeListShown(Struct):
    """``GET /node``."""

    nodes: Annotated[list[Node], Meta(max_length=LIST_LIMIT)]


class DatacenterList(Struct):
    """``GET /datacenter``."""

    datacenters: Annotated[list[Datacenter], Meta(max_length=LIST_LIMIT)]
