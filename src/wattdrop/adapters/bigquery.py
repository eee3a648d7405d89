"""BigQuery remote functions: ``calls`` of positional arguments in, one text per call out.

Shape: https://cloud.google.com/bigquery/docs/remote-functions. BigQuery signs its own identity into ``Authorization``, so
our key may travel in ``userDefinedContext``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from ..errors import BadRequest
from ..schema import ModeledRow
from ..schema.positional import row_of_positions

_MOST_ERROR_BYTES = 1000
_encoder = msgspec.json.Encoder()


def calls_of(request: object) -> Sequence[object]:
    """The calls of a request, or ``BadRequest``."""
    if not isinstance(request, dict) or not isinstance(request.get("calls"), list):
        raise BadRequest('expected a remote function request, an object with a list "calls"', field="calls")
    return list(request["calls"])


class Envelope(msgspec.Struct):
    """What a request says beside its calls. Of the calls nothing is made."""

    request_id: Any = msgspec.field(name="requestId", default=None)
    """BigQuery's name of the request, the same when it repeats one."""
    context: dict[str, Any] | None = msgspec.field(name="userDefinedContext", default=None)

    @property
    def key(self) -> str | None:
        """The API key of ``OPTIONS(user_defined_context = [("api_key", "...")])``."""
        key = (self.context or {}).get("api_key")
        return key.strip() if isinstance(key, str) and key.strip() else None

    @property
    def stores(self) -> bool:
        """Whether ``OPTIONS(user_defined_context = [("store", "true")])`` asks to keep the rows."""
        return str((self.context or {}).get("store")).casefold() == "true"

    @property
    def name(self) -> str:
        """The request's name; empty where it has none."""
        return self.request_id[:200] if isinstance(self.request_id, str) else ""


_envelope = msgspec.json.Decoder(Envelope)


def envelope_of(body: bytes) -> Envelope:
    """What stands beside the calls; nothing where the body is no request, which its reader will say."""
    try:
        return _envelope.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return Envelope()


def rows_of(calls: Iterable[object]) -> list[Any]:
    """Raw rows, a ``RowError`` where a call is none."""
    return [row_of_positions(call) for call in calls]


def replies(rows: Iterable[ModeledRow]) -> bytes:
    """``{"replies": [...]}``: each reply is the compact JSON of its row, for ``JSON_VALUE`` in SQL."""
    return _encoder.encode({"replies": [_encoder.encode(row).decode() for row in rows]})


def error(message: str) -> bytes:
    """``{"errorMessage": ...}``, short: BigQuery shows it to whoever ran the query."""
    cut = message.encode("utf-8", "replace")[:_MOST_ERROR_BYTES].decode("utf-8", "ignore")
    return _encoder.encode({"errorMessage": cut})
