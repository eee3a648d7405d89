"""Which rows a sampled ledger keeps: one in so many."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from hashlib import blake2b
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

from ..schema import ImpactRow

if TYPE_CHECKING:
    from ..errors import RowError

_draws = random.Random()  # noqa: S311 - nobody gains by guessing
_request_id: Final[Any] = attrgetter("request_id")


def sample(
    rows: Sequence[ImpactRow | RowError], one_in: int, fallback: str, first: int, is_sent_again: bool
) -> list[int]:
    """Numbers of the rows that are kept, ascending.

    A row is told by its name, so that it is in the sample of every process and when it is sent again; one whose name is
    new each time is drawn, at no price for those that are not.

    Parameters
    ----------
    fallback, first
        Rows without a name have this one with their number behind it, from ``first`` on.
    is_sent_again
        Whether such a name comes again where the same request does.
    """
    names = _names(rows)
    unnamed = [] if is_sent_again else [at for at, name in enumerate(names) if name is None]
    if len(unnamed) == len(names):
        return drawn(len(names), one_in)
    kept = [unnamed[at] for at in drawn(len(unnamed), one_in)]
    for at, name in enumerate(names):
        if (name is not None or is_sent_again) and in_sample(name or f"{fallback}-{first + at}", one_in):
            kept.append(at)
    return sorted(kept)


def in_sample(name: str, one_in: int) -> bool:
    """Whether a row of this name is kept where one in so many is: the same for the same name, whoever asks.

    >>> sum(in_sample(f"request {number}", 10) for number in range(10_000)) // 100
    10
    """
    return (
        int.from_bytes(blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8).digest()) % one_in == 0
    )


def drawn(count: int, one_in: int) -> list[int]:
    """Which of so many are drawn, each with the same chance whatever becomes of the others.

    What is drawn is how many are passed over, so that those cost nothing.

    >>> drawn(3, 1), 900 < len(drawn(100_000, 100)) < 1100
    ([0, 1, 2], True)
    """
    if one_in == 1:
        return list(range(count))
    scale = 1.0 / math.log1p(-1.0 / one_in)
    found = []
    at = int(scale * math.log(1.0 - _draws.random()))
    while at < count:
        found.append(at)
        at += 1 + int(scale * math.log(1.0 - _draws.random()))
    return found


def _names(rows: Sequence[ImpactRow | RowError]) -> list[str | None]:
    try:
        return list(map(_request_id, rows))
    except AttributeError:  # rows that could not be read have none
        return [row.request_id if isinstance(row, ImpactRow) else None for row in rows]
