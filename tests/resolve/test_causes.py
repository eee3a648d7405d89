"""What a cause moves is resolved in part, and comes out as the whole description in the moved catalog."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from wattdrop.catalog import load
from wattdrop.errors import RowError
from wattdrop.kernel.columns import Setup
from wattdrop.resolve.causes import MOVED, causes_of, served_as
from wattdrop.resolve.description import Description
from wattdrop.resolve.moved import view
from wattdrop.resolve.resolved import resolve_description

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wattdrop.catalog import Table

CATALOG = load()


def some(table: Table, each: int) -> Iterator[str]:
    yield from list(table.ids)[::each]


DESCRIPTIONS = [
    *(Description(model_id=model) for model in some(CATALOG.models, 40)),
    *(Description(model_id="gpt-4o", managed_service_id=service) for service in some(CATALOG.services, 2)),
    *(Description(model_id="llama_v31_8b", node_id=node) for node in some(CATALOG.nodes, 40)),
    *(Description(model_id="llama_v31_70b", gpu_id=gpu, country="FR") for gpu in some(CATALOG.gpus, 4)),
    *(Description(model_id="gpt-4o", cloud_region=region, year=2024) for region in some(CATALOG.regions, 10)),
]


@pytest.mark.parametrize("name", MOVED)
@pytest.mark.parametrize("end", ["low", "high"])
def test_what_a_cause_moves_is_what_the_whole_description_would_be(name: str, end: str) -> None:
    moved = MOVED[name]
    catalog = view(CATALOG, moved, end)
    differing = 0
    for description in DESCRIPTIONS:
        resolved = resolve_description(CATALOG, description)
        if isinstance(resolved, RowError):  # no machine carries the accelerator
            continue
        whole = resolve_description(catalog, description)
        assert not isinstance(whole, RowError)
        assert moved.again(catalog, resolved) == whole.setup, description
        differing += whole.setup != resolved.setup
    assert differing > 20  # the comparison compares something


@pytest.mark.parametrize(
    "names",
    [{"datatype": "fp8"}, {"datatype": "bf16"}, {"node_id": "azure:standard_nd96isr_h200_v5"}],
    ids=str,
)
def test_another_precision_or_machine_leaves_what_making_the_model_cost(names: dict[str, str]) -> None:
    differing = 0
    for description in DESCRIPTIONS:
        resolved = resolve_description(CATALOG, description)
        other = description._replace(**names)  # type: ignore[arg-type]
        whole = resolve_description(CATALOG, other)
        if isinstance(resolved, RowError):
            continue
        setup = served_as(CATALOG, resolved, other)
        assert setup == (None if isinstance(whole, RowError) else whole.setup), other
        differing += setup not in (None, resolved.setup)
    assert differing > 20


def ends_of(cause: str, description: Description) -> tuple[Setup, tuple[Setup, ...]]:
    """The setup of a description, and those at the ends of a cause."""
    resolved = resolve_description(CATALOG, description)
    assert not isinstance(resolved, RowError)
    (ends,) = [one.ends for one in causes_of(CATALOG, resolved) if one.name == cause]
    return resolved.setup, ends


def test_another_machine_of_a_service_has_its_load_and_its_place() -> None:
    # 70 billion weights leave room for 63 requests on one B200, where the service is taken to have 90 in flight.
    setup, ends = ends_of("hardware", Description(model_id="llama_v31_70b", managed_service_id="fal-ai"))
    kept = ["default_batch_size", "default_utilization", "default_pue", "default_wue_l_per_kwh"]
    kept += [name for name in Setup._fields if "grid" in name or "ewif" in name]

    assert {end.gpu_max_power_w for end in ends} != {setup.gpu_max_power_w}
    for end in ends:
        assert [getattr(end, name) for name in kept] == [getattr(setup, name) for name in kept]


def test_machines_that_are_too_small_for_a_model_are_no_alternative() -> None:
    for service in CATALOG.services.ids:
        for model in ("llama_v31_405b", "llama_v31_8b"):
            found = resolve_description(CATALOG, Description(model_id=model, managed_service_id=service))
            assert not isinstance(found, RowError)
            ends = [one.ends for one in causes_of(CATALOG, found) if one.name == "hardware"]
            assert all(end.replica_gpus <= end.node_gpus for one in ends for end in one)


def test_no_more_requests_are_in_flight_than_memory_holds() -> None:
    setup, (fewer, more) = ends_of("occupancy", Description(model_id="llama_v31_70b", gpu_id="h100"))
    spread = CATALOG.constant("spread_requests_in_flight")

    assert fewer.default_batch_size < setup.default_batch_size < more.default_batch_size
    assert more.default_batch_size == setup.most_batch_size < spread * setup.default_batch_size


def test_published_sizes_stay_and_undisclosed_ones_move() -> None:
    for model, moves in (("llama_v31_8b", False), ("gpt_4o", True)):
        setup, *_ = resolve_description(CATALOG, Description(model_id=model))  # type: ignore[misc]
        ends = [view(CATALOG, MOVED["parameters"], end) for end in ("low", "high")]
        sizes = {
            resolve_description(end, Description(model_id=model)).setup.total_params  # type: ignore[union-attr]
            for end in ends
        }
        assert (sizes != {setup.total_params}) == moves


def test_no_end_has_a_power_usage_below_1() -> None:
    low = view(CATALOG, MOVED["pue"], "low")
    known = [low.providers.number(ix, "pue") for ix in range(len(low.providers))]

    assert min(pue for pue in known if pue == pue) == 1.0
