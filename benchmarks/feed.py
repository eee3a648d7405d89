"""A client that sends a thousand rows a request as fast as they are answered: ``python benchmarks/feed.py URL KEY SECONDS``

Four connections. Prints how many rows were answered, how many of them are stored as the service says, and in how many
seconds. With ``--ids`` each row has a random name of its own, as applications send them that may send a row again.
"""

from __future__ import annotations

import http.client
import json
import os
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import cycle
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


def bodies(texts: Sequence[Sequence[bytes]], with_ids: bool) -> Iterator[bytes]:
    """Bodies of requests for ever, of rows whose last brace is missing; with names, each is another one."""
    plain = [b'{"rows":[' + b"},".join(rows) + b"}]}" for rows in texts]
    for rows, body in zip(cycle(texts), cycle(plain), strict=False):
        if not with_ids:
            yield body
            continue
        names = os.urandom(16 * ROWS).hex().encode()
        named = (
            b'%s,"request_id":"%s"}' % (row, names[32 * at : 32 * at + 32]) for at, row in enumerate(rows)
        )
        yield b'{"rows":[' + b",".join(named) + b"]}"


def feed(url: str, key: str, seconds: float, with_ids: bool) -> tuple[int, int, float]:
    """Send for so long. Gives the rows that were answered, those that are stored, and the seconds that it took."""
    host = urlsplit(url).netloc
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    texts = [
        [json.dumps(row(ROWS * at + number), separators=(",", ":"))[:-1].encode() for number in range(ROWS)]
        for at in range(BODIES)
    ]
    counts: list[tuple[int, int]] = []

    def send() -> None:
        connection, answered, stored = http.client.HTTPConnection(host, timeout=60), 0, 0
        for body in bodies(texts, with_ids):
            connection.request("POST", "/v1/impact", body, headers)
            response = connection.getresponse()
            response.read()
            if response.status == http.client.OK:
                answered += ROWS
                stored += int(response.headers["x-wattdrop-stored"])
            if time.monotonic() > start + seconds:
                break
        connection.close()
        counts.append((answered, stored))

    threads = [threading.Thread(target=send) for _ in range(CONNECTIONS)]
    start = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    answered, kept = map(sum, zip(*counts, strict=True))
    return answered, kept, time.monotonic() - start


if __name__ == "__main__":
    print(*feed(sys.argv[1], sys.argv[2], float(sys.argv[3]), "--ids" in sys.argv))
