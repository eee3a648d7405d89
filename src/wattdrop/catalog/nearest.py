"""Which names look most like one that was not found."""

from __future__ import annotations

from difflib import SequenceMatcher
from heapq import nlargest
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

# difflib on 14,000 names takes a second; on the few that share most letter pairs, milliseconds.
_SHORTLIST: Final = 30
_PAIRS: Final = 14  # of a long name, every second or third letter pair is enough for the shortlist
_LENGTHS: Final = 2.5  # a name that much shorter or longer is never the nearest


def nearest_rows(name: str, names: Sequence[tuple[str, int]], n: int) -> list[int]:
    """Rows of the `n` entities whose names are most similar to `name` (normalised), best first."""
    wanted = name.replace("-", "")
    step = 1 + len(wanted) // _PAIRS
    pairs = {wanted[i : i + 2] for i in range(0, len(wanted) - 1, step)} or {wanted}
    shortest, longest = len(wanted) / _LENGTHS, max(len(wanted), 2) * _LENGTHS
    scored = [
        (2.0 * sum(map(plain.__contains__, pairs)) / (len(pairs) + len(plain) / step), plain, ix)
        for plain, ix in [(key.replace("-", ""), ix) for key, ix in names]
        if shortest <= len(plain) <= longest
    ]
    matcher = SequenceMatcher(autojunk=False)
    matcher.set_seq2(wanted)
    best: dict[int, float] = {}
    for overlap, plain, ix in nlargest(_SHORTLIST, scored):
        matcher.set_seq1(plain)
        best[ix] = max(best.get(ix, 0.0), matcher.ratio() + overlap / 1000.0)
    return nlargest(n, best, key=lambda ix: best[ix])
