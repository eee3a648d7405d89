"""Answers against the published contract: its schemas, and the strict models of the published Python client."""

from __future__ import annotations

from typing import Any

import pytest
from scope3ai.api import types as client
from tests.conftest import Service
from tests.contract.conftest import Validate
from tests.contract.quick_start import EXAMPLES


@pytest.mark.parametrize("name", EXAMPLES)
@pytest.mark.parametrize("debug", [False, True])
def test_the_quick_start_works_as_printed(
    service: Service, validate: Validate, name: str, debug: bool
) -> None:
    response = service.request("POST", f"/v1/impact?debug={str(debug).lower()}", json=EXAMPLES[name])
    assert response.status_code == 200
    answer = response.json()
    validate("ImpactResponse", answer)
    parsed = client.ImpactResponse.model_validate(answer)
    assert not parsed.has_errors, answer
    for row in parsed.rows:
        assert all(value > 0 for value in row.total_impact.model_dump().values())


def test_failed_rows_keep_the_contract(service: Service, validate: Validate) -> None:
    answer = service.impact(
        {"model_id": "no-such-model"}, {"output_token": 1}, None, 5, {"region": "NSW"}
    ).json()
    validate("ImpactResponse", answer)
    parsed = client.ImpactResponse.model_validate(answer)
    assert parsed.has_errors
    assert all(row.error is not None for row in parsed.rows)


@pytest.mark.parametrize(
    ("path", "schema", "model"),
    [
        ("/status", "StatusResponse", client.StatusResponse),
        ("/model", "ModelResponse", client.ModelResponse),
        ("/model?family=llama", "ModelResponse", client.ModelResponse),
        ("/node", "NodeResponse", client.NodeResponse),
        ("/node?cloud=gcp", "NodeResponse", client.NodeResponse),
        ("/gpu", "GPUResponse", client.GPUResponse),
    ],
)
def test_lists_keep_the_contract(
    service: Service, validate: Validate, path: str, schema: str, model: Any
) -> None:
    answer = service.get(path).json()
    validate(schema, answer)
    model.model_validate(answer)


@pytest.mark.parametrize(
    ("path", "schema", "model", "body", "change"),
    [
        ("/model", "Model", client.Model, {"id": "contract_model", "task": "chat", "datatype": "bf16"}, {"name": "x"}),
        ("/node", "Node", client.Node, {"id": "contract-node", "gpu_id": "h100", "gpu_count": 8, "cpu_count": 2},
         {"cpu_count": 4}),
        ("/gpu", "GPU", client.GPU, {"id": "contract_gpu", "name": "x", "max_power_w": 300, "embodied_water_mlh2o": 1,
         "embodied_emissions_kgco2e": 99, "performance_ratio_to_h200": 0.3, "ols_intercept": 0,
         "ols_coefficient_gpu_count": 0, "memory_bandwidth_gbps": 900}, {"max_power_w": 350}),
    ],
)  # fmt: skip
def test_objects_keep_the_contract(
    service: Service, validate: Validate, path: str, schema: str, model: Any, body: Any, change: Any
) -> None:
    one = f"{path}/{body['id']}"
    answers = [
        service.request("POST", path, json=body),
        service.get(one),
        service.request("PUT", one, json=change),
    ]
    assert [answer.status_code for answer in answers] == [201, 200, 200]
    for answer in answers:
        validate(schema, answer.json())
        model.model_validate(answer.json())
    (listed,) = service.get(path).json().values()
    assert listed[0]["id"] == body["id"]
    assert service.request("DELETE", one).status_code == 204


@pytest.mark.parametrize("path", ["/nowhere", "/model/{modelId}", "/v1/impact"])
def test_errors_keep_the_contract(service: Service, validate: Validate, path: str) -> None:
    answer = service.get(path).json()
    validate("Error", answer)
    client.Error.model_validate(answer)


def test_every_family_of_the_contract_can_be_asked_for(service: Service, validate: Validate) -> None:
    for family in client.Family:
        answer = service.get("/model", params={"family": family}).json()
        validate("ModelResponse", answer)
        assert answer["models"], family
