"""The published Python client, unmodified, against a real server process: every command of its two clients."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from scope3ai.api import typesgen as types
from scope3ai.api.client import AsyncClient, Client
from tests.contract.answered import METRICS
from tests.service.processes import Running

ROW = types.ImpactRow(model_id="gpt-4o", managed_service_id="", input_tokens=10, output_tokens=20)
Ask = Callable[..., Any]


@pytest.fixture(params=[Client, AsyncClient], ids=["sync", "async"])
def ask(request: pytest.FixtureRequest, live: Running) -> Iterator[Ask]:
    """``ask("list_models", family=...)`` calls the command of this name and waits for its answer."""
    client = request.param(api_key=live.key, api_url=live.url)
    if isinstance(client, Client):
        yield lambda command, *values, **named: getattr(client, command)(*values, **named)
        client.client.close()
        return
    with asyncio.Runner() as loop:

        async def answer(command: str, values: Any, named: Any) -> Any:
            return await getattr(client, command)(*values, **named)

        yield lambda command, *values, **named: loop.run(answer(command, values, named))
        loop.run(client.client.aclose())


def test_status(ask: Ask) -> None:
    assert ask("status") == types.StatusResponse(ready=True)


def test_models(ask: Ask) -> None:
    assert 90 < len(ask("list_models").models) <= 100


@pytest.mark.parametrize("family", list(types.Family), ids=lambda family: family.value)
def test_models_of_a_family(ask: Ask, family: types.Family) -> None:
    """The filter arrives as ``family=Family.stable_diffusion``."""
    assert ask("list_models", family=family).models


@pytest.mark.parametrize(
    "filters",
    [
        {},
        {"service": "aws-bedrock"},
        {"cloud": "gcp"},
        {"custom": False},
        {"gpu": "h100_sxm_80gb"},
        {"cloud": "aws", "instance": "p4d.24xlarge"},
    ],
    ids=str,
)
def test_nodes(ask: Ask, filters: dict[str, Any]) -> None:
    assert ask("list_nodes", **filters).nodes


def test_gpus(ask: Ask) -> None:
    assert 90 < len(ask("list_gpus").gpus) <= 100


@pytest.mark.parametrize("debug", [None, False, True])
def test_impact(ask: Ask, debug: bool | None) -> None:
    answer = ask("get_impact", types.ImpactRequest(rows=[ROW, ROW]), debug=debug)
    first, second = answer.rows
    assert first == second
    assert not answer.has_errors
    assert all(getattr(first.total_impact, metric) > 0 for metric in METRICS)
    assert answer.total_energy_wh == pytest.approx(2 * first.total_impact.usage_energy_wh)
    assert (first.debug is not None) is bool(debug)


def test_impact_of_a_row_with_every_field_and_one_that_fails(ask: Ask) -> None:
    full = types.ImpactRow(
        model_id="llama_v31_8b",
        model_used_id="meta-llama/Llama-3.1-8B",
        node_id="aws:p4d.24xlarge",
        cloud_region="us-east-1",
        country=types.CountryCode(root="US"),
        region=types.RegionCode(root="VA"),
        task=types.Task.chat,
        input_tokens=100,
        output_tokens=500,
        request_duration_ms=812.5,
        processing_duration_ms=800,
        utc_datetime="2025-02-03T10:11:12.123456Z",
        request_cost=0.01,
        currency="USD",
        session_id="session",
        environment="staging",
    )
    answer = ask("get_impact", types.ImpactRequest(rows=[full, types.ImpactRow(model_id="no-such-model")]))
    assert answer.has_errors
    assert answer.rows[0].error is None
    assert answer.rows[1].error.code == "unknown_model"
    assert answer.rows[1].error.details.field == "model_id"


def test_impact_of_no_rows(ask: Ask) -> None:
    assert ask("get_impact", types.ImpactRequest(rows=[])).rows == []


def test_big_query(ask: Ask, live: Running) -> None:
    call = types.Call(root=["gpt-4o", *[""] * 12, 100, "500", "", ""])
    request = types.ImpactBigQueryRequest(
        requestId="1", caller="//bigquery.example/jobs/1", sessionUser="user@example.com", calls=[call]
    )
    (reply,) = ask("calculate_impact_big_query", request).replies
    assert types.ModeledRow.model_validate_json(reply).total_impact.usage_energy_wh > 0


#: Version 0.3.0 fills in no path parameter, whatever it is given.
TEMPLATES: list[tuple[str, list[Any]]] = [
    ("get_model", ["gpt-4o"]),
    ("update_model", ["gpt-4o", types.ModelUpdateRequest(name="mine")]),
    ("delete_model", ["gpt-4o"]),
    ("add_model_alias", ["gpt-4o", {"alias": "mine"}]),
    ("remove_model_alias", ["gpt-4o", "mine"]),
    ("get_node", ["aws-p4d-24xlarge"]),
    ("update_node", ["aws-p4d-24xlarge", types.NodeUpdateRequest(cpu_count=8)]),
    ("delete_node", ["aws-p4d-24xlarge"]),
    ("get_gpu", ["h100_sxm_80gb"]),
    ("update_gpu", ["h100_sxm_80gb", types.GPUUpdateRequest(name="mine")]),
    ("delete_gpu", ["h100_sxm_80gb"]),
]


@pytest.mark.parametrize(("command", "values"), TEMPLATES, ids=[command for command, _ in TEMPLATES])
def test_a_template_that_was_not_filled_in_is_explained(ask: Ask, command: str, values: list[Any]) -> None:
    with pytest.raises(httpx.HTTPStatusError) as failure:
        ask(command, *values, with_response=False)
    assert failure.value.response.status_code == 404
    error = types.Error.model_validate(failure.value.response.json())
    assert error.code == "unexpanded_path_template"
    kind = command.split("_")[1]
    assert f'client.execute_request("/{kind}/<id>", ...)' in error.message


@pytest.mark.parametrize("kind", [Client, AsyncClient], ids=["sync", "async"])
def test_a_base_url_that_ends_in_a_slash(live: Running, kind: type[Client | AsyncClient]) -> None:
    async def ask_async() -> Any:
        async with client.client:
            return await client.status()

    client = kind(api_key=live.key, api_url=live.url + "/")
    if isinstance(client, AsyncClient):
        assert asyncio.run(ask_async()).ready
        return
    with client.client:
        assert client.status().ready


def test_a_wrong_key_raises(live: Running) -> None:
    client = Client(api_key="wd_wrong", api_url=live.url)
    with client.client, pytest.raises(httpx.HTTPStatusError) as failure:
        client.get_impact(types.ImpactRequest(rows=[ROW]))
    assert failure.value.response.status_code == 401
    assert types.Error.model_validate(failure.value.response.json()).code == "unauthorized"
