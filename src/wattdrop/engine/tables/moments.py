"""When rows ran: one code for every hour of a month of a year, and what that hour is to the annual mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ...schema.moment import EARLIEST_YEAR, LATEST_YEAR, WITH_ZONE, WITHOUT_ZONE, Moment
from .buffers import valid
from .codes import places_of
from .values import Codes, codes_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...catalog import Catalog
    from ...resolve.resolved import Resolved

#: Every hour of a day in every month, and the hour that nobody gives.
_HOURS: Final = 12 * 24 + 1
#: Fewer texts than this are read one by one.
_FEW_TEXTS: Final = 256
#: Types that texts are cast to, first those of texts without a zone: Arrow does not mix these with such that have one.
_KINDS: Final = [pa.timestamp(unit, zone) for zone in (None, "UTC") for unit in ("us", "ns")]
_TICKS_OF_AN_HOUR: Final = {"s": 3_600, "ms": 3_600_000, "us": 3_600_000_000, "ns": 3_600_000_000_000}


class Hours(NamedTuple):
    """A code for each row, and the moments that codes stand for (one past the end: not given)."""

    codes: Any
    moments: list[Moment | None]

    def years(self) -> tuple[Any, list[int]]:
        """For each row the code of its year, and the years that these codes stand for."""
        years = sorted({moment.year for moment in self.moments if moment is not None})
        everywhere = len(self.codes) and len(years) == 1 and None not in self.moments
        if everywhere and self.codes.max() < len(self.moments):
            return np.zeros(len(self.codes), dtype=np.int64), years
        year_of = [
            years.index(moment.year) if moment is not None else len(years) for moment in (*self.moments, None)
        ]
        return np.array(year_of, dtype=np.int64).take(self.codes), years

    def ratios(self, catalog: Catalog, resolved: Sequence[Resolved], index: Any) -> Any:
        """The hour's ratios to the annual mean of grid intensity and off-site water: float64 of shape (2, rows)."""
        of_moment = [
            0 if one is None else (one.month - 1) * 24 + one.hour + 1 for one in (*self.moments, None)
        ]
        profiles = list(dict.fromkeys(found.place.profile_ix for found in resolved))
        known: dict[int | None, Any] = catalog.remembered("ratios of hours", dict)
        tables = np.empty((2, len(profiles) + 1, _HOURS))
        for number, profile in enumerate((*profiles, None)):  # the last one: rows that nothing is known of
            if profile not in known:
                known[profile] = _ratios_of(catalog, profile)
            tables[:, number] = known[profile]
        hours, codes = len(of_moment), self.codes
        if (len(profiles) + 1) * hours <= len(codes):
            tables = tables.take(of_moment, axis=2)
        else:  # that would look up more than the rows do
            hours, codes = _HOURS, np.array(of_moment, dtype=np.int64).take(codes)
        number_of = [profiles.index(found.place.profile_ix) for found in resolved]
        first_of = np.array([*number_of, len(profiles)], dtype=np.int64) * hours
        places = first_of.take(index, mode="wrap") + codes
        return tables.reshape(2, -1).take(places, axis=1)


def _ratios_of(catalog: Catalog, profile: int | None) -> Any:
    """The ratios of a profile in every hour of a month: float64 of shape (2, ``_HOURS``)."""
    ratios = np.ones((2, _HOURS))
    if profile is not None:
        for month in range(12):
            for hour in range(24):
                ratios[:, month * 24 + hour + 1] = catalog.hourly_ratio(profile, month + 1, hour)
    return ratios


def moment_codes(name: str, column: Any) -> Codes:
    """The column of moments as codes, few however many moments there are."""
    if pa.types.is_timestamp(column.type):
        return _timestamp_codes(column)
    texts = column
    if pa.types.is_dictionary(column.type):
        if len(column.dictionary) < _FEW_TEXTS:
            return codes_of(name, column)
        texts = column.dictionary_decode()
    is_text = pa.types.is_string(texts.type) or pa.types.is_large_string(texts.type)
    if not is_text or len(texts) < _FEW_TEXTS:
        return codes_of(name, column)
    alike = _timestamps_of_one_spelling(texts)
    return _timestamp_codes(alike) if alike is not None else _codes_of_several_spellings(name, texts)


def _timestamps_of_one_spelling(texts: Any) -> Any:
    """Texts as timestamps where Arrow reads all of them, which it does quickly; else None.

    What it reads the parser of single rows reads alike, but for an hour without minutes, which is none there.
    """
    kinds = _KINDS
    if pc.all(pc.ends_with(texts, " UTC"), min_count=0).as_py():
        texts, kinds = pc.utf8_slice_codeunits(texts, 0, -4), _KINDS[:2]
    if not pc.all(pc.equal(pc.utf8_slice_codeunits(texts, 13, 14), ":"), min_count=0).as_py():
        return None
    first = texts.drop_null().slice(0, 1)  # a cast that fails is slow: it makes an error of every text
    kind = next((kind for kind in kinds if _cast(first, kind) is not None), None)
    return None if kind is None else _cast(texts, kind)


def _cast(texts: Any, kind: Any) -> Any:
    try:
        return texts.cast(kind)
    except pa.ArrowInvalid:
        return None


def _codes_of_several_spellings(name: str, texts: Any) -> Codes:
    """What Arrow reads of texts as timestamps, and the rest by the parser of single rows."""
    utc = pa.timestamp("us", "UTC")
    to_microseconds = pc.replace_substring_regex(texts, r"(\.[0-9]{6})[0-9]{1,3}", r"\1")
    parts = [
        pc.if_else(pc.match_substring_regex(to_microseconds, pattern), to_microseconds, None)
        .cast(kind)
        .cast(utc)
        for pattern, kind in ((WITHOUT_ZONE, pa.timestamp("us")), (WITH_ZONE, utc))
    ]
    timestamps = pc.coalesce(*parts)
    read = _timestamp_codes(timestamps)
    left = codes_of(name, pc.if_else(pc.is_valid(timestamps), None, texts))
    count = len(read.values)
    unreadable = [part.unreadable for part in (read, left) if part.unreadable is not None]
    return Codes(
        np.where(read.of_rows == count, left.of_rows + count, read.of_rows),
        [*read.values, *left.values],
        np.logical_or.reduce(unreadable) if unreadable else None,
    )


def _timestamp_codes(column: Any) -> Codes:
    """Codes of timestamps, in UTC or without a zone."""
    ticks = np.frombuffer(column.buffers()[1], dtype=np.int64, count=len(column) + column.offset)
    hours = ticks[column.offset :] // _TICKS_OF_AN_HOUR[column.type.unit]
    given = valid(column) if column.null_count else None
    if given is not None:
        hours = np.where(given, hours, hours[given.argmax()] if given.any() else 0)
    met, places, hour_of = _placed(hours)
    days, day_of = _distinct(met // 24)
    months = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64).take(day_of)
    found, code_of = _distinct(months * 24 + met % 24)
    moments = [
        Moment(1970 + month // 12, 1 + month % 12, hour)
        for month, hour in (divmod(at, 24) for at in found.tolist())
    ]
    codes = code_of.take(hour_of).take(places)
    if given is not None:
        codes = np.where(given, codes, len(moments))
    wrong = [not EARLIEST_YEAR <= moment.year <= LATEST_YEAR for moment in moments]
    return Codes(codes, moments, np.array([*wrong, False]).take(codes) if any(wrong) else None)


def _distinct(numbers: Any) -> tuple[Any, Any]:
    """Each of the whole numbers once, and for each which of these it is. Numbers lie close together, or are sorted."""
    found, places, number_of = _placed(numbers)
    return found, number_of.take(places)


def _placed(numbers: Any) -> tuple[Any, Any, Any]:
    """Each of the whole numbers once; for each of them a place, and which of these a place stands for."""
    if not len(numbers):
        return numbers, numbers, numbers
    first, last = int(numbers.min()), int(numbers.max())
    row_of, places, number_of = places_of(numbers - first, last - first + 1)
    return numbers.take(row_of), places, number_of
