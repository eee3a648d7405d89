"""Bodies of objects: what counts as not sent, and what a refusal says."""

from __future__ import annotations

import json
from typing import Any

import pytest

from wattdrop.errors import BadRequest
from wattdrop.schema.given import parse_given, require
from wattdrop.schema.objects import DatacenterGiven, Given, GpuGiven, ModelGiven, NodeGiven


def test_null_and_empty_text_are_not_sent_and_whole_floats_are_whole() -> None:
    given = parse_given(NodeGiven, b'{"gpu_count": 500.0, "cloud_id": "", "use_life_years": null}')
    assert given == NodeGiven(gpu_count=500)


def test_what_the_service_writes_may_be_sent_back() -> None:
    body = b'{"name": "x", "created_at": "2026-11-25T00:00:00Z", "customer_id": 1, "created_by": "ann"}'
    assert parse_given(GpuGiven, body) == GpuGiven(name="x")


@pytest.mark.parametrize("field", ["aliases", "id", "name"])
def test_half_a_surrogate_pair_is_no_text(field: str) -> None:
    value = '["\\ud800"]' if field == "aliases" else '"\\ud800"'
    with pytest.raises(BadRequest, match=field):
        parse_given(ModelGiven, f'{{"{field}": {value}}}'.encode())


@pytest.mark.parametrize(
    ("kind", "fields", "message"),
    [
        (ModelGiven, {"total_params": 7}, "total_params: no such field; did you mean total_params_billions?"),
        (GpuGiven, {"max_power_w": 1e400}, "not JSON"),
        (
            GpuGiven,
            {"max_power_w": True},
            "max_power_w: expected a number above 0, up to 1,000,000, got true",
        ),
        (DatacenterGiven, {"locked": "yes"}, 'locked: expected true or false, got "yes"'),
        (DatacenterGiven, {"location": {"lat": 1}}, "location: expected an object such as"),
        (NodeGiven, {"cpu_count": 10**30}, "cpu_count: expected a whole number from 1 to 10,000"),
    ],
)
def test_a_refusal_says_what_was_expected(kind: type[Given], fields: dict[str, Any], message: str) -> None:
    with pytest.raises(BadRequest) as refused:
        parse_given(kind, json.dumps(fields).encode())
    assert message in refused.value.message


def test_a_creation_names_what_it_lacks() -> None:
    with pytest.raises(BadRequest, match="gpu_count: missing; send a whole number from 0 to 10,000"):
        require(NodeGiven, {"id": "a-node", "gpu_id": "h100"})
