"""When rows ran: the year decides what figures apply, the hour of the month picks a ratio to their annual mean."""

from __future__ import annotations

from ..typed import TYPE_CHECKING, NamedTuple
from .place import hourly_ratios

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Final

    from ..catalog import Catalog
    from ..schema.moment import Moment
    from .place import PlaceFound
    from .resolved import Resolved


class Hour(NamedTuple):
    """The hour of a row."""

    year: int | None
    of_month: int
    """1 to 288: the hours (UTC) of a day in January, in February, and so on; 0 where the row gives no time."""
    moment: Moment | None


NEVER: Final = Hour(None, 0, None)

#: Hours remembered, two years and more; beyond that the memory starts anew.
_MOST_HOURS: Final = 20_000
_known: dict[str, Hour] = {}


def hour_of(text: str | None) -> Hour:
    """The hour of a ``utc_datetime``; rows of one hour share it.

    >>> hour_of("2024-03-15T10:30:00.25Z")[:2], hour_of("2024-03-15T12:30:00+02:00")[:2]
    ((2024, 59), (2024, 59))
    """
    if not text:
        return NEVER
    tail = text[19:]
    if text[16:17] != ":" or (
        tail != "Z" and not (tail[:1] == "." and tail[-1] == "Z" and tail[1:-1].isdigit())
    ):
        return _hour(_moment(text))
    start = text[:13]  # of a canonical spelling, year to hour say all that matters
    found = _known.get(start)
    if found is None:
        if len(_known) >= _MOST_HOURS:
            _known.clear()
        found = _known[start] = _hour(_moment(f"{start}:00:00Z"))
    return found


def hours_of(texts: Sequence[str | None]) -> list[Hour]:
    """The same of many, which most callers spell alike."""
    try:
        if _are_alike(texts):  # type: ignore[arg-type]  # where one is None this says so
            return [_known[text[:13]] for text in texts]  # type: ignore[index]
    except (TypeError, KeyError):
        pass
    return list(map(hour_of, texts))


def _are_alike(texts: Sequence[str]) -> bool:
    """Whether all are canonical and equally long: looked at place by place, each in all of them at once.

    >>> _are_alike(["2024-03-15T10:30:00Z", "2025-01-02T03:04:05Z"]), _are_alike(["2024-03-15T12:30:00+02:00"])
    (True, False)
    """
    count, length = len(texts), len(texts[0])
    if length < 20 or set(map(len, texts)) != {length}:
        return False
    whole = "".join(texts)
    if whole[16::length] != ":" * count or whole[length - 1 :: length] != "Z" * count:
        return False
    if length == 20:
        return True
    return whole[19::length] == "." * count and all(
        whole[at::length].isdigit() for at in range(20, max(21, length - 1))
    )


def _moment(text: str) -> Moment | None:
    from ..schema.moment import parse

    return parse(text)


def _hour(moment: Moment | None) -> Hour:
    if moment is None:
        return NEVER
    return Hour(moment.year, (moment.month - 1) * 24 + moment.hour + 1, moment)


ANNUAL_MEAN: Final = (1.0, 1.0)
"""The ratios where no shape of the day is known."""


class HourlyRatios:
    """Ratios of hours to the annual mean, of one catalog: an hour of a profile is looked up once."""

    __slots__ = ("_catalog", "_known")

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._known: dict[int | None, dict[int, tuple[float, float]]] = {}

    def of(self, place: PlaceFound, hour: Hour) -> tuple[float, float]:
        """The ratios of grid intensity and of off-site water at a place."""
        known = self._of_profile(place.profile_ix)
        found = known.get(hour.of_month)
        if found is None:
            found = known[hour.of_month] = hourly_ratios(self._catalog, place, hour.moment)
        return found

    def _of_profile(self, profile: int | None) -> dict[int, tuple[float, float]]:
        """What is known of the hours of a profile."""
        found = self._known.get(profile)
        return self._known.setdefault(profile, {}) if found is None else found

    def columns(
        self, resolved: Sequence[Resolved], of_rows: Sequence[int], hours: Sequence[Hour]
    ) -> Sequence[Sequence[float]]:
        """The same of each row, as two columns; nothing where all are 1."""
        profiles = [one.place.profile_ix for one in resolved]
        if not of_rows or profiles.count(None) == len(profiles):
            return ()
        known = list(map(self._of_profile, profiles))
        try:
            found = [known[of][hour.of_month] for of, hour in zip(of_rows, hours, strict=True)]
        except KeyError:
            found = [self.of(resolved[of].place, hour) for of, hour in zip(of_rows, hours, strict=True)]
        if found.count(ANNUAL_MEAN) == len(found):
            return ()
        return [grid for grid, _ in found], [water for _, water in found]
