"""Numbers for people: a column in the unit that suits its largest value, three significant digits."""

from __future__ import annotations

from ..typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Final


class Scale(NamedTuple):
    """A unit and how many base units it is."""

    unit: str
    size: float


ENERGY: Final = (
    Scale("µWh", 1e-6), Scale("mWh", 1e-3), Scale("Wh", 1.0), Scale("kWh", 1e3), Scale("MWh", 1e6), Scale("GWh", 1e9)
)  # fmt: skip
CARBON: Final = (
    Scale("µgCO2e", 1e-6), Scale("mgCO2e", 1e-3), Scale("gCO2e", 1.0), Scale("kgCO2e", 1e3), Scale("tCO2e", 1e6)
)  # fmt: skip
WATER: Final = (Scale("nl", 1e-6), Scale("µl", 1e-3), Scale("ml", 1.0), Scale("l", 1e3), Scale("m³", 1e6))


def scale_for(values: Iterable[float], scales: tuple[Scale, ...]) -> Scale:
    """The scale in which the largest value is at least 1 where possible.

    >>> scale_for([0.4, 0.002], ENERGY).unit
    'mWh'
    """
    largest = max(values, default=0.0)
    fitting = [scale for scale in scales if largest >= scale.size]
    return fitting[-1] if fitting else scales[0]


def digits(value: float, significant: int = 3) -> str:
    """A number without exponent, with three significant digits.

    >>> digits(1234.5), digits(12.345), digits(0.01234), digits(0.0), digits(0.00001), digits(9.996)
    ('1234', '12.3', '0.0123', '0', '<0.001', '10.0')
    """
    if value == 0:
        return "0"
    if 0 < value < 0.001:
        return "<0.001"
    rounded = float(f"{value:.{significant}g}")
    whole_digits = len(str(int(abs(rounded)))) if abs(rounded) >= 1 else 0
    decimals = significant - whole_digits if whole_digits else significant - _exponent(rounded) - 1
    return f"{value:.{max(0, decimals)}f}"


def figure(value: float) -> str:
    """A figure as it is, to six digits: readable, and enough to compute with.

    >>> figure(8.03), figure(700.0), figure(1460000.0), figure(1.5e13), figure(1e-7), figure(0.0)
    ('8.03', '700', '1,460,000', '1.5e+13', '1e-07', '0')
    """
    if value.is_integer() and abs(value) < 1e9:
        return f"{value:,.0f}"
    return f"{value:.6g}"


def counted(count: int, noun: str) -> str:
    """How many of something.

    >>> counted(1, "row"), counted(20_000, "row")
    ('1 row', '20,000 rows')
    """
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def _exponent(value: float) -> int:
    return int(f"{value:e}".partition("e")[2])
