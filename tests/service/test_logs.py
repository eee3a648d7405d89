"""The log: one line a request, in two forms; never a key, a query value or a word of a body."""

from __future__ import annotations

import http.client
import io
import json
import logging
import os
import re
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO

import httpx
import pytest
from tests.service.processes import PATIENCE_S, ROW, running, wait_until
from tests.service.routes import routes_of

from wattdrop.service import logs
from wattdrop.service.exchange import Exchange
from wattdrop.service.exposition import exposition

#: In every place where a client can put something.
SECRET = "s3cr3t-c0ffee"

#: A fault in the service whose message quotes what was sent, as messages do.
FAULT = """
import sys
if "serve" in sys.argv:
    import wattdrop.service.impact as impact
    def parse(body, limit):
        try:
            raise KeyError(body.decode())
        except KeyError as error:
            raise ValueError(f"cannot read {body!r}") from error
    impact.parse_request = parse
"""


def line_of(form: str, record: logging.LogRecord) -> str:
    stream = io.StringIO()
    handler = logs.LineWriter(stream, logs.JsonLines() if form == "json" else logs.TextLines())
    handler.emit(record)
    handler.close()
    return stream.getvalue()


def record(message: str = "", **extra: object) -> logging.LogRecord:
    made = logging.LogRecord("wattdrop.access", logging.INFO, "", 0, message, None, None)
    made.created = 1_700_000_000.25
    vars(made).update(extra)
    return made


def exchange() -> Exchange:
    one = Exchange("POST", {b"x-request-id": b"abc-1"})
    one.template, one.status, one.duration_s = "/model/{id}", 200, 0.01234
    one.rows, one.row_errors, one.body_bytes, one.sent_bytes = 3, 1, 100, 900
    one.key_id, one.key_shown, one.customer_id = 7, "wd_AbCd", 2
    return one


def test_a_request_is_an_object_for_machines() -> None:
    assert json.loads(line_of("json", record(exchange=exchange()))) == {
        "time": "2023-11-14T22:13:20.250Z", "level": "info", "method": "POST", "path": "/model/{id}", "status": 200,
        "duration_ms": 12.34, "body_bytes": 100, "sent_bytes": 900, "request_id": "abc-1", "rows": 3, "row_errors": 1,
        "key": "wd_AbCd", "key_id": 7, "customer_id": 2,
    }  # fmt: skip


def test_a_request_is_a_sentence_for_people() -> None:
    line = line_of("text", record(exchange=exchange()))
    assert line == "22:13:20 POST /model/{id} 200 in 12.3 ms, 3 rows (1 with errors), key wd_AbCd...\n"


def test_what_unicode_cannot_write_does_not_stop_the_line() -> None:
    assert json.loads(line_of("json", record("half \ud800")))["message"] == "half \ud800"


def test_lines_of_several_processes_are_written_whole() -> None:
    """A pipe takes 4096 bytes as a whole; longer writes of two processes may be torn into each other."""
    writes: list[str] = []

    class Pipe(io.StringIO):
        def write(self, text: str) -> int:
            writes.append(text)
            return len(text)

    handler = logs.LineWriter(Pipe(), logs.JsonLines())
    with handler.lock or threading.RLock():
        for number in range(2000):
            handler.emit(record(f"line {number}"))
    handler.close()
    assert max(len(one.encode()) for one in writes) <= 4096
    lines = "".join(writes).splitlines()
    assert [json.loads(line)["message"] for line in lines] == [f"line {number}" for number in range(2000)]


def test_a_reader_that_stands_still_delays_nobody() -> None:
    go_on = threading.Event()

    class Stuck(io.StringIO):
        def write(self, text: str) -> int:
            assert go_on.wait(PATIENCE_S)
            return len(text)

    handler = logs.LineWriter(Stuck(), logs.TextLines(), most_waiting=10)
    for _ in range(100):
        handler.emit(record("line"))
    go_on.set()
    handler.close()


def test_a_reader_that_went_away_stops_nothing() -> None:
    class Gone(io.StringIO):
        def write(self, text: str) -> int:
            raise BrokenPipeError

    before = dropped_lines()
    handler = logs.LineWriter(Gone(), logs.TextLines())
    for _ in range(10):
        handler.emit(record("line"))
    handler.close()
    assert dropped_lines() == before + 10


def dropped_lines() -> float:
    (line,) = re.findall(rb"^wattdrop_log_lines_dropped_total (\S+)", exposition(), re.M)
    return float(line)


@pytest.mark.parametrize("form", ["json", "text"])
def test_no_secret_is_logged_wherever_it_was_sent(
    tmp_path: Path, form: str, request: pytest.FixtureRequest
) -> None:
    service = request.getfixturevalue("service")
    options = ("--log-format", form, "--log-level", "debug")
    with running(tmp_path, *options) as server:
        keys = [
            {"Authorization": f"Bearer {SECRET}"},
            {"Authorization": f"Bearer%20{SECRET}"},
            {
                "x-api-key": SECRET,
                "Cookie": f"session={SECRET}",
                "User-Agent": SECRET,
                "Referer": f"http://{SECRET}",
            },
            {
                "Authorization": f"Bearer {server.key}",
                "X-Request-Id": f"bad id {SECRET}",
                "tracestate": f"a={SECRET}",
            },
        ]
        bodies = [
            SECRET.encode(),
            json.dumps({"rows": [{**ROW, "session_id": SECRET}, {SECRET: 1}, {"model_id": SECRET}]}).encode(),
            json.dumps({"calls": [[SECRET]], "userDefinedContext": {"api_key": SECRET}}).encode(),
            json.dumps({"data": [[0, SECRET]]}).encode(),
        ]
        with httpx.Client(base_url=server.url, timeout=PATIENCE_S) as client:
            for route in routes_of(service.app):
                for headers in keys:
                    path = f"{route.path}?key={SECRET}&model_id={SECRET}&{SECRET}=1"
                    for body in bodies if route.method in ("POST", "PUT") else [b""]:
                        sent = {"Content-Type": "application/json", **headers}
                        assert (
                            client.request(route.method, path, headers=sent, content=body).status_code < 500
                        )
            assert client.get(f"/{SECRET}").status_code == 404
            assert client.get(f"/model/{SECRET}").status_code in (401, 404)
        with server.connect() as connection:
            connection.sendall(f"{SECRET} {SECRET}\r\n\r\n".encode())
            assert connection.recv(65536)
        assert server.stop() == 0
        logged = "".join(server.lines)
    assert len(server.lines) > 50
    assert SECRET not in logged
    assert server.key not in logged
    if form == "json":
        paths = {json.loads(line).get("path") for line in server.lines}
        assert {"/v1/impact", "/", "(unknown)"} <= paths
    else:
        assert any(
            "POST /v1/impact 200 in" in line and f"key {server.key[:7]}..." in line for line in server.lines
        )


@pytest.mark.parametrize("form", ["json", "text"])
def test_a_fault_of_ours_says_where_and_under_which_id_but_not_what_was_sent(
    tmp_path: Path, form: str
) -> None:
    (tmp_path / "sitecustomize.py").write_text(FAULT)
    body = {"rows": [{"session_id": SECRET}]}
    with running(tmp_path / "data", "--log-format", form, PYTHONPATH=str(tmp_path)) as server:
        headers = {"Authorization": f"Bearer {server.key}", "X-Request-Id": "ticket-17"}
        response = httpx.post(server.url + "/v1/impact", json=body, headers=headers, timeout=PATIENCE_S)
        assert response.status_code == 500
        assert response.headers["x-request-id"] == "ticket-17"
        assert response.json() == {
            "code": "internal_error",
            "message": "the service failed on this request; its log says why, under the request_id",
            "details": {"request_id": "ticket-17"},
        }
        assert "wattdrop_unexpected_errors_total 1.0" in server.get("/metrics").text
        assert server.stop() == 0
        logged = "".join(server.lines)
    assert "ticket-17" in logged
    assert "sitecustomize.py" in logged  # where
    assert "KeyError" in logged and "ValueError" in logged
    assert SECRET not in logged


def test_every_line_of_two_workers_is_whole_when_the_reader_is_slow(tmp_path: Path) -> None:
    read, write = os.pipe()
    command = [
        sys.executable,
        "-m",
        "wattdrop",
        "serve",
        "--port",
        "0",
        "--workers",
        "2",
        "--log-format",
        "json",
    ]
    environment = {**os.environ, "WATTDROP_DATA_DIR": str(tmp_path), "PYTHONUNBUFFERED": "1"}
    with (
        subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=write, text=True, env=environment
        ) as process,
        os.fdopen(read) as log,
    ):
        os.close(write)
        assert process.stdout is not None
        announced = _until_announced(process.stdout)
        port = int(announced.split("serves http://127.0.0.1:")[1].split()[0])

        def ask() -> None:
            for _ in range(100):  # a connection each: both workers take some
                connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
                connection.request("GET", "/unknown")
                connection.getresponse().read()
                connection.close()

        askers = [threading.Thread(target=ask) for _ in range(8)]
        for asker in askers:
            asker.start()
        for asker in askers:  # nobody reads the log meanwhile, and the pipe is full after some 300 lines
            asker.join(PATIENCE_S)
        process.terminate()
        lines = log.readlines()
        wait_until(lambda: process.poll() is not None, "it does not end")
    assert len(lines) > 400
    assert all(json.loads(line) for line in lines)


def _until_announced(stdout: IO[str]) -> str:
    read = []
    for line in stdout:
        read.append(line)
        if "keys create" in line:
            break
    return "".join(read)
