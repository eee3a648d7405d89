"""Tables, series, games: a fixed pass."""

from __future__ import annotations

from .coefficients import Demand
from .model import Constants, Model, known
from .texts import one_pass


def fixed_pass_demand(m: Model, k: Constants) -> Demand:
    """One sample, one series, one action: as counted for the model, else two FLOP per weight and token of a series."""
    tokens = k["series_tokens"] if m.layers == m.layers else 1.0
    return one_pass(m, k)._replace(
        pass_flops_base=known(m.flops_per_item, 2.0 * m.active_params * tokens),
        pass_batch_size=k["default_table_batch_size"],
    )
