"""One row in so many is kept: told by its name, or drawn where nobody can ask for it again."""

from __future__ import annotations

from collections import Counter

import pytest

from wattdrop.errors import RowError
from wattdrop.schema import ImpactRow
from wattdrop.service.sample import drawn, in_sample, sample

UNREAD = RowError("out_of_range", "too large")


def rows(*names: str | None) -> list[ImpactRow | RowError]:
    return [ImpactRow(model_id="gpt-4o", request_id=name) for name in names]


def test_each_row_is_drawn_with_the_same_chance() -> None:
    found = Counter(at for _ in range(20_000) for at in drawn(40, 10))
    assert set(found) == set(range(40))
    assert min(found.values()) > 1700  # of 2000, with a spread of 42
    assert max(found.values()) < 2300


def test_as_many_are_drawn_as_should_be_also_of_requests_of_one_row() -> None:
    assert sum(len(drawn(1, 5)) for _ in range(50_000)) == pytest.approx(10_000, rel=0.1)
    assert drawn(0, 5) == []


def test_rows_with_a_name_are_told_by_it() -> None:
    names = [f"request {number}" for number in range(200)]
    wanted = [at for at, name in enumerate(names) if in_sample(name, 10)]
    assert sample(rows(*names), 10, "x", 0, False) == wanted
    assert sample([*rows(*names), UNREAD] * 2, 10**9, "x", 0, False) == []


def test_rows_without_one_are_told_by_their_number_where_the_request_can_come_again() -> None:
    wanted = [at for at in range(100) if in_sample(f"again-{500 + at}", 10)]
    assert sample(rows(*[None] * 100), 10, "again", 500, True) == wanted


def test_of_a_request_of_both_kinds_each_row_is_told_in_its_way() -> None:
    named = next(name for name in map(str, range(100)) if in_sample(name, 10))
    other = next(name for name in map(str, range(100)) if not in_sample(name, 10))
    found = Counter(
        at for _ in range(5000) for at in sample([*rows(named, None, other), UNREAD], 10, "x", 0, False)
    )
    assert (found[0], found[2]) == (5000, 0)
    assert 350 < found[1] < 650
    assert 350 < found[3] < 650
