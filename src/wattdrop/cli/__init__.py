"""The command line. One file per command; each is imported only when it is asked for.

Click, because a cold start counts: typer and cyclopts take longer to import (docs/decisions/0004-click-and-falcon.md).
"""

from __future__ import annotations

import os
import sys

from .root import root

__all__ = ["main", "root"]


def main() -> None:
    """Entry point of the ``wattdrop`` command."""
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(
            errors="backslashreplace"
        )  # a terminal that cannot show a name still shows the rest
    try:
        root(prog_name="wattdrop")
    except OSError as error:  # such as a full disk behind standard output
        os.dup2(
            os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno()
        )  # what is left to flush would fail again
        sys.exit(f"Error: {error}")
