"""The formulas alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial
from typing import Any, Final

import numpy as np
from benchmarks.rows import bare
from benchmarks.timing import Absent, Case

#: Eight blocks.
ROWS: Final = 65_536
#: Five columns in (three codes, two sizes) and twenty results out, 8 bytes each.
BYTES_PER_ROW: Final = 8 * (5 + 20)


def kernel(_: ExitStack) -> Sequence[Case | Absent]:
    """``engine.evaluate`` of rows that are resolved already: 65,536 rows in numpy blocks; one row on Python floats; and
    one row forced through numpy, which shows why a single row is not sent there. Beside it a plain copy of as many bytes
    as a row's input and results have, from and to arrays that no cache holds.
    """
    from wattdrop.engine import evaluate as module

    def through_numpy(call: Callable[[], object]) -> object:
        usual, module.FEWEST_ROWS_FOR_ARRAYS = module.FEWEST_ROWS_FOR_ARRAYS, 1
        try:
            return call()
        finally:
            module.FEWEST_ROWS_FOR_ARRAYS = usual

    many, one = evaluation_of(ROWS), evaluation_of(1)
    source = np.ones(BYTES_PER_ROW * ROWS // 8)
    target = np.empty_like(source)
    return [
        Case("kernel, rows in blocks", many, ROWS),
        Case("kernel, one row", one),
        Case("kernel, numpy on one row", lambda: through_numpy(one)),
        Case("copy of a row's bytes", lambda: np.copyto(target, source), ROWS),
    ]


def evaluation_of(count: int) -> Callable[[], Any]:
    """A call that runs the kernel over so many resolved rows."""
    from wattdrop import ImpactRow
    from wattdrop.engine.api import default_catalog, resolver_of
    from wattdrop.engine.evaluate import evaluate

    resolver = resolver_of(default_catalog())
    found = resolver.batch([ImpactRow(**bare(number)) for number in range(count)])
    if found.errors:
        raise RuntimeError(f"rows of the benchmark have errors: {found.errors[min(found.errors)].message}")
    setup_of_row: Any = np.array(found.resolved_of, dtype=np.int64) if count > 1 else found.resolved_of
    setups = found.setups
    return partial(evaluate, setups, setup_of_row, found.quantities, resolver.constants)
