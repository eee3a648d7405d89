"""Fields of the public contract and the catalog's columns for them, with the factor between their units. Both ways."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

TABLES: Final[Mapping[str, str]] = {
    "model": "models",
    "node": "nodes",
    "gpu": "gpus",
    "datacenter": "datacenters",
}

TEXTS: Final[Mapping[str, tuple[str, ...]]] = {
    "model": (
        "name",
        "family",
        "hugging_face_path",
        "benchmark_model_id",
        "fine_tuned_from_model_id",
        "datatype",
        "task",
    ),
    "node": ("cloud_id", "cloud_instance_id", "managed_service_id", "gpu_id"),
    "gpu": ("name",),
    "datacenter": ("name",),
}
"""Texts, which have one name on both sides."""

NUMBERS: Final[Mapping[str, Mapping[str, tuple[str, float]]]] = {
    "model": {
        "total_params_billions": ("total_params_billions", 1.0),
        "number_of_experts": ("number_of_experts", 1.0),
        "number_of_active_experts": ("number_of_active_experts", 1.0),
        "params_per_expert_billions": ("params_per_expert_billions", 1.0),
        "tensor_parallelism": ("tensor_parallelism", 1.0),
        "training_usage_energy_kwh": ("training_energy_mwh", 1e3),
        "training_usage_emissions_kgco2e": ("training_emissions_tco2e", 1e3),
        "training_usage_water_l": ("training_water_l", 1.0),
        "training_embodied_emissions_kgco2e": ("training_embodied_emissions_kgco2e", 1.0),
        "training_embodied_water_l": ("training_embodied_water_l", 1.0),
        "estimated_use_life_days": ("estimated_use_life_days", 1.0),
        "estimated_requests_per_day": ("estimated_requests_per_day", 1.0),
    },
    "node": {
        "gpu_count": ("gpu_count", 1.0),
        "cpu_count": ("cpu_count", 1.0),
        "idle_power_w_ex_gpu": ("idle_power_w_ex_gpu", 1.0),
        "average_utilization_rate": ("average_utilization_rate", 1.0),
        "embodied_emissions_kgco2e_ex_gpu": ("embodied_emissions_kgco2e_ex_gpu", 1.0),
        "embodied_water_l_ex_gpu": ("embodied_water_l_ex_gpu", 1.0),
        "use_life_years": ("use_life_years", 1.0),
    },
    "gpu": {
        "max_power_w": ("max_power_w", 1.0),
        "embodied_emissions_kgco2e": ("embodied_emissions_kgco2e", 1.0),
        "embodied_water_mlh2o": ("embodied_water_l", 1e3),
        "performance_ratio_to_h200": ("performance_ratio_to_h200", 1.0),
        "ols_intercept": ("ols_intercept_w", 1.0),
        "ols_coefficient_gpu_count": ("ols_coefficient_gpu_count_w", 1.0),
        "memory_bandwidth_gbps": ("memory_bandwidth_gb_s", 1.0),
        "tflops_fp32": ("fp16_tflops_dense", 1.0),
        "memory_gb": ("memory_gb", 1.0),
        "idle_power_w": ("idle_power_w", 1.0),
    },
    "datacenter": {
        "pue": ("pue", 1.0),
        "gco2e_per_kwh": ("gco2e_per_kwh", 1.0),
        "embodied_emissions_kgco2e": ("embodied_emissions_kgco2e", 1.0),
        "embodied_water_l": ("embodied_water_l", 1.0),
    },
}
"""Field -> (column, field's units in one of the column's)."""
