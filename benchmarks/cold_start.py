"""CPU time of the command from a cold start, beside a bare interpreter: ``python benchmarks/cold_start.py``.

Minimum of ten fresh processes each, because other work on the machine only ever adds.
"""

from __future__ import annotations

import resource
import subprocess
import sys

ROUNDS = 10
ONE = "--model gpt-4o --input-tokens 100 --output-tokens 500 --service openai --country US".split()
COMMANDS = {
    "python -c pass": [sys.executable, "-c", "pass"],
    "wattdrop --help": [sys.executable, "-m", "wattdrop", "--help"],
    "wattdrop estimate, one row": [sys.executable, "-m", "wattdrop", "estimate", *ONE],
    "wattdrop explain, one row": [sys.executable, "-m", "wattdrop", "explain", *ONE],
    "wattdrop models list llama": [sys.executable, "-m", "wattdrop", "models", "list", "llama"],
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
    for name, command in COMMANDS.items():
        print(f"{name:32} {min(cpu_ms(command) for _ in range(ROUNDS)):6.0f} ms")
    for library in LIBRARIES:
        command = [sys.executable, "-c", f"import {library}"]
        if subprocess.run(command, check=False, stderr=subprocess.DEVNULL).returncode == 0:
            print(f"import {library:25} {min(cpu_ms(command) for _ in range(ROUNDS)):6.0f} ms")


if __name__ == "__main__":
    main()
