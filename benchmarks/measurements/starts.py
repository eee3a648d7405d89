"""From a cold start."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.cold_start import ONE
from benchmarks.installed import commands_of_installed
from benchmarks.timing import Absent, Case, children_s

NAMES = ("python -c pass", "python -c 'import wattdrop'", "wattdrop estimate, one row")


def starts(stack: ExitStack) -> Sequence[Case | Absent]:
    """CPU time of fresh processes: ``python -c pass``, ``import wattdrop``, and ``wattdrop estimate`` of one row with its
    ranges. The package is installed from a wheel in an environment of its own, as users have it. Modules are compiled and
    the catalog's cache is there, as after any first call. The files are in the system's cache.
    """
    commands = commands_of_installed(Path(stack.enter_context(TemporaryDirectory())))
    if commands is None:
        return [Absent(name, "what installs a wheel is not there") for name in NAMES]
    python, wattdrop = str(commands / "python"), str(commands / "wattdrop")
    arguments = ([python, "-c", "pass"], [python, "-c", "import wattdrop"], [wattdrop, "estimate", *ONE])
    return [_case(name, command) for name, command in zip(NAMES, arguments, strict=True)]


def _case(name: str, command: list[str]) -> Case:
    def run() -> None:
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    return Case(name, run, clock=children_s)
