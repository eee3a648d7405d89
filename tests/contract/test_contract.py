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
