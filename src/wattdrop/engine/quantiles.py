"""How many standard deviations a share of cases lies within.

Of the two levels that ranges are made of it is written out: importing ``statistics`` takes a cold start longer than
resolving a row does.
"""

from __future__ import annotations

from ..typed import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Final

Z90: Final = 1.6448536269514715
Z50: Final = 0.6744897501960817
_KNOWN: Final = {0.9: Z90, 0.5: Z50}


def z_of(level: float) -> float:
    """Of a normal error: the half-width that holds so large a share of cases, in standard deviations.

    >>> z_of(0.9) == Z90, round(z_of(0.95), 2)
    (True, 1.96)
    """
    known = _KNOWN.get(level)
    if known is not None:
        return known
    from statistics import NormalDist

    return NormalDist().inv_cdf(0.5 + level / 2.0)
