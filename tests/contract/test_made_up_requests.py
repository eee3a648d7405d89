"""Requests made up from our own description: every answer must be one that it describes, and nothing may break."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy  # noqa: F401 - whole, as in a server: a thread's import under way fails whoever makes up values meanwhile
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from tests.conftest import Service
from tests.description import description
from tests.service.in_process import serving

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", 1500)) // 100

#: Streams are no JSON that could be made up, and messages of assistants have a protocol: tests of their own send them.
STREAMS = {"streamImpact", "assistant"}
MADE_UP = sorted(
    (path, method)
    for path, item in description()["paths"].items()
    for method, operation in item.items()
    if operation["operationId"] not in STREAMS
)


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    """One of its own: what is made up creates objects and revokes keys, which other tests would trip over."""
    with serving(tmp_path, key_cache_seconds="0") as service:
        yield service


def kept_running(app: Any) -> Any:
    """The application without the start and the stop that the caller would have of it for every request."""

    async def call(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "lifespan":
            await app(scope, receive, send)
            return
        for done in ("startup", "shutdown"):
            await receive()
            await send({"type": f"lifespan.{done}.complete"})

    return call


@pytest.mark.parametrize(("path", "method"), MADE_UP)
def test_every_answer_is_described(service: Service, path: str, method: str) -> None:
    operation: Any = schemathesis.openapi.from_asgi("/openapi.json", kept_running(service.app))[path][
        method.upper()
    ]
    headers = {"Authorization": f"Bearer {service.key}"}

    @given(case=operation.as_strategy())
    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    def ask(case: Any) -> None:
        case.validate_response(case.call(headers=headers), checks=CHECKS, headers=headers)

    ask()
