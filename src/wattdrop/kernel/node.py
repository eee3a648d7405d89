"""From device-seconds to the energy of the node: accelerators, host, idle capacity."""

from __future__ import annotations

from ..typed import NamedTuple
from .columns import Evidence, Setup
from .constants import Constants
from .ops import Column, Ops


class Occupancy(NamedTuple):
    """How long the accelerators are taken by one request."""

    full_power_s: Column
    modelled_device_s: Column
    floor_device_s: Column
    pipeline_stages: Column
    processing_device_s: Column
    request_device_s: Column
    device_s: Column


class Node(NamedTuple):
    """Energy of one request at the node, inside the server's plug."""

    gpu_awake_energy_wh: Column
    gpu_dynamic_energy_wh: Column
    gpu_active_energy_wh: Column
    gpu_load_share: Column
    host_dynamic_ratio: Column
    host_active_energy_wh: Column
    utilization_share: Column
    idle_capacity_ratio: Column
    idle_device_s: Column
    gpu_idle_energy_wh: Column
    host_idle_energy_wh: Column
    standing_energy_wh: Column
    modelled_it_energy_wh: Column
    effective_pue: Column
    it_energy_wh: Column
    boundary_ratio: Column
    gpu_energy_wh: Column
    host_energy_wh: Column


def occupancy(
    s: Setup,
    e: Evidence,
    c: Constants,
    op: Ops,
    requests_in_flight: Column,
    text_full_power_s: Column,
    text_device_s: Column,
    text_floor_s: Column,
    pass_full_power_s: Column,
    pass_device_s: Column,
    denoise_full_power_s: Column,
    denoise_device_s: Column,
) -> Occupancy:
    """Device-seconds of one request; a duration given by the caller replaces or bounds the modelled one.

    Parameters
    ----------
    e : Evidence
        ``processing_duration_s``: at execution, replaces the modelled time; ``request_duration_s``: at the client, with
        network and queue in it, so it only bounds the modelled time from above. [s]
    requests_in_flight : Column
        Requests that share the replica during that time.
    text_*, pass_*, denoise_* : Column
        Full-power seconds and device-seconds of the three kinds of work; ``text_floor_s`` at peak rates. [s]

    Returns
    -------
    Occupancy
        ``full_power_s`` (energy over maximum power) and ``device_s`` (accelerators x seconds / requests sharing them). [s]

    Notes
    -----
    ``device_s = duration x replica_gpus / requests_in_flight``, never less than the work takes at peak rates. Where a row
    gives a duration but no batch size, the batch is the assumed one: a duration says little about energy by itself.

    Examples
    --------
    20 s on four accelerators that serve 64 requests at a time: 20 x 4 / 64 = 1.25 device-seconds.
    """
    full_power_s = s.method_ratio * (text_full_power_s + pass_full_power_s + denoise_full_power_s)
    modelled_device_s = s.method_ratio * (text_device_s + pass_device_s + denoise_device_s)
    floor_device_s = text_floor_s + c.floor_share * (pass_full_power_s + denoise_full_power_s)
    pipeline_stages = op.mx(s.replica_gpus / c.replica_exponent_limit, 1.0)
    processing_device_s = e.processing_duration_s * (s.replica_gpus / pipeline_stages / requests_in_flight)
    request_device_s = e.request_duration_s * (s.replica_gpus / pipeline_stages / requests_in_flight)
    device_s = op.mx(
        op.pick(processing_device_s, op.mn(modelled_device_s, op.pick(request_device_s, modelled_device_s))),
        op.mx(floor_device_s, c.least_device_s),
    )
    return Occupancy(
        full_power_s=full_power_s,
        modelled_device_s=modelled_device_s,
        floor_device_s=floor_device_s,
        pipeline_stages=pipeline_stages,
        processing_device_s=processing_device_s,
        request_device_s=request_device_s,
        device_s=device_s,
    )


def node(s: Setup, e: Evidence, c: Constants, op: Ops, full_power_s: Column, device_s: Column) -> Node:
    """Energy of accelerators, host and idle capacity; a measured value replaces the modelled one at its boundary.

    Parameters
    ----------
    s : Setup
        Maximum and idle power of an accelerator, idle and active power of the host without them [W]; ``node_gpus``, the
        accelerators that share the host.
    e : Evidence
        ``utilization_rate`` [-] and measured energies per request [Wh]: of the accelerators while they work, of the IT
        equipment, of the facility.
    full_power_s, device_s : Column
        From :func:`occupancy`. [s]

    Returns
    -------
    Node
        ``gpu_energy_wh`` and ``host_energy_wh``, each with its idle capacity, sum to ``it_energy_wh``. [Wh]

    Notes
    -----
    Accelerators draw between idle and maximum power. The host's power grows from idle to active in step with the
    accelerators', divided by the accelerators of the node. Utilisation u leaves ``(1 - u)/u`` seconds of idle capacity for
    every busy one, at idle power of accelerator and host.

    A measured value of the IT equipment or the facility is split between accelerators and host as the model would. A
    measured value of the accelerators keeps the modelled host and idle capacity on top.

    Examples
    --------
    6 full-power seconds in 10 s on an H100 (700 W, idle 71 W) of a p5.48xlarge (host 1,240 to 2,361 W, 8 accelerators) at
    60 %: 4,200 J accelerator, 2,328 J host, 473 + 1,034 J idle capacity: 2.23 Wh.

    References
    ----------
    Elsworth et al. 2025, Measuring the environmental impact of delivering AI at Google scale, arXiv 2508.15734.
    """
    gpu_awake_energy_wh = device_s * (s.gpu_idle_power_w / 3600.0)
    gpu_dynamic_energy_wh = op.mn(
        op.mx(
            op.pick(e.measured_gpu_energy_wh, full_power_s * (s.gpu_max_power_w / 3600.0))
            - gpu_awake_energy_wh,
            0.0,
        ),
        device_s * (op.mx(s.gpu_max_power_w - s.gpu_idle_power_w, 0.0) / 3600.0),
    )
    gpu_active_energy_wh = op.pick(e.measured_gpu_energy_wh, gpu_awake_energy_wh + gpu_dynamic_energy_wh)
    gpu_load_share = gpu_dynamic_energy_wh / (
        device_s * (op.mx(s.gpu_max_power_w - s.gpu_idle_power_w, 1.0) / 3600.0)
    )
    host_dynamic_ratio = (
        (s.host_active_power_w - s.host_idle_power_w)
        / op.mx(s.gpu_max_power_w - s.gpu_idle_power_w, 1.0)
        / s.node_gpus
    )
    host_active_energy_wh = (
        device_s * (s.host_idle_power_w / s.node_gpus / 3600.0) + gpu_dynamic_energy_wh * host_dynamic_ratio
    )
    utilization_share = op.mx(op.pick(e.utilization_rate, s.default_utilization), c.least_utilization)
    idle_capacity_ratio = c.idle_attribution * (1.0 - utilization_share) / utilization_share
    idle_device_s = device_s * idle_capacity_ratio
    gpu_idle_energy_wh = idle_device_s * (s.gpu_idle_power_w / 3600.0)
    host_idle_energy_wh = idle_device_s * (s.host_idle_power_w / s.node_gpus / 3600.0)
    standing_energy_wh = device_s * (
        s.host_idle_power_w / s.node_gpus / 3600.0
        + (s.gpu_idle_power_w + s.host_idle_power_w / s.node_gpus) / 3600.0 * idle_capacity_ratio
    )
    modelled_it_energy_wh = (
        gpu_active_energy_wh + standing_energy_wh + gpu_dynamic_energy_wh * host_dynamic_ratio
    )
    effective_pue = op.pick(e.pue, s.default_pue)
    it_energy_wh = op.pick(
        e.measured_it_energy_wh,
        op.pick(e.measured_facility_energy_wh / effective_pue, modelled_it_energy_wh),
    )
    boundary_ratio = it_energy_wh / modelled_it_energy_wh
    gpu_energy_wh = (gpu_active_energy_wh + gpu_idle_energy_wh) * boundary_ratio
    host_energy_wh = (host_active_energy_wh + host_idle_energy_wh) * boundary_ratio
    return Node(
        gpu_awake_energy_wh=gpu_awake_energy_wh,
        gpu_dynamic_energy_wh=gpu_dynamic_energy_wh,
        gpu_active_energy_wh=gpu_active_energy_wh,
        gpu_load_share=gpu_load_share,
        host_dynamic_ratio=host_dynamic_ratio,
        host_active_energy_wh=host_active_energy_wh,
        utilization_share=utilization_share,
        idle_capacity_ratio=idle_capacity_ratio,
        idle_device_s=idle_device_s,
        gpu_idle_energy_wh=gpu_idle_energy_wh,
        host_idle_energy_wh=host_idle_energy_wh,
        standing_energy_wh=standing_energy_wh,
        modelled_it_energy_wh=modelled_it_energy_wh,
        effective_pue=effective_pue,
        it_energy_wh=it_energy_wh,
        boundary_ratio=boundary_ratio,
        gpu_energy_wh=gpu_energy_wh,
        host_energy_wh=host_energy_wh,
    )
