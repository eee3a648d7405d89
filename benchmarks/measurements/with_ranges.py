"""What ranges add."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from typing import Final

import msgspec
from benchmarks.rows import row
from benchmarks.timing import Absent, Case

ROWS: Final = 1000


def with_ranges(_: ExitStack) -> Sequence[Case | Absent]:
    """The 90 % ranges of the five totals of every row beside the same numbers without ranges: for 1,000
    typed rows in one call. Then the whole answer of ``?ranges=true`` (50 % and 90 %, causes and advice), bytes to bytes.
    """
    from wattdrop.engine.api import METRICS, default_catalog, estimate_checked
    from wattdrop.schema import ImpactRequest, parse_request

    encoder = msgspec.json.Encoder()
    body = msgspec.json.encode({"rows": [row(number) for number in range(ROWS)]})
    rows = msgspec.json.decode(body, type=ImpactRequest).rows
    totals, catalog = METRICS["total"], default_catalog()

    def off() -> object:
        evaluation = estimate_checked(rows, catalog).evaluation
        return [evaluation.column(name) for name in totals]

    def on() -> object:
        found = estimate_checked(rows, catalog)
        columns = [found.evaluation.column(name) for name in totals]
        return columns, [found.ranges(name, 0.9) for name in totals]

    return [
        Case("1000 rows, ranges off", off, ROWS),
        Case("1000 rows, ranges on", on, ROWS),
        Case(
            "1000 rows, answer without ranges",
            lambda: encoder.encode(estimate_checked(parse_request(body), catalog).response()),
            ROWS,
        ),
        Case(
            "1000 rows, answer with ranges",
            lambda: encoder.encode(estimate_checked(parse_request(body), catalog).response(ranges=True)),
            ROWS,
        ),
    ]
