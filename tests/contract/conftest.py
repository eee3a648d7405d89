"""The pinned public contract as JSON schemas."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import jsonschema
import pytest
import yaml
from tests.conftest import ROOT

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
