"""``python -m benchmarks``: what ``make bench``, ``bench-quick``, ``bench-curve`` and ``bench-report`` run."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from . import results, table
from .curve import curve
from .machine import ROOT
from .measurements import MEASUREMENTS
from .report import write_page
from .running import Budget, look_again, run

#: The quick table stays below a minute, even on a busy machine.
QUICK_SECONDS, QUICK_MOST_S = 1.5, 45.0


def main(arguments: list[str] | None = None) -> None:
    """Measure and print; keep it, draw and write only where asked."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("what", nargs="?", choices=("table", "quick", "curve", "report"), default="table")
    parser.add_argument("--keep", action="store_true", help="keep the results, and write the page")
    parser.add_argument(
        "--seconds", type=float, default=20.0, help="rounds of a measurement go on for so long"
    )
    parser.add_argument("--most-rows", type=int, default=20_000_000, help="where the curve ends")
    names = [one.cases.__name__ for one in MEASUREMENTS]
    parser.add_argument("--only", action="append", choices=names, help="measure no other; may be given again")
    given = parser.parse_args(arguments)
    if given.keep and (given.only or given.what == "quick"):
        parser.error("--keep keeps whole runs")
    # Whatever is started finds its modules compiled, as it does on a user's machine after the first call.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    kept = results.read()
    if given.what == "report":
        write_page(kept, ROOT)
        return
    if given.what == "curve":
        kept.curve = curve(given.most_rows, Path(ROOT))
        results.write(kept)
        write_page(kept, ROOT)
        return
    quick = given.what == "quick"
    budget = Budget(QUICK_SECONDS, QUICK_MOST_S) if quick else Budget(given.seconds)
    chosen = [one for one in MEASUREMENTS if not given.only or one.cases.__name__ in given.only]
    found = run(budget, quick=quick, measurements=chosen)
    before = results.comparable(kept, found.machine)
    if before is not None:
        look_again(found, {one.ratio for one in results.regressions(found, before)}, budget)
    print(f"\n{table.table(found, before)}\n\n{table.report(found, before)}")
    if given.keep:
        kept = results.with_run(kept, found)
        results.write(kept)
        write_page(kept, ROOT)


if __name__ == "__main__":
    main()
