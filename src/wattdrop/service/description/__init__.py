"""The API described by itself: what each operation takes and answers, as OpenAPI, and a page that shows it."""

from .operation import Answer, Example, Parameter, operation, unlisted

__all__ = ["Answer", "Example", "Parameter", "operation", "unlisted"]
