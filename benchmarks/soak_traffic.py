"""What the soak sends: single rows, rows that no cache has seen, 1000 rows, streams, lists, requests that fail."""

from __future__ import annotations

import json
import random
import threading
from collections.abc import Callable

import httpx

ROW = {"model_id": "llama_v31_8b", "input_tokens": 100, "output_tokens": 500}


def single(client: httpx.Client) -> httpx.Response:
    return client.post("/v1/impact", json={"rows": [ROW]})


def unseen(client: httpx.Client) -> httpx.Response:
    """Names, ids and sizes that never come twice."""
    row = {
        "model_id": f"unseen-{random.getrandbits(64):x}" if random.random() < 0.5 else "gpt-4o",
        "request_id": f"{random.getrandbits(64):x}",
        "input_tokens": random.randrange(100_000),
        "output_tokens": random.randrange(100_000),
    }
    return client.post("/v1/impact?debug=true&ranges=true", json={"rows": [row]})


def thousand(client: httpx.Client) -> httpx.Response:
    return client.post("/v1/impact", json={"rows": [ROW] * 1000})


def stream(client: httpx.Client) -> httpx.Response:
    body = (json.dumps(ROW) + "\n") * 500
    return client.post("/v1/impact/bulk", content=body, headers={"Content-Type": "application/x-ndjson"})


def listed(client: httpx.Client) -> httpx.Response:
    return client.get(random.choice(["/model", "/node?cloud=aws", "/gpu", "/model?family=llama", "/status"]))


def explained(client: httpx.Client) -> httpx.Response:
    return client.post("/v1/explain", json={"rows": [ROW]})


def failing(client: httpx.Client) -> httpx.Response:
    word = f"{random.getrandbits(64):x}"
    return random.choice(
        [
            lambda: client.post("/v1/impact", content=f'{{"rows": [{word}'),
            lambda: client.post("/v1/impact", json={"rows": [{word: 1}]}),
            lambda: client.get("/gpu", headers={"Authorization": f"Bearer {word}"}),
            lambda: client.get(f"/{word}"),
            lambda: client.delete("/v1/impact"),
        ]
    )()


#: Shares of the requests.
MIX: dict[Callable[[httpx.Client], httpx.Response], float] = {
    single: 0.55, unseen: 0.15, thousand: 0.02, stream: 0.03, listed: 0.10, explained: 0.03, failing: 0.12,
}  # fmt: skip


class Deck:
    """Deals kinds of requests in any order, in each hundred as often as the mix says."""

    def __init__(self) -> None:
        self._cards: list[Callable[[httpx.Client], httpx.Response]] = []
        self._lock = threading.Lock()

    def next(self) -> Callable[[httpx.Client], httpx.Response]:
        """The kind of the next request."""
        with self._lock:
            if not self._cards:
                self._cards = [kind for kind, share in MIX.items() for _ in range(round(100 * share))]
                random.shuffle(self._cards)
            return self._cards.pop()
