"""When rows ran: one code for every hour of a month of a year, and what that hour is to the annual mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ...schema.moment import CANONICAL, EARLIEST_YEAR, LATEST_YEAR, Moment
from .buffers import valid
from .codes import dictionary, indices, numbered
from .values import Codes, codes_of, read_codes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...catalog import Catalog
    from ...resolve.resolved import Resolved

#: Every hour of a day in every month, and the hour that nobody gives.
_HOURS: Final = 12 * 24 + 1
#: Fewer distinct texts than this are read one by one.
_FEW_TEXTS: Final = 256
_TICKS_OF_AN_HOUR: Final = {"s": 3_600, "ms": 3_600_000, "us": 3_600_000_000, "ns": 3_600_000_000_000}


class Hours(NamedTuple):
    """A code for each row, and the moments that codes stand for (one past the end: not given)."""

    codes: Any
    moments: list[Moment | None]

    def years(self) -> tuple[Any, list[int]]:
        """For each row the code of its year, and the years that these codes stand for."""
        years = sorted({moment.year for moment in self.moments if moment is not None})
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
        number_of = [profiles.index(found.place.profile_ix) for found in resolved]
        of_rows = np.array([*number_of, len(profiles)], dtype=np.int64).take(index, mode="wrap")
        places = of_rows * _HOURS + np.array(of_moment, dtype=np.int64).take(self.codes)
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
    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    if pa.types.is_timestamp(kind):
        return _timestamp_codes(column)
    if not (pa.types.is_string(kind) or pa.types.is_large_string(kind)):
        return codes_of(name, column)
    encoded = dictionary(column)
    texts = encoded.dictionary
    if len(texts) < _FEW_TEXTS:
        return codes_of(name, encoded)
    canonical = pc.match_substring_regex(texts, CANONICAL.replace(r"\Z", "$"))
    hours = pc.if_else(canonical, pc.utf8_slice_codeunits(texts, 0, 13), texts).dictionary_encode()
    spelled = [
        f"{text}:00:00Z" if text is not None and len(text) == 13 else text
        for text in hours.dictionary.to_pylist()
    ]
    of_text = np.append(indices(hours), len(spelled))
    return read_codes(name, of_text.take(indices(encoded)), spelled)


def _timestamp_codes(column: Any) -> Codes:
    """Codes of timestamps, in UTC or without a zone."""
    ticks = np.frombuffer(column.buffers()[1], dtype=np.int64, count=len(column) + column.offset)
    hours = ticks[column.offset :] // _TICKS_OF_AN_HOUR[column.type.unit]
    given = valid(column) if column.null_count else None
    if given is not None:
        hours = np.where(given, hours, hours[given.argmax()] if given.any() else 0)
    first = hours.min(initial=hours[0]) if len(hours) else 0
    row_of, hour_of_rows = numbered(hours - first, int(hours.max(initial=first) - first) + 1)
    met = hours.take(row_of)
    months = met.astype("datetime64[h]").astype("datetime64[M]").astype(np.int64)
    distinct, code_of = np.unique(months * 24 + met % 24, return_inverse=True)
    moments = [
        Moment(1970 + month // 12, 1 + month % 12, hour)
        for month, hour in (divmod(at, 24) for at in distinct.tolist())
    ]
    codes = code_of.take(hour_of_rows)
    if given is not None:
        codes = np.where(given, codes, len(moments))
    wrong = [not EARLIEST_YEAR <= moment.year <= LATEST_YEAR for moment in moments]
    return Codes(codes, moments, np.array([*wrong, False]).take(codes) if any(wrong) else None)
