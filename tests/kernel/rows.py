"""Setups and evidence to try the kernel with: one machine, one place, a few models."""

from __future__ import annotations

import math
import tomllib
from pathlib import Path
from typing import Any

import wattdrop
from wattdrop.kernel import replica
from wattdrop.kernel.columns import Evidence, Setup
from wattdrop.kernel.constants import Constants
from wattdrop.kernel.demand import Demand
from wattdrop.kernel.estimate import Impact, estimate
from wattdrop.kernel.ops import FLOATS

METHODOLOGY = Path(wattdrop.__file__).parent / "data" / "methodology"
VALUES = {
    entry["id"]: float(entry["value"])
    for path in METHODOLOGY.glob("*.toml")
    for entry in tomllib.loads(path.read_text()).get("constant", ())
}
#: The method's constants as shipped.
CONSTANTS = Constants(**{name: VALUES[name] for name in Constants._fields})

#: H100 SXM: 700 W, 71 W idle, 989.5 TFLOP/s dense at 16 bits, 3,352 GB/s; 8 of them in a p5.48xlarge.
H100_NODE: dict[str, float] = {
    "gpu_max_power_w": 700.0,
    "gpu_idle_power_w": 71.0,
    "gpu_flops_per_s": 989.5e12,
    "gpu_bandwidth_bytes_per_s": 3352e9,
    "node_gpus": 8.0,
    "host_idle_power_w": 1240.4,
    "host_active_power_w": 2361.4,
    "gpu_embodied_gco2e": 164e3,
    "gpu_embodied_ml": 907e3,
    "host_embodied_gco2e": 2515e3,
    "host_embodied_ml": 10622e3,
    "use_life_s": 5.0 * 365.0 * 86400.0,
    "default_utilization": 0.6,
}
PLACE: dict[str, float] = {
    "default_pue": 1.2,
    "default_wue_l_per_kwh": 0.3,
    "default_grid_gco2e_per_kwh": 400.0,
    "default_grid_direct_gco2e_per_kwh": 350.0,
    "default_grid_market_gco2e_per_kwh": 100.0,
    "default_ewif_l_per_kwh": 3.0,
}
STAGES_OF_LIFE = {name: 0.0 for name in Setup._fields if name.startswith(("training_", "fine_tuning_"))}


def language_model(
    params: float,
    layers: float,
    hidden: float,
    kv_heads: float,
    gpus: float,
    *,
    weight_bytes: float = 2.0,
    active: float | None = None,
    constants: Constants = CONSTANTS,
    **changes: float,
) -> Setup:
    """A decoder of heads of 128 on H100s, 64 requests in flight."""
    architecture = "dense" if active is None else "moe"
    used = params if active is None else active
    fields: dict[str, Any] = {
        **{name: getattr(Demand(), name) for name in Demand._fields if name != "note"},
        **H100_NODE,
        **PLACE,
        **STAGES_OF_LIFE,
        "total_params": params,
        "active_params": used,
        "is_moe": float(active is not None),
        "weight_bytes": weight_bytes,
        "kv_bytes_per_token": replica.kv_bytes_per_token(
            used, layers, kv_heads, 128.0, 2.0, constants, architecture
        ),
        "attention_flops_per_pair": replica.attention_flops_per_pair(
            used, layers, hidden, constants, architecture
        ),
        "step_overhead_s": replica.step_overhead_s(params, gpus, active is not None, constants, layers),
        "token_overhead_s": replica.token_overhead_s(gpus, constants),
        "token_wait_s": 0.0,
        "alone_call_s": 0.0,
        "alone_step_s": replica.alone_step_s(params, gpus, active is not None, constants, layers),
        "decodes": 1.0,
        "decode_tokens_per_output_token": 1.0,
        "default_output_tokens": 250.0,
        "default_batch_size": 64.0,
        "most_batch_size": 1024.0,
        "replica_gpus": gpus,
        "method_ratio": 1.0,
        "frame_aspect": 16 / 9,
    }
    if weight_bytes <= 1.0:
        fields["gpu_flops_per_s"] *= 2.0
    fields.update(changes)
    return Setup(**{name: float(fields[name]) for name in Setup._fields})


def llama_8b(constants: Constants = CONSTANTS, **changes: float) -> Setup:
    """Llama 3.1 8B, 16 bits, one H100."""
    return language_model(8.03e9, 32.0, 4096.0, 8.0, 1.0, constants=constants, **changes)


def llama_70b(**changes: float) -> Setup:
    """Llama 3.1 70B, 16 bits, four H100, as the ML.ENERGY Benchmark serves it."""
    return language_model(70.6e9, 80.0, 8192.0, 8.0, 4.0, **changes)


def llama_405b_fp8(**changes: float) -> Setup:
    """Llama 3.1 405B, 8 bits, eight H100."""
    return language_model(405.9e9, 126.0, 16384.0, 8.0, 8.0, weight_bytes=1.0, **changes)


def qwen3_30b_a3b(**changes: float) -> Setup:
    """Qwen3 30B A3B, a mixture of experts, 16 bits, one H100."""
    return language_model(30.5e9, 48.0, 2048.0, 4.0, 1.0, active=3.3e9, **changes)


def evidence(**given: float) -> Evidence:
    """What a row says; everything else is not given."""
    fields = dict.fromkeys(Evidence._fields, math.nan)
    fields.update(grid_hourly_ratio=1.0, ewif_hourly_ratio=1.0, quantity=1.0)
    unknown = given.keys() - fields.keys()
    assert not unknown, unknown
    fields.update(given)
    return Evidence(**fields)


def impact(setup: Setup, constants: Constants = CONSTANTS, **given: float) -> Impact:
    """The impact of one row."""
    return estimate(setup, evidence(**given), constants, FLOATS)
