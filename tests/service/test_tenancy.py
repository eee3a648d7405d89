"""Every route with every kind of wrong key, and with another customer's ids. Routes are walked: new ones are tried too."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.conftest import Service
from tests.service.routes import Route, routes_of

#: Open to everyone: nothing of a customer's is there.
OPEN = {"/status", "/health", "/ready", "/metrics", "/openapi.json", "/docs", "/docs/{name}"}
#: So are the web page and what its forms offer; keys in its session are tried in test_page.py.
OPEN |= {
    "/accuracy",
    "/admin",
    "/catalog",
    "/compare",
    "/import",
    "/usage",
    "/v1/accuracy",
    "/v1/accuracy/measurements",
    "/v1/choices",
    "/v1/columns",
    "/v1/equivalents",
    "/v1/places",
    "/web/session",
    "/web/{name:path}",
}
#: GET of the address alone leads a browser to the page; elsewhere it is no method.
NO_METHOD = {("GET", "/")}
OBJECTS: dict[str, dict[str, Any]] = {
    "model": {"id": "secret-7b", "total_params_billions": 7},
    "node": {"id": "secret-node", "gpu_id": "h100_sxm_80gb", "gpu_count": 8, "cpu_count": 2},
    "gpu": {
        "id": "secret-gpu", "name": "Secret", "max_power_w": 500, "embodied_emissions_kgco2e": 150,
        "embodied_water_mlh2o": 1, "performance_ratio_to_h200": 0.5, "ols_intercept": 0, "ols_coefficient_gpu_count": 0,
    },
    "datacenter": {"id": "00000000-0000-4000-8000-0000000000aa", "name": "Secret hall"},
}  # fmt: skip


def guarded(service: Service) -> list[Route]:
    return [
        route
        for route in routes_of(service.app)
        if route.template not in OPEN and (route.method, route.template) not in NO_METHOD
    ]


def wrong_keys(service: Service) -> dict[str, str]:
    keys = service.keys
    revoked = keys.create("to revoke")
    keys.revoke(keys.find(revoked).id)
    user = service.store.customers.create_user(1, f"user of {datetime.now(UTC).timestamp()}")
    disabled = keys.create("of a user", user_id=user.id)
    service.store.customers.disable_user(user)
    return {
        "no such key": "wd_" + "x" * 43,
        "a good key cut short": service.key[:-1],
        "a good key and more": service.key + "x",
        "a good key in capitals": service.key.upper(),
        "revoked": revoked,
        "expired": keys.create("old", expires=datetime.now(UTC) - timedelta(seconds=2)),
        "of a disabled user": disabled,
        "SQL": "' OR 1=1 --",
        "nothing but letters of another kind": "wd_é",
        "very long": "wd_" + "y" * 20_000,
    }


def test_no_route_takes_a_wrong_key(service: Service) -> None:
    wrong = wrong_keys(service)
    routes = guarded(service)
    assert len(routes) >= 35
    for route in routes:
        for kind, key in wrong.items():
            headers = {"Authorization": f"Bearer {key}".encode()}
            response = service.request(route.method, route.path, key=None, headers=headers)
            assert response.status_code == 401, f"{route.method} {route.template} with a key that is {kind}"
            assert key not in response.text
        response = service.request(route.method, route.path, key=None)
        assert response.status_code == 401, f"{route.method} {route.template} without a key"
        assert response.headers["www-authenticate"] == "Bearer"


def test_a_key_without_scopes_for_it_gets_nowhere(service: Service) -> None:
    """The scope that is left out of a key is missed on the routes that need it, and on no others."""
    every = frozenset({"impact", "read", "write", "admin"})
    lacking = {scope: service.keys.create(f"no {scope}", scopes=every - {scope}) for scope in every}
    missed: dict[str, set[str]] = {scope: set() for scope in every}
    for route in guarded(service):
        for scope, key in lacking.items():
            if service.request(route.method, route.path, key=key).status_code == 403:
                missed[scope].add(f"{route.method} {route.template}")
    assert {"POST /v1/impact", "POST /v1/traces", "POST /", "POST /mcp"} <= missed["impact"]
    assert {"GET /model", "GET /v1/usage", "GET /v1/usage/rows"} <= missed["read"]
    assert {"POST /model", "DELETE /v1/usage"} <= missed["write"]
    assert {"GET /reload", "POST /v1/keys", "POST /v1/customers"} <= missed["admin"]
    anybody = {"GET /v1/key"}
    everything = {f"{route.method} {route.template}" for route in guarded(service)}
    assert everything - anybody == set().union(*missed.values())


@pytest.mark.parametrize("kind", OBJECTS)
def test_what_is_another_customers_is_not_there(service: Service, kind: str) -> None:
    other = service.store.customers.create(f"other of {kind}").id
    scopes = frozenset({"impact", "read", "write"})
    theirs = service.keys.create("theirs", other, scopes)
    ours = service.keys.create("ours", service.store.customers.create(f"one of {kind}").id, scopes)
    body, path = OBJECTS[kind], f"/{kind}/{OBJECTS[kind]['id']}"
    assert service.request("POST", f"/{kind}", json=body, key=ours).status_code == 201

    assert service.get(path, key=theirs).status_code == 404
    assert (
        service.request(
            "PUT", path, json={"name": "x"} if kind != "node" else {"cpu_count": 4}, key=theirs
        ).status_code
        == 404
    )
    assert service.request("DELETE", path, key=theirs).status_code == 404
    assert body["id"] not in service.get(f"/{kind}", key=theirs).text
    assert service.get(f"/{kind}?customer=1", key=theirs).status_code == 403
    assert service.get(path, key=ours).status_code == 200
    if kind == "model":
        assert (
            service.request("PUT", f"{path}/alias", json={"alias": "stolen"}, key=theirs).status_code == 404
        )
        row = {"model_id": body["id"], "output_tokens": 5}
        assert service.impact(row, key=theirs).json()["rows"][0]["error"]["code"] == "unknown_model"
        assert service.impact(row, key=ours).json()["has_errors"] is False
    # The name is free for the other customer.
    assert service.request("POST", f"/{kind}", json=body, key=theirs).status_code == 201


def test_an_object_for_everybody_is_read_only_without_admin(service: Service) -> None:
    key = service.keys.create("writer", scopes=frozenset({"impact", "read", "write"}))
    for path in ("/model/gpt_4o", "/node/aws-p4d-24xlarge", "/gpu/h100_sxm_80gb"):
        body = {"cpu_count": 4} if path.startswith("/node") else {"name": "x"}
        assert service.request("PUT", path, json=body, key=key).status_code == 403
        assert service.request("DELETE", path, key=key).status_code == 403
