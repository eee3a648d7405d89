"""The pinned public contract as JSON schemas, and a real server process for real clients."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import jsonschema
import pytest
import yaml
from tests.conftest import ROOT
from tests.service.processes import Running, running

Validate = Callable[[str, Any], None]


@cache
def contract() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "openapi" / "aiapi.yaml").read_text(encoding="utf-8"))
    return loaded


@pytest.fixture(scope="session")
def validate() -> Validate:
    """``validate("ImpactResponse", answer)`` fails where the contract would."""

    def check(name: str, answer: Any) -> None:
        schema = {"$ref": f"#/components/schemas/{name}", "components": contract()["components"]}
        jsonschema.Draft7Validator(schema).validate(answer)

    return check


@pytest.fixture(scope="session")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server process that every real client of these tests talks to."""
    with running(tmp_path_factory.mktemp("live")) as server:
        yield server
