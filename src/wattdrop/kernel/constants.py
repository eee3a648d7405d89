"""The method's constants, by name. The values, ranges and sources live in ``data/methodology/*.toml``."""

from __future__ import annotations

from ..typed import NamedTuple


class Constants(NamedTuple):
    """One field per constant of the method: the id of its figure in ``data/methodology``."""

    # --- text and node ---
    bandwidth_share: float  # share of the peak bandwidth that reading weights and KV cache sustains
    arithmetic_share: float  # share of the dense peak FLOP/s that matrix products sustain
    layer_overhead_s: float  # device-seconds per decode step and layer of one accelerator (launches, gaps)
    replica_exponent: float  # how that grows with the accelerators of a replica
    replica_exponent_limit: (
        float  # accelerators of the largest replica measured; further ones are stages of a pipeline
    )
    token_overhead_s: float  # device-seconds per token and accelerator, not shared by the batch
    alone_layer_s: (
        float  # device-seconds per decode step and layer in a library pipeline that serves one request
    )
    usual_requests_spread: (
        float  # standard deviation of the log of the requests in flight around the usual number
    )
    duration_error: float  # standard deviation of the log of modelled over observed time
    working_power_share: (
        float  # power of an accelerator at work that reads and computes nothing / maximum power
    )
    token_power_share: float  # power during the work per token that a batch does not share / maximum power
    byte_energy_j: float  # energy of reading one byte of device memory, on top
    flop_energy_j: float  # energy of one 16-bit operation, on top
    expert_popularity_shape: float  # of the gamma distribution of the popularity of experts
    moe_8bit_cost: float  # time of reading experts at 8 bits / time of reading as many bytes
    floor_share: float  # least time per full-power second of passes and denoisers: peak rates
    least_device_s: float  # shortest occupation of an accelerator: one launch
    least_utilization: float  # lower bound of a utilisation given as (nearly) zero
    idle_attribution: float  # share of the idle capacity charged to the requests served
    stand_in_params: float  # weights of the model whose shape stands in for an unknown one
    layers_stand_in: float  # its layers
    hidden_stand_in: float  # its width
    kv_stand_in_values: float  # its KV cache per token [values, not bytes]
    moe_depth_share: float  # layers of a mixture of experts / layers of a dense model of as many weights
    latent_heads: (
        float  # a mixture of experts with so many KV heads keeps one latent per token and layer (MLA)
    )
    latent_width: float  # values of that latent
    recurrent_attention_share: (
        float  # share of the layers with a KV cache in hybrids of recurrence and attention
    )
    recurrent_state_bytes: float  # recurrent state read and written per token, by layer and unit of width
    replica_memory_share: float  # share of the accelerators' memory that the weights may fill
    # --- media ---
    denoise_linear_factor: float  # full-power seconds per second that the FLOP take at the peak rate
    denoise_attention_factor: float  # the same for the attention part
    denoise_parallel_cost: float  # extra accelerator time per accelerator added to a replica
    denoise_compute_power_share: float  # mean power / maximum power while computing
    reference_flops_per_j: float  # peak FLOP per joule of the accelerator that the factors are anchored at
    waiting_power_share: (
        float  # draw above idle while an accelerator waits for the host, over (maximum - idle)
    )
    tuned_flops_factor: (
        float  # the same where a tuned engine runs the pass: in batches, or at 8 bits and below
    )
    tuned_call_s: float  # least time of a call of a tuned engine
    pass_flops_factor: float  # full-power seconds per second that the FLOP take at the peak rate
    pass_weight_factor: (
        float  # full-power seconds per second that reading the weights takes at full bandwidth
    )
    pass_compute_power_share: float  # mean power / maximum power while computing
