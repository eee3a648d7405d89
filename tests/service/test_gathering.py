"""How an answer leaves: its head and its body together, in order with what is written around them."""

from __future__ import annotations

from pathlib import Path

from tests.service.processes import ROW, read_all, running

BODY = b'{"rows":[{"model_id":"llama_v31_8b","output_tokens":500}]}'


def test_head_and_body_of_an_answer_are_one_packet(tmp_path: Path) -> None:
    with running(tmp_path) as server, server.connect() as client:
        for _ in range(3):
            client.sendall(server.head(len(BODY)) + BODY)
            answer = client.recv(65536)
            head, _, body = answer.partition(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 200 OK")
            assert f"content-length: {len(body)}".encode() in head


def test_answers_of_a_pipeline_come_in_order_and_whole_before_the_end(tmp_path: Path) -> None:
    with running(tmp_path) as server, server.connect() as client:
        long = BODY + b" " * 100_000  # more than a head may have, and none of it
        last = server.head(len(BODY), "x-request-id: last", "Connection: close") + BODY
        client.sendall(server.head(len(long), "x-request-id: first") + long + last)
        answers = read_all(client)
        assert answers.count(b"HTTP/1.1 200 OK") == 2
        assert answers.index(b"x-request-id: first") < answers.index(b"x-request-id: last")
        assert answers.endswith(b"}")


def test_a_continue_is_sent_before_the_body_is_there(tmp_path: Path) -> None:
    with running(tmp_path) as server, server.connect() as client:
        client.sendall(server.head(len(BODY), "Expect: 100-continue"))
        assert client.recv(65536).startswith(b"HTTP/1.1 100 Continue")
        client.sendall(BODY)
        assert client.recv(65536).startswith(b"HTTP/1.1 200 OK")


def test_a_large_answer_arrives_whole(tmp_path: Path) -> None:
    with running(tmp_path) as server:
        answer = server.impact(*[ROW] * 900)
        assert len(answer.json()["rows"]) == 900
        assert int(answer.headers["content-length"]) == len(answer.content) > 65536
