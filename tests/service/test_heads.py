"""How much may stand around a body: heads and trailers have one limit, whatever pieces they come in."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.service.processes import Running, read_all, running

BODY = b'{"rows":[{"model_id":"llama_v31_8b","output_tokens":500}]}'
LIMIT = 4096
LINE = b"x-more: " + b"y" * 90 + b"\r\n"


def answer(server: Running, *pieces: bytes) -> bytes:
    with server.connect() as client:
        for piece in pieces:
            try:
                client.sendall(piece)
            except (BrokenPipeError, ConnectionResetError):  # refused already
                break
        return read_all(client)


@pytest.mark.parametrize("pieces", [1, 7])
def test_the_limit_is_of_the_head_alone(tmp_path: Path, pieces: int) -> None:
    with running(tmp_path, WATTDROP_MAX_HEAD_BYTES=str(LIMIT)) as server:
        for lines, status in ((30, b" 200 "), (60, b" 431 ")):
            long = BODY + b" " * (5 * LIMIT)
            head = server.head(len(long), "Connection: close")[:-2] + LINE * lines + b"\r\n"
            size = -(-len(head + long) // pieces)
            sent = [(head + long)[at : at + size] for at in range(0, len(head + long), size)]
            assert answer(server, *sent).startswith(b"HTTP/1.1" + status)


def test_trailers_count_too(tmp_path: Path) -> None:
    with running(tmp_path, WATTDROP_MAX_HEAD_BYTES=str(LIMIT)) as server:
        plain = server.head(0, "Connection: close").replace(
            b"Content-Length: 0", b"Transfer-Encoding: chunked"
        )
        chunk = b"%x\r\n%b\r\n0\r\n" % (len(BODY), BODY)
        assert answer(server, plain + chunk + LINE * 3 + b"\r\n").startswith(b"HTTP/1.1 200 ")
        assert answer(server, plain + chunk, *[LINE] * 600).startswith(b"HTTP/1.1 431 ")


def test_a_head_is_answered_as_a_get_without_its_body(tmp_path: Path) -> None:
    with running(tmp_path) as server:
        for path, status in (("/health", b"200 OK"), ("/model", b"401 "), ("/v1/traces", b"405 ")):
            got, headed = (
                answer(server, f"{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
                for method in ("GET", "HEAD")
            )
            assert headed.startswith(b"HTTP/1.1 " + status)
            head, _, body = headed.partition(b"\r\n\r\n")
            assert body == b"" and got.partition(b"\r\n\r\n")[2] != b""
            assert _length(head) == _length(got)


def _length(answered: bytes) -> list[bytes]:
    return [line for line in answered.split(b"\r\n") if line.startswith(b"content-length")]


@pytest.mark.parametrize("chunked", [False, True])
def test_a_client_that_offers_another_protocol_is_answered_in_this_one(tmp_path: Path, chunked: bool) -> None:
    """Java's client and ``curl --http2`` offer HTTP/2 with every request over plain HTTP, and send their bodies."""
    with running(tmp_path) as server:
        offer = "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__"
        head, body = server.head(len(BODY), offer), BODY
        if chunked:
            head = head.replace(b"Content-Length: %d" % len(BODY), b"Transfer-Encoding: chunked")
            body = b"%x\r\n%b\r\n0\r\n\r\n" % (len(BODY), BODY)
        sent = (head + body) * 2 + server.head(len(BODY), "Connection: close") + BODY
        for cut in (7, len(head) - 3, len(head) + 5, len(head + body) + 40):
            assert answer(server, sent[:cut], sent[cut:]).count(b"HTTP/1.1 200 ") == 3


@pytest.mark.parametrize("version", [b"2.0", b"0.9"])
def test_another_version_of_http_is_refused_and_no_fault(tmp_path: Path, version: bytes) -> None:
    with running(tmp_path) as server:
        head = server.head(len(BODY), "Connection: close").replace(b"HTTP/1.1", b"HTTP/" + version)
        assert answer(server, head + BODY).startswith(b"HTTP/1.1 400 ")
