"""The two quantiles that are written out are those of the library, to the last bit."""

from __future__ import annotations

from statistics import NormalDist

import pytest

from wattdrop.engine.quantiles import Z50, Z90, z_of


def test_the_written_ones() -> None:
    assert (NormalDist().inv_cdf(0.75), NormalDist().inv_cdf(0.95)) == (Z50, Z90)


@pytest.mark.parametrize("level", [0.01, 0.5, 0.68, 0.9, 0.99])
def test_every_level(level: float) -> None:
    assert z_of(level) == NormalDist().inv_cdf(0.5 + level / 2.0)
