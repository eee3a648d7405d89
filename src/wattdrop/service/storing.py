"""Whether the ledger keeps the rows of a request, and under which name: ``?store=true|false``, ``Idempotency-Key``."""

from __future__ import annotations

from typing import Final, NamedTuple

from falcon.asgi import Request

from ..errors import BadRequest
from .exchange import current
from .queries import truth

_MOST_LETTERS: Final = 200


class Storing(NamedTuple):
    """What a caller wants kept."""

    rows: bool
    idempotency_key: str
    """Stands for the ids of rows that have no ``request_id``; empty for a new one."""


def storing(request: Request, default: bool, idempotency_key: str = "") -> Storing:
    """What a request asks for, by its query and headers."""
    text = request.get_param("store") if request.query_string else ""
    key = idempotency_key
    if b"idempotency-key" in current().sent:
        key = request.get_header("Idempotency-Key") or key
    if len(key) > _MOST_LETTERS:
        raise BadRequest(
            f"Idempotency-Key: {len(key)} letters, at most {_MOST_LETTERS}; a UUID has 36",
            field="Idempotency-Key",
        )
    return Storing(truth("store", text) if text else default, key)
