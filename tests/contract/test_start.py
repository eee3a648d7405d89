"""What a started server says and does, as whoever starts it by hand sees it."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from pathlib import Path

import httpx
from tests.service.processes import PATIENCE_S, Running, read_all, running


def test_the_announced_curl_line_works(live: Running) -> None:
    (url,) = re.findall(r"curl -s (\S+)", live.announced)
    (body,) = re.findall(r"-d '(.*)'", live.announced)
    headers = dict(header.split(": ", 1) for header in re.findall(r"-H '([^']*)'", live.announced))
    response = httpx.post(url, content=body, headers=headers, timeout=PATIENCE_S)
    assert response.status_code == 200
    assert response.json()["has_errors"] is False


def test_a_port_in_use_is_said_plainly(live: Running, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "wattdrop", "serve", "--port", str(live.port)]
    environment = {"WATTDROP_DATA_DIR": str(tmp_path)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=PATIENCE_S)
    assert done.returncode == 2
    assert f"port {live.port} of 127.0.0.1 is in use" in done.stderr
    assert "Traceback" not in done.stderr


def test_sigterm_finishes_open_requests(tmp_path: Path) -> None:
    body = b'{"rows": []}'
    with running(tmp_path) as server, server.connect() as connection:
        connection.sendall(server.head(len(body), "Connection: close"))
        server.get("/status")  # by now the open request was taken in
        server.process.send_signal(signal.SIGTERM)
        connection.sendall(body)
        assert read_all(connection).startswith(b"HTTP/1.1 200")


def test_a_restart_prints_the_same_key(tmp_path: Path) -> None:
    keys = set()
    for _ in range(2):
        with running(tmp_path) as server:
            keys.add(server.key)
            server.stop()
    assert len(keys) == 1
    assert (tmp_path / "local-key").stat().st_mode & 0o777 == 0o600
