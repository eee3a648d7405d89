"""Files of any size: columns or lines in, columns or lines out, part by part, on all cores, in constant memory.

The way of a job: ``inputs`` lists the files, ``plan`` decides columns once for all of them, ``sources`` cuts them into
parts, ``part`` reads, estimates and writes one part (in a process of its own), ``job`` hands parts out, resumes and
joins. The numbers come from ``engine.estimate_table``; nothing here computes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .job import run
    from .options import Options
    from .summary import Summary

__all__ = ["Options", "Summary", "run"]


def __getattr__(name: str) -> Any:
    """Load what needs pyarrow only when it is asked for."""
    if name == "run":
        from .job import run

        return run
    if name == "Options":
        from .options import Options

        return Options
    if name == "Summary":
        from .summary import Summary

        return Summary
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
