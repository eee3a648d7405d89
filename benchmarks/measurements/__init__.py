"""Everything that is measured. A module has one function; what it says and how is its docstring, which the page shows.

To add one: write the function (it gets a stack for what must be closed afterwards, and gives cases), put it in the list,
and put the ratios that it is for into ``benchmarks/ratios.py``. ``.bench/bin/python -m benchmarks --only NAME`` runs it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import Final, NamedTuple

from benchmarks.timing import Absent, Case

from .bulk_job import bulk_job
from .json_rows import json_rows
from .kernel import kernel
from .ledger_request import ledger_request
from .ledger_share import ledger_share
from .names import names
from .one_row import one_row
from .parquet import parquet
from .request import request
from .starts import starts
from .with_ranges import with_ranges


class Measurement(NamedTuple):
    """What to measure, and whether the quick table has it too."""

    cases: Callable[[ExitStack], Sequence[Case | Absent]]
    quick: bool = True


MEASUREMENTS: Final[Sequence[Measurement]] = (
    Measurement(one_row),
    Measurement(json_rows),
    Measurement(kernel),
    Measurement(names),
    Measurement(parquet),
    Measurement(bulk_job),
    Measurement(with_ranges),
    Measurement(starts),
    Measurement(ledger_share),
    Measurement(request, quick=False),
    Measurement(ledger_request, quick=False),
)
