"""1,000 rows of JSON."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import Any, Final

import msgspec
from benchmarks.rows import row
from benchmarks.timing import Absent, Case, missing
from msgspec.structs import asdict

ROWS: Final = 1000


def json_rows(stack: ExitStack) -> Sequence[Case | Absent]:
    """A request body of 1,000 rows to the body of its answer, as ``POST /v1/impact`` does it without a server:
    decode, estimate, build, encode. Its parts: msgspec's typed decode and nothing else; ``estimate`` of the decoded
    rows with the five totals read as lists. Beside it a FastAPI application that reads the same body into pydantic
    models of every field and answers in pydantic models, called as ASGI without a server: once with constants (an
    echo), once with the same engine called by its public way in (the FastAPI version).
    Times are for each row; one row is its own case.
    """
    from wattdrop.engine.api import METRICS, default_catalog, estimate_checked
    from wattdrop.schema import ImpactRequest, parse_request

    decoder, encoder = msgspec.json.Decoder(ImpactRequest), msgspec.json.Encoder()
    body = msgspec.json.encode({"rows": [row(number) for number in range(ROWS)]})
    single = msgspec.json.encode({"rows": [row(0)]})
    rows = decoder.decode(body).rows
    catalog = default_catalog()

    def engine() -> object:
        evaluation = estimate_checked(rows, catalog).evaluation
        return [evaluation.column(name) for name in METRICS["total"]]

    def whole(body: bytes) -> bytes:
        return encoder.encode(estimate_checked(parse_request(body), catalog).response())

    cases: list[Case | Absent] = [
        Case("typed decode of 1000 rows", lambda: decoder.decode(body), ROWS),
        Case("estimate of 1000 typed rows", engine, ROWS),
        Case("1000 rows, bytes to bytes", lambda: whole(body), ROWS),
        Case("one row, bytes to bytes", lambda: whole(single)),
    ]
    loop = asyncio.new_event_loop()
    stack.callback(loop.close)
    for name, answer in (("FastAPI echo of 1000 rows", _echo), ("FastAPI version of 1000 rows", _estimated)):
        try:
            cases.append(Case(name, _asgi_call(loop, _fastapi_app(answer), body), ROWS))
        except ImportError as error:
            cases.append(Absent(name, missing(error)))
    return cases


def _fastapi_app(rows_to_answer: Callable[[list[Any], Any], list[Any]]) -> Any:
    """The usual way to build such a service: pydantic models of every field in, pydantic models out."""
    from typing import get_type_hints

    from fastapi import FastAPI
    from pydantic import create_model

    from wattdrop import ImpactRow
    from wattdrop.schema import ImpactMetrics

    fields: dict[str, Any] = {name: (kind | None, None) for name, kind in get_type_hints(ImpactRow).items()}
    numbers: dict[str, Any] = dict.fromkeys(ImpactMetrics.__struct_fields__, (float, ...))
    row, impact = create_model("Row", **fields), create_model("Impact", **numbers)
    modelled = create_model("Modelled", inference_impact=(impact, ...), total_impact=(impact, ...))
    asked: Any = create_model("Asked", rows=(list[row], ...))  # type: ignore[valid-type]
    answered: Any = create_model("Answered", rows=(list[modelled], ...))  # type: ignore[valid-type]

    async def handler(request: Any) -> Any:
        pairs = rows_to_answer(request.rows, impact)
        return answered(
            rows=[modelled(inference_impact=inference, total_impact=total) for inference, total in pairs]
        )

    handler.__annotations__ = {"request": asked, "return": answered}
    app = FastAPI()
    app.post("/v1/impact")(handler)
    return app


def _echo(rows: list[Any], impact: Any) -> list[Any]:
    """Constants: nothing is computed."""
    one = dict.fromkeys(impact.model_fields, 0.123456)
    return [(impact(**one), impact(**one)) for _ in rows]


def _estimated(rows: list[Any], impact: Any) -> list[Any]:
    """The same engine as ours, by its public way in."""
    from wattdrop import estimate

    found = estimate([row.model_dump(exclude_none=True) for row in rows])
    return [
        tuple(impact(**asdict(one.metrics(part))) for part in ("inference", "total")) for one in found.rows
    ]


def _asgi_call(loop: asyncio.AbstractEventLoop, app: Any, body: bytes) -> Callable[[], object]:
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "scheme": "http",
        "path": "/v1/impact", "raw_path": b"/v1/impact", "query_string": b"", "root_path": "",
        "headers": [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())],
        "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 2),
    }  # fmt: skip

    async def ask() -> int:
        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        status = 0

        async def send(message: dict[str, Any]) -> None:
            nonlocal status
            status = message.get("status", status)

        await app(dict(scope), receive, send)
        return status

    if (status := loop.run_until_complete(ask())) != 200:
        raise RuntimeError(f"the echo answers {status}")
    return lambda: loop.run_until_complete(ask())
