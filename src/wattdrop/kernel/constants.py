"""The method's constants, by name. The values, ranges and sources live in ``data/methodology/*.toml``."""

from __future__ import annotations

from typing import NamedTuple


class Constants(NamedTuple):
    """One field per constant of the method: the id of its figure in ``data/methodology``."""

    # --- text and node ---
    weights_cost: float  # full-power seconds per second of reading weights at peak bandwidth
    kv_cost: float  # the same for the KV cache
    arithmetic_cost: float  # full-power seconds per second of arithmetic at peak FLOP/s
    moe_cost: float  # factor on weights and arithmetic of a mixture of experts
    step_overhead_s: float  # full-power device-seconds per decode step: 8e9 weights on one device
    step_devices_exponent: float  # how the step overhead grows with the devices of a replica
    step_params_exponent: float  # how it grows with the weights
    moe_step_cost: float  # factor on the step overhead of a mixture of experts
    token_overhead_s: float  # full-power device-seconds per token and device, not shared by the batch
    memory_power_share: float  # mean power / maximum power while weights or KV cache are read
    arithmetic_power_share: float  # the same during arithmetic
    overhead_power_share: float  # the same during overheads
    floor_share: float  # least time per full-power second of passes and denoisers: peak rates
    least_device_s: float  # shortest occupation of an accelerator: one launch
    least_utilization: float  # lower bound of a utilisation given as (nearly) zero
    idle_attribution: float  # share of the idle capacity charged to the requests served
    kv_stand_in_bytes: float  # KV bytes per token of a model of 8e9 active weights whose shape is unknown
    hidden_stand_in: float  # width of a model of 8e9 active weights whose shape is unknown
    layers_stand_in: float  # its layers
    replica_memory_share: float  # share of the accelerators' memory that the weights may fill
    # --- media ---
    denoise_linear_factor: float  # full-power seconds per second that the FLOP take at the peak rate
    denoise_attention_factor: float  # the same for the attention part
    denoise_decoder_factor: float  # the same for the pixel decoder
    denoise_parallel_cost: float  # extra accelerator time per accelerator added to a replica
    denoise_compute_power_share: float  # mean power / maximum power while computing
    reference_flops_per_j: float  # peak FLOP per joule of the accelerator that the factors are anchored at
    waiting_power_share: float  # draw above idle while an accelerator waits for the host, over (maximum - idle)
    pass_flops_factor: float  # full-power seconds per second that the FLOP take at the peak rate
    pass_weight_factor: float  # full-power seconds per second that reading the weights takes at full bandwidth
    pass_compute_power_share: float  # mean power / maximum power while computing
