"""LiteLLM: the rows of its Scope3 logger, and the standard logging payload of its generic API callback.

Its ``StandardLoggingPayload`` (litellm/types/utils.py): ``model_id`` is a deployment's hash, ``model`` the model.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from ..errors import BadRequest, TooLarge
from ..schema import FIELD_ALIASES, FIELDS, parse_json
from ..schema.requests import ATTRIBUTION
from ..schema.texts import label
from ..units import MS_PER_S

_KNOWN: Final = frozenset(FIELDS) | frozenset(FIELD_ALIASES)
_LABELS: Final = ATTRIBUTION - {"request_cost"}
_PREFIX: Final = "scope3_"
#: A record with one of these is a standard logging payload, not a row of the logger.
_PAYLOAD_MARKS: Final = frozenset(
    {"call_type", "litellm_call_id", "custom_llm_provider", "prompt_tokens", "startTime"}
)
_OF_PAYLOAD: Final[Mapping[str, str]] = {
    "model": "model_id",
    "custom_llm_provider": "managed_service_id",
    "api_base": "base_url",
    "prompt_tokens": "input_tokens",
    "completion_tokens": "output_tokens",
    "response_cost": "request_cost",
    "id": "request_id",
    "trace_id": "trace_id",
    "session_id": "session_id",
    "end_user": "client_id",
}
#: Counts that are parts of others, by the place of the provider's usage that LiteLLM keeps.
_DETAILS: Final = (
    ("prompt_tokens_details", "cached_tokens", "cached_input_tokens"),
    ("completion_tokens_details", "reasoning_tokens", "reasoning_tokens"),
)
_TASKS: Final[Mapping[str, str]] = {
    "embedding": "text-embedding",
    "aembedding": "text-embedding",
    "image_generation": "text-to-image",
    "aimage_generation": "text-to-image",
    "transcription": "speech-to-text",
    "atranscription": "speech-to-text",
    "speech": "text-to-speech",
    "aspeech": "text-to-speech",
}


class Record(NamedTuple):
    """One logged call: its raw row, or why nothing was inferred."""

    row: Any
    skipped: str = ""  # "cache hit" or "failed call": no inference, no impact


def records_of(body: bytes, most_lines: int | None = None) -> list[Record]:
    """The calls of a body: ``{"rows": [...]}``, a list, one object, or one object a line, at most so many lines."""
    return [_record(value) for value in _values(body, most_lines)]


def _values(body: bytes, most_lines: int | None) -> list[Any]:
    try:
        decoded = parse_json(body)
    except BadRequest:
        lines = [(number, line) for number, line in enumerate(body.splitlines(), 1) if line.strip()]
        if most_lines is not None and len(lines) > most_lines:
            raise TooLarge(f"{len(lines)} calls, at most {most_lines} in one request", field="rows") from None
        decoded = [_line(number, line) for number, line in lines] or None
    if isinstance(decoded, dict) and isinstance(decoded.get("rows"), list):
        return list(decoded["rows"])
    if isinstance(decoded, dict):
        return [decoded]
    if isinstance(decoded, list) and decoded:
        return decoded
    if decoded == []:
        return []
    raise BadRequest(
        'expected {"rows": [...]}, a list of logged calls, one call, or one call a line', field="rows"
    )


def _line(number: int, line: bytes) -> Any:
    try:
        return parse_json(line)
    except BadRequest:
        raise BadRequest(
            f"line {number} is not JSON; send JSON, or one object a line", code="invalid_json"
        ) from None


def _record(value: Any) -> Record:
    if not isinstance(value, dict):
        return Record(value)
    return _of_payload(value) if _PAYLOAD_MARKS & value.keys() else Record(_of_logger(value))


def _of_logger(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Rows pass metadata of the caller through: what is no field of ours is left out, ``scope3_`` is dropped."""
    row: dict[str, Any] = {}
    for name, given in fields.items():
        known = name.removeprefix(_PREFIX)
        value = _usable(known, given)
        if known in _KNOWN and value is not None:
            row.setdefault(known, value)
    return row


def _usable(name: str, value: Any) -> Any:
    """Labels of callers are texts, numbers and whatever else; those that cannot be used cost no row its numbers."""
    return label(value) if FIELD_ALIASES.get(name, name) in _LABELS else value


def _of_payload(payload: Mapping[str, Any]) -> Record:
    if payload.get("cache_hit") is True:
        return Record({}, "cache hit")
    if payload.get("status") == "failure":
        return Record({}, "failed call")
    values = {ours: _usable(ours, payload.get(theirs)) for theirs, ours in _OF_PAYLOAD.items()}
    row = {name: value for name, value in values.items() if value not in (None, "")}
    row["integration_source"] = "litellm"
    if task := _TASKS.get(str(payload.get("call_type", ""))):
        row["task"] = task
    start, end = payload.get("startTime"), payload.get("endTime")
    if isinstance(start, int | float) and 0 < start < 1e11:
        row["utc_datetime"] = f"{datetime.fromtimestamp(start, UTC):%Y-%m-%dT%H:%M:%S.%fZ}"
        if isinstance(end, int | float) and start <= end < 1e11:
            row["request_duration_ms"] = (end - start) * MS_PER_S
    metadata = _dict_in(payload, "metadata")
    usage = _dict_in(metadata, "usage_object")
    for details, theirs, ours in _DETAILS:
        count = _dict_in(usage, details).get(theirs)
        if isinstance(count, int) and count > 0:
            row[ours] = count
    if isinstance(written := row.get("output_tokens"), int) and row.get("reasoning_tokens", 0) > written:
        row["output_tokens"] = written + row["reasoning_tokens"]  # xAI counts reasoning apart
    for source in (_dict_in(metadata, "requester_metadata"), metadata):
        for name, value in _of_logger({k: v for k, v in source.items() if k.startswith(_PREFIX)}).items():
            row.setdefault(name, value)
    return Record(row)


def _dict_in(fields: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = fields.get(name)
    return found if isinstance(found, dict) else {}
