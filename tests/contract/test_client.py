"""The published Python client, unmodified, against a real server process."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest
from scope3ai import Client
from scope3ai.api.types import Family, ImpactRequest, ImpactRow, Node
from scope3ai.api.typesgen import ModelCreateRequest, NodeCreateRequest

START_S = 60


class Server(NamedTuple):
    process: subprocess.Popen[str]
    address: str
    key: str
    announced: str


def start(folder: Path, *options: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "wattdrop", "serve", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "WATTDROP_DATA_DIR": str(folder), "PYTHONUNBUFFERED": "1"},
    )


def read_announcement(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line)
        if "keys create" in line:
            return "".join(lines)
    raise AssertionError("the server ended: " + "".join(lines))


def stop(process: subprocess.Popen[str]) -> None:
    process.terminate()
    process.communicate(timeout=START_S)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    process = start(tmp_path_factory.mktemp("server"), "--port", "0")
    announced = read_announcement(process)
    (address,) = re.findall(r"serves (\S+)", announced)
    (key,) = re.findall(r"Bearer (\S+)'", announced)
    yield Server(process, address, key, announced)
    stop(process)


@pytest.fixture
def client(server: Server) -> Iterator[Client]:
    client = Client(api_key=server.key, api_url=server.address)
    yield client
    client.client.close()


def test_the_announced_curl_line_works(server: Server) -> None:
    (url,) = re.findall(r"curl -s (\S+)", server.announced)
    (body,) = re.findall(r"-d '(.*)'", server.announced)
    headers = dict(header.split(": ", 1) for header in re.findall(r"-H '([^']*)'", server.announced))
    response = httpx.post(url, content=body, headers=headers, timeout=START_S)
    assert response.status_code == 200
    assert response.json()["has_errors"] is False


def test_the_published_client_runs_unmodified(client: Client) -> None:
    assert client.status().ready
    request = ImpactRequest(rows=[ImpactRow(model_id="gpt-4o", input_tokens=10, output_tokens=20)])
    assert client.get_impact(request).rows[0].total_impact.usage_energy_wh > 0
    assert client.list_models(family=Family.llama).models
    assert client.list_nodes(cloud="aws").nodes
    assert client.list_gpus().gpus


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


def test_the_clients_bug_is_explained(client: Client) -> None:
    with pytest.raises(httpx.HTTPStatusError) as failure:
        client.get_model("gpt-4o")
    assert failure.value.response.json()["code"] == "unexpanded_path_template"


def test_a_base_url_that_ends_in_a_slash(client: Client) -> None:
    client.api_url += "/"
    assert client.status().ready


def test_a_port_in_use_is_said_plainly(server: Server, tmp_path: Path) -> None:
    port = server.address.rpartition(":")[2]
    process = start(tmp_path, "--port", port)
    output, _ = process.communicate(timeout=START_S)
    assert process.returncode == 2
    assert f"port {port} of 127.0.0.1 is in use" in output
    assert "Traceback" not in output


def test_sigterm_finishes_open_requests(tmp_path: Path) -> None:
    process = start(tmp_path, "--port", "0")
    announced = read_announcement(process)
    (host, port) = re.findall(r"serves http://([^:]+):(\d+)", announced)[0]
    (key,) = re.findall(r"Bearer (\S+)'", announced)
    body = b'{"rows": []}'
    with socket.create_connection((host, int(port)), timeout=START_S) as connection:
        head = f"POST /v1/impact HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\n"
        connection.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode())
        httpx.get(f"http://{host}:{port}/status", timeout=START_S)  # by now the open request was taken in
        process.send_signal(signal.SIGTERM)
        connection.sendall(body)
        answer = connection.recv(65536)
    assert answer.startswith(b"HTTP/1.1 200")
    stop(process)


def test_a_restart_prints_the_same_key(tmp_path: Path) -> None:
    keys = set()
    for _ in range(2):
        process = start(tmp_path, "--port", "0")
        keys.update(re.findall(r"Bearer (\S+)'", read_announcement(process)))
        stop(process)
    assert len(keys) == 1
    assert (tmp_path / "local-key").stat().st_mode & 0o777 == 0o600
