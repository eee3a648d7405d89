"""Moments as callers spell them (protocol, section 6)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wattdrop.schema import ImpactRow, parse_rows
from wattdrop.schema.moment import Moment, canonical, parse


@pytest.mark.parametrize(
    "text",
    [
        "2024-03-15T10:30:00Z",
        "2024-03-15T10:30:00.123456Z",
        "2024-03-15T10:30:00+00:00Z",
        "2024-03-15T10:30:00",
        "2024-03-15 10:30:00 UTC",
        "2024-03-15 10:30:00.123456 UTC",
        "2024-03-15t10:30z",
        "2024-03-15T12:30:00+02:00",
        "2024-03-15T04:00:00-0630",
    ],
)
def test_every_spelling_names_the_same_hour(text: str) -> None:
    assert parse(text) == Moment(2024, 3, 10)


@pytest.mark.parametrize(
    "text",
    ["", "now", "2024-03-15", "2024-13-01T00:00:00Z", "2024-00-01T00:00:00Z", "2024-04-31T00:00:00Z"]
    + ["2023-02-29T00:00:00Z", "2024-03-15T24:00:00Z", "2024-03-15T10:60:00Z", "0000-01-01T00:00:00Z"]
    + [
        "2024-03-15T10:30:00+25",
        "2024-03-15T10:30:00 CET",
        "٢٠٢٤-03-15T10:30:00Z",
        "2024-03-15T10:30:00Z\nX",
    ],
)
def test_what_names_no_moment(text: str) -> None:
    assert parse(text) is None


@given(
    st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(2999, 12, 29)),
    st.integers(-23 * 60, 23 * 60),
)
def test_agrees_with_the_standard_library(local: datetime, east_minutes: int) -> None:
    text = local.replace(tzinfo=timezone(timedelta(minutes=east_minutes))).isoformat()
    utc = datetime.fromisoformat(text).astimezone(UTC)
    assert parse(text) == Moment(utc.year, utc.month, utc.hour)


@given(st.datetimes(min_value=datetime(1000, 1, 1), max_value=datetime(2999, 12, 31)))
def test_a_row_holds_the_canonical_spelling(moment: datetime) -> None:
    text = moment.isoformat(sep=" ", timespec="microseconds")
    assert parse_rows([{"utc_datetime": text}]) == [ImpactRow(utc_datetime=canonical(text))]
