"""Rows alone and rows in batches resolve to the same."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wattdrop import ImpactRow
from wattdrop.catalog import Catalog, load
from wattdrop.errors import RowError
from wattdrop.resolve import batch as batching
from wattdrop.resolve import hours, shape
from wattdrop.resolve.batch import Resolution, Resolver
from wattdrop.schema import parse_rows

ROW: dict[str, Any] = {
    "model_id": "gpt-4o",
    "country": "FR",
    "utc_datetime": "2025-07-01T12:30:00Z",
    "input_tokens": 100,
    "output_tokens": 500,
}
FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "model_id": st.sampled_from(
        ("gpt-4o", "llama_v31_8b", "stable-diffusion-xl", "whisper_large_v3", "gpt-4p")
    ),
    "managed_service_id": st.sampled_from(("openai", "aws-bedrock")),
    "country": st.sampled_from(("FR", "US", "ZZ")),
    "gpu_count": st.integers(1, 8),
    "utc_datetime": st.sampled_from(
        (
            "2025-07-01T12:30:00Z",
            "2024-01-05T03:00:00.125Z",
            "2024-01-05T05:59:59+03:00",
            "2023-01-01 00:10 UTC",
        )
    ),
    "input_tokens": st.integers(0, 2),
    "cached_input_tokens": st.integers(0, 2),
    "output_tokens": st.integers(0, 2),
    "reasoning_tokens": st.integers(0, 2),
    "input_audio_seconds": st.sampled_from((0.0, 3.5)),
    "output_images": st.sampled_from(([], ["512x512"], ["512x512", "64x64"])),
    "output_count": st.integers(0, 2),
    "quantity": st.integers(1, 2),
    "measured_energy_wh": st.just(0.25),
    "measured_energy_boundary": st.sampled_from(("gpu", "it", "facility")),
    "request_id": st.text("ab", min_size=1, max_size=3),
}
ROWS = st.lists(st.fixed_dictionaries({}, optional=FIELDS), min_size=2, max_size=12)


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load()


def said(resolution: Resolution) -> tuple[list[Any], dict[int, RowError]]:
    """All that a resolution says of its rows."""
    quantities = map(repr, resolution.quantities)  # NaN is not itself
    computed = [
        (number, resolution.at(at), of_row)
        for at, (number, of_row) in enumerate(zip(resolution.computed, quantities, strict=True))
    ]
    return computed, resolution.errors


@given(ROWS)
@settings(max_examples=150, deadline=None)
def test_a_row_alone_means_what_it_means_in_a_batch(catalog: Catalog, raw: list[dict[str, Any]]) -> None:
    resolver, rows = Resolver(catalog), parse_rows(raw)
    computed, errors = said(resolver.batch(rows))
    for _ in ("as one unlike any before it", "as one that is known"):
        alone = [said(resolver.batch([row])) for row in rows]
        assert [(number, *one[1:]) for number, (found, _) in enumerate(alone) for one in found] == computed
        assert {number: one[0] for number, (_, one) in enumerate(alone) if one} == errors


def test_a_known_row_is_found_without_being_described_again(
    catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolver = Resolver(catalog)
    first = resolver.batch(parse_rows([ROW]))
    monkeypatch.setattr(resolver.__class__, "descriptions", lambda *_: pytest.fail("described again"))
    again = resolver.batch(
        parse_rows([{**ROW, "output_tokens": 7, "utc_datetime": "2025-01-31T00:00:00.5Z"}])
    )
    assert again.at(0) is first.at(0)
    assert again.quantities[0].output_tokens == 7.0
    assert again.quantities[0].grid_hourly_ratio != first.quantities[0].grid_hourly_ratio


def test_a_row_that_says_nothing_of_a_kind_of_work_is_not_one_that_does(catalog: Catalog) -> None:
    resolver = Resolver(catalog)
    present = [
        resolver.batch(parse_rows([{**ROW, "output_tokens": tokens}])).at(0).description.present
        for tokens in (5, 0, 5)
    ]
    assert present == [3, 1, 3]


def test_rows_made_in_python_may_hold_numbers_of_numpy(catalog: Catalog) -> None:
    plain, numpys = (
        ImpactRow(**ROW),
        ImpactRow(**{**ROW, "output_tokens": np.int64(500), "pue": np.float64(1.5)}),
    )
    for rows in ([numpys], [plain, numpys]):
        found = Resolver(catalog).batch(rows)
        assert found.quantities[-1 + len(rows)].output_tokens == 500.0
        assert found.quantities[-1 + len(rows)].pue == 1.5


@pytest.mark.parametrize(
    "text", ["2025-07-01T12:30:00", "2025-07-01T12:30", "2025-07-01T14:30:00.5+02:00Z", "noon", ""]
)
def test_moments_that_no_parser_saw(catalog: Catalog, text: str) -> None:
    hour = hours.hour_of(text)
    assert hour == (hours.hour_of("2025-07-01T12:59:59.123Z") if text.startswith("2025") else hours.NEVER)
    assert Resolver(catalog).batch([ImpactRow(model_id="gpt-4o", utc_datetime=text)]).errors == {}


TEXTS = (
    "2025-07-01T12:30:00Z", "2024-01-05T03:00:00Z", "2025-07-01T12:30:00.125Z", "2024-01-05T03:00:00.500Z",
    "2025-07-01T14:30:00.+2Z", "2025-07-01T12:30+02:00", "2025-07-01T12:30:00.Z", "2025-07-01T12-30-00Z", "noon", "", None,
)  # fmt: skip


@pytest.mark.parametrize(
    "alike", [TEXTS[:2], TEXTS[2:4], TEXTS[2:5], TEXTS[:1], TEXTS[6:7], TEXTS[7:8], TEXTS]
)
def test_moments_of_many_rows_are_those_of_each(alike: tuple[str | None, ...]) -> None:
    for _ in range(2):  # the second time their hours are known
        assert hours.hours_of(alike * 3) == list(map(hours.hour_of, alike)) * 3


def test_distinct_keys_are_in_the_order_of_their_first_rows() -> None:
    fields = {"model_id": ["b", "a", "b", "c"], "country": ["FR"] * 4, "output_tokens": [5, 0, 5, None]}
    found, of_rows = shape.shape_of(fields).keys(fields, [2025] * 4, 4)
    assert found == [("b", "FR", True, 2025), ("a", "FR", False, 2025), ("c", "FR", False, 2025)]
    assert of_rows == [0, 1, 0, 2]


def test_a_wrong_name_costs_the_known_rows_beside_it_nothing(
    catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolver = Resolver(catalog)
    resolver.batch(parse_rows([ROW]))
    described: list[str | None] = []
    descriptions = Resolver.descriptions
    monkeypatch.setattr(
        Resolver,
        "descriptions",
        lambda self, some: described.extend(d.model_id for d in some) or descriptions(self, some),
    )
    found = resolver.batch(parse_rows([ROW, {**ROW, "model_id": "gpt-4p"}]))
    assert list(found.errors) == [1] and described == ["gpt-4p"]


def test_what_is_remembered_has_an_end(catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    for module, name in ((batching, "_MOST_REMEMBERED"), (shape, "_MOST_SHAPES"), (hours, "_MOST_HOURS")):
        monkeypatch.setattr(module, name, 3)
    resolver = Resolver(catalog)
    fields = list(FIELDS)[5:]
    for number in range(10):
        row = {
            **ROW,
            "utc_datetime": f"2025-07-01T{number:02}:00:00Z",
            "gpu_count": 1 + number,
            fields[number]: None,
        }
        resolver.batch(parse_rows([{name: value for name, value in row.items() if value is not None}]))
    assert 0 < len(resolver._by_key) <= 3
    assert 0 < len(resolver._remembered) <= 3
    assert 0 < len(shape._shapes) <= 3
    assert 0 < len(hours._known) <= 3


def test_a_batch_of_nothing(catalog: Catalog) -> None:
    assert said(Resolver(catalog).batch([])) == ([], {})
