"""The machine as the kernel sees it: one accelerator with its peak rates, and the host around it."""

from __future__ import annotations

import math

from ..typed import TYPE_CHECKING, NamedTuple
from ..units import BYTES_PER_GB, FLOPS_PER_TFLOP, G_PER_KG, ML_PER_L, S_PER_YEAR

if TYPE_CHECKING:
    from ..catalog import Catalog


class Machine(NamedTuple):
    """One accelerator of a node as the kernel sees it, and the host around it."""

    max_power_w: float
    idle_power_w: float
    flops_per_s: float
    bandwidth_bytes_per_s: float
    memory_bytes: float
    activation_traffic_share: float
    embodied_gco2e: float
    embodied_ml: float
    gpus: float
    host_idle_power_w: float
    host_active_power_w: float
    host_embodied_gco2e: float
    host_embodied_ml: float
    use_life_s: float

    def of_setup(self) -> dict[str, float]:
        """The setup's fields."""
        return {
            "gpu_max_power_w": self.max_power_w,
            "gpu_idle_power_w": self.idle_power_w,
            "gpu_flops_per_s": self.flops_per_s,
            "gpu_bandwidth_bytes_per_s": self.bandwidth_bytes_per_s,
            "node_gpus": self.gpus,
            "host_idle_power_w": self.host_idle_power_w,
            "host_active_power_w": self.host_active_power_w,
            "gpu_embodied_gco2e": self.embodied_gco2e,
            "gpu_embodied_ml": self.embodied_ml,
            "host_embodied_gco2e": self.host_embodied_gco2e,
            "host_embodied_ml": self.host_embodied_ml,
            "use_life_s": self.use_life_s,
        }


#: Peak rates by precision of the arithmetic: the fastest of the first group that the accelerator has.
_PEAKS = {
    "8-bit": (("fp8_tflops_dense", "int8_tops_dense"), ("fp16_tflops_dense",)),
    "16-bit": (("fp16_tflops_dense",),),
    "32-bit": (("fp16_tflops_dense",),),
}


def machine_of(catalog: Catalog, node: int, gpu: int, datatype_ix: int) -> Machine:
    """The accelerator and its host.

    A slice of an accelerator (count below 1) has that share of everything. Where the node has no accelerator its
    processors take the place of one: their power is then part of the node's and is taken out of the host's.
    """
    of_gpu, of_node = catalog.gpus.number, catalog.nodes.number
    count = of_node(node, "gpu_count")
    on_processor = not count > 0
    part = min(1.0, of_node(node, "share_of_host")) if on_processor else min(1.0, count)
    max_power, idle_power = of_gpu(gpu, "max_power_w") * part, of_gpu(gpu, "idle_power_w") * part
    host_idle, host_active = of_node(node, "idle_power_w_ex_gpu"), of_node(node, "active_power_w_ex_gpu")
    if on_processor:
        host_idle, host_active = max(0.0, host_idle - idle_power), max(0.0, host_active - max_power)
        host_active = max(host_idle, host_active)
    efficiency = of_gpu(gpu, "software_efficiency_vs_cuda")
    return Machine(
        max_power_w=max_power,
        idle_power_w=idle_power,
        flops_per_s=peak_flops(catalog, gpu, datatype_ix) * part,
        bandwidth_bytes_per_s=of_gpu(gpu, "memory_bandwidth_gb_s") * BYTES_PER_GB * efficiency * part,
        memory_bytes=of_gpu(gpu, "memory_gb") * BYTES_PER_GB * part,
        activation_traffic_share=_activation_traffic_share(of_gpu(gpu, "activation_traffic_share")),
        embodied_gco2e=0.0 if on_processor else of_gpu(gpu, "embodied_emissions_kgco2e") * G_PER_KG * part,
        embodied_ml=0.0 if on_processor else of_gpu(gpu, "embodied_water_l") * ML_PER_L * part,
        gpus=max(1.0, count),
        host_idle_power_w=host_idle,
        host_active_power_w=host_active,
        host_embodied_gco2e=of_node(node, "embodied_emissions_kgco2e_ex_gpu") * G_PER_KG,
        host_embodied_ml=of_node(node, "embodied_water_l_ex_gpu") * ML_PER_L,
        use_life_s=of_node(node, "use_life_years") * S_PER_YEAR,
    )


def _activation_traffic_share(share: float) -> float:
    """Feature maps go through the memory unless the accelerator is known to keep them on the chip."""
    return share if share == share else 1.0


def peak_flops(catalog: Catalog, gpu: int, datatype_ix: int) -> float:
    """Dense peak rate at the precision of the arithmetic, as far as the accelerator's software reaches it. [FLOP/s]"""
    peak = catalog.datatypes.text(datatype_ix, "peak")
    rate = math.nan
    for columns in _PEAKS[peak]:
        rates = [value for column in columns if (value := catalog.gpus.number(gpu, column)) == value]
        if rates:
            rate = max(rates)
            break
    if peak == "32-bit":
        rate *= catalog.constant("fp32_rate_share")
    reached = catalog.gpus.number(gpu, "software_efficiency_vs_cuda") * catalog.gpus.number(
        gpu, "sustained_compute_factor"
    )
    return rate * FLOPS_PER_TFLOP * reached
