"""Arrow tables: the same numbers and the same errors as rows, whatever the column types."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import wattdrop
from wattdrop.engine.evaluate import TOTALS
from wattdrop.engine.tables.moments import moment_codes
from wattdrop.errors import BadRequest
from wattdrop.schema.moment import parse

ROWS = [
    {"model_id": "gpt-4o", "input_tokens": 100, "output_tokens": 500, "country": "US", "region": "CA"},
    {
        "model_id": "llama_v31_8b",
        "node_id": "aws:p4d.24xlarge",
        "output_tokens": 300,
        "utc_datetime": "2024-01-01T12:00:00Z",
    },
    {"model_id": "sdxl", "output_images": ["1024x1024", "512x512"], "input_steps": 30},
    {"model_id": "no-such-model", "output_tokens": 1},
    {"model_id": "whisper-large-v3", "input_audio_seconds": 12.5},
    {"task": "chat", "managed_service_id": "openai", "output_tokens": 20, "batch_size": 3.5},
    {"model_id": "gpt-4o", "input_tokens": 10, "cached_input_tokens": 20},
    {"model_id": "gpt-4o", "output_tokens": -5},
    {"model_id": "gpt-4o", "country": "usa"},
    {"model_id": "gpt-4o", "measured_energy_wh": 1.5, "measured_energy_boundary": "it", "quantity": 10},
    {},
]


def test_a_table_gives_to_the_bit_what_its_rows_give() -> None:
    by_row = wattdrop.estimate(ROWS)
    result = wattdrop.estimate_table(pa.Table.from_pylist(_same_fields(ROWS))).to_pylist()

    assert len(result) == len(ROWS)
    for row, columns in zip(by_row.rows, result, strict=True):
        if row.error is not None:
            assert (columns["error_code"], columns["error_message"]) == (row.error.code, row.error.message)
            assert columns["total_energy_wh"] is None
        else:
            assert columns["error_code"] is None
            assert columns["total_energy_wh"] == row.metrics().usage_energy_wh
            assert columns["total_embodied_ml"] == row.metrics().embodied_water_ml
            assert columns["row_training_energy_wh"] == row.metrics("training").usage_energy_wh


def test_only_the_metrics_asked_for_are_there_with_the_same_bits() -> None:
    table = pa.Table.from_pylist(_same_fields(ROWS))
    whole = wattdrop.estimate_table(table)
    wanted = ["total_water_ml", "row_inference_energy_wh"]

    some = wattdrop.estimate_table(table, metrics=wanted)

    assert some.column_names == [*table.column_names, *wanted, "error_code", "error_message"]
    assert some.equals(whole.select(some.column_names))
    with pytest.raises(BadRequest, match="'energy' is none; there are total_energy_wh"):
        wattdrop.estimate_table(table, metrics=["energy"])


def test_dictionaries_timestamps_and_text_images_are_read() -> None:
    table = pa.table(
        {
            "model_id": pa.array(["gpt-4o", None, "sdxl"]).dictionary_encode(),
            "model_used_id": pa.array([None, "gpt-4o", None], pa.string()),
            "request_time": pa.array([datetime(2024, 7, 1, 18)] * 3, pa.timestamp("us")),
            "country": pa.array(["US", "US", "US"]),
            "output_tokens": pa.array([10, 10, None], pa.int16()),
            "output_images": ["", None, "512x512;512x512"],
            "nothing": pa.nulls(3),
        }
    )
    result = wattdrop.estimate_table(table, extra="keep").to_pylist()
    expected = wattdrop.estimate(
        [
            {
                "model_id": "gpt-4o",
                "output_tokens": 10,
                "country": "US",
                "utc_datetime": "2024-07-01T18:00:00Z",
            },
            {
                "model_id": "sdxl",
                "output_images": ["512x512"] * 2,
                "country": "US",
                "utc_datetime": "2024-07-01T18:00:00Z",
            },
        ]
    ).rows

    energies = [row["total_energy_wh"] for row in result]
    assert energies == [expected[0].metrics().usage_energy_wh] * 2 + [expected[1].metrics().usage_energy_wh]


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
@pytest.mark.parametrize("zone", [None, "UTC", "America/New_York"])
def test_a_timestamp_of_any_unit_is_the_hour_of_its_text(unit: str, zone: str | None) -> None:
    seconds = [
        -1,
        0,
        1_735_689_599,
        1_735_689_600,
        1_751_371_199,
        1_751_371_200,
        1_709_164_800,
        4_000_000_000,
    ]
    scale = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}[unit]
    ticks = [(one + 1) * scale - 1 for one in seconds]  # the last tick of each second
    rows = [{"model_id": "gpt-4o", "country": "FR", "output_tokens": 900}] * (2 * len(seconds) + 1)
    texts = [None, *(f"{datetime.fromtimestamp(one, UTC):%Y-%m-%dT%H:%M:%S}Z" for one in seconds)]
    times = pa.array([7 * scale, None, *ticks, None, *ticks[1:]], pa.timestamp(unit, zone))[1:]

    result = wattdrop.estimate_table(pa.Table.from_pylist(rows).append_column("utc_datetime", times))

    expected = [
        wattdrop.estimate([{**row, **({"utc_datetime": text} if text else {})}]).rows[0].value(metric)
        for row, text in zip(rows, [*texts, None, *texts[2:]], strict=True)
        for metric in ("total_emissions_gco2e", "total_water_ml")
    ]
    assert len(set(expected)) > 6
    found = zip(
        result.column("total_emissions_gco2e").to_pylist(),
        result.column("total_water_ml").to_pylist(),
        strict=True,
    )
    assert [value for pair in found for value in pair] == expected


SPELLINGS = (
    "%Y-%m-%dT%H:%M:%SZ",
    "%Y-%m-%dT%H:%M:%S.%fZ",
    "%Y-%m-%dT%H:%M:%S.%f123Z",
    "%Y-%m-%dT%H:%M:%S.%f",
    "%Y-%m-%d %H:%M:%S.%f+02:00",
    "%Y-%m-%d %H:%M:%S-0530",
    "%Y-%m-%dT%H:%M+09",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%d %H:%M:%S UTC",
    "%Y-%m-%dt%H:%M:%Sz",
    " %Y-%m-%dT%H:%M:%SZ ",
    "%Y-%m-%dT%H:%M:%S+02:00Z",
    "%Y-%m-%dT%H:%M:%S+02:00 UTC",
    "%Y-%m-%dT%H",
    "%Y-%m-%dT%H+02:00",
    "%Y-%m-%d",
    "%Y%m%dT%H%M%SZ",
    "%Y-%m-31T%H:%M:%SZ",
    "1%y-%m-%dT%H:%M:%SZ",
    "%Y-%m-%dT24:%M:%SZ",
    "%Y-%m-%dT%H:%M:60Z",
    "yesterday",
    "",
)


@settings(max_examples=40, deadline=None)
@given(
    spellings=st.lists(st.sampled_from(SPELLINGS), min_size=1, max_size=3, unique=True),
    seconds=st.lists(st.integers(-8_000_000_000, 32_000_000_000), min_size=256, max_size=300),
    kind=st.sampled_from([pa.string(), pa.large_string(), pa.dictionary(pa.int32(), pa.string())]),
)
def test_texts_of_a_column_are_the_moments_that_they_are_one_by_one(
    spellings: list[str], seconds: list[int], kind: pa.DataType
) -> None:
    check_moments(spellings, seconds, kind)


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_texts_of_one_spelling_are_too(spelling: str) -> None:
    check_moments([spelling], list(range(1_600_000_000, 1_800_000_000, 777_777)), pa.string())


def check_moments(spellings: list[str], seconds: list[int], kind: pa.DataType) -> None:
    texts: list[str | None] = [
        (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=one)).strftime(spellings[one % len(spellings)])
        for one in seconds
    ]
    texts[::50] = [None] * len(texts[::50])

    found = moment_codes("utc_datetime", pa.array(texts, pa.string()).cast(kind))

    values = [*found.values, None]
    unreadable = found.unreadable if found.unreadable is not None else [False] * len(texts)
    for text, code, bad in zip(texts, found.of_rows.tolist(), unreadable, strict=True):
        expected = parse(text) if text else None
        assert bad == bool(text and expected is None), text
        assert bad or values[code] == expected, text


def test_a_year_that_no_text_can_name_is_an_error_of_its_row() -> None:
    """Milliseconds taken for seconds are of the year 57,108: an error, as the text is, neither a guess nor an exception."""
    seconds = pa.array([1_740_000_000, 1_740_000_000_000, None, -40_000_000_000], pa.timestamp("s"))
    table = pa.table({"model_id": ["gpt-4o"] * 4, "output_tokens": [5] * 4, "utc_datetime": seconds})

    messages = wattdrop.estimate_table(table).column("error_message").to_pylist()

    assert [message and message.split(": ")[0] for message in messages] == [
        None,
        "utc_datetime",
        None,
        "utc_datetime",
    ]
    assert "value out of range: 1740000000000" in messages[1]


def test_an_error_beside_a_moment_in_nanoseconds_is_told() -> None:
    moment = pa.array(
        [1_740_000_000_000_000_001], pa.timestamp("ns")
    )  # Python's own moments have no nanoseconds
    table = pa.table({"model_id": ["gpt-4o"], "output_tokens": [-1], "utc_datetime": moment})

    assert wattdrop.estimate_table(table).column("error_code").to_pylist() == ["out_of_range"]


def test_an_unknown_column_is_an_error_unless_it_is_to_be_kept() -> None:
    table = pa.table({"model_id": ["gpt-4o"], "output_token": [5]})

    with pytest.raises(BadRequest, match="output_tokens"):
        wattdrop.estimate_table(table)
    assert wattdrop.estimate_table(table, extra="keep").column("output_token").to_pylist() == [5]


def test_estimate_takes_a_table_too() -> None:
    table = pa.table({"model_id": ["gpt-4o"], "output_tokens": [5]})

    assert wattdrop.estimate(table).equals(wattdrop.estimate_table(table))


def test_a_table_estimated_again_has_its_results_in_their_places_and_says_what_it_said_of_itself() -> None:
    table = pa.table({"output_tokens": [5, 500]}).replace_schema_metadata({"from": "a log"})
    once = wattdrop.estimate_table(table, metrics=TOTALS)
    twice = wattdrop.estimate_table(once.drop_columns("error_code"), extra="keep", metrics=TOTALS)
    assert once.column_names == ["output_tokens", *TOTALS, "error_code", "error_message"]
    assert twice.column_names == ["output_tokens", *TOTALS, "error_message", "error_code"]
    assert twice.column(TOTALS[0]).equals(once.column(TOTALS[0]))
    assert twice.schema.metadata == {b"from": b"a log"}


def test_an_empty_table_stays_empty() -> None:
    result = wattdrop.estimate_table(pa.table({"model_id": pa.array([], pa.string())}))

    assert (result.num_rows, "total_energy_wh" in result.column_names) == (0, True)


def test_more_rows_than_a_batch_keep_their_order() -> None:
    counts = list(range(150_000))
    table = pa.table({"model_id": ["gpt-4o"] * len(counts), "output_tokens": counts})

    energies = wattdrop.estimate_table(table).column("total_energy_wh").to_pylist()

    assert energies == sorted(energies)
    assert all(map(math.isfinite, energies))


def _same_fields(rows: list[dict[str, object]]) -> list[dict[str, object]]:
    fields = list(dict.fromkeys(name for row in rows for name in row))
    return [{name: row.get(name) for name in fields} for row in rows]


def test_a_column_for_a_plain_name_of_a_model_is_told_what_to_be_called() -> None:
    with pytest.raises(BadRequest, match="model: no such field; did you mean model_id"):
        wattdrop.estimate_table(pa.table({"model": ["gpt-4o"], "output_tokens": [5]}))
