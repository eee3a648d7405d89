"""What was chosen for a row, by which rung, and on what basis."""

from __future__ import annotations

from ..typed import NamedTuple


class Choice(NamedTuple):
    """One question that a description leaves open, and its answer.

    ``basis`` is ``given`` (named in the row), ``published`` or ``derived`` (follows from a catalog entry that the row
    names) or ``assumed`` (nothing in the row says it; the caller could).
    """

    question: str  # model, hardware, accelerators, service, place, time, workload, batch, ...
    chosen: str
    basis: str
    rung: str
    note: str = ""
