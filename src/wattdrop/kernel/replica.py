"""What one model on one kind of accelerator costs per step and token: powers and roots, once per description.

Functions of plain floats, outside the row path; ``resolve`` puts their results into ``Setup``. A figure that is not
known is NaN and is replaced by a stand-in that grows with the weights. ``architecture`` is the catalog's: ``dense``,
``moe``, ``hybrid-ssm``, ``ssm``, ``encoder-decoder``.
"""

from __future__ import annotations

import math

from .constants import Constants


def _grown(anchor: float, params: float, c: Constants) -> float:
    """A depth or width grown from the anchor's: weights go with depth x width^2, so each with their cube root."""
    return anchor * math.cbrt(max(params, 0.0) / c.stand_in_params)


def attention_share(architecture: str, c: Constants) -> float:
    """Share of the layers that attend to earlier tokens: all, some (hybrid) or none (recurrent)."""
    if architecture == "ssm":
        return 0.0
    return c.recurrent_attention_share if architecture == "hybrid-ssm" else 1.0


def step_overhead_s(
    total_params: float, replica_gpus: float, is_moe: bool, c: Constants, layers: float = math.nan
) -> float:
    """Device-seconds that one decode step of a replica takes beside reading and arithmetic. [s]

    Kernel launches, gaps and, with more than one accelerator, the exchange of activations: once per layer.

    ``layer_overhead_s x layers x replica_gpus ^ replica_exponent``

    Examples
    --------
    32 layers on one accelerator at 36 us a layer: 1.1 ms a step.
    """
    depth = known_layers(total_params, is_moe, c, layers)
    devices: float = min(replica_gpus, c.replica_exponent_limit) ** c.replica_exponent
    return c.layer_overhead_s * depth * devices


def alone_step_s(
    total_params: float, replica_gpus: float, is_moe: bool, c: Constants, layers: float = math.nan
) -> float:
    """The same in a library pipeline that serves one request at a time: the layers run one accelerator after another. [s]

    ``alone_layer_s x layers``: each of the accelerators is occupied throughout, so device-seconds grow with their number.

    Examples
    --------
    32 layers on one accelerator at 0.58 ms a layer: 18 ms a step.
    """
    return c.alone_layer_s * known_layers(total_params, is_moe, c, layers) * replica_gpus


def known_layers(total_params: float, is_moe: bool, c: Constants, layers: float) -> float:
    """Layers of a model, or where they are not published those of a model of its size."""
    if layers > 0.0:
        return layers
    return _grown(c.layers_stand_in, total_params, c) * (c.moe_depth_share if is_moe else 1.0)


def token_overhead_s(
    replica_gpus: float, c: Constants, state_bytes: float = 0.0, bandwidth_bytes_per_s: float = math.inf
) -> float:
    """Device-seconds per token that a batch does not share: sampling, scheduling, and a recurrent model's state. [s]"""
    return serving_token_s(replica_gpus, c) + state_bytes / (bandwidth_bytes_per_s * c.bandwidth_share)


def serving_token_s(replica_gpus: float, c: Constants) -> float:
    """Device-seconds per token of sampling and scheduling. [s]"""
    return c.token_overhead_s * min(replica_gpus, c.replica_exponent_limit)


def recurrent_state_bytes(
    active_params: float, layers: float, hidden_size: float, architecture: str, c: Constants
) -> float:
    """State that a recurrent model reads and writes for every token, whatever the context. [bytes]

    Examples
    --------
    Nemotron Nano 12B v2: 28 recurrent layers, each 128 heads x 80 x 128 values of 4 bytes, read and written: 294 MB.
    """
    if architecture not in {"ssm", "hybrid-ssm"}:
        return 0.0
    depth = layers if layers > 0.0 else _grown(c.layers_stand_in, active_params, c)
    width = hidden_size if hidden_size > 0.0 else _grown(c.hidden_stand_in, active_params, c)
    return c.recurrent_state_bytes * depth * width


def kv_bytes_per_token(
    active_params: float,
    layers: float,
    kv_heads: float,
    head_dim: float,
    cache_bytes: float,
    c: Constants,
    architecture: str = "dense",
) -> float:
    """KV cache that one token of context occupies, in all layers. [bytes]

    ``layers x 2 x kv_heads x head_dim x cache_bytes``. Mixtures of experts with ``latent_heads`` or more KV heads are of
    the latent kind (MLA: DeepSeek V2 and V3, Kimi K2, GLM 5): they keep one vector of ``latent_width`` values per layer.
    Where the shape is not published the cache grows with the square root of the active weights.

    Examples
    --------
    Llama 3.1 8B: 32 x 2 x 8 x 128 x 2 = 131,072 bytes. DeepSeek V3: 61 x 576 x 2 = 70,272 bytes.
    """
    if architecture == "moe" and kv_heads >= c.latent_heads and layers > 0.0:
        return layers * c.latent_width * cache_bytes
    values = layers * 2.0 * kv_heads * head_dim
    if not values > 0.0:
        values = c.kv_stand_in_values * math.sqrt(max(active_params, 0.0) / c.stand_in_params)
    return attention_share(architecture, c) * values * cache_bytes


def attention_flops_per_pair(
    active_params: float, layers: float, hidden_size: float, c: Constants, architecture: str = "dense"
) -> float:
    """FLOP of one query-key pair in all layers: score and weighted sum, 2 FLOP per multiply-add each. [FLOP]

    ``4 x layers x width``; Llama 3.1 8B: 4 x 32 x 4096 = 524,288.
    """
    depth = layers if layers > 0.0 else _grown(c.layers_stand_in, active_params, c)
    width = hidden_size if hidden_size > 0.0 else _grown(c.hidden_stand_in, active_params, c)
    return 4.0 * attention_share(architecture, c) * depth * width


def replica_gpus(
    total_params: float,
    weight_bytes: float,
    gpu_memory_bytes: float,
    node_gpus: float,
    tensor_parallelism: float,
    c: Constants,
) -> float:
    """Accelerators that serve one replica: the model's own setting, else the fewest, in powers of two, that hold it.

    The weights may fill ``replica_memory_share`` of the memory; the rest is KV cache and work space. A replica that
    outgrows a node takes whole nodes.

    Examples
    --------
    Llama 3.1 70B at 16 bits: 141 GB / (80 GB x 0.8) = 2.2, so 4. 405B at 8 bits: 405 / 64 = 6.3, so 8.
    """
    if tensor_parallelism >= 1.0:
        return float(tensor_parallelism)
    node = max(node_gpus, 1.0)
    needed = total_params * weight_bytes / (gpu_memory_bytes * c.replica_memory_share)
    devices = 1.0
    while devices < needed and devices < node:
        devices *= 2.0
    devices = min(devices, node)
    if needed <= devices or not needed > 0.0:
        return devices
    return node * math.ceil(needed / node)
