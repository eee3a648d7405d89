"""CPU time of the command from a cold start, beside a bare interpreter: ``python benchmarks/cold_start.py``.

Minimum of ten fresh processes each, because other work on the machine only ever adds.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path

ROUNDS = 10
ONE = "--model gpt-4o --input-tokens 100 --output-tokens 500 --service openai --country US".split()
WATTDROP = str(Path(sys.executable).with_name("wattdrop"))
COMMANDS = {
    "python -c pass": [sys.executable, "-c", "pass"],
    "wattdrop --help": [WATTDROP, "--help"],
    "wattdrop --version": [WATTDROP, "--version"],
    "wattdrop estimate, one row": [WATTDROP, "estimate", *ONE],
    "wattdrop estimate --format json": [WATTDROP, "estimate", *ONE, "--format", "json"],
    "wattdrop estimate --pue 1.2": [WATTDROP, "estimate", *ONE, "--pue", "1.2"],  # by way of click
    "wattdrop explain, one row": [WATTDROP, "explain", *ONE],
    "wattdrop models list llama": [WATTDROP, "models", "list", "llama"],
    "wattdrop models show gpt-4o": [WATTDROP, "models", "show", "gpt-4o"],
}
LIBRARIES = ("argparse", "click", "typer", "cyclopts")


def cpu_ms(command: list[str]) -> float:
    """User and system time of the process. [ms]"""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return 1000 * (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def main() -> None:
    """Print a line per command, and per command line library that is installed."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # after a first call, modules are compiled
    for name, command in COMMANDS.items():
        print(f"{name:32} {min(cpu_ms(command) for _ in range(ROUNDS)):6.0f} ms")
    for library in LIBRARIES:
        command = [sys.executable, "-c", f"import {library}"]
        if subprocess.run(command, check=False, stderr=subprocess.DEVNULL).returncode == 0:
            print(f"import {library:25} {min(cpu_ms(command) for _ in range(ROUNDS)):6.0f} ms")


if __name__ == "__main__":
    main()
