"""The whole method, in the order in which a request's impact comes about."""

from __future__ import annotations

from ..typed import TYPE_CHECKING, NamedTuple
from .columns import Evidence, Setup
from .concurrency import Concurrency, concurrency
from .constants import Constants
from .denoise import DenoiseResult, denoise
from .embodied import Embodied, embodied
from .emissions import Emissions, emissions
from .facility import Facility, facility
from .node import Node, Occupancy, node, occupancy
from .ops import Ops
from .passes import PassResult, passes
from .text import Decode, Prefill, Rates, Reply, Tokens, decode, prefill, rates, reply, tokens
from .training import Totals, totals
from .water import Water, water

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


class Impact(NamedTuple):
    """Every intermediate column, stage by stage."""

    tokens: Tokens
    rates: Rates
    prefill: Prefill
    reply: Reply
    concurrency: Concurrency
    decode: Decode
    passes: PassResult
    denoise: DenoiseResult
    occupancy: Occupancy
    node: Node
    facility: Facility
    emissions: Emissions
    water: Water
    embodied: Embodied
    totals: Totals


#: The stage functions, in the order of the fields of ``Impact``; explanations are read from their text.
STAGES: tuple[Callable[..., Any], ...] = (
    tokens,
    rates,
    prefill,
    reply,
    concurrency,
    decode,
    passes,
    denoise,
    occupancy,
    node,
    facility,
    emissions,
    water,
    embodied,
    totals,
)


def estimate(s: Setup, e: Evidence, c: Constants, op: Ops) -> Impact:
    """Impact of a row, or of a block of rows: the stages in order, each fed by name from the ones before."""
    t = tokens(s, e, c, op)
    q = rates(s, e, c, op)
    p = prefill(
        s,
        e,
        c,
        op,
        t.prefill_tokens,
        t.cached_tokens,
        q.token_flops,
        q.token_arithmetic_s,
        q.pair_arithmetic_s,
        q.arithmetic_power_share,
    )
    y = reply(
        s,
        e,
        c,
        op,
        t.decode_tokens,
        t.context_tokens,
        q.token_flops,
        q.token_arithmetic_s,
        q.pair_arithmetic_s,
        q.pair_reading_s,
        p.prefill_device_s,
    )
    b = concurrency(s, e, c, op, t.decode_tokens, q.sustained_bytes_per_s, y.own_device_s)
    d = decode(
        s,
        e,
        c,
        op,
        b.active_share,
        b.requests_in_flight,
        t.prefill_tokens,
        t.decode_tokens,
        p.prefill_pairs,
        y.attended_pairs,
        q.byte_device_s,
        q.token_arithmetic_s,
        q.pair_arithmetic_s,
        q.pair_reading_s,
        q.arithmetic_power_share,
        q.memory_power_share,
        p.prefill_device_s,
        p.prefill_full_power_s,
    )
    once = passes(s, e, c, op)
    many = denoise(s, e, c, op)
    o = occupancy(
        s,
        e,
        c,
        op,
        b.requests_in_flight,
        d.text_full_power_s,
        d.text_device_s,
        d.text_floor_s,
        once.pass_full_power_s,
        once.pass_device_s,
        many.denoise_full_power_s,
        many.denoise_device_s,
    )
    n = node(s, e, c, op, o.full_power_s, o.device_s)
    f = facility(s, e, c, op, n.it_energy_wh, n.effective_pue)
    g = emissions(s, e, c, op, f.facility_energy_wh)
    w = water(s, e, c, op, n.it_energy_wh, f.facility_energy_wh)
    h = embodied(s, e, c, op, o.device_s, n.utilization_share)
    r = totals(
        s,
        e,
        c,
        op,
        f.facility_energy_wh,
        g.inference_emissions_gco2e,
        w.inference_water_ml,
        h.inference_embodied_gco2e,
        h.inference_embodied_ml,
    )
    return Impact(t, q, p, y, b, d, once, many, o, n, f, g, w, h, r)
