"""``/v1/catalog``: every figure that the catalog holds, with its range, basis and sources."""

from __future__ import annotations

import pytest
from tests.conftest import Service

from wattdrop.service.figures import KINDS


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "datacenters"])  # none is shipped
def test_every_kind_is_listed_and_each_entry_can_be_opened(service: Service, kind: str) -> None:
    page = service.get(f"/v1/catalog/{kind}", params={"limit": 5}).json()
    assert page["kind"] == kind
    assert len(page["entries"]) == 5 < page["count"]
    for entry in page["entries"]:
        entity = service.get(f"/v1/catalog/{kind}/{entry['id']}").json()
        assert (entity["id"], entity["name"]) == (entry["id"], entry["name"])
        cited = {id for one in entity["figures"] for id in one["source_ids"]} | set(entity["source_ids"])
        assert cited == {source["id"] for source in entity["sources"]}
        assert all(one["source_ids"] and one["basis"] and one["meaning"] for one in entity["figures"])


def test_a_figure_has_its_range_and_its_unit(service: Service) -> None:
    model = service.get("/v1/catalog/models/GPT 4o").json()
    figure = next(one for one in model["figures"] if one["quantity"] == "total_params_billions")
    assert figure["low"] < figure["value"] < figure["high"]
    assert figure["unit"] == "1e9"
    assert "gpt-4o-2024-08-06" in model["names"]


@pytest.mark.parametrize("kind", KINDS)
def test_texts_can_be_read_and_items_of_a_list_are_told_apart(service: Service, kind: str) -> None:
    for entry in service.get(f"/v1/catalog/{kind}", params={"limit": 100}).json()["entries"]:
        texts = service.get(f"/v1/catalog/{kind}/{entry['id']}").json()["texts"]
        assert all(text.isprintable() for text in (*texts.values(), *entry["about"])), texts
    if kind == "services":
        assert (
            service.get("/v1/catalog/services/openai").json()["texts"]["modalities"]
            == "text, image, audio, video"
        )


def test_pages_follow_one_another(service: Service) -> None:
    def ids(offset: int, limit: int) -> list[str]:
        page = service.get("/v1/catalog/gpus", params={"offset": offset, "limit": limit}).json()
        return [entry["id"] for entry in page["entries"]]

    assert ids(0, 4) == ids(0, 2) + ids(2, 2)


def test_entries_are_searched_by_every_name(service: Service) -> None:
    found = service.get("/v1/catalog/services", params={"search": "dashscope"}).json()
    assert [entry["id"] for entry in found["entries"]] == ["alibaba-pai"]


def test_own_ones_are_marked_and_listed_alone(service: Service) -> None:
    made = service.request("POST", "/datacenter", json={"name": "Hall of figures", "pue": 1.2}).json()
    try:
        page = service.get("/v1/catalog/datacenters", params={"search": "hall figures"}).json()
        assert [(one["id"], one["own"]) for one in page["entries"]] == [(made["id"], True)]
        hall = service.get(f"/v1/catalog/datacenters/{made['id']}").json()
        assert (
            hall["own"]
            and {"pue": 1.2}.items() <= {one["quantity"]: one["value"] for one in hall["figures"]}.items()
        )
        own = service.get("/v1/catalog/datacenters", params={"custom": "true"}).json()
        assert made["id"] in [one["id"] for one in own["entries"]]
        others = service.get("/v1/catalog/datacenters", params={"custom": "false"}).json()
        assert others["entries"] == []
    finally:
        service.request("DELETE", f"/datacenter/{made['id']}")
    assert service.get("/v1/catalog/regions", params={"custom": "true"}).json()["count"] == 0
    assert not any(one["own"] for one in service.get("/v1/catalog/gpus").json()["entries"])
    wrong = service.get("/v1/catalog/gpus", params={"custom": "mine"})
    assert (wrong.status_code, wrong.json()["details"]["field"]) == (400, "custom")


@pytest.mark.parametrize(
    ("path", "field"), [("/v1/catalog/nonesuch", "kind"), ("/v1/catalog/models/nonesuch-9b", "name")]
)
def test_what_there_is_none_of_is_404(service: Service, path: str, field: str) -> None:
    response = service.get(path)
    assert (response.status_code, response.json()["details"]["field"]) == (404, field)


def test_it_takes_the_scope_read(service: Service) -> None:
    key = service.keys.create("estimates alone", scopes=frozenset({"impact"}))
    assert service.get("/v1/catalog/models", key=key).status_code == 403
    assert service.get("/v1/catalog/models", key=None).status_code == 401
