"""How many requests share the accelerators: as the row gives it, as its duration tells, or as is usual.

And what so many of them read of a mixture of experts, which is those that any of the B requests was routed to:
``active + (total - active) x (1 - (1 + a (B - 1)/k)^-k)`` with ``a = active/total``. Exactly the active weights at B = 1,
all of them at large B. Independent routing would give ``(1 - a)^(B - 1)``; experts are not equally popular, and a
gamma-distributed popularity of shape k leaves the rare ones untouched for longer. The power is written out, so that it
is exact in both kinds of numbers; it holds for k = 4 alone.
"""

from __future__ import annotations

from ..typed import NamedTuple
from .columns import Evidence, Setup
from .constants import Constants
from .ops import Column, Ops


class Concurrency(NamedTuple):
    """Requests in flight on a replica, and how far an observed duration decides them."""

    usual_requests: Column
    active_share: Column
    usual_untouched_root_share: Column
    usual_untouched_share: Column
    usual_touched_params: Column
    usual_shared_device_s: Column
    observed_device_s: Column
    added_device_s: Column
    duration_requests: Column
    usual_elasticity: Column
    duration_elasticity: Column
    elasticity: Column
    duration_information: Column
    duration_weight: Column
    arithmetic_mean_requests: Column
    harmonic_mean_requests: Column
    inferred_requests: Column
    requests_in_flight: Column


# --- formulas of more than one stage: functions of one expression, which explanations show in place of the call ---


def untouched_root_share_of(active_share: Column, requests: Column, c: Constants) -> Column:
    """Fourth root of the share of inactive experts that none of the requests visits. [-]"""
    return 1.0 / (1.0 + active_share * (requests - 1.0) / c.expert_popularity_shape)


def untouched_share_of(root_share: Column) -> Column:
    """Share of inactive experts that none of the requests visits. [-]"""
    return root_share * root_share * root_share * root_share


def touched_params_of(s: Setup, untouched_share: Column) -> Column:
    """Weights that the decoder reads in a step."""
    return s.decode_weights_share * (
        s.active_params + (s.total_params - s.active_params) * (1.0 - untouched_share)
    )


def concurrency(
    s: Setup,
    e: Evidence,
    c: Constants,
    op: Ops,
    decode_tokens: Column,
    sustained_bytes_per_s: Column,
    own_device_s: Column,
) -> Concurrency:
    """Requests that share each decode step.

    Parameters
    ----------
    decode_tokens : Column
        Tokens written. [tokens]
    sustained_bytes_per_s : Column
        From :func:`.text.rates`. [B/s]
    own_device_s : Column
        Accelerator-seconds of the reply that no other request shares, from :func:`.text.reply`. [s]

    Returns
    -------
    Concurrency
        ``requests_in_flight``: the batch size that the row gives; else what its ``processing_duration`` tells; else the
        usual number. At least 1.

    Notes
    -----
    A reply of a replica of n accelerators takes ``T = (F + B q) / n`` seconds: F is what all B requests share (weights,
    overhead per step), q what each adds (KV cache, arithmetic, prefill). So an observed T gives ``B = (n T - F) / q``. F of
    a mixture of experts is taken at the usual number.

    Where q is a small part of T, an error of T of a few percent is an error of B without bound. With the
    elasticity ``h = B q / (F + B q)`` (relative change of T over that of B), the duration says log B to within
    ``duration_error / h`` and experience to within ``usual_requests_spread``, so it gets the weight
    ``1 / (1 + (duration_error / (h spread))^2)``. h is the mean of the elasticities at the two numbers. The weighted
    geometric mean is taken as the square root of the arithmetic times the harmonic mean, which needs no power and is the
    same at weights 0, 1/2 and 1.

    No more requests than fit into memory: what a duration exceeds that by was waiting, and occupied the accelerators.

    Durations of single passes and denoisers say nothing here: their steps are hardly shared.

    Examples
    --------
    Llama 3.1 8B on an H100, 500 tokens after 155: F 3.8, q 0.075 accelerator-seconds. 11 s of observed time: B = 96; usual
    are 64. h is 0.61, the weight of the duration 0.9.
    """
    usual_requests = op.mx(op.where(s.decodes > 0.0, s.default_batch_size, s.pass_batch_size), 1.0)
    active_share = s.active_params / op.mx(s.total_params, 1.0)
    usual_untouched_root_share = untouched_root_share_of(active_share, usual_requests, c)
    usual_untouched_share = untouched_share_of(usual_untouched_root_share)
    usual_touched_params = touched_params_of(s, usual_untouched_share)
    usual_shared_device_s = decode_tokens * (
        usual_touched_params
        * s.weight_bytes
        * op.where(s.is_moe * s.weight_bytes == 1.0, c.moe_8bit_cost, 1.0)
        / sustained_bytes_per_s
        + s.step_overhead_s
    )
    observed_device_s = op.pick(e.processing_duration_s, 0.0) * (
        s.replica_gpus / op.mx(s.replica_gpus / c.replica_exponent_limit, 1.0)
    )
    added_device_s = op.mx(own_device_s, c.least_device_s)
    duration_requests = op.mn(
        op.mx((observed_device_s - usual_shared_device_s) / added_device_s, 1.0), s.most_batch_size
    )
    usual_elasticity = (
        usual_requests * added_device_s / (usual_shared_device_s + usual_requests * added_device_s)
    )
    duration_elasticity = (
        duration_requests * added_device_s / (usual_shared_device_s + duration_requests * added_device_s)
    )
    elasticity = (usual_elasticity + duration_elasticity) / 2.0
    duration_information = elasticity * (c.usual_requests_spread / c.duration_error)
    duration_weight = (
        op.is_given(e.processing_duration_s)
        * duration_information
        * duration_information
        / (1.0 + duration_information * duration_information)
    )
    arithmetic_mean_requests = (1.0 - duration_weight) * usual_requests + duration_weight * duration_requests
    harmonic_mean_requests = 1.0 / (
        (1.0 - duration_weight) / usual_requests + duration_weight / duration_requests
    )
    inferred_requests = op.where(
        s.decodes * op.is_given(e.processing_duration_s) > 0.0,
        op.sqrt(arithmetic_mean_requests * harmonic_mean_requests),
        usual_requests,
    )
    requests_in_flight = op.mx(op.pick(e.batch_size, inferred_requests), 1.0)
    return Concurrency(
        usual_requests=usual_requests,
        active_share=active_share,
        usual_untouched_root_share=usual_untouched_root_share,
        usual_untouched_share=usual_untouched_share,
        usual_touched_params=usual_touched_params,
        usual_shared_device_s=usual_shared_device_s,
        observed_device_s=observed_device_s,
        added_device_s=added_device_s,
        duration_requests=duration_requests,
        usual_elasticity=usual_elasticity,
        duration_elasticity=duration_elasticity,
        elasticity=elasticity,
        duration_information=duration_information,
        duration_weight=duration_weight,
        arithmetic_mean_requests=arithmetic_mean_requests,
        harmonic_mean_requests=harmonic_mean_requests,
        inferred_requests=inferred_requests,
        requests_in_flight=requests_in_flight,
    )
