"""From a cold start."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from contextlib import ExitStack

from benchmarks.cold_start import ONE, WATTDROP
from benchmarks.timing import Absent, Case, children_s


def starts(_: ExitStack) -> Sequence[Case | Absent]:
    """CPU time of fresh processes: ``python -c pass``, ``import wattdrop``, and ``wattdrop estimate`` of one row with its
    ranges. Modules are compiled and the catalog's cache is there, as after any first call. The files are in the system's
    cache.
    """
    commands = {
        "python -c pass": [sys.executable, "-c", "pass"],
        "python -c 'import wattdrop'": [sys.executable, "-c", "import wattdrop"],
        "wattdrop estimate, one row": [WATTDROP, "estimate", *ONE],
    }
    return [_case(name, command) for name, command in commands.items()]


def _case(name: str, command: list[str]) -> Case:
    def run() -> None:
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    return Case(name, run, clock=children_s)
