"""What SQL warehouses send and get: rows as positional arguments, in the order of ``positional.POSITIONS``."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta, Struct

from .positional import LEAST, POSITIONS
from .responses import ModeledRow

Argument = str | int | float | None
Call = Annotated[list[Argument], Meta(min_length=LEAST, max_length=len(POSITIONS))]
_NUMBERED = {"prefixItems": [{"type": "integer"}]}
NumberedCall = Annotated[
    list[Argument], Meta(min_length=LEAST + 1, max_length=len(POSITIONS) + 1, extra_json_schema=_NUMBERED)
]


class ImpactBigQueryRequest(Struct, rename="camel"):
    """What BigQuery sends to a remote function. Only ``calls`` is needed; the key may be ``userDefinedContext.api_key``."""

    calls: list[Call]
    request_id: str | None = None
    caller: str | None = None
    session_user: str | None = None
    user_defined_context: dict[str, Any] | None = None


class ImpactBigQueryResponse(Struct):
    """One text a call, in order: the compact JSON of its ``ModeledRow``."""

    replies: list[str]


class ImpactBigQueryError(Struct, rename="camel"):
    """Why the whole request failed; BigQuery shows it to whoever ran the query."""

    error_message: str


class SnowflakeRequest(Struct):
    """What Snowflake sends to an external function: a row number and the arguments, for each row."""

    data: list[NumberedCall]


class SnowflakeResponse(Struct):
    """Row numbers as they came, each with its answer."""

    data: list[tuple[int, ModeledRow]]
