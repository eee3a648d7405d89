"""Figures of one model on one kind of accelerator that need a power or a root: taken once per entity, outside the row path."""

from __future__ import annotations

import math

from .constants import Constants

#: Weights of the model that the constants of the method are anchored at (an 8-billion-parameter one).
ANCHOR_PARAMS = 8e9


def step_overhead_s(total_params: float, replica_gpus: float, is_moe: bool, c: Constants) -> float:
    """Full-power device-seconds that one decode step of a replica costs whatever its batch. [s]"""
    if total_params <= 0.0:
        return 0.0
    size: float = (total_params / ANCHOR_PARAMS) ** c.step_params_exponent
    devices: float = replica_gpus**c.step_devices_exponent
    return c.step_overhead_s * devices * size * (c.moe_step_cost if is_moe else 1.0)


def token_overhead_s(replica_gpus: float, c: Constants) -> float:
    """Full-power device-seconds per token that a batch does not share. [s]"""
    return c.token_overhead_s * replica_gpus


def kv_bytes_per_token(
    active_params: float,
    layers: float,
    kv_heads: float,
    head_dim: float,
    cache_bytes: float,
    c: Constants,
    latent_width: float = math.nan,
) -> float:
    """KV cache that one token of context occupies, in all layers. [bytes]

    ``layers x 2 x kv_heads x head_dim x cache_bytes``; with latent attention (MLA) ``layers x latent_width x
    cache_bytes``. Where the shape is unknown (NaN): the stand-in grows with the square root of the active weights.
    """
    if latent_width * layers > 0.0:
        return layers * latent_width * cache_bytes
    shape = layers * 2.0 * kv_heads * head_dim
    if shape > 0.0:
        return shape * cache_bytes
    return c.kv_stand_in_bytes * math.sqrt(active_params / ANCHOR_PARAMS) * cache_bytes / 2.0


def attention_flops_per_pair(active_params: float, layers: float, hidden_size: float, c: Constants) -> float:
    """FLOP of one query-key pair in all layers: score and weighted sum, 2 FLOP per multiply-add each. [FLOP]"""
    width = layers * hidden_size
    if not width > 0.0:
        width = c.layers_stand_in * c.hidden_stand_in * (active_params / ANCHOR_PARAMS) ** (2.0 / 3.0)
    return 4.0 * width


def replica_gpus(
    total_params: float,
    weight_bytes: float,
    gpu_memory_bytes: float,
    node_gpus: float,
    tensor_parallelism: float,
    c: Constants,
) -> float:
    """Accelerators that serve one replica: the model's own setting, else the smallest power of two that holds the weights.

    The weights may fill ``replica_memory_share`` of the memory, the rest is KV cache and work space. A replica takes
    whole nodes when it outgrows one.
    """
    if tensor_parallelism >= 1.0:
        return float(tensor_parallelism)
    needed = total_params * weight_bytes / (gpu_memory_bytes * c.replica_memory_share)
    devices = 1.0
    while devices < needed and devices < node_gpus:
        devices *= 2.0
    devices = min(devices, max(node_gpus, 1.0))
    if needed <= devices:
        return devices
    return max(node_gpus, 1.0) * math.ceil(needed / max(node_gpus, 1.0))
