"""From spans to rows: which spans ran a model, what they say of it, and which of them say it twice."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from ...errors import RowError, TooLarge
from ...schema.texts import label
from .counting import Counted, Key, Usage, repeats
from .fields import cost, count, identity, images, mend
from .span import Span
from .spellings import (
    COUNTS,
    FAILURES,
    INFERENCES,
    LEVEL,
    MARKS,
    MODELS,
    OF_ROW,
    OTHERS,
    TELLING,
)
from .usage import counts_of

MOST_SPANS: Final = 100_000
"""Of one request. Bodies are bounded too, but the smallest spans take two bytes."""


class Batch(NamedTuple):
    """What a request of OTLP holds."""

    rows: list[dict[str, Any] | RowError]
    """Raw rows, one for each model call that is counted here."""
    span_ids: list[str]
    """The span of each row, in the same order."""
    counted: list[Counted]
    """Calls that a span of a later request may repeat."""


def batch_of(
    spans: Iterable[Span], earlier: Callable[[str], Sequence[Counted]] = lambda trace_id: ()
) -> Batch:
    """The rows of spans.

    Parameters
    ----------
    spans
        Of one request, also those that ran no model: they are the links between those that did.
    earlier
        What earlier requests counted of a trace.
    """
    known: dict[Key, tuple[str, Usage | None]] = {}
    rows: dict[Key, dict[str, Any]] = {}
    nameless: list[Span] = []
    for number, span in enumerate(spans):
        if number >= MOST_SPANS:
            raise TooLarge(f"more than {MOST_SPANS} spans; send fewer in one request", field="spans")
        row = row_of(span)
        if row is not None and not (span.trace_id and span.id):
            nameless.append(span)
            continue
        key = span.trace_id, span.id
        if key in known:
            continue
        usage = None if row is None else Usage(row.get("input_tokens"), row.get("output_tokens"), cached(row))
        known[key] = span.parent_id, usage
        if row is not None:
            rows[key] = row
    repeated, counted = repeats(known, earlier)
    kept = {key: row for key, row in rows.items() if key not in repeated}
    wrong = RowError("invalid_value", "trace id or span id is missing or has the wrong length", "request_id")
    return Batch(
        rows=[*kept.values(), *[wrong] * len(nameless)],
        span_ids=[*(span_id for _, span_id in kept), *(span.id for span in nameless)],
        counted=counted,
    )


def row_of(span: Span) -> dict[str, Any] | None:
    """The raw row of a span, or None where it ran no model or says nothing of one."""
    if TELLING.isdisjoint(span.own):
        return None
    mark = _mark(span)
    if mark in OTHERS:
        return None
    row: dict[str, Any] = {}
    for field, names in OF_ROW.items():
        found = _first(span, names)
        if field in COUNTS:
            found = count(found)
        elif field not in MODELS:
            found = cost(found) if field == "request_cost" else label(found)
        if found is not None:
            row[field] = found
    row.update(counts_of(span.own, row))
    has_counts = any(row.get(name) for name in COUNTS)
    has_model = bool(row.get("model_id") or row.get("model_used_id"))
    if not has_counts and (_failed(span) or not has_model or mark not in INFERENCES):
        return None
    if mark not in INFERENCES and not has_model:
        return None
    if task := INFERENCES.get(mark):
        row["task"] = task
    if task == "text-to-image":
        row.update(images(span))
    mend(row, span)
    return {**row, **identity(span)}


def cached(row: Mapping[str, Any]) -> int:
    """How much of the prompt was in a cache."""
    count = row.get("cached_input_tokens")
    return count if isinstance(count, int) else 0


def _mark(span: Span) -> str:
    """What the span says that it is: the first mark that is known, else any."""
    said = [str(span.own[name]).casefold() for name in MARKS if name in span.own]
    return next((mark for mark in said if mark in INFERENCES or mark in OTHERS), said[0] if said else "")


def _first(span: Span, names: Sequence[str]) -> Any:
    for attributes in (span.own, span.resource):
        for name in names:
            if attributes.get(name) not in (None, ""):
                return attributes[name]
    return None


def _failed(span: Span) -> bool:
    return span.failed or any(span.own.get(name) for name in FAILURES) or span.own.get(LEVEL) == "ERROR"
