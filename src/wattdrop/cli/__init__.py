"""The command line. One file per command; each is imported only when it is asked for.

Click, because a cold start counts: typer and cyclopts take longer to import (docs/decisions/0004-click-and-falcon.md).
"""

from __future__ import annotations

import sys

from .root import root

__all__ = ["main", "root"]


def main() -> None:
    """Entry point of the ``wattdrop`` command."""
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(
            errors="backslashreplace"
        )  # a terminal that cannot show a name still shows the rest
    root(prog_name="wattdrop")
