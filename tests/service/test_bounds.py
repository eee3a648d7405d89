"""Limits of connections, heads, bodies and patience, at real servers: each is answered in its own way, and lifted after."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from tests.service.processes import PATIENCE_S, Running, read_all, running, wait_until
from tests.service.test_monitoring import numbers, of

BODY = b'{"rows": []}'


@pytest.fixture(scope="module")
def hasty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Waits a second for what a client owes it."""
    with running(
        tmp_path_factory.mktemp("hasty"), "--read-seconds", "1", "--max-head-bytes", "8192"
    ) as server:
        yield server


def refused(server: Running, reason: str) -> float:
    return of(numbers(server.get("/metrics").text), "refused_connections_total", reason=reason)


def status_and_code(answer: bytes) -> tuple[int, str]:
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"content-type: application/json" in head
    assert b"connection: close" in head
    return int(head.split()[1]), httpx.Response(200, content=body).json()["code"]


@pytest.mark.parametrize("part", [b"", b"P", b"POST /v1/impact HTTP/1.1\r\nHost: x\r\nX-Slow: "])
def test_a_head_that_does_not_come_is_408_or_closed(hasty: Running, part: bytes) -> None:
    with hasty.connect() as connection:
        connection.sendall(part)
        answer = read_all(connection)
    if part:
        assert status_and_code(answer) == (408, "request_timeout")
    else:
        assert answer == b""  # nothing was asked


def test_between_requests_a_connection_is_kept_for_its_time(tmp_path: Path) -> None:
    with running(tmp_path, "--keep-alive-seconds", "2") as server, server.connect() as connection:
        for _ in range(6):  # together longer than without any request
            connection.sendall(server.head(len(BODY)) + BODY)
            assert connection.recv(65536).startswith(b"HTTP/1.1 200 OK")
            time.sleep(0.5)
        began = time.monotonic()
        assert read_all(connection) == b""
        assert time.monotonic() - began > 0.5


def test_a_head_that_trickles_is_408_all_the_same(hasty: Running) -> None:
    with hasty.connect() as connection:
        connection.sendall(b"GET /health HTTP/1.1\r\n")
        connection.settimeout(0.1)
        answer = b""
        for _ in range(PATIENCE_S * 10):
            with contextlib.suppress(TimeoutError):
                answer = connection.recv(65536)
                break
            connection.sendall(b"X-A: b\r\n")
    assert status_and_code(answer) == (408, "request_timeout")


def test_a_body_that_stops_is_408(hasty: Running) -> None:
    before = refused(hasty, "request_timeout")
    with hasty.connect() as connection:
        connection.sendall(hasty.head(len(BODY)) + BODY[:3])
        assert status_and_code(read_all(connection)) == (408, "request_timeout")
    assert refused(hasty, "request_timeout") == before + 1
    wait_until(
        lambda: any(line.get("status") == 499 for line in hasty.log()), "the log tells of no lost request"
    )


def test_a_body_that_stops_after_its_answer_brings_no_second_answer(hasty: Running) -> None:
    with hasty.connect() as connection:
        connection.sendall(b"POST /v1/impact HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
        answer = read_all(connection)
    assert answer.startswith(b"HTTP/1.1 401")
    assert answer.count(b"HTTP/1.1") == 1


@pytest.mark.parametrize(
    "head",
    [
        b"GET /health HTTP/1.1\r\n" + b"X-Flood: 1\r\n" * 1000,
        b"GET /health HTTP/1.1\r\nX-Long: " + b"x" * 9000 + b"\r\n\r\n",
        b"GET /" + b"x" * 9000,
        b"GET /health?" + b"x=1&" * 3000 + b" HTTP/1.1\r\n\r\n",
    ],
)
def test_a_flood_of_headers_is_431(hasty: Running, head: bytes) -> None:
    with hasty.connect() as connection:
        with contextlib.suppress(OSError):
            connection.sendall(head)
        assert status_and_code(read_all(connection)) == (431, "head_too_large")


def test_an_endless_head_is_cut_off(hasty: Running) -> None:
    sent = 0
    with hasty.connect() as connection, contextlib.suppress(OSError):
        connection.sendall(b"GET /health HTTP/1.1\r\nX-Endless: ")
        for _ in range(10_000):
            connection.sendall(b"x" * 65536)
            sent += 65536
    assert sent < 100_000_000
    assert hasty.get("/health").status_code == 200


@pytest.mark.parametrize(
    "nonsense",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 100,  # TLS
        b"GET\r\n\r\n",
        b"GET /health HTTP/9.9\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n",
        b"GET /\x00 HTTP/1.1\r\n\r\n",
    ],
)
def test_what_is_not_http_is_400(hasty: Running, nonsense: bytes) -> None:
    with hasty.connect() as connection:
        connection.sendall(nonsense)
        answer = read_all(connection)
    assert answer.startswith((b"HTTP/1.1 400", b"HTTP/1.1 401", b"HTTP/1.1 408"))
    assert b"Traceback" not in answer
    assert hasty.get("/health").status_code == 200


def test_a_client_that_does_not_read_is_let_go(hasty: Running) -> None:
    before = refused(hasty, "not_taken")
    with hasty.connect() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        many = b'{"model_id": "gpt-4o"}\n' * 40_000
        connection.sendall(hasty.head(len(many)).replace(b"/v1/impact", b"/v1/impact/bulk") + many)
        wait_until(lambda: refused(hasty, "not_taken") == before + 1, "it is kept")


def test_a_large_body_is_413_with_or_without_a_length(hasty: Running) -> None:
    headers = {"Authorization": f"Bearer {hasty.key}", "Content-Type": "application/json"}
    for content in (b" " * 10_000_001, (b" " * 65536 for _ in range(200))):
        response = httpx.post(hasty.url + "/v1/impact", content=content, headers=headers, timeout=PATIENCE_S)
        assert (response.status_code, response.json()["code"]) == (413, "too_large")


def test_more_connections_than_allowed_are_503_until_some_close(tmp_path: Path) -> None:
    with running(tmp_path, "--max-connections", "3") as server:
        kept = [server.connect() for _ in range(3)]
        server.wait_for_connections(3)
        with server.connect() as fourth:
            answer = read_all(fourth)
            assert status_and_code(answer) == (503, "overloaded")
            assert b"retry-after: 1" in answer
        for one in kept:
            one.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            assert read_all(one).endswith(b'{"live":true}')
            one.close()
        assert server.get("/health").status_code == 200
        assert refused(server, "overloaded") == 1


def test_more_bodies_than_memory_allows_are_503_until_some_are_answered(tmp_path: Path) -> None:
    limits = (
        "--max-body-bytes",
        "100000",
        "--max-buffered-bytes",
        "200000",
        "--read-seconds",
        str(PATIENCE_S),
    )
    with running(tmp_path, *limits) as server:
        body = BODY + b" " * 90_000
        with server.connect() as first, server.connect() as second:
            for one in (first, second):
                one.sendall(server.head(len(body), "Connection: close") + body[:-1])
            wait_until(lambda: _overloaded(server, body), "a third body is taken")
            for path in ("/", "/v1/impact/bulk"):
                assert _post(server, path, body).status_code in (
                    503,
                    200,
                )  # a stream tells of it in its last line
            assert server.get("/health").status_code == 200
            for one in (first, second):
                one.sendall(body[-1:])
                assert read_all(one).startswith(b"HTTP/1.1 200")
        assert _post(server, "/v1/impact", body).status_code == 200


def _overloaded(server: Running, body: bytes) -> bool:
    response = _post(server, "/v1/impact", body)
    if response.status_code == 503:
        assert response.json()["code"] == "overloaded"
        assert response.headers["retry-after"] == "1"
        assert response.headers["x-request-id"]
    return response.status_code == 503


def _post(server: Running, path: str, body: bytes) -> httpx.Response:
    headers = {"Authorization": f"Bearer {server.key}", "Content-Type": "application/json"}
    return httpx.post(server.url + path, content=body, headers=headers, timeout=PATIENCE_S)


def test_a_body_larger_than_all_bodies_is_a_setting_that_cannot_be(tmp_path: Path) -> None:
    from wattdrop.errors import SettingError
    from wattdrop.service.settings import read_settings

    with pytest.raises(SettingError, match="MAX_BUFFERED_BYTES: expected a whole number from 400000000 on"):
        read_settings({"WATTDROP_MAX_BODY_BYTES": "200000000"})
