"""What follows from setups, gathered for rows."""

from __future__ import annotations

import numpy as np
import pytest

from wattdrop.engine.statics import Columns

ROWS = np.array([0, 1, 1, 0])


def columns(*ends_of_groups: list[float]) -> Columns:
    """One static of one cause; each group has as many setups."""
    found = Columns(1, (len(ends_of_groups[0]),), len(ends_of_groups))
    found.add([[[[end] for end in ends]] for ends in ends_of_groups])
    return found


@pytest.mark.parametrize("shape", [(4,), (1, 4)], ids=["central", "a cause of one end"])
def test_a_single_setup_of_many_groups_gives_a_number_a_row(shape: tuple[int, ...]) -> None:
    gathered = columns([1.0], [2.0]).of([0, 1]).of_rows(ROWS)(0, np.empty(shape))
    assert gathered.tolist() == [1.0, 2.0, 2.0, 1.0]


def test_several_setups_give_a_row_each() -> None:
    gathered = columns([1.0, 3.0], [2.0, 4.0]).of([0, 1]).of_rows(ROWS)(0, np.empty((2, 4)))
    assert gathered.tolist() == [[1.0, 2.0, 2.0, 1.0], [3.0, 4.0, 4.0, 3.0]]


def test_what_groups_share_is_not_gathered() -> None:
    assert columns([5.0], [5.0]).of([0, 1]).of_rows(ROWS)(0, np.empty(4)) == 5.0
