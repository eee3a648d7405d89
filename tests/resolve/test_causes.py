"""What a cause moves is resolved in part, and comes out as the whole description in the moved catalog."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from wattdrop.catalog import load
from wattdrop.errors import RowError
from wattdrop.resolve.causes import MOVED, served_as
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
