"""Customers, users and keys over HTTP: what administrators do, and what nobody else can."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import Service
from tests.service.in_process import serving

from wattdrop.store import SCOPES

WALK = [
    ("GET", "/v1/customers"),
    ("POST", "/v1/customers"),
    ("GET", "/v1/users"),
    ("POST", "/v1/users"),
    ("DELETE", "/v1/users/1"),
    ("GET", "/v1/keys"),
    ("POST", "/v1/keys"),
    ("DELETE", "/v1/keys/1"),
]


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Service]:
    with serving(tmp_path) as service:
        yield service


def post(service: Service, path: str, **body: Any) -> Any:
    return service.request("POST", path, json=body)


def made(service: Service, path: str, **body: Any) -> dict[str, Any]:
    response = post(service, path, **body)
    assert response.status_code == 201, response.text
    assert response.headers["cache-control"] == "no-store"
    answer: dict[str, Any] = response.json()
    return answer


def test_from_a_customer_to_a_key_that_works_and_ends(own: Service) -> None:
    customer = made(own, "/v1/customers", name="acme")
    assert customer["id"] == 2
    user = made(own, "/v1/users", name="ann", customer="acme")
    key = made(
        own,
        "/v1/keys",
        name="app",
        customer=2,
        user="ann",
        scopes=["impact", "read"],
        rate="600/min",
        row_rate="30/min",
        expires="90d",
    )
    assert key["customer_id"] == 2 and key["user"] == "ann" and key["scopes"] == ["impact", "read"]
    assert key["rate"] == "10/s" and key["row_rate"] == "0.5/s"
    assert key["expires_at"].startswith(f"{datetime.now(UTC) + timedelta(days=90):%Y-%m-%d}")
    told = own.get("/v1/key", key=key["key"]).json()
    assert told["customer"] == "acme" and told["rate"] == "10/s" and told["burst_seconds"] == 10
    assert "key" not in told

    listed = own.get("/v1/keys", params={"customer": "acme"}).json()["keys"]
    assert [one["name"] for one in listed] == ["app"]
    assert key["key"] not in own.get("/v1/keys").text  # shown once
    assert [one["name"] for one in own.get("/v1/users").json()["users"]] == ["ann"]
    assert [one["name"] for one in own.get("/v1/customers").json()["customers"]] == [
        "global",
        "default",
        "acme",
    ]

    other = made(own, "/v1/keys", name="other", customer=2, user=user["id"], scopes="read")
    assert own.request("DELETE", f"/v1/keys/{key['id']}").status_code == 204
    assert own.get("/v1/key", key=key["key"]).status_code == 401
    assert own.get("/v1/key", key=other["key"]).status_code == 200
    assert own.request("DELETE", f"/v1/users/{user['id']}").status_code == 204
    assert own.get("/v1/key", key=other["key"]).status_code == 401
    assert own.request("DELETE", f"/v1/keys/{key['id']}").status_code == 404
    refused = post(own, "/v1/keys", name="late", customer=2, user="ann", scopes="read")
    assert (refused.status_code, refused.json()["details"]) == (400, {"field": "user"})


@pytest.mark.parametrize(("method", "path"), WALK)
def test_nobody_but_administrators(own: Service, method: str, path: str) -> None:
    keys, store = own.keys, own.store
    acme = store.customers.create("acme")
    user = store.customers.create_user(acme.id, "ann")
    ended = keys.find(keys.create("ended"))
    assert ended is not None
    revoked = keys.create("revoked")
    keys.revoke(keys.find(revoked).id)
    of_disabled = keys.create("disabled", acme.id, user_id=user.id)
    store.customers.disable_user(user)
    expired = keys.create("expired", expires=datetime.now(UTC) - timedelta(seconds=1))
    before = (len(keys.list()), len(store.customers.list()), len(store.customers.users()))
    for wrong in (None, "wd_wrong", revoked, of_disabled, expired, "é", "x" * 5000):
        headers = {} if wrong is None else {"Authorization": b"Bearer " + wrong.encode()}
        response = own.request(
            method, path, key=None, headers=headers, json={"name": "mine", "scopes": "read"}
        )
        assert response.status_code == 401, wrong
        assert response.headers["www-authenticate"] == "Bearer"
    for customer in (1, acme.id):
        for scopes in ({"impact"}, {"read"}, {"write"}, SCOPES - {"admin"}):
            lesser = keys.create("lesser", customer, frozenset(scopes))
            response = own.request(method, path, key=lesser, json={"name": "mine", "scopes": "read"})
            assert response.status_code == 403, scopes
            assert lesser not in response.text
    assert len(keys.list()) == before[0] + 8
    assert (len(store.customers.list()), len(store.customers.users())) == before[1:]


@pytest.mark.parametrize("path", ["/v1/customers", "/v1/users", "/v1/keys"])
def test_lists_come_in_pages(own: Service, path: str) -> None:
    for number in range(103):
        acme = own.store.customers.create(f"customer {number}").id
        own.store.customers.create_user(acme, "ann")
        own.keys.create("app", acme, frozenset({"read"}))
    name = path.rpartition("/")[2]
    first = own.get(path)
    total = int(first.headers["x-total-count"])
    assert total == {"customers": 105, "users": 103, "keys": 104}[name]
    assert len(first.json()[name]) == 100  # no more than any other list
    assert first.headers["link"] == f'<{path}?limit=100&offset=100>; rel="next"'
    rest = own.get(path, params={"offset": "100"})
    found = first.json()[name] + rest.json()[name]
    assert [one["id"] for one in found] == sorted({one["id"] for one in found}) and len(found) == total
    assert "link" not in rest.headers
    (one,) = own.get(path, params={"limit": "1", "offset": "101"}).json()[name]
    assert one == found[101]
    for wrong in ("0", "101", "ten"):
        assert own.get(path, params={"limit": wrong}).json()["details"]["field"] == "limit"


@pytest.mark.parametrize("path", ["/v1/users", "/v1/keys"])
def test_pages_of_one_customer_keep_to_it(own: Service, path: str) -> None:
    for name in ("acme", "other"):
        customer = own.store.customers.create(name).id
        for number in range(3):
            own.store.customers.create_user(customer, f"user {number}")
            own.keys.create(f"key {number}", customer)
    page = own.get(path, params={"customer": "acme", "limit": "2"})
    assert page.headers["x-total-count"] == "3"
    assert page.headers["link"] == f'<{path}?customer=acme&limit=2&offset=2>; rel="next"'
    listed = page.json()[path.rpartition("/")[2]]
    assert [(one["customer_id"], one["name"][-1]) for one in listed] == [(2, "0"), (2, "1")]


def test_keys_are_found_by_words_of_their_names_and_users(own: Service) -> None:
    acme = own.store.customers.create("acme").id
    ann = own.store.customers.create_user(acme, "Annabel").id
    for name in ("finance dashboard", "Finance nightly", "100% dashboard", "under_score", "underxscore"):
        own.keys.create(name, acme, user_id=ann if name == "under_score" else None)

    def found(**asked: str) -> list[str]:
        answer = own.get("/v1/keys", params=asked)
        names = [one["name"] for one in answer.json()["keys"]]
        assert answer.headers["x-total-count"] == str(len(names))
        return names

    assert found(search="finance") == ["finance dashboard", "Finance nightly"]
    assert found(search="DASHB finance") == ["finance dashboard"]
    assert found(search="0%") == ["100% dashboard"]
    assert found(search="%") == ["100% dashboard"]
    assert found(search="under_score") == ["under_score"]
    assert found(search="annabel") == ["under_score"]
    assert found(search="!") == []
    assert found(search="' OR 1=1 --") == []
    assert found(customer="acme", order="newest")[0] == "underxscore"
    assert {one["customer"] for one in own.get("/v1/keys", params={"search": "finance"}).json()["keys"]} == {
        "acme"
    }


def test_keys_that_ended_are_told_from_those_that_are_valid(own: Service) -> None:
    ann = own.store.customers.create_user(1, "ann")
    revoked = own.keys.find(own.keys.create("revoked"))
    assert revoked is not None
    own.keys.revoke(revoked.id)
    own.keys.create("expired", expires=datetime.now(UTC) - timedelta(seconds=1))
    own.keys.create("of ann", user_id=ann.id)
    own.store.customers.disable_user(ann)
    own.keys.create("valid", expires=datetime.now(UTC) + timedelta(days=1))

    def found(state: str) -> list[str]:
        return [one["name"] for one in own.get("/v1/keys", params={"state": state}).json()["keys"]]

    assert found("valid") == ["tests", "valid"]
    assert found("ended") == ["revoked", "expired", "of ann"]
    for name in ("state", "order"):
        wrong = own.get("/v1/keys", params={name: "odd"})
        assert (wrong.status_code, wrong.json()["details"]["field"]) == (400, name)


def test_customers_and_users_are_searched_and_name_each_other(own: Service) -> None:
    for name in ("Acme", "acme east", "other"):
        customer = own.store.customers.create(name).id
        own.store.customers.create_user(customer, f"user of {name}")
    found = own.get("/v1/customers", params={"search": "acme"})
    assert [one["name"] for one in found.json()["customers"]] == ["Acme", "acme east"]
    assert found.headers["x-total-count"] == "2"
    users = own.get("/v1/users", params={"search": "east"}).json()["users"]
    assert [(one["name"], one["customer"]) for one in users] == [("user of acme east", "acme east")]


def test_an_administrator_manages_every_customer(own: Service) -> None:
    acme = made(own, "/v1/customers", name="acme")["id"]
    key = made(own, "/v1/keys", name="root of acme", customer=acme, scopes=sorted(SCOPES))["key"]
    names = [one["name"] for one in own.get("/v1/keys", key=key).json()["keys"]]
    assert names == ["tests", "root of acme"]
    # What is made without naming a customer is of the key's own.
    user = own.request("POST", "/v1/users", key=key, json={"name": "bob"}).json()
    assert user["customer_id"] == acme


def test_no_key_hands_out_what_it_has_not(own: Service) -> None:
    own_scopes = frozenset({"admin", "read"})
    key = own.keys.create("keeper", scopes=own_scopes)
    refused = own.request("POST", "/v1/keys", key=key, json={"name": "x", "scopes": ["impact", "read"]})
    assert refused.status_code == 403
    assert "impact" in refused.json()["message"] and refused.json()["details"] == {"field": "scopes"}
    given = own.request("POST", "/v1/keys", key=key, json={"name": "x", "scopes": ["read"]})
    assert given.status_code == 201


@pytest.mark.parametrize("scopes", [{"impact"}, {"read"}, {"write"}, {"admin"}])
def test_every_key_may_ask_what_it_is(own: Service, scopes: set[str]) -> None:
    answer = own.get("/v1/key", key=own.keys.create("me", scopes=frozenset(scopes)))
    assert answer.status_code == 200 and answer.json()["scopes"] == sorted(scopes)
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json().keys() == {"id", "customer_id", "customer", "name", "shown", "scopes", "created_at"}


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/v1/customers", {}, "name"),
        ("/v1/customers", {"name": 5}, "name"),
        ("/v1/customers", {"name": ""}, "name"),
        ("/v1/customers", {"name": "two\nlines"}, "name"),
        ("/v1/customers", {"name": "12"}, "name"),
        ("/v1/customers", {"name": "x" * 101}, "name"),
        ("/v1/customers", {"name": "x", "colour": "red"}, "colour"),
        ("/v1/users", {"name": "12"}, "name"),
        ("/v1/users", {"name": "x", "customer": []}, "customer"),
        ("/v1/keys", {"name": "x"}, "scopes"),
        ("/v1/keys", {"name": "x", "scopes": []}, "scopes"),
        ("/v1/keys", {"name": "x", "scopes": ["everything"]}, "scopes"),
        ("/v1/keys", {"name": "x", "scopes": [5]}, "scopes"),
        ("/v1/keys", {"name": "x", "scopes": "read", "rate": "fast"}, "rate"),
        ("/v1/keys", {"name": "x", "scopes": "read", "rate": 5}, "rate"),
        ("/v1/keys", {"name": "x", "scopes": "read", "row_rate": "0/s"}, "row_rate"),
        ("/v1/keys", {"name": "x", "scopes": "read", "expires": "2020-01-01"}, "expires"),
        ("/v1/keys", {"name": "x", "scopes": "read", "expires": "9999-12-31"}, "expires"),
    ],
)
def test_what_is_wrong_is_named(own: Service, path: str, body: dict[str, Any], field: str) -> None:
    response = post(own, path, **body)
    assert response.status_code == 400, response.text
    assert response.json()["details"]["field"] == field
    assert response.json()["message"].startswith(field)


@pytest.mark.parametrize("body", [b"", b"[]", b"5", b"{", b"[" * 100_000, b'{"name": "\\ud800"}'])
@pytest.mark.parametrize("path", ["/v1/customers", "/v1/users", "/v1/keys"])
def test_what_is_no_object_is_refused(own: Service, path: str, body: bytes) -> None:
    response = own.request("POST", path, content=body, headers={"Content-Type": "application/json"})
    assert response.status_code == 400, response.text


def test_names_that_are_taken(own: Service) -> None:
    made(own, "/v1/customers", name="acme")
    assert post(own, "/v1/customers", name="acme").status_code == 409
    made(own, "/v1/users", name="ann")
    assert post(own, "/v1/users", name="ann").status_code == 409
    made(own, "/v1/users", name="ann", customer="acme")


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("DELETE", "/v1/keys/999", None),
        ("DELETE", "/v1/keys/99999999999999999999999", None),
        ("DELETE", "/v1/keys/none", None),
        ("DELETE", "/v1/users/999", None),
        ("GET", "/v1/keys?customer=none", None),
        ("GET", "/v1/users?customer=none", None),
        ("POST", "/v1/users", {"name": "x", "customer": "none"}),
        ("POST", "/v1/keys", {"name": "x", "scopes": "read", "user": "none"}),
    ],
)
def test_what_does_not_exist(own: Service, method: str, path: str, body: Any) -> None:
    assert own.request(method, path, json=body).status_code == 404
