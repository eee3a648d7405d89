"""Whose catalog is when rebuilt: revisions, an absent database, objects that no longer fit, reloads."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.conftest import Service

from wattdrop.catalog import Catalog, load
from wattdrop.errors import CatalogError, StoreError
from wattdrop.service.app import create_app
from wattdrop.service.catalogs import Catalogs
from wattdrop.service.settings import read_settings
from wattdrop.store import Store, open_store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = open_store(tmp_path / "wattdrop.db", b"a secret of thirty-two letters or more")
    yield store
    store.close()


def put(store: Store, id: str, customer_id: int = 1, **body: object) -> None:
    with store.entities.changing(customer_id) as change:
        change.put("model", id, {"id": id, **body}, "ann")


def test_a_catalog_is_kept_until_a_revision_moves(store: Store) -> None:
    catalogs = Catalogs(load(), store.entities)
    assert catalogs.of(1) is catalogs.base
    put(store, "ours", total_params_billions=3.0)  # as another process would
    ours = catalogs.of(1)
    assert ours.models.find("ours") is not None
    assert catalogs.of(1) is ours
    put(store, "everybodys", customer_id=0)
    assert catalogs.of(1).models.find("everybodys") is not None


def test_while_the_database_is_away_the_last_known_catalog_answers(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    catalogs = Catalogs(load(), store.entities)
    put(store, "ours")
    known = catalogs.of(1)

    def away(*customers: int) -> tuple[int, ...]:
        raise StoreError("away")

    monkeypatch.setattr(store.entities, "revisions", away)
    assert catalogs.of(1) is known
    with pytest.raises(StoreError):
        catalogs.of(2)  # what it would be is not known


def test_an_object_that_no_longer_fits_costs_itself_only(store: Store) -> None:
    put(store, "ours", fine_tuned_from_model_id="a-model-that-was-dropped")
    put(store, "other")
    layer = Catalogs(load(), store.entities).layer(1)
    assert set(layer.unfit) == {"models/ours"}
    assert layer.catalog.models.find("other") is not None


def test_objects_that_no_longer_fit_are_deleted_one_by_one_and_not_made_anew(store: Store) -> None:
    for name in ("ours", "theirs"):
        put(store, name, fine_tuned_from_model_id="a-model-that-was-dropped")
    app = create_app(load(), store, read_settings({}))
    service = Service(app, store.keys.create("ours", 1), store.keys, store)
    new = {"id": "Ours", "total_params_billions": 3.0}
    answer = service.request("POST", "/model", json=new)
    assert (answer.status_code, answer.json()["details"]["field"]) == (409, "id")
    for name in ("ours", "theirs"):  # neither is used by the other
        assert service.request("DELETE", f"/model/{name}").status_code == 204


def test_where_many_no_longer_fit_the_rest_is_left_out_and_says_so(store: Store) -> None:
    put(store, "fine")
    for number in range(30):
        put(store, f"broken-{number}", fine_tuned_from_model_id="a-model-that-was-dropped")
    app = create_app(load(), store, read_settings({}))
    service = Service(app, store.keys.create("ours", 1), store.keys, store)
    layer = Catalogs(load(), store.entities).layer(1)
    assert len(layer.unfit) == 31 and layer.catalog.models.find("fine") is None
    assert "20 other objects no longer fit" in str(layer.unfit["models/fine"])
    new = {"id": "new", "total_params_billions": 3.0}
    assert "20 other objects" in service.request("POST", "/model", json=new).text
    for number in range(11):  # one after another, until the rest can be looked at
        path = f"/model/broken-{number}"
        answer = service.request("PUT", path, json={"fine_tuned_from_model_id": "gpt_4o"})
        assert answer.status_code == 200, answer.text
    layer = Catalogs(load(), store.entities).layer(1)
    assert len(layer.unfit) == 19 and layer.catalog.models.find("fine") is not None


def test_reload_takes_new_data_everywhere_and_keeps_the_old_where_it_is_broken(
    store: Store, tmp_path: Path
) -> None:
    shipped = load()
    newer = shipped.overlay(models=[{"id": "brand_new", "total_params_billions": 3, "architecture": "dense"}])
    found: list[Catalog | None] = [newer]

    def again() -> Catalog:
        if found[0] is None:
            raise CatalogError("models/x.toml: brand_new: id: defined twice; keep one entry")
        return found[0]

    settings = read_settings({"WATTDROP_DATA_DIR": str(tmp_path), "WATTDROP_KEY_CACHE_SECONDS": "0"})
    here, there = (
        Service(create_app(shipped, store, settings, None, again), store.keys.create("t"), store.keys, store)
        for _ in range(2)
    )
    row = {"model_id": "brand_new", "output_tokens": 5}
    assert there.impact(row).json()["has_errors"]
    reader = store.keys.create("reader", scopes=frozenset({"read", "write"}))
    assert here.get("/reload", key=reader).status_code == 403
    assert here.get("/reload", key=None).status_code == 401
    assert here.get("/reload").json() == {"ready": True}
    assert not here.impact(row).json()["has_errors"]
    assert not there.impact(row).json()["has_errors"]
    shown = here.get("/metrics", key=None).text
    of_digest = dict(re.findall(r'_build_info{catalog_digest="(\w+)".*} (\S+)', shown))
    assert (of_digest[shipped.digest], of_digest[newer.digest]) == ("0.0", "1.0")
    found[0] = None
    answer = here.get("/reload").json()
    assert answer["ready"]
    assert "models/x.toml: brand_new" in answer["reason"]
    assert not here.impact(row).json()["has_errors"]
