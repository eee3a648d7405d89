"""The published client creates, lists, changes and deletes objects of its own, at a real server process."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from scope3ai import Client
from scope3ai.api.types import ImpactRequest, ImpactRow, Node
from scope3ai.api.typesgen import ModelCreateRequest, NodeCreateRequest
from tests.service.processes import Running


@pytest.fixture
def client(live: Running) -> Iterator[Client]:
    client = Client(api_key=live.key, api_url=live.url)
    yield client
    client.client.close()


def test_the_client_creates_and_deletes(client: Client) -> None:
    node = NodeCreateRequest(id="client-node", gpu_id="h100", gpu_count=8, cpu_count=2)
    assert client.create_node(node).id == "client-node"
    assert client.create_model(ModelCreateRequest(id="client-model", total_params_billions=3)).aliases == []
    assert [one.id for one in client.list_nodes(custom=True).nodes] == ["client-node"]
    request = ImpactRequest(
        rows=[ImpactRow(model_id="client-model", node_id="client-node", output_tokens=20)]
    )
    assert not client.get_impact(request).has_errors
    changed = client.execute_request("/node/client-node", "PUT", response_model=Node, json={"cpu_count": 4})
    assert changed.cpu_count == 4
    for path in ("/node/client-node", "/model/client-model"):
        client.execute_request(path, "DELETE", with_response=False)
    assert client.list_nodes(custom=True).nodes == []
