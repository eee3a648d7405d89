"""``/openapi.json``: all of the service, in valid OpenAPI, with words for everything and examples that are true."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from itertools import count, pairwise
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import pytest
from openapi_spec_validator import validate
from tests.conftest import Service
from tests.description import description, resolved, validator
from tests.service.processes import PATIENCE_S, Running, running, wait_until
from tests.service.routes import registered

from wattdrop.catalog import load
from wattdrop.schema.meanings import MEANINGS
from wattdrop.service.app import create_app
from wattdrop.service.description.objects import operations_of_list
from wattdrop.service.description.operation import TAGS
from wattdrop.service.description.routes import DescribedApp
from wattdrop.service.settings import read_settings

#: Fields of answers that may be null, because the row gave nothing that they rest on.
NULLABLE = {"ExplainedStep.value", "ExplainedInput.value"}


def operations() -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (path, method, operation)
        for path, item in description()["paths"].items()
        for method, operation in item.items()
    ]


def ids(value: Any) -> str:
    return value["operationId"] if isinstance(value, dict) else ""


def answer_schemas() -> dict[str, Any]:
    """Components that answers are made of."""
    bodies = {
        "ImpactRequest",
        "ImpactRow",
        "CompareRow",
        "ExplainRequest",
        "ImpactBigQueryRequest",
        "SnowflakeRequest",
    }
    ends = ("Request", "Given", "Location")
    requests = bodies | {name for name in description()["components"]["schemas"] if name.endswith(ends)}
    return {name: one for name, one in description()["components"]["schemas"].items() if name not in requests}


# --- The whole ------------------------------------------------------------------------------------------------------


def test_what_is_served_is_what_was_reviewed(service: Service) -> None:
    response = service.get("/openapi.json", key=None)
    assert response.status_code == 200
    assert response.json() == description()


def test_it_is_valid_openapi() -> None:
    validate(description())
    for schema in description()["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)


def test_every_route_is_described_or_left_out_for_a_reason(service: Service) -> None:
    app: DescribedApp = service.app.described
    routes = {(one.path, one.method): one for one in app.routes()}
    known = {
        (re.sub(r"\{(\w+):[^}]*\}", r"{\1}", route.path), method.method.lower())
        for route in registered(service.app)
        for method in route.methods
        if not method.internal
    }
    assert known == {(one.template, one.method) for one in routes.values()}
    for key, route in routes.items():
        assert (route.operation is None) == bool(route.unlisted), (
            f"{key} needs @operation(...) or @unlisted(why)"
        )


def test_the_router_serves_every_described_path(service: Service) -> None:
    app: DescribedApp = service.app.described
    for path, method, operation in operations():
        found = app._router.find(re.sub(r"\{\w+\}", "1", path))
        assert found is not None, path
        resource, responders = found[0], found[1]
        assert responders[method.upper()] == getattr(resource, f"on_{method}"), f"{method} {path}"
        assert operation["operationId"]


@pytest.mark.parametrize("kind", ["model", "node", "gpu", "datacenter"])
def test_creations_say_what_they_need_and_objects_can_be_sent_back(service: Service, kind: str) -> None:
    create = validator(f"#/paths/~1{kind}/post/requestBody/content/application~1json/schema")
    update = validator(f"#/paths/~1{kind}~1%7B{kind}Id%7D/put/requestBody/content/application~1json/schema")
    whole = EXAMPLES[kind]
    create.validate(whole)
    for name in whole:
        part = {other: value for other, value in whole.items() if other != name}
        answer = service.request("POST", f"/{kind}", json=part)
        missing = answer.status_code == 400 and answer.json()["message"].startswith(f"{name}: missing")
        assert create.is_valid(part) != missing, name
        if answer.status_code == 201:
            assert service.request("DELETE", f"/{kind}/{answer.json()['id']}").status_code == 204
    made = service.request("POST", f"/{kind}", json=whole)
    assert made.status_code == 201
    read = service.get(f"/{kind}/{whole['id']}").json()
    update.validate(read)
    assert service.request("PUT", f"/{kind}/{whole['id']}", json=read).status_code == 200
    assert not update.is_valid({**read, "creator": "me"})
    assert service.request("DELETE", f"/{kind}/{whole['id']}").status_code == 204


def test_an_alias_must_be_there(service: Service) -> None:
    given = validator("#/components/schemas/AliasGiven")
    assert not given.is_valid({})
    assert given.is_valid({"alias": "x"})


def test_every_key_may_ask_about_itself(service: Service) -> None:
    assert description()["paths"]["/v1/key"]["get"]["security"] == [{"bearerAuth": []}, {"apiKey": []}]
    key = service.keys.create("reads", scopes=["read"])
    assert service.get("/v1/key", key=key).status_code == 200


def test_a_page_is_no_longer_than_is_said(service: Service) -> None:
    assert len(service.get("/model?limit=100").json()["models"]) == 100
    assert service.get("/model?limit=101").status_code == 400


def test_a_route_without_a_description_is_noticed() -> None:
    class Bare:
        async def on_get(self, request: Any, response: Any) -> None: ...

    app = DescribedApp()
    app.add_route("/bare/{id:path}", Bare())
    (route,) = app.routes()
    assert (route.path, route.method, route.operation, route.unlisted) == ("/bare/{id}", "get", None, "")


def test_limits_are_those_of_the_settings(service: Service, tmp_path: Path) -> None:
    settings = read_settings({"WATTDROP_DATA_DIR": str(tmp_path), "WATTDROP_MAX_ROWS": "4000"})
    other = Service(create_app(load(), service.store, settings), service.key, service.keys, service.store)
    schemas = other.get("/openapi.json").json()["components"]["schemas"]
    assert schemas["ImpactRequest"]["properties"]["rows"]["maxItems"] == 4000


def test_names_and_groups_are_unique_and_known() -> None:
    names = [operation["operationId"] for _, _, operation in operations()]
    assert len(set(names)) == len(names)
    assert {operation["tags"][0] for _, _, operation in operations()} == set(TAGS)


# --- Words ----------------------------------------------------------------------------------------------------------


def fields() -> Iterator[tuple[str, dict[str, Any]]]:
    for name, schema in description()["components"]["schemas"].items():
        for field, shape in schema["properties"].items():
            yield f"{name}.{field}", shape


def test_every_field_is_explained_and_no_explanation_is_stale() -> None:
    assert [name for name, shape in fields() if not shape.get("description")] == []
    used = {name for name, _ in fields()} | {name.partition(".")[2] for name, _ in fields()}
    assert set(MEANINGS) - used == set()


def test_examples_of_fields_fit_them() -> None:
    for name, shape in fields():
        place = "#/components/schemas/" + name.replace(".", "/properties/")
        for example in shape.get("examples", ()):
            validator(place).validate(example)


def test_code_is_quoted_and_docstrings_of_python_stay_out() -> None:
    for schema in description()["components"]["schemas"].values():
        assert (
            schema["description"] and "``" not in schema["description"] and ">>>" not in schema["description"]
        )


def test_patterns_are_those_of_javascript() -> None:
    patterns = re.findall(r"'pattern': '([^']*)'", str(description()["components"]["schemas"]))
    assert patterns
    assert all(pattern.startswith("^") and pattern.endswith("$") for pattern in patterns), patterns


def test_only_explanations_have_nulls_in_answers() -> None:
    nullable = {
        f"{name}.{field}"
        for name, schema in answer_schemas().items()
        for field, shape in schema["properties"].items()
        if "null" in str(shape.get("anyOf", shape.get("type")))
    }
    assert nullable == NULLABLE


def test_answers_are_closed_but_for_hints_of_errors() -> None:
    opened = {name for name, one in answer_schemas().items() if one.get("additionalProperties") is not False}
    assert opened == {"ErrorDetails"}


# --- Examples -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("path", "method", "operation"), operations(), ids=ids)
def test_examples_fit_what_is_described(path: str, method: str, operation: dict[str, Any]) -> None:
    places = [("requestBody", operation.get("requestBody", {}))]
    places += [
        (f"responses/{status}", one) for status, one in operation["responses"].items() if "$ref" not in one
    ]
    for place, part in places:
        for media_type, content in part.get("content", {}).items():
            pointer = "/".join(one.replace("/", "~1") for one in (path, method))
            start = f"#/paths/{pointer}/{place}/content/{media_type.replace('/', '~1')}/schema"
            for name, example in content.get("examples", {}).items():
                fits = validator(start).is_valid(example["value"])
                assert fits != (place == "requestBody" and "wrong" in name), f"{place} {name}"


@pytest.mark.parametrize("name", sorted(description()["components"]["responses"]))
def test_examples_of_errors_fit(name: str) -> None:
    content = description()["components"]["responses"][name]["content"]["application/json"]
    if not name.startswith("TraceError"):  # exporters read its code, and people never see it
        validator(content["schema"]["$ref"]).validate(content["example"])


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("samples")) as process:
        yield process


def source(operation: dict[str, Any], language: str, server: Running) -> str:
    (found,) = (one["source"] for one in operation["x-codeSamples"] if one["label"] == language)
    return found.replace("http://127.0.0.1:8000", server.url).replace("YOUR_KEY", server.key)


def prepared(operation: dict[str, Any], code: str, server: Running) -> str:
    """Bring about what a sample speaks of: what it changes is there, what it makes is not. Gives the sample for it."""
    name = operation["operationId"]
    with httpx.Client(base_url=server.url, headers={"Authorization": f"Bearer {server.key}"}) as client:
        kind = re.sub(r"^(create|get|update|delete|add|remove)|Alias$", "", name).lower()
        if kind in EXAMPLES:
            id = EXAMPLES[kind]["id"]
            client.delete(f"/{kind}/{id}")
            if not name.startswith("create"):
                assert client.post(f"/{kind}", json=EXAMPLES[kind]).status_code == 201
            if name == "removeModelAlias":
                assert client.put(f"/model/{id}/alias", json={"alias": "our-latest"}).status_code == 204
        if name == "revokeKey":
            made = client.post("/v1/keys", json={"name": "to revoke", "scopes": ["impact"]}).json()
            return code.replace("/v1/keys/2", f"/v1/keys/{made['id']}")
        if name == "disableUser":
            made = client.post("/v1/users", json={"name": f"user {next(_numbers)}"}).json()
            return code.replace("/v1/users/2", f"/v1/users/{made['id']}")
        if name == "getUsageRow":
            named = {"model_id": "gpt-4o", "output_tokens": 500, "request_id": "order-2345"}
            client.post("/v1/impact", json={"rows": [named]})
            wait_until(
                lambda: client.get("/v1/usage/rows/order-2345").is_success,
                "the row did not get into the ledger",
            )
    if name in ("createCustomer", "createUser"):  # a name can be given once
        return code.replace("acme", f"acme {next(_numbers)}").replace("ann", f"ann {next(_numbers)}")
    return code


_numbers = count(1)
EXAMPLES = {
    kind: next(one.operation.examples[0].body for one in operations_of_list(kind) if one.method == "post")
    for kind in ("model", "node", "gpu", "datacenter")
}


@pytest.mark.parametrize(("path", "method", "operation"), operations(), ids=ids)
def test_python_samples_run(
    path: str, method: str, operation: dict[str, Any], server: Running, capsys: pytest.CaptureFixture[str]
) -> None:
    code = prepared(operation, source(operation, "Python", server), server)
    exec(compile(code, operation["operationId"], "exec"), {})
    assert capsys.readouterr().out.endswith("\n")


@pytest.mark.parametrize(("path", "method", "operation"), operations(), ids=ids)
def test_curl_samples_ask_the_same(
    path: str, method: str, operation: dict[str, Any], server: Running
) -> None:
    """Read as a shell does, and sent."""
    line = prepared(operation, source(operation, "curl", server), server)
    program, *words = shlex.split(line.replace("\\\n", " "))
    assert program == "curl"
    asked, body, headers, (url,) = "get", None, {}, [word for word in words if word.startswith("http")]
    for flag, value in pairwise(words):
        if flag == "-H":
            name, _, text = value.partition(": ")
            headers[name] = text
        elif flag in ("-d", "--data-binary"):
            asked, body = "post" if asked == "get" else asked, value
        elif flag == "-X":
            asked = value.lower()
    assert asked == method
    answer = httpx.request(asked, url, content=body, headers=headers, timeout=PATIENCE_S)
    assert answer.is_success, answer.text


def test_every_operation_that_reads_a_body_shows_one_with_its_answer() -> None:
    for path, method, operation in operations():
        if "requestBody" in operation:
            (content, *_) = operation["requestBody"]["content"].values()
            success = next(
                resolved(one) for status, one in operation["responses"].items() if status.startswith("2")
            )
            if operation["tags"] == ["Keys"] or operation["operationId"].startswith(
                ("create", "update", "add")
            ):
                continue  # such answers hold moments and secrets, of which no two runs share any
            answers = [name for one in success["content"].values() for name in one.get("examples", ())]
            if path != "/mcp":  # its tools are described by itself
                assert answers == list(content["examples"]), f"{method} {path}"
