"""A client that sends a thousand rows a request as fast as they are answered: ``python benchmarks/feed.py URL KEY SECONDS``.

Four connections. Prints how many rows were answered, and how many of them are stored as the service says. With ``--ids``
each row has a random name of its own, as applications send them that may send a row again.
"""

from __future__ import annotations

import http.client
import json
import os
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import chain, cycle
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks import load

ROWS = 1000
BODIES = 20
CONNECTIONS = 4


def row(number: int) -> dict[str, Any]:
    """A row of the last minute: of every project in every place with every model, four hundred of them."""
    moment = datetime.now(UTC) - timedelta(seconds=number % 60)
    return {
        **load.row(number),
        "cloud_region": load.REGIONS[number // 5 % 4],
        "project_id": f"project {number // 20 % 20}",
        "utc_datetime": f"{moment:%Y-%m-%dT%H:%M:%SZ}",
    }


def bodies(with_ids: bool) -> Iterator[bytes]:
    """Bodies of requests for ever; with names, each is another one."""
    texts = [
        [json.dumps(row(ROWS * at + number), separators=(",", ":"))[:-1].encode() for number in range(ROWS)]
        for at in range(BODIES)
    ]
    plain = [b'{"rows":[' + b"},".join(rows) + b"}]}" for rows in texts]
    for rows, body in zip(cycle(texts), cycle(plain), strict=False):
        if not with_ids:
            yield body
            continue
        names = os.urandom(16 * ROWS).hex().encode()
        pieces = ((b',"request_id":"', names[at : at + 32], b'"},') for at in range(0, 32 * ROWS, 32))
        named = b"".join(chain.from_iterable((one, *piece) for one, piece in zip(rows, pieces, strict=True)))
        yield b'{"rows":[' + named[:-1] + b"]}"


def feed(url: str, key: str, seconds: float, with_ids: bool) -> tuple[int, int]:
    """Send for so long. Gives the rows that were answered, and those that are stored."""
    host, end = urlsplit(url).netloc, time.monotonic() + seconds
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    counts: list[tuple[int, int]] = []

    def send() -> None:
        connection, answered, stored = http.client.HTTPConnection(host, timeout=60), 0, 0
        for body in bodies(with_ids):
            if time.monotonic() > end:
                break
            connection.request("POST", "/v1/impact", body, headers)
            response = connection.getresponse()
            response.read()
            if response.status == http.client.OK:
                answered += ROWS
                stored += int(response.headers["x-wattdrop-stored"])
        connection.close()
        counts.append((answered, stored))

    threads = [threading.Thread(target=send) for _ in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    answered, stored = map(sum, zip(*counts, strict=True))
    return answered, stored


if __name__ == "__main__":
    print(*feed(sys.argv[1], sys.argv[2], float(sys.argv[3]), "--ids" in sys.argv))
