"""Custom entities lie behind the base catalog, which they share and never change."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from wattdrop.errors import CatalogError, Conflict

if TYPE_CHECKING:
    from wattdrop.catalog import Catalog


def test_custom_entities_follow_the_base(catalog: Catalog) -> None:
    ours = catalog.overlay(
        models=[
            {"id": "our_model", "aliases": ["Our Model 3B"], "total_params_billions": 3, "family": "llama"}
        ],
        nodes=[{"id": "our-node", "gpu_id": "our-gpu", "gpu_count": 4}],
        gpus=[{"id": "our-gpu", "max_power_w": 300}],
    )
    ix = ours.models.find("our-model-3b")
    assert ix == len(catalog.models)
    assert ours.models.ids[ix] == "our_model"
    assert len(ours.models) == len(catalog.models) + 1
    assert ours.models.number(ix, "total_params_billions") == 3
    assert ours.gpus.number(ours.gpus.row("our-gpu"), "max_power_w") == 300
    assert ours.models_of_family("llama")[-1] == ix
    assert ours.node_of_gpu(ours.gpus.row("our-gpu")) == ours.nodes.find("our-node")


def test_base_rows_keep_their_numbers_and_the_base_stays_as_it_was(catalog: Catalog) -> None:
    ours = catalog.overlay(models=[{"id": "our_model", "total_params_billions": 3}])
    assert [ours.models.find(name) for name in catalog.models.ids] == [*range(len(catalog.models))]
    assert [*ours.models.ids] == [*catalog.models.ids, "our_model"]
    assert catalog.models.find("our_model") is None
    assert ours.nodes is catalog.nodes
    assert ours.grids is catalog.grids


def test_a_custom_figure_is_given_by_the_caller_unless_it_names_a_source(catalog: Catalog) -> None:
    params = {"value": 5, "source": "card", "basis": "published"}
    ours = catalog.overlay(
        models=[{"id": "a", "total_params_billions": 3}, {"id": "b", "total_params_billions": params}]
    )
    first, second = (ours.models.figure(ours.models.row(name), "total_params_billions") for name in "ab")
    assert first is not None
    assert second is not None
    assert (first.source_ids, first.basis) == (("custom-entity",), "given")
    assert (second.source_ids, second.basis) == (("card",), "published")
    assert ours.source("custom-entity").producer == "the caller"


def test_a_custom_model_may_stand_on_another(catalog: Catalog) -> None:
    ours = catalog.overlay(
        models=[{"id": "tuned", "fine_tuned_from_model_id": "llama_v31_8b", "benchmark_model_id": "o1"}]
    )
    assert ours.models.text(ours.models.row("tuned"), "fine_tuned_from_model_id") == "llama_v31_8b"


def test_a_datacenter_brings_its_own_pue(catalog: Catalog) -> None:
    name = "1b4e28ba-2fa1-11d2-883f-0016d3cca427"
    ours = catalog.overlay(datacenters=[{"id": name, "name": "Ours", "pue": 1.08, "zone": "FR"}])
    assert ours.datacenters.number(ours.datacenters.row(name.upper()), "pue") == 1.08


def test_overlays_stack(catalog: Catalog) -> None:
    twice = catalog.overlay(models=[{"id": "a"}]).overlay(models=[{"id": "b"}])
    assert [twice.models.find(name) for name in ("o1", "a", "b")] == [2, 3, 4]


def test_the_digest_follows_the_entities_and_not_their_order_of_fields(catalog: Catalog) -> None:
    one = catalog.overlay(models=[{"id": "a", "name": "A"}])
    same = catalog.overlay(models=[{"name": "A", "id": "a"}])
    other = catalog.overlay(models=[{"id": "a", "name": "B"}])
    assert one.digest == same.digest
    assert len({catalog.digest, one.digest, other.digest}) == 3
    assert catalog.overlay() is catalog


@pytest.mark.parametrize("name", ["o1", "O1", "LLAMA 3.1 8b instruct"])
def test_a_name_that_is_taken_is_a_conflict(catalog: Catalog, name: str) -> None:
    with pytest.raises(Conflict, match="already names"):
        catalog.overlay(models=[{"id": "new", "aliases": [name]}])


def test_two_custom_entities_with_one_name_are_a_conflict(catalog: Catalog) -> None:
    with pytest.raises(Conflict, match="already names a"):
        catalog.overlay(models=[{"id": "a"}, {"id": "A"}])


@pytest.mark.parametrize(
    ("entity", "message"),
    [
        ({"id": "n", "gpu_id": "nothing", "gpu_count": 1}, "no gpus entry named 'nothing'"),
        ({"id": "n", "gpu_id": "a100", "gpu_cuont": 1}, "gpu_cuont: unknown field of nodes"),
        ({"id": "n", "gpu_id": "a100", "gpu_count": "four"}, "gpu_count: not a number: 'four'"),
        ({"gpu_id": "a100"}, "id: missing"),
    ],
)
def test_a_broken_custom_entity_says_what_is_wrong(
    catalog: Catalog, entity: dict[str, object], message: str
) -> None:
    with pytest.raises(CatalogError, match=message):
        catalog.overlay(nodes=[entity])
