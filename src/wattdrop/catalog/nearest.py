"""Which names look most like one that was not found."""

from __future__ import annotations

from collections import Counter
from difflib import SequenceMatcher
from heapq import nlargest
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

# difflib on 14,000 names takes a second; on the few that share most letter pairs, milliseconds.
_SHORTLIST: Final = 30
_PAIRS: Final = 14  # of a long name, every second or third letter pair is enough for the shortlist
_LENGTHS: Final = 2.5  # a name that much shorter or longer is never the nearest

Scored = tuple[float, str, int]


class NameIndex:
    """Names by the letter pairs in them, made once: a batch may hold many names that nobody knows."""

    __slots__ = ("_names", "_with_pair")

    def __init__(self, names: Iterable[tuple[str, int]]) -> None:
        self._names = [(key.replace("-", ""), key, ix) for key, ix in names]
        self._with_pair: dict[str, list[int]] = {}
        for number, (plain, _, _) in enumerate(self._names):
            for pair in set(map(str.__add__, plain, plain[1:])):
                self._with_pair.setdefault(pair, []).append(number)

    def shortlist(self, wanted: str, keep: Callable[[str, int], bool]) -> list[Scored]:
        """The names that share most letter pairs with a name without hyphens, each with how much it does."""
        step = 1 + len(wanted) // _PAIRS
        pairs = {wanted[i : i + 2] for i in range(0, len(wanted) - 1, step)} or {wanted}
        shortest, longest = len(wanted) / _LENGTHS, max(len(wanted), 2) * _LENGTHS
        shared: Counter[int] = Counter()
        for pair in pairs:
            shared.update(self._with_pair.get(pair, ()))
        found = self._scored(shared.items(), len(pairs), step, shortest, longest, keep)
        if len(found) < _SHORTLIST:  # next to nothing in common with any: all of them, as they come
            every = ((number, shared[number]) for number in range(len(self._names)))
            found = self._scored(every, len(pairs), step, shortest, longest, keep)
        return nlargest(_SHORTLIST, found)

    def _scored(
        self,
        shared: Iterable[tuple[int, int]],
        pairs: int,
        step: int,
        shortest: float,
        longest: float,
        keep: Callable[[str, int], bool],
    ) -> list[Scored]:
        names = self._names
        return [
            (2.0 * count / (pairs + len(plain) / step), plain, ix)
            for number, count in shared
            for plain, key, ix in (names[number],)
            if shortest <= len(plain) <= longest and keep(key, ix)
        ]


def nearest_rows(wanted: str, shortlists: Sequence[Scored], n: int) -> list[int]:
    """Rows of the `n` entities whose names are most similar to `wanted` (without hyphens), best first."""
    matcher = SequenceMatcher(autojunk=False)
    matcher.set_seq2(wanted)
    best: dict[int, float] = {}
    for overlap, plain, ix in nlargest(_SHORTLIST, shortlists):
        matcher.set_seq1(plain)
        best[ix] = max(best.get(ix, 0.0), matcher.ratio() + overlap / 1000.0)
    return nlargest(n, best, key=lambda ix: best[ix])
