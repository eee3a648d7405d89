"""Rows as real callers send them: what is read, what is refused, and in which words."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wattdrop.errors import ROW_ERROR_CODES, BadRequest, RowError, TooLarge
from wattdrop.schema import FIELDS, ImpactRow, parse_request, parse_rows
from wattdrop.schema.rows import parse_row


def refused(**fields: object) -> RowError:
    (row,) = parse_rows([fields])
    assert isinstance(row, RowError), row
    assert row.code in ROW_ERROR_CODES
    return row


SPELLED: list[dict[str, object]] = [
    {"model_id": "gpt-4o", "output_tokens": 5, "country": "FR", "utc_datetime": "2024-03-15T10:30:00Z"},
    {"model_id": "gpt-4o", "output_images": ["512x512"], "pue": 1, "node_id": None},
    {"model_id": "gpt-4o", "output_images": ["0512x0512"], "pue": 1.5, "node_id": ""},
    {"model_id": "gpt-4o", "output_tokens": 5.0, "utc_datetime": "2024-03-15T10:30:00+00:00"},
    {"model": {"id": "gpt-4o"}, "country": "fr"},
    {"model_id": "Modèle"},
    {"model_id": "gpt-4o", "output_tokens": -1},
    {"output_token": 5},
    {},
]


def test_a_clean_request_is_read_in_one_go() -> None:
    body = b'{"rows": [{"model_id": "llama_v31_8b", "node_id": "aws:p4d.24xlarge", "output_tokens": 500}]}'
    assert parse_request(body) == [
        ImpactRow(model_id="llama_v31_8b", node_id="aws:p4d.24xlarge", output_tokens=500)
    ]


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        # empty cells of spreadsheets, unset fields of clients (protocol, section 3)
        ({"model_id": "x", "managed_service_id": "", "node_id": None}, ImpactRow(model_id="x")),
        ({"output_tokens": 500.0}, ImpactRow(output_tokens=500)),
        # other spellings (protocol, section 6)
        ({"input_audio_duration_s": 240}, ImpactRow(input_audio_seconds=240.0)),
        ({"requestTime": "2024-01-01T12:01:00Z"}, ImpactRow(utc_datetime="2024-01-01T12:01:00Z")),
        ({"request_time": "2024-03-15 10:30:00 UTC"}, ImpactRow(utc_datetime="2024-03-15T10:30:00Z")),
        ({"start_time_utc": "2024-03-15T10:30:00+00:00Z"}, ImpactRow(utc_datetime="2024-03-15T10:30:00Z")),
        ({"model_id_used": "x", "request_currency": "USD"}, ImpactRow(model_used_id="x", currency="USD")),
        # the older nested form (protocol, section 9)
        (
            {
                "model": {"id": "x"},
                "hosting": {"cloud": "aws", "instance": "p4d.24xlarge"},
                "output_tokens": 5,
            },
            ImpactRow(model_id="x", cloud_id="aws", cloud_instance_id="p4d.24xlarge", output_tokens=5),
        ),
        ({"country": "us", "region": "va"}, ImpactRow(country="US", region="VA")),
        ({"output_images": ["0512x1024"]}, ImpactRow(output_images=("512x1024",))),
    ],
)
def test_other_spellings_become_the_same_row(sent: dict[str, object], read: ImpactRow) -> None:
    assert parse_rows([sent]) == [read]
    assert parse_request(json.dumps({"rows": [sent]}).encode()) == [read]


def test_an_unknown_field_names_the_nearest() -> None:
    error = refused(output_token=5)
    assert error.code == "unknown_field"
    assert error.field == "output_token"
    assert error.candidates == ("output_tokens",)
    assert error.message == "output_token: no such field; did you mean output_tokens?"


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("output_tokens", True, "wrong_type"),
        ("output_tokens", 5.5, "wrong_type"),
        ("output_tokens", "500", "wrong_type"),
        ("output_tokens", -1, "out_of_range"),
        ("output_tokens", 10**30, "out_of_range"),
        ("input_audio_seconds", 100_001, "out_of_range"),
        ("input_audio_seconds", float("nan"), "out_of_range"),
        ("request_cost", float("inf"), "out_of_range"),
        ("input_steps", 0, "out_of_range"),
        ("utilization_rate", 50, "out_of_range"),
        ("output_images", ["0x10"], "invalid_value"),
        ("output_images", ["1x1"] * 101, "out_of_range"),
        ("output_images", "1024x1024", "wrong_type"),
        ("country", "USA", "invalid_value"),
        ("utc_datetime", "2023-02-29T00:00:00Z", "invalid_value"),
        ("measured_energy_boundary", "node", "invalid_value"),
        ("model_id", "\ud800", "invalid_value"),
        ("model_id", ["a"], "wrong_type"),
        ("model_id", "x" * 2001, "out_of_range"),
        ("model", "gpt-4o", "wrong_type"),
    ],
)
def test_a_bad_value_is_refused_by_name(field: str, value: object, code: str) -> None:
    error = refused(**{field: value})
    assert (error.code, error.field) == (code, field)
    assert error.message.startswith(f"{field}: ")


def test_a_long_region_is_refused_with_the_way_out() -> None:
    assert "cloud_region" in refused(region="NSW").message


def test_two_spellings_of_a_field_must_agree() -> None:
    assert refused(input_audio_seconds=2, input_audio_duration_s=3).code == "duplicate_field"
    assert parse_rows([{"input_audio_seconds": 2, "input_audio_duration_s": 2}]) == [
        ImpactRow(input_audio_seconds=2.0)
    ]


def test_one_bad_row_does_not_touch_its_neighbours() -> None:
    body = b'{"rows": [{"model_id": "a"}, null, {"output_tokens": -1}, {"model_id": "b"}]}'
    a, null, negative, b = parse_request(body)
    assert (a, b) == (ImpactRow(model_id="a"), ImpactRow(model_id="b"))
    assert isinstance(null, RowError) and null.code == "not_an_object"
    assert isinstance(negative, RowError) and negative.field == "output_tokens"


def test_half_a_surrogate_pair_costs_one_row() -> None:
    good, bad = parse_request(rb'{"rows": [{"model_id": "a"}, {"session_id": "\ud83d"}]}')
    assert good == ImpactRow(model_id="a")
    assert isinstance(bad, RowError) and bad.field == "session_id"
    bad.message.encode()


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "invalid_json"),
        (b"\xff", "invalid_json"),
        (b'{"rows": [NaN]}', "invalid_json"),
        (b'{"rows": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "invalid_json"),
        (b'{"rows": [{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}]}", "invalid_json"),
        (b'{"rows": [{"pue": ' + b"1" * 5000 + b"}]}", "invalid_json"),
        (b"[]", "missing_rows"),
        (b"{}", "missing_rows"),
        (b'{"rows": {}}', "missing_rows"),
        (b'{"rows": [], "row": []}', "unknown_field"),
    ],
)
def test_what_is_no_request_is_refused_as_a_whole(body: bytes, code: str) -> None:
    with pytest.raises(BadRequest) as refusal:
        parse_request(body)
    assert refusal.value.code == code


def test_numbers_out_of_range_of_a_float_cost_one_row() -> None:
    (row,) = parse_request(b'{"rows": [{"pue": 1e999}]}')
    assert isinstance(row, RowError) and row.code == "out_of_range"


def test_more_rows_than_the_limit_are_refused() -> None:
    with pytest.raises(TooLarge, match="3 rows in one request, at most 2"):
        parse_request(b'{"rows": [{}, {}, {}]}', limit=2)


def test_rows_made_in_python_are_checked_too() -> None:
    row = ImpactRow(model_id="a", output_images=("64x64",))
    assert parse_rows([row, ImpactRow(output_tokens=-5)])[0] == row
    assert isinstance(parse_rows([ImpactRow(output_tokens=-5)])[0], RowError)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@given(
    st.dictionaries(st.sampled_from([*FIELDS, "model", "hosting", "requestTime"]), json_values, max_size=4)
)
def test_any_row_is_read_or_refused_in_words(raw: dict[str, object]) -> None:
    (row,) = parse_rows([raw])
    if isinstance(row, RowError):
        assert row.code in ROW_ERROR_CODES
        assert row.message.encode()
    else:
        assert parse_rows([row]) == [row]


@given(st.lists(st.sampled_from(SPELLED), max_size=40))
def test_a_row_is_read_alike_whatever_stands_before_it(raws: list[dict[str, object]]) -> None:
    assert parse_rows(raws) == [parse_row(raw) for raw in raws]


@given(st.binary() | json_values.map(lambda value: json.dumps(value).encode()))
def test_any_body_is_read_or_refused(body: bytes) -> None:
    with suppress(BadRequest):
        assert all(isinstance(row, ImpactRow | RowError) for row in parse_request(body))
