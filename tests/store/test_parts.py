"""Parts of the error add up by group and name, whichever cause they come from."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wattdrop.store import parts
from wattdrop.store.parts import CauseParts, Parts, numbered

ROWS, NAMES = 6, ("method|m", "grid|FR", "grid|US")
entries = st.lists(
    st.tuples(st.integers(0, ROWS - 1), st.integers(0, len(NAMES) - 1), st.integers(1, 9)), min_size=1
)


def cause(of: list[tuple[int, int, int]]) -> CauseParts:
    """Entries of which only the first and the last of ten values are not 0."""
    row, name, value = map(np.array, zip(*sorted(of), strict=True))
    return CauseParts(row, name, [value.astype(float), *[None] * 8, 2.0 * value])


@given(
    st.lists(entries, max_size=3),
    st.lists(st.integers(-1, 2), min_size=ROWS, max_size=ROWS),
    st.lists(st.integers(1, 3), min_size=ROWS, max_size=ROWS),
)
def test_sums_are_those_of_the_entries(
    of: list[list[tuple[int, int, int]]], groups: list[int], weights: list[int]
) -> None:
    expected: dict[tuple[int, int], float] = defaultdict(float)
    for row, name, value in (entry for one in of for entry in one):
        if groups[row] >= 0:  # others are left out
            expected[groups[row], 7 + name] += value * weights[row]
    numbers = {name: 7 + at for at, name in enumerate(NAMES)}
    found = Parts([cause(one) for one in of], NAMES).sums(np.array(groups), np.array(weights), numbers)
    assert {
        (group, int(one[0])): (one[1], one[10]) for group, sums in found.items() for one in sums.tolist()
    } == {key: (value, 2.0 * value) for key, value in expected.items()}
    assert all(not sums[:, 2:10].any() for sums in found.values())


@pytest.mark.parametrize("most_cells", [0, 1000])
def test_numbers_close_together_and_far_apart(most_cells: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "_MOST_CELLS", most_cells)
    distinct, which = numbered(np.array([9, -4, 9, 30]))
    assert (distinct.tolist(), which.tolist()) == ([-4, 9, 30], [1, 0, 1, 2])
