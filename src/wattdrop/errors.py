"""What can go wrong, and how each surface says it.

Whole-request problems are exceptions; each knows its HTTP status and its stable code::

    WattdropError                      500  internal_error
    ├── RequestError                   400  bad_request
    │   ├── BadRequest                 400  bad_request           body that is not a request
    │   ├── Unauthorized               401  unauthorized          no key, or a wrong one
    │   ├── Forbidden                  403  forbidden             the key lacks the right
    │   ├── NotFound                   404  not_found             no such path or object
    │   ├── MethodNotAllowed           405  method_not_allowed
    │   ├── NotAcceptable              406  not_acceptable        Accept header, or format of /v1/impact
    │   ├── Conflict                   409  conflict              id or alias exists
    │   ├── TooLarge                   413  too_large             body or number of rows over the limit
    │   ├── UnsupportedMediaType       415  unsupported_media_type
    │   └── RateLimited                429  rate_limited
    ├── Overloaded                     503  overloaded            more at once than the service takes
    ├── CatalogError                   503  catalog_error         a data file is broken: file, entry and field
    ├── StoreError                     503  store_error           the database cannot be used
    └── SettingError                   500  setting_error         a setting has a value that it cannot have

Five more say what only one place needs to know apart: ``bulk.refused.JobRefused``, ``service.server.AddressError``, and of
the store ``Duplicate``, ``Unstorable`` and ``JournalFull``.

Problems of one row are values, not exceptions: a ``RowError`` rides in the batch and the other rows are answered.
Every code has a paragraph in docs/reference/errors.md.
"""

from __future__ import annotations

from .typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from typing import ClassVar, Final


class WattdropError(Exception):
    """Base of everything this package raises on purpose."""

    status: ClassVar[int] = 500
    default_code: ClassVar[str] = "internal_error"

    def __init__(
        self, message: str, *, code: str | None = None, reason: str | None = None, field: str | None = None
    ):
        super().__init__(message)
        self.message = message
        self.code = code or self.default_code
        self.reason = reason
        self.field = field


class RequestError(WattdropError):
    """The request as a whole cannot be answered."""

    status = 400
    default_code = "bad_request"


class BadRequest(RequestError):
    """The body is not a request."""


class Unauthorized(RequestError):
    """No key was sent, or one that is not known."""

    status = 401
    default_code = "unauthorized"


class Forbidden(RequestError):
    """The key is known and lacks the right."""

    status = 403
    default_code = "forbidden"


class NotFound(RequestError):
    """No such path, or no such object for this customer."""

    status = 404
    default_code = "not_found"


class MethodNotAllowed(RequestError):
    """The path exists, the method does not."""

    status = 405
    default_code = "method_not_allowed"


class NotAcceptable(RequestError):
    """No answer format that the caller accepts; on /v1/impact also: the body is not an impact request."""

    status = 406
    default_code = "not_acceptable"


class Conflict(RequestError):
    """The id or alias exists."""

    status = 409
    default_code = "conflict"


class TooLarge(RequestError):
    """The body, or its number of rows, is over the limit."""

    status = 413
    default_code = "too_large"


class UnsupportedMediaType(RequestError):
    """A media type or content encoding that is not read here."""

    status = 415
    default_code = "unsupported_media_type"


class RateLimited(RequestError):
    """Too many requests in too short a time."""

    status = 429
    default_code = "rate_limited"

    def __init__(self, message: str, *, retry_after_s: int = 1):
        super().__init__(message)
        self.retry_after_s = retry_after_s


class Overloaded(WattdropError):
    """More at once than the service takes; the same request may be sent again in a moment."""

    status = 503
    default_code = "overloaded"


class CatalogError(WattdropError):
    """A data file is broken. The message names file, entry and field."""

    status = 503
    default_code = "catalog_error"


class StoreError(WattdropError):
    """The database cannot be used. The message names the file."""

    status = 503
    default_code = "store_error"


class SettingError(WattdropError):
    """A setting has a value that it cannot have. Raised at start, never while serving."""

    default_code = "setting_error"


class RowError(NamedTuple):
    """Why one row could not be computed. The other rows of its batch are."""

    code: str
    message: str
    field: str | None = None
    candidates: tuple[str, ...] = ()


REQUEST_ERROR_CODES: Final[dict[str, str]] = {
    "invalid_json": "The body, or the line of a file, is not JSON.",
    "missing_rows": "The body has no list of rows.",
    "invalid_encoding": "The body is not what its Content-Encoding says.",
    "invalid_protobuf": "The body is no request of OTLP.",
    "invalid_arrow": "The body is no Arrow stream.",
    "missing_extra": "The path needs a package that the server was installed without.",
    "locked": "The object is locked against changes.",
    "unknown_field": "The body has a field that is not known.",
    "unexpanded_path_template": "The path still holds a template such as {modelId}.",
    "address_error": "The service cannot listen where it should.",
    "request_timeout": "The request was sent too slowly.",
    "head_too_large": "The request line and headers are over the limit.",
    "stopping": "The service stopped before the answer was ready.",
}
"""Codes of whole-request errors beyond the default codes of the classes above, each with its one sentence."""

ROW_ERROR_CODES: Final[dict[str, str]] = {
    "invalid_json": "The line of a file is not JSON.",
    "unknown_field": "The row has a field that is not known.",
    "duplicate_field": "Two spellings of one field hold different values.",
    "wrong_type": "The value has another type than the field.",
    "out_of_range": "The value is outside the bounds of the field.",
    "invalid_value": "The value has the right type and the wrong form.",
    "contradicting_fields": "Two statements of the row cannot both hold.",
    "not_an_object": "The row is not a JSON object.",
    "wrong_length": "The call of a warehouse's function has too few or too many arguments.",
    "missing_model": "The row names neither a model nor a task, service or node to take a default for.",
    "unknown_model": "No model of the catalog has this name.",
    "unknown_family": "No model family of the catalog has this name.",
    "unknown_task": "No task of the catalog has this name.",
    "unknown_node": "No node of the catalog has this name.",
    "unknown_gpu": "No accelerator of the catalog has this name.",
    "unknown_datatype": "No datatype of the catalog has this name.",
    "no_inference": "The record of an export stands for no inference: a cache hit, a failed call.",
}
"""Every code a row error may carry, with its one sentence."""
