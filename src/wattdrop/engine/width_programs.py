"""The programs of half-widths that serve a batch, made when rows of its kind have come often enough."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from .cases import DURATION, WITHIN, Case, EffectId, in_order
from .differences import DURATION_AT, Differences, Widths
from .facts import Fixed, common, states_of
from .graph import MOVES, Facts, State
from .traits import Traits, traits_of

if TYPE_CHECKING:
    from ..kernel.constants import Constants
    from ..resolve.quantities import QuantityColumns

#: Rows of a kind that are evaluated whole before programs are made for them: making takes as long as those do.
FEWEST_ROWS: Final = 64
_MOST_KEPT: Final = 32
_MOST_BATCHES: Final = 4096

Batch = tuple[tuple[State, ...], frozenset[Traits], bool]
Moves = tuple[tuple[EffectId, int, int], ...]

_lock = threading.Lock()
_rows_seen: dict[tuple[State, ...], int] = {}
_of_batches: dict[Batch, Differences] = {}
_kept: dict[tuple[tuple[State, ...], Fixed, Moves], Differences] = {}
#: The bits that any case of a cause moves and the most ends it has, as far as seen: one program serves all of them.
_widest: dict[EffectId, tuple[int, int]] = {}


def widths(
    cases: Sequence[Case],
    of_rows: Sequence[int],
    given: QuantityColumns,
    c: Constants,
    duration_factors: tuple[float, float],
    within: bool = False,
) -> Widths | None:
    """Half-widths of rows in the totals, in lists or arrays as ``of_rows`` is one.

    None for rows of a kind that is too rare to make programs for.

    Parameters
    ----------
    cases : distinct cases.
    of_rows : for each row, which of them.
    given : the quantities of the rows.
    duration_factors : what an observed duration is multiplied by at its ends.
    within : the method's error at the ends that hold half of the cases, alone; otherwise every cause but that.
    """
    states = states_of(given)
    if not _is_worth_it(states, given.rows):
        return None
    batch = states, frozenset(map(traits_of, cases)), within
    found = _of_batches.get(batch)
    if found is None:
        with _lock:
            if len(_of_batches) >= _MOST_BATCHES:
                _of_batches.clear()
            found = _of_batches[batch] = _made(batch, not within and DURATION_AT in given.columns)
    if hasattr(of_rows, "shape"):
        return found.of_arrays(cases, of_rows, given, c, duration_factors)
    return found.of_rows(cases, of_rows, given, c, duration_factors)


def _is_worth_it(states: tuple[State, ...], rows: int) -> bool:
    seen = _rows_seen.get(states, 0)
    if seen < FEWEST_ROWS:
        if len(_rows_seen) >= _MOST_BATCHES:
            _rows_seen.clear()
        seen = _rows_seen[states] = seen + rows
    return seen >= FEWEST_ROWS


def _made(batch: Batch, has_duration: bool) -> Differences:
    states, traits, within = batch
    effects: set[EffectId] = set()
    for each in traits:
        for effect, bits, ends in each.moves:
            if (effect == WITHIN) != within:
                continue
            seen, most = _widest.get(effect, (0, 0))
            _widest[effect] = seen | bits, max(most, ends)
            effects.add(effect)
    moves = tuple((effect, *_widest[effect]) for effect in in_order(effects))
    if has_duration:
        moves += ((DURATION, MOVES["processing_duration_ms"], 1),)
    key = states, common(frozenset(each.fixed for each in traits)), moves
    found = _kept.get(key)
    if found is None:
        if len(_kept) >= _MOST_KEPT:
            _kept.clear()
            _of_batches.clear()
        found = _kept[key] = Differences(Facts(states, key[1].fields), moves)
    return found
