"""Figures of grid zones over time: yearly intensity, the shape of a day, off-site water.

A zone without a figure of its own takes its proxy's, then its parent's, up to the world; the rung says so.
"""

from __future__ import annotations

from math import nan

from ..errors import CatalogError
from ..typed import TYPE_CHECKING, NamedTuple
from .columns import BETWEEN_ITEMS, Part, unpacked
from .figure import Figure, Intensity
from .table import Table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import Final, TypeAlias

_Years: TypeAlias = "Sequence[tuple[int, float, str, str]]"

EXACT_YEAR: Final = "exact-year"
EARLIER_YEAR: Final = "earlier-year"
OLDEST_KNOWN: Final = "oldest-known"
PROXY_ZONE: Final = "proxy-zone"
PARENT_ZONE: Final = "parent-zone"

MONTHS: Final = 13  # 0 is the whole year
HOURS: Final = 24


class _Year(NamedTuple):
    year: int
    value: float
    sources: str
    basis: str


class Grids:
    """What is known about each zone of the zones table."""

    __slots__ = ("_intensity", "_part", "_ratios", "_zones")

    def __init__(self, zones: Table, part: Callable[[str], Part]) -> None:
        self._zones = zones
        self._part = part
        self._intensity: dict[tuple[str, int], _Years] = {}
        self._ratios: Sequence[float] | None = None

    def ladder(self, zone_ix: int) -> Iterator[tuple[int, str]]:
        """The zone itself, then who stands in for it: (zone, rung), the rung empty for the zone itself."""
        seen: set[int] = set()
        waiting: list[tuple[int, str]] = [(zone_ix, "")]
        while waiting:
            ix, rung = waiting.pop(0)
            if ix in seen:
                continue
            seen.add(ix)
            yield ix, rung
            for field, name in (("proxy_of", rung or PROXY_ZONE), ("parent", PARENT_ZONE)):
                stand_in = self._zones.text(ix, field)
                found = self._zones.find(stand_in) if stand_in else None
                if found is not None:
                    waiting.append((found, name))

    def quantities(self) -> tuple[str, ...]:
        """The quantities of which intensity.csv has figures."""
        return tuple(self._part("intensity")["quantities"])

    def intensity(self, zone_ix: int, quantity: str, year: int) -> Intensity:
        """The last figure not later than the year, of the zone or of who stands in for it."""
        for ix, rung in self.ladder(zone_ix):
            years = self._years(quantity, ix)
            if years:
                figure, year_rung = _in_force(years, year)
                first_source = figure.sources.split(BETWEEN_ITEMS, 1)[0]
                return Intensity(figure.value, figure.year, first_source, figure.basis, rung or year_rung)
        raise self._nowhere(zone_ix, quantity)

    def zone_with(self, zone_ix: int, quantity: str) -> int:
        """The zone itself, or who stands in for it in a yearly figure."""
        for ix, _ in self.ladder(zone_ix):
            if self._years(quantity, ix):
                return ix
        raise self._nowhere(zone_ix, quantity)

    def intensity_figure(self, zone_ix: int, quantity: str, year: int) -> tuple[Figure, int, str]:
        """As `intensity`, with range, all sources and note: (figure, the zone it is of, rung)."""
        for ix, rung in self.ladder(zone_ix):
            years = self._years(quantity, ix)
            if years:
                found, year_rung = _in_force(years, year)
                details = self._part("intensity.figures").get(quantity, {}).get(ix, {})
                low, high, note = details.get(found.year, (nan, nan, ""))
                sources = tuple(found.sources.split(BETWEEN_ITEMS))
                return (
                    Figure(found.value, low, high, found.year, sources, found.basis, note),
                    ix,
                    rung or year_rung,
                )
        raise self._nowhere(zone_ix, quantity)

    def _nowhere(self, zone_ix: int, quantity: str) -> CatalogError:
        where = self._zones.ids[zone_ix]
        return CatalogError(f"grids/intensity.csv has no {quantity} for {where} or the world")

    def history(self, zone_ix: int, quantity: str) -> tuple[tuple[int, float], ...]:
        """(year, value) of the zone itself, oldest first; empty where it has none of its own."""
        return tuple((entry[0], entry[1]) for entry in self._years(quantity, zone_ix))

    def _years(self, quantity: str, zone_ix: int) -> _Years:
        years = self._intensity.get((quantity, zone_ix))
        if years is None:
            known = quantity in self._part("intensity")["quantities"]
            packed = self._part(f"intensity.{quantity}")["zones"].get(zone_ix) if known else None
            years = self._intensity[quantity, zone_ix] = () if packed is None else unpacked(packed)
        return years

    def mix(self, zone_ix: int) -> tuple[int, dict[str, float]] | None:
        """(year, share of each fuel) of the zone's newest known generation mix."""
        years = self._part("mix")["zones"].get(zone_ix)
        if not years:
            return None
        newest = max(years)
        return newest, {fuel: share[0] for fuel, share in years[newest].items()}

    def mixes(self, zone_ix: int) -> dict[int, dict[str, float]]:
        """Every known mix of a zone: year -> share of each fuel."""
        years = self._part("mix")["zones"].get(zone_ix, {})
        return {year: {fuel: share[0] for fuel, share in shares.items()} for year, shares in years.items()}

    def hourly(self, zone_ix: int) -> int | None:
        """The profile of a zone's day, or of its proxy's; None where no shape is known: every hour counts as the mean.

        Not its parent's: the sun of a country is not that of each of its regions.
        """
        profiles: dict[int, int] = self._part("hourly")["zones"]
        for ix, rung in self.ladder(zone_ix):
            if ix in profiles and rung in ("", PROXY_ZONE):
                return profiles[ix]
        return None

    def hourly_ratio(self, profile_ix: int, month: int, hour: int) -> tuple[float, float]:
        """(carbon, off-site water) of an hour in UTC over the annual mean; month 0 is the whole year.

        A month without data takes the shape of the whole year; a quantity without shape is 1.
        """
        if not (0 <= month < MONTHS and 0 <= hour < HOURS):
            raise ValueError(f"month {month} is not 0 to 12, or hour {hour} not 0 to 23")
        carbon, water = self._hour(profile_ix, month, hour)
        if month and (carbon != carbon or water != water):
            year_carbon, year_water = self._hour(profile_ix, 0, hour)
            carbon = year_carbon if carbon != carbon else carbon
            water = year_water if water != water else water
        return (1.0 if carbon != carbon else carbon), (1.0 if water != water else water)

    def _hour(self, profile_ix: int, month: int, hour: int) -> tuple[float, float]:
        ratios = self._ratios
        if ratios is None:
            ratios = self._ratios = memoryview(self._part("hourly")["ratios"]).cast("d")
        place = ((profile_ix * MONTHS + month) * HOURS + hour) * 2
        return ratios[place], ratios[place + 1]

    def profile_ids(self) -> tuple[str, ...]:
        """The names of the hourly profiles, in the order of their numbers."""
        return tuple(self._part("hourly.figures")["ids"])

    def ewif(self, zone_ix: int) -> Figure | None:
        """Off-site water of the zone's electricity, or of who stands in for it. [L/kWh]"""
        zones = self._part("ewif")["zones"]
        for ix, rung in self.ladder(zone_ix):
            found = zones.get(ix)
            if found is not None:
                value, low, high, year, sources, basis, note, *_ = unpacked(found)
                if rung:
                    note = f"{rung} {self._zones.ids[ix]}" + (f"; {note}" if note else "")
                return Figure(value, low, high, year, tuple(sources.split(BETWEEN_ITEMS)), basis, note)
        return None

    def water_figures(self) -> Iterator[tuple[str, Figure]]:
        """Every water factor of a zone or a technology under its name. [L/kWh]"""
        part = self._part("ewif")
        zones = {self._zones.ids[ix]: unpacked(figure) for ix, figure in part["zones"].items()}
        for entries in (zones, part["technologies"]):
            for name, (value, low, high, year, sources, basis, note, *_) in entries.items():
                yield name, Figure(value, low, high, year, tuple(sources.split(BETWEEN_ITEMS)), basis, note)

    def source_ids(self) -> set[str]:
        """Every source that a line of a long table names."""
        joined = set(self._part("long.figures")["sources"])
        return {source for sources in joined for source in sources.split(BETWEEN_ITEMS)}

    @property
    def without_share_alike(self) -> bool:
        """Whether the folder of share-alike figures is missing, which is allowed."""
        return not self._part("long.figures")["share_alike"]

    def ewif_value(self, zone_ix: int) -> float:
        """As `ewif`, the number alone; nan where nobody has one. [L/kWh]"""
        zones = self._part("ewif")["zones"]
        for ix, _ in self.ladder(zone_ix):
            found = zones.get(ix)
            if found is not None:
                value: float = unpacked(found)[0]
                return value
        return nan


def _in_force(years: Sequence[tuple[int, float, str, str]], year: int) -> tuple[_Year, str]:
    """The last figure not later than the year, else the oldest."""
    for entry in reversed(years):
        if entry[0] <= year:
            return _Year(*entry), EXACT_YEAR if entry[0] == year else EARLIER_YEAR
    return _Year(*years[0]), OLDEST_KNOWN
