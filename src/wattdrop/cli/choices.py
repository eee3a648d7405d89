"""Choices behind a request as aligned lines: what was asked, what was taken, and why."""

from __future__ import annotations

from ..typed import TYPE_CHECKING
from .tables import wrapped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..resolve.choice import Choice


def choice_lines(choices: Sequence[Choice], width: int) -> list[str]:
    """One choice a line, wrapped under its answer."""
    questions = max(len(choice.question) for choice in choices)
    lines = []
    for choice in choices:
        label = f"  {choice.question.ljust(questions)}  "
        why = f"{choice.basis}, {choice.rung}" + (f"; {choice.note}" if choice.note else "")
        lines.append(wrapped(f"{label}{choice.chosen}: {why}", width, " " * len(label)))
    return lines
