"""What a ledger adds to requests over HTTP."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from typing import Final

from benchmarks.timing import Absent, Case

from .request import IN_A_ROW, in_turn, service

#: For so long that the ledger's thread has several batches of a sample, of which the first costs as much as the last.
TURNS: Final = 45
#: Of many rows: enough for the ledger's thread to meet batches as it does under load.
ROWS: Final = 1000
LARGE_IN_A_ROW: Final = 5
LARGE_TURNS: Final = 20
#: What the service may keep. Of a sample every hundredth row.
OFF: Final[Mapping[str, str]] = {"WATTDROP_LEDGER": "off"}
ON: Final[Mapping[str, str]] = {"WATTDROP_LEDGER": "on"}
SAMPLED: Final[Mapping[str, str]] = {"WATTDROP_LEDGER": "sampled", "WATTDROP_LEDGER_ONE_IN": "100"}
#: The ledger gathers a sample for two seconds: a shorter pause would end before what is left was stored.
PAUSE_S: Final = 2.5


def ledger_request(stack: ExitStack) -> Sequence[Case | Absent]:
    """The same of one row and of 1,000: without the ledger, with a sample of one row in a hundred, and of one row with all
    of it, what is done behind the answers included in each.
    """
    one = [
        service(stack, "one row, ledger off", OFF, 1, IN_A_ROW),
        service(stack, "one row, ledger sampled", SAMPLED, 1, IN_A_ROW),
        service(stack, "one row, ledger on", ON, 1, IN_A_ROW),
    ]
    many = [
        service(stack, "request of 1000 rows", OFF, ROWS, LARGE_IN_A_ROW),
        service(stack, "request of 1000 rows, ledger sampled", SAMPLED, ROWS, LARGE_IN_A_ROW),
    ]
    return [*in_turn(one, TURNS, PAUSE_S), *in_turn(many, LARGE_TURNS, PAUSE_S)]
