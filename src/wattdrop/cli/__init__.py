"""The command line. One file per command; each is imported only when it is asked for.

Click, because a cold start counts: typer and cyclopts take longer to import (docs/decisions/0004-click-and-falcon.md).
The most usual call of all does without it: see ``quick``.
"""

from __future__ import annotations

import os
import sys

from ..typed import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any

    from .commands import root

__all__ = ["main", "root"]


def main() -> None:
    """Entry point of the ``wattdrop`` command."""
    # numpy's linear algebra, which nothing here uses, starts a thread a core in every process; they spin for two seconds
    # of CPU time on sixteen cores before they sleep.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    if hasattr(sys.stdout, "reconfigure"):
        # A terminal that cannot show a name still shows the rest.
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        _answer_or_run()
    except OSError as error:  # such as a full disk behind standard output
        # What is left to flush would fail again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1 if isinstance(error, BrokenPipeError) else f"Error: {error}")  # nobody reads on: no error


def _answer_or_run() -> None:
    from .quick import answer

    text = answer(sys.argv[1:]) if sys.stdout else None  # None where a shell closed it
    if text is None:
        from .commands import root

        root(prog_name="wattdrop")
        return
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
    # There is nothing to close or to wait for. Python would take its own modules apart first, a tenth of the whole time.
    os._exit(0)


def __getattr__(name: str) -> Any:
    if name == "root":
        from .commands import root

        return root
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
