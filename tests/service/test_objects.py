"""``/model``, ``/node``, ``/gpu``, ``/datacenter``: every status of the contract, and whose objects estimates use."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from typing import Any, NamedTuple
from uuid import uuid4

import httpx
import pytest
from tests.conftest import Service

KINDS = ("model", "node", "gpu", "datacenter")
CHIP: dict[str, Any] = {
    "name": "House chip",
    "max_power_w": 400.0,
    "embodied_emissions_kgco2e": 120.5,
    "embodied_water_mlh2o": 500_000.0,
    "performance_ratio_to_h200": 0.5,
    "ols_intercept": 11.4,
    "ols_coefficient_gpu_count": -3.0,
}
BODIES: dict[str, dict[str, Any]] = {
    "model": {
        "name": "House 7B",
        "family": "llama",
        "aliases": [],
        "total_params_billions": 7.3,
        "training_usage_energy_kwh": 1013.1,
        "training_usage_water_l": 0.1,
        "estimated_use_life_days": 365.0,
        "estimated_requests_per_day": 1000.0,
    },
    "node": {"gpu_id": "h100", "gpu_count": 8, "cpu_count": 2, "idle_power_w_ex_gpu": 100.1},
    "gpu": CHIP,
    "datacenter": {
        "name": "Cellar",
        "pue": 1.6,
        "gco2e_per_kwh": 33.0,
        "location": {"lat": 48.9, "lng": 2.4},
        "description": "under\nthe stairs",
    },
}
SHIPPED = {"model": "gpt-4o", "node": "aws:p4d.24xlarge", "gpu": "h100"}
CHANGE: dict[str, dict[str, Any]] = {
    "model": {"name": "Renamed"},
    "node": {"cpu_count": 4},
    "gpu": {"name": "Renamed"},
    "datacenter": {"name": "Renamed"},
}

_numbers = count(1)


def new_id(kind: str) -> str:
    return str(uuid4()) if kind == "datacenter" else f"house-{kind}-{next(_numbers)}"


class Customer(NamedTuple):
    """A customer's keys."""

    id: int
    write: str
    read: str
    admin: str
    impact: str


@pytest.fixture(scope="module")
def customer(service: Service) -> Callable[[], Customer]:
    def make() -> Customer:
        id = service.store.customers.create(f"customer {next(_numbers)}").id
        scopes = (["impact", "read", "write"], ["read"], ["impact", "read", "write", "admin"], ["impact"])
        return Customer(id, *(service.keys.create("ann", id, frozenset(one)) for one in scopes))

    return make


@pytest.fixture(scope="module")
def ours(customer: Callable[[], Customer]) -> Customer:
    return customer()


@pytest.fixture(scope="module")
def theirs(customer: Callable[[], Customer]) -> Customer:
    return customer()


@pytest.fixture
def made(service: Service, ours: Customer, request: pytest.FixtureRequest) -> Iterator[Any]:
    """Makes an object and forgets it after the test."""
    paths: list[str] = []

    def make(kind: str, **fields: Any) -> dict[str, Any]:
        body = {"id": new_id(kind), **BODIES[kind], **fields}
        response = service.request("POST", f"/{kind}", key=ours.write, json=body)
        assert response.status_code == 201, response.text
        paths.append(f"/{kind}/{body['id']}")
        answer: dict[str, Any] = response.json()
        return answer

    yield make
    for path in reversed(paths):
        service.request("DELETE", path, key=ours.write)


def assert_error(response: httpx.Response, status: int, *words: str, field: str | None = None) -> None:
    assert response.status_code == status, response.text
    error = response.json()
    assert error.keys() <= {"code", "message", "details"}
    for word in words:
        assert word in error["message"], error
    if field:
        assert error["details"]["field"] == field


# --- the life of an object ---


@pytest.mark.parametrize("kind", KINDS)
def test_an_object_reads_back_as_given_changes_and_goes(
    service: Service, ours: Customer, made: Any, kind: str
) -> None:
    created = made(kind)
    path = f"/{kind}/{created['id']}"
    assert {name: created[name] for name in BODIES[kind]} == BODIES[kind]
    assert (created["customer_id"], created["created_by"]) == (ours.id, "ann")
    assert service.get(path, key=ours.read).json() == created

    changed = service.request("PUT", path, key=ours.write, json=CHANGE[kind])
    assert changed.status_code == 200
    for name, value in changed.json().items():
        assert value == CHANGE[kind].get(name, created[name]) or name == "updated_at"
    assert service.get(path, key=ours.read).json() == changed.json()

    gone = service.request("DELETE", path, key=ours.write)
    assert (gone.status_code, gone.content) == (204, b"")
    assert_error(service.get(path, key=ours.read), 404)
    assert_error(service.request("DELETE", path, key=ours.write), 404)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("method", ["GET", "POST", "GET one", "PUT", "DELETE"])
def test_keys_and_scopes(service: Service, ours: Customer, made: Any, kind: str, method: str) -> None:
    id = made(kind)["id"]
    verb = method.split()[0]
    path = f"/{kind}" if method in ("GET", "POST") else f"/{kind}/{id}"
    body = {"json": CHANGE[kind]} if verb in ("PUT", "POST") else {}
    assert_error(service.request(verb, path, key=None, **body), 401)
    assert_error(service.request(verb, path, key="wd_wrong", **body), 401)
    assert_error(service.request(verb, path, key=ours.impact, **body), 403, "lacks the scope")
    if verb != "GET":
        assert_error(service.request(verb, path, key=ours.read, **body), 403, "write")


@pytest.mark.parametrize("kind", KINDS)
def test_another_customers_objects_are_not_there(
    service: Service, ours: Customer, theirs: Customer, made: Any, kind: str
) -> None:
    id = made(kind)["id"]
    for method in ("GET", "PUT", "DELETE"):
        body = {"json": CHANGE[kind]} if method == "PUT" else {}
        assert_error(service.request(method, f"/{kind}/{id}", key=theirs.write, **body), 404)
        assert_error(
            service.request(method, f"/{kind}/{id}?customer={ours.id}", key=theirs.write, **body),
            403,
            "admin",
        )
    listed = service.get(f"/{kind}", key=theirs.read).json()
    (objects,) = listed.values()
    assert id not in [one["id"] for one in objects]
    same = service.request("POST", f"/{kind}", key=theirs.write, json={**BODIES[kind], "id": id})
    assert same.status_code == 201  # namespaces are apart
    assert service.request("DELETE", f"/{kind}/{id}", key=theirs.write).status_code == 204
    assert service.get(f"/{kind}/{id}", key=ours.read).status_code == 200


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("content", "headers", "status"),
    [
        (b"nonsense", {"Content-Type": "application/json"}, 400),
        (b"[]", {"Content-Type": "application/json"}, 400),
        (b"{}", {"Content-Type": "application/json"}, 400),
        (b"{}", {"Content-Type": "text/csv"}, 415),
        (b"{}", {"Content-Type": "application/json", "Content-Encoding": "br"}, 415),
        (b"{}", {"Content-Type": "application/json", "Accept": "text/csv"}, 406),
    ],
)
def test_bodies_that_are_none(
    service: Service, ours: Customer, kind: str, content: bytes, headers: dict[str, str], status: int
) -> None:
    response = service.request("POST", f"/{kind}", key=ours.write, content=content, headers=headers)
    assert_error(response, status)


@pytest.mark.parametrize("kind", KINDS)
def test_a_taken_id(service: Service, ours: Customer, made: Any, kind: str) -> None:
    created = made(kind)
    again = service.request(
        "POST", f"/{kind}", key=ours.write, json={**BODIES[kind], "id": created["id"].lower()}
    )
    assert_error(again, 409, created["id"], field="id")


@pytest.mark.parametrize("kind", SHIPPED)
def test_shipped_objects_are_read_by_any_name_and_not_changed(
    service: Service, ours: Customer, kind: str
) -> None:
    path = f"/{kind}/{SHIPPED[kind]}"
    response = service.get(path, key=ours.read)
    assert response.status_code == 200
    assert response.json()["customer_id"] == 0
    assert_error(service.request("PUT", path, key=ours.write, json=CHANGE[kind]), 403, "admin")
    assert_error(service.request("DELETE", path, key=ours.write), 403, "admin")
    assert_error(service.request("DELETE", path, key=ours.admin), 403, "shipped")


@pytest.mark.parametrize("kind", KINDS)
def test_wrong_methods(service: Service, ours: Customer, kind: str) -> None:
    for method, path, allowed in (("PATCH", f"/{kind}", "POST"), ("POST", f"/{kind}/x", "PUT")):
        response = service.request(method, path, key=ours.write, json={})
        assert_error(response, 405)
        assert allowed in response.headers["allow"]


# --- what a body may say ---


@pytest.mark.parametrize(
    ("kind", "fields", "words", "field"),
    [
        ("model", {"total_params_billion": 7}, ("total_params_billion", "total_params_billions?"), "total_params_billion"),
        ("model", {"total_params_billions": "7"}, ("a number", '"7"'), "total_params_billions"),
        ("model", {"total_params_billions": -1}, ("above 0", "-1"), "total_params_billions"),
        ("model", {"aliases": ["a"] * 101}, ("up to 100", "101"), "aliases"),
        ("model", {"aliases": ["---"]}, ("'---' is no name",), "aliases"),
        ("model", {"task": "tekst-generation"}, ("'tekst-generation'", "text-generation"), "task"),
        ("model", {"datatype": "fp9"}, ("'fp9'", "fp8"), "datatype"),
        ("model", {"fine_tuned_from_model_id": "nonesuch"}, ("nonesuch",), "fine_tuned_from_model_id"),
        ("model", {"name": "a\u001fb"}, ("one line",), "name"),
        ("node", {"id": "Has_Caps"}, ("lower-case", '"Has_Caps"'), "id"),
        ("node", {"id": "ab"}, ("3 to 64",), "id"),
        ("node", {"gpu_count": 10_001}, ("0 to 10,000", "10001"), "gpu_count"),
        ("node", {"gpu_count": 1.5}, ("whole number", "1.5"), "gpu_count"),
        ("node", {"cpu_count": 0}, ("1 to 10,000",), "cpu_count"),
        ("node", {"average_utilization_rate": 50}, ("0 to 1",), "average_utilization_rate"),
        ("node", {"use_life_years": 31}, ("1 to 30",), "use_life_years"),
        ("node", {"gpu_id": "h1000"}, ("'h1000'", "nearest"), "gpu_id"),
        ("node", {"gpu_id": None}, ("missing",), "gpu_id"),
        ("gpu", {"max_power_w": 0}, ("above 0",), "max_power_w"),
        ("gpu", {"name": ""}, ("missing",), "name"),
        ("datacenter", {"id": "cellar"}, ("UUID", '"cellar"'), "id"),
        ("datacenter", {"pue": 0.9}, ("1 to 3", "0.9"), "pue"),
        ("datacenter", {"name": "x" * 101}, ("1 to 100",), "name"),
        ("datacenter", {"location": {"lat": 91, "lng": 0}}, ("lat",), "location"),
    ],
)  # fmt: skip
def test_a_refusal_names_the_field_the_value_and_the_fix(
    service: Service, ours: Customer, kind: str, fields: dict[str, Any], words: tuple[str, ...], field: str
) -> None:
    body = {"id": new_id(kind), **BODIES[kind], **fields}
    assert_error(service.request("POST", f"/{kind}", key=ours.write, json=body), 400, *words, field=field)


def test_a_refused_change_changes_nothing(service: Service, ours: Customer, made: Any) -> None:
    node = made("node")
    path = f"/node/{node['id']}"
    assert_error(
        service.request("PUT", path, key=ours.write, json={"gpu_id": "nonesuch"}), 400, field="gpu_id"
    )
    assert service.get(path, key=ours.read).json() == node


def test_null_empty_and_whole_floats(service: Service, ours: Customer, made: Any) -> None:
    node = made("node", gpu_count=8.0, cloud_id=None, managed_service_id="")
    assert node["gpu_count"] == 8
    assert "cloud_id" not in node
    sent_back = service.request("PUT", f"/node/{node['id']}", key=ours.write, json=node)
    assert sent_back.status_code == 200  # what was read may be sent as it is
    other = service.request("PUT", f"/node/{node['id']}", key=ours.write, json={"id": "another-id"})
    assert_error(other, 400, "cannot change", field="id")


def test_later_fields_are_shown_where_asked_for(service: Service, ours: Customer, made: Any) -> None:
    chip = made("gpu", memory_bandwidth_gbps=1555.0, tflops_fp32=312.0)
    path = f"/gpu/{chip['id']}"
    assert "memory_bandwidth_gbps" not in service.get(path, key=ours.read).json()
    extended = service.get(path, key=ours.read, params={"extended": "true"}).json()
    assert (extended["memory_bandwidth_gbps"], extended["tflops_fp32"]) == (1555.0, 312.0)
    shipped = service.get("/gpu/h100", key=ours.read, params={"extended": "true"}).json()
    assert shipped["memory_bandwidth_gbps"] == 3352


# --- names ---


def test_aliases(service: Service, ours: Customer, made: Any) -> None:
    model, other = made("model")["id"], made("model")["id"]

    def add(alias: str, to: str = model) -> httpx.Response:
        return service.request("PUT", f"/model/{to}/alias", key=ours.write, json={"alias": alias})

    added = add("house/latest")
    assert (added.status_code, added.content) == (204, b"")
    assert service.get("/model/HOUSE/Latest", key=ours.read).json()["aliases"] == ["house/latest"]
    assert_error(add("House/Latest", other), 409, model, field="alias")
    assert_error(add("gpt-4o", other), 409, "gpt_4o", field="alias")
    assert_error(add(other), 409, other)
    assert_error(add("x", "nonesuch-at-all"), 404)
    assert_error(add("x", "gpt-4o"), 403)
    assert_error(service.request("PUT", f"/model/{model}/alias", key=ours.write, json={}), 400, field="alias")
    path = f"/model/{model}/alias/house%2Flatest"
    assert_error(service.request("DELETE", path, key=ours.read), 403)
    assert service.request("DELETE", path, key=ours.write).status_code == 204
    assert_error(service.request("DELETE", path, key=ours.write), 404, "house/latest")
    assert_error(service.get("/model/house/latest", key=ours.read), 404)
    wrong = service.get(f"/model/{model}/alias", key=ours.read)
    assert_error(wrong, 405)
    assert wrong.headers["allow"] == "PUT"


@pytest.mark.parametrize("spelled", ["house/of:models", "house%2Fof%3Amodels", "HOUSE%2Fof:models"])
def test_ids_with_slashes_and_colons(service: Service, ours: Customer, made: Any, spelled: str) -> None:
    made("model", id="house/of:models")
    assert service.get(f"/model/{spelled}", key=ours.read).json()["id"] == "house/of:models"
    changed = service.request("PUT", f"/model/{spelled}/alias", key=ours.write, json={"alias": "hom"})
    assert changed.status_code == 204
    assert service.request("DELETE", f"/model/{spelled}/alias/hom", key=ours.write).status_code == 204


# --- what points at what ---


def test_an_accelerator_in_use_stays(service: Service, ours: Customer, made: Any) -> None:
    chip = made("gpu")["id"]
    node = made("node", gpu_id=chip.upper())["id"]
    assert_error(service.request("DELETE", f"/gpu/{chip}", key=ours.write), 409, chip, node)
    assert service.request("DELETE", f"/node/{node}", key=ours.write).status_code == 204
    assert service.request("DELETE", f"/gpu/{chip}", key=ours.write).status_code == 204


def test_a_model_that_another_stands_on_stays(service: Service, ours: Customer, made: Any) -> None:
    base = made("model")["id"]
    tuned = made("model", fine_tuned_from_model_id=base)["id"]
    assert_error(service.request("DELETE", f"/model/{base}", key=ours.write), 409, tuned)


def test_locked_datacenters(service: Service, ours: Customer, made: Any) -> None:
    path = f"/datacenter/{made('datacenter', locked=True)['id']}"
    assert_error(service.request("PUT", path, key=ours.write, json={"pue": 1.2}), 403, "locked")
    assert_error(service.request("DELETE", path, key=ours.write), 403, "locked")
    opened = service.request("PUT", path, key=ours.write, json={"locked": False, "pue": 1.2})
    assert (opened.status_code, opened.json()["pue"], opened.json()["locked"]) == (200, 1.2, False)


def test_a_datacenter_gets_an_id(service: Service, ours: Customer) -> None:
    response = service.request("POST", "/datacenter", key=ours.write, json={"name": "Attic"})
    assert response.status_code == 201
    assert (
        service.request("DELETE", f"/datacenter/{response.json()['id']}", key=ours.write).status_code == 204
    )


# --- estimates ---


def energy(service: Service, key: str, **row: Any) -> float:
    answer = service.impact({"output_tokens": 500, **row}, key=key).json()
    assert not answer["has_errors"], answer
    value: float = answer["rows"][0]["inference_impact"]["usage_energy_wh"]
    return value


def test_every_estimate_uses_own_objects(
    service: Service, ours: Customer, theirs: Customer, made: Any
) -> None:
    made("gpu", id="lab_chip", performance_ratio_to_h200=1.0)
    made("node", id="lab-box", gpu_id="lab_chip", gpu_count=4)
    made("model", id="lab_model", aliases=["lab latest"])
    row = {"model_id": "LAB latest", "node_id": "lab-box", "output_tokens": 500}
    before = energy(service, ours.write, **row)
    service.request("PUT", "/gpu/lab_chip", key=ours.write, json={"max_power_w": 800})
    assert energy(service, ours.write, **row) > before * 1.2

    call = ["lab_model", None, None, None, None, "lab-box", *[None] * 7, 10, 500, None, None]
    ways = [
        service.impact(row, key=ours.write).json()["rows"][0],
        service.request("POST", "/v1/impact/bulk", key=ours.write, json=row).json(),
        service.request("POST", "/v1/log_json", key=ours.write, json=[{"model_id": "lab_model"}]).json()["rows"][0],
        service.request("POST", "/v1/explain", key=ours.write, json={"rows": [row]}).json()["rows"][0],
        service.request("POST", "/v1/snowflake", key=ours.write, json={"data": [[0, *call]]}).json()["data"][0][1],
    ]  # fmt: skip
    for answer in ways:
        assert "error" not in answer, answer
    warehouse = service.request("POST", "/", key=ours.write, json={"requestId": "1", "calls": [call]}).json()
    assert "error" not in warehouse["replies"][0]
    (unknown,) = service.impact(row, key=theirs.write).json()["rows"]
    assert unknown["error"]["code"] == "unknown_model"
    debug = service.request("POST", "/v1/impact?debug=true", key=ours.write, json={"rows": [row]}).json()
    assert debug["rows"][0]["debug"]["hardware_node"]["customer_id"] == ours.id


def test_what_is_not_given_is_explained(service: Service, ours: Customer, made: Any) -> None:
    chip = made("gpu")["id"]
    node = made("node", gpu_id=chip)["id"]
    model = new_id("model")
    assert service.request("POST", "/model", key=ours.write, json={"id": model}).status_code == 201
    row = {"model_id": model, "node_id": node, "output_tokens": 500}
    answer = service.request("POST", "/v1/explain", key=ours.write, json={"rows": [row]}).json()["rows"][0]
    inputs = {one["name"]: one for step in answer["steps"] for one in step["inputs"]}
    assert inputs["gpu_max_power_w"]["basis"] == "given"
    bandwidth = inputs["gpu_bandwidth_bytes_per_s"]
    assert "device-speed-rule" in bandwidth["source_ids"]
    assert "performance_ratio_to_h200" in bandwidth["note"]
    assert inputs["host_active_power_w"]["basis"] == "assumed"
    assert inputs["total_params"]["basis"] == "assumed"
    assert "not given" in inputs["total_params"]["note"]


def test_a_datacenter_places_its_rows(service: Service, ours: Customer, made: Any) -> None:
    id = made("datacenter")["id"]
    row = {"model_id": "gpt-4o", "output_tokens": 500}
    answer = service.request(
        "POST", "/v1/explain", key=ours.write, json={"rows": [{**row, "datacenter_id": id.upper()}]}
    ).json()["rows"][0]
    steps = {step["name"]: step["value"] for step in answer["steps"]}
    assert (steps["effective_pue"], steps["grid_intensity_gco2e_per_kwh"]) == (1.6, 33.0)


def test_training_of_an_own_model_is_spread_over_its_requests(
    service: Service, ours: Customer, made: Any
) -> None:
    given = {
        "training_usage_energy_kwh": 1000.0,
        "training_usage_emissions_kgco2e": 500.0,
        "training_usage_water_l": 2000.0,
        "training_embodied_emissions_kgco2e": 100.0,
        "training_embodied_water_l": 300.0,
        "estimated_use_life_days": 100.0,
        "estimated_requests_per_day": 1000.0,
    }
    model = made("model", **given)["id"]
    row = service.impact({"model_id": model, "output_tokens": 5}, key=ours.write).json()["rows"][0]
    assert row["training_impact"] == pytest.approx(
        {
            "usage_energy_wh": 10.0,
            "usage_emissions_gco2e": 5.0,
            "usage_water_ml": 20.0,
            "embodied_emissions_gco2e": 1.0,
            "embodied_water_ml": 3.0,
        }
    )


# --- objects for everybody ---


def test_an_operator_changes_a_shipped_object_for_everybody(
    service: Service, ours: Customer, theirs: Customer
) -> None:
    row = {"model_id": "llama-3.1-8b-instruct", "output_tokens": 500}
    before = energy(service, theirs.write, **row)
    original = service.get("/model/llama_v31_8b", key=ours.read).json()
    changed = service.request(
        "PUT", "/model/llama_v31_8b", key=ours.admin, json={"total_params_billions": 80}
    )
    assert changed.status_code == 200
    assert changed.json() == {
        **original, "total_params_billions": 80.0, "created_by": "ann",
        "created_at": changed.json()["created_at"], "updated_at": changed.json()["updated_at"],
    }  # fmt: skip
    assert service.get("/model/llama-3.1-8b-instruct", key=theirs.read).json()["total_params_billions"] == 80
    listed = service.get("/model", key=theirs.read, params={"family": "llama"}).json()["models"]
    assert [one["id"] for one in listed].count("llama_v31_8b") == 1
    assert energy(service, theirs.write, **row) > before
    restored = service.request("DELETE", "/model/llama_v31_8b", key=ours.admin)
    assert restored.status_code == 204
    assert service.get("/model/llama_v31_8b", key=ours.read).json() == original
    assert energy(service, theirs.write, **row) == before


def test_an_operator_makes_objects_for_everybody(service: Service, ours: Customer, theirs: Customer) -> None:
    body = {"id": "house_global", "total_params_billions": 3}
    assert_error(service.request("POST", "/model?customer=0", key=theirs.write, json=body), 403, "admin")
    assert service.request("POST", "/model?customer=0", key=ours.admin, json=body).status_code == 201
    assert service.get("/model/house_global", key=theirs.read).json()["customer_id"] == 0
    assert energy(service, theirs.write, model_id="house_global") > 0
    assert_error(service.request("PUT", "/model/house_global", key=theirs.write, json={"name": "x"}), 403)
    assert_error(service.request("POST", "/model", key=theirs.write, json=body), 409, "house_global")
    assert service.request("DELETE", "/model/house_global", key=ours.admin).status_code == 204
    assert_error(service.get("/model/house_global", key=theirs.read), 404)


def test_an_own_name_outlives_a_global_one_that_comes_later(
    service: Service, ours: Customer, made: Any
) -> None:
    made("model", id="twice", total_params_billions=3.0)
    body = {"id": "twice", "total_params_billions": 300}
    assert service.request("POST", "/model?customer=0", key=ours.admin, json=body).status_code == 201
    try:
        assert service.get("/model/twice", key=ours.read).json()["total_params_billions"] == 3
    finally:
        service.request("DELETE", "/model/twice?customer=0", key=ours.admin)


def test_an_admin_names_a_customer(service: Service, ours: Customer, theirs: Customer) -> None:
    path = f"/model?customer={theirs.id}"
    assert service.request("POST", path, key=ours.admin, json={"id": "for-them"}).status_code == 201
    assert service.get("/model/for-them", key=theirs.read).json()["customer_id"] == theirs.id
    assert_error(service.get("/model/for-them", key=ours.admin), 404)
    assert_error(service.get("/model?customer=999999", key=ours.admin), 404)
    assert_error(service.get("/model?customer=x", key=ours.admin), 400, field="customer")
    assert (
        service.request("DELETE", f"/model/for-them?customer={theirs.id}", key=ours.admin).status_code == 204
    )


# --- lists ---


@pytest.mark.parametrize("kind", KINDS)
def test_lists_show_own_objects_first(service: Service, ours: Customer, made: Any, kind: str) -> None:
    first, second = made(kind)["id"], made(kind)["id"]
    (listed,) = service.get(f"/{kind}", key=ours.read).json().values()
    assert [one["id"] for one in listed[:2]] == [second, first]
    assert len(listed) <= 100


def test_own_nodes_are_custom(service: Service, ours: Customer, made: Any) -> None:
    node = made("node", cloud_id="aws", cloud_instance_id="p4d.24xlarge", managed_service_id="openai")["id"]

    def ids(**filters: str) -> list[str]:
        return [one["id"] for one in service.get("/node", key=ours.read, params=filters).json()["nodes"]]

    assert ids(custom="true") == [node]
    assert node not in ids(custom="false")
    assert ids(cloud="aws", instance="p4d.24xlarge") == [node, "aws-p4d-24xlarge"]
    assert node in ids(service="openai")
    assert node in ids(gpu="h100")
    shipped = service.get("/node/aws:p4d.24xlarge", key=ours.read).json()
    assert shipped["id"] == "aws-p4d-24xlarge"  # the instance still means the shipped machine


def test_pages(service: Service, ours: Customer) -> None:
    path, found = "/node?limit=40&cloud=aws", []
    while path:
        response = service.get(path, key=ours.read)
        found += [one["id"] for one in response.json()["nodes"]]
        link = response.headers.get("link", "")
        assert not link or link.endswith('>; rel="next"')
        path = link[1:].partition(">")[0]
    assert len(set(found)) == len(found) == int(response.headers["x-total-count"])
    assert len(found) > 40
    for wrong in ("limit=0", "limit=101", "limit=1000", "offset=-1", "limit=x"):
        assert_error(service.get(f"/node?{wrong}", key=ours.read), 400)
