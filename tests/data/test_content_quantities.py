"""The data dictionary covers everything that is computed or stored."""

from __future__ import annotations

import inspect
from importlib import import_module

import pytest

from wattdrop.catalog import Catalog, load

STAGES = "text concurrency denoise passes node facility emissions water embodied training".split()


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load()


@pytest.mark.parametrize("stage", STAGES)
def test_every_step_of_the_kernel_has_a_meaning(catalog: Catalog, stage: str) -> None:
    module = import_module(f"wattdrop.kernel.{stage}")
    results = [
        kind for _, kind in inspect.getmembers(module, inspect.isclass) if kind.__module__ == module.__name__
    ]
    for kind in results:
        for name in kind._fields:
            assert catalog.quantity(name).meaning


def test_every_stored_quantity_of_the_tables_is_used(catalog: Catalog) -> None:
    """An entry that no table fills and no stage computes is a leftover of a renamed column."""
    filled = {name for kind in KINDS_FILLED for name in catalog.table(kind).quantities()}
    computed = {
        name
        for stage in STAGES
        for _, kind in inspect.getmembers(import_module(f"wattdrop.kernel.{stage}"), inspect.isclass)
        if hasattr(kind, "_fields")
        for name in kind._fields
    }
    series = {*catalog.grids.quantities(), "ewif_l_per_kwh"}
    # Only entities that customers create have these.
    callers_own = {
        "gco2e_per_kwh",
        "estimated_requests_per_day",
        "estimated_use_life_days",
        "training_water_l",
        "training_embodied_emissions_kgco2e",
        "training_embodied_water_l",
    }
    assert set(catalog.quantities()) - filled - computed - series - callers_own == set()


KINDS_FILLED = "models gpus nodes services providers regions power_curve datatypes default_hardware".split()
