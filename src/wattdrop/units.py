"""Units: what each name suffix means, and the few factors between a unit of the wire and ours.

Inside the package energy is in Wh, emissions in gCO2e, water in ml, power in W, time in s. The public
contract and data files also use kWh, kgCO2e, litres and milliseconds; they are converted once, where they
enter. One litre per kWh is one millilitre per Wh, so water factors need no conversion.
"""

from __future__ import annotations

from .typed import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Final

WH_PER_KWH: Final = 1000.0
WH_PER_MWH: Final = 1e6
G_PER_KG: Final = 1000.0
G_PER_T: Final = 1e6
ML_PER_L: Final = 1000.0
MS_PER_S: Final = 1000.0
J_PER_WH: Final = 3600.0
S_PER_HOUR: Final = 3600.0
S_PER_YEAR: Final = 31_557_600.0  # Julian year of 365.25 days
PER_BILLION: Final = 1e9  # parameters: data files count billions
BYTES_PER_GB: Final = 1e9  # memory and bandwidth of data sheets: decimal
FLOPS_PER_TFLOP: Final = 1e12

# Suffix of a quantity's name -> its unit, longest first, because `_gco2e_per_kwh` also ends in `_kwh`.
SUFFIXES: Final[tuple[tuple[str, str], ...]] = (
    ("_bytes_per_s", "B/s"),
    ("_flops_per_s", "FLOP/s"),
    ("_gco2e_per_kwh", "gCO2e/kWh"),
    ("_gco2_per_kwh", "gCO2/kWh"),
    ("_gb_per_s", "GB/s"),
    ("_gb_s", "GB/s"),
    ("_j_per_token", "J/token"),
    ("_l_per_kwh", "L/kWh"),
    ("_tokens_per_s", "token/s"),
    ("_billions", "1e9"),
    ("_bytes", "B"),
    ("_flops", "FLOP"),
    ("_gco2e", "gCO2e"),
    ("_hours", "h"),
    ("_kgco2e", "kgCO2e"),
    ("_kwh", "kWh"),
    ("_mlh2o", "ml"),
    ("_ml", "ml"),
    ("_ms", "ms"),
    ("_mwh", "MWh"),
    ("_pct", "%"),
    ("_rate", "1"),
    ("_seconds", "s"),
    ("_share", "1"),
    ("_tco2e", "tCO2e"),
    ("_tflops", "TFLOP/s"),
    ("_years", "year"),
    ("_gb", "GB"),
    ("_wh", "Wh"),
    ("_l", "L"),
    ("_s", "s"),
    ("_w", "W"),
)


def unit_of(name: str) -> str:
    """The unit that a quantity's name spells, or `1` for a count or a ratio.

    >>> unit_of("facility_energy_wh"), unit_of("grid_intensity_gco2e_per_kwh"), unit_of("output_tokens")
    ('Wh', 'gCO2e/kWh', '1')
    """
    return spelled_unit(name) or "1"


def spelled_unit(name: str) -> str:
    """As `unit_of`, but empty where the name spells none: it may still have one that only the dictionary says."""
    for suffix, unit in SUFFIXES:
        if name.endswith(suffix) or name == suffix[1:]:
            return unit
    return ""
