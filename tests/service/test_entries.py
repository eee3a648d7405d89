"""Entries of the journal become what the ledger keeps; what cannot be worked out any more stays as it was answered."""

from __future__ import annotations

from array import array
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from wattdrop import estimate
from wattdrop.engine.api import default_catalog
from wattdrop.errors import RowError
from wattdrop.schema import ImpactRow, parse_rows
from wattdrop.service.entries import Entry, encoder, entry_of, read
from wattdrop.service.entry_columns import columns_of
from wattdrop.store.columns import COLUMNS, METRICS

ROW = ImpactRow(model_id="gpt-4o", input_tokens=100, output_tokens=500, request_id="r1", project_id="search")
TOTALS = [
    "total_energy_wh",
    "total_emissions_gco2e",
    "total_water_ml",
    "total_embodied_gco2e",
    "total_embodied_ml",
]


def entry(*rows: ImpactRow | RowError, **given: Any) -> Entry:
    """Of a request that was answered."""
    known: dict[str, Any] = {
        "customer_id": 1,
        "key_id": 2,
        "recorded_at": "2026-11-26T10:00:00.000000Z",
        "method_version": "1",
        "catalog_digest": "d",
        "unnamed": "5a",
    }
    return entry_of(rows, estimate(rows), given.pop("kept", None), given.pop("first", 0), **known | given)


def doubles(*values: float) -> bytes:
    return array("d", values).tobytes()


def as_read(whole: Entry) -> Entry:
    """An entry as it comes back from a journal."""
    return read(encoder.encode(whole))


def kept(*entries: Entry) -> list[dict[str, object]]:
    columns = columns_of(list(map(as_read, entries)), default_catalog())
    return [dict(zip(COLUMNS, row, strict=True)) for row in zip(*map(columns.listed, COLUMNS), strict=True)]


def test_a_row_is_kept_with_what_was_answered_and_its_ranges() -> None:
    (row,) = kept(entry(ROW))
    result = estimate([ROW])
    for metric, total in zip(METRICS, TOTALS, strict=True):
        low, high = result.ranges(total)
        assert (row[metric], row[f"{metric}_low"], row[f"{metric}_high"]) == (
            result.evaluation.value(0, total), low[0], high[0],
        )  # fmt: skip
    assert (row["model_id"], row["day"], row["at"]) == ("gpt_4o", "2026-11-26", row["recorded_at"])
    assert msgspec.json.decode(str(row["request"]), type=ImpactRow) == ROW
    assert msgspec.json.decode(str(row["basis"]))["effective_pue"] == result.evaluation.value(
        0, "effective_pue"
    )


def test_rows_of_every_kind_have_the_ranges_that_they_were_answered_with() -> None:
    """What comes back from a journal is no ``ImpactRow`` any more, and computed as one all the same."""
    rows = parse_rows(
        [
            {"model_id": "gpt-4o", "input_tokens": 100, "cached_input_tokens": 20, "output_tokens": 500},
            {"model_id": "stable_diffusion_xl", "output_images": ["1024x768"], "country": "FR"},
            {
                "model_id": "whisper_large_v3",
                "input_audio_seconds": 60,
                "utc_datetime": "2026-11-26T10:00:00Z",
            },
            {
                "model_id": "gpt-4o",
                "output_tokens": 9,
                "measured_energy_wh": 2,
                "measured_energy_boundary": "it",
            },
            {"model_id": "llama_v31_8b", "output_tokens": 300, "processing_duration_ms": 4000, "pue": 1.5},
        ]
        * 20
    )
    result = estimate(rows)
    found = kept(entry(*rows))
    for metric, total in zip(METRICS, TOTALS, strict=True):
        low, high = result.ranges(total)
        assert [one[f"{metric}_low"] for one in found] == low.tolist()
        assert [one[f"{metric}_high"] for one in found] == high.tolist()
    assert [msgspec.json.decode(str(one["request"]), type=ImpactRow) for one in found] == rows


def test_ranges_go_with_the_answer_where_the_catalog_has_changed_since() -> None:
    whole = entry(ROW)
    doubled = replace(whole, answered=doubles(*(2 * value for value in array("d", whole.answered or b""))))
    before, after = kept(whole, doubled)
    for metric in METRICS:
        assert after[f"{metric}_high"] == pytest.approx(2 * float(str(before[f"{metric}_high"])))


def test_a_row_whose_model_is_gone_is_kept_as_it_was_asked() -> None:
    never = ImpactRow(model_id="never there", client_id="ann")
    whole = entry(ROW, never, RowError("out_of_range", "too large"))
    assert whole.errors == {1: "unknown_model", 2: "out_of_range"}
    rows = [ImpactRow(model_id="gone since"), *whole.rows[1:]]
    gone, refused, unread = kept(replace(whole, rows=rows, answered=doubles(1.0, 2.0, 3.0, 4.0, 5.0)))
    assert [gone[metric] for metric in METRICS] == [1.0, 2.0, 3.0, 4.0, 5.0]
    assert (gone["usage_water_ml_low"], gone["basis"], gone["model_id"], gone["task"]) == (
        None,
        "{}",
        "gone since",
        "",
    )
    assert (refused["usage_energy_wh"], refused["model_id"], refused["client_id"]) == (None, "", "ann")
    assert (unread["error"], unread["request"]) == ("out_of_range", "{}")


def test_texts_have_no_character_that_a_database_refuses() -> None:
    (row,) = kept(entry(replace(ROW, client_id="a\0b", currency="\0", request_id="r\0")))
    assert (row["request_id"], row["client_id"], row["currency"]) == ("r\ufffd", "a\ufffdb", "\ufffd")


def test_tokens_and_amounts_that_are_not_there() -> None:
    times = replace(ROW, quantity=3, output_tokens=None, request_cost=0.5, currency="EUR")
    row, plain = kept(entry(times), entry(ROW))
    assert (row["input_tokens"], row["output_tokens"], row["cost"]) == (300, 0, 0.5)
    assert (plain["input_tokens"], plain["cost"], plain["currency"]) == (100, None, "")


def test_rows_without_a_name_share_that_of_their_entry() -> None:
    whole = entry(replace(ROW, request_id=None), ROW, name="5a")
    assert columns_of([as_read(whole)], default_catalog()).batches.listed() == ["5a", ""]


def test_rows_without_a_name_are_called_by_their_number() -> None:
    rows = [replace(ROW, request_id=name) for name in (None, "own", None, None)]
    assert as_read(entry(*rows)).names == ["5a-0", "own", "5a-2", "5a-3"]
    assert as_read(entry(*rows, first=1000)).names == ["5a-1000", "own", "5a-1002", "5a-1003"]
    assert as_read(entry(*rows, kept=[1, 3], first=1000)).names == ["own", "5a-1003"]


@pytest.mark.parametrize("times", [1, 100])  # as floats, as arrays
def test_of_some_rows_the_entry_has_what_is_theirs(times: int) -> None:
    rows = [ImpactRow(model_id="gpt-4o", output_tokens=at) for at in range(1, 5)] * times
    rows[2] = replace(rows[2], model_id="never there")
    whole, some = kept(entry(*rows)), kept(entry(*rows, kept=[1, 2, 3]))
    for name in ("request_id", "request", "error", *METRICS):
        assert [one[name] for one in some] == [one[name] for one in whole[1:4]]
    assert [one["error"] for one in some] == ["", "unknown_model", ""]


def test_an_entry_of_an_older_version_is_read_as_it_was_meant() -> None:
    """A process that was killed before it was replaced by this version left such ones."""
    whole = entry(ROW, replace(ROW, request_id=None, model_id="never there"), name="5a")
    rows = [
        ["r1", whole.rows[0], "", list(array("d", whole.answered or b""))],
        ["5a-1", whole.rows[1], "unknown_model", None],
    ]
    older = msgspec.msgpack.encode([1, 2, whole.recorded_at, "1", "d", rows, 1, "5a"])
    columns, before = (columns_of([one], default_catalog()) for one in (as_read(whole), read(older)))
    assert list(map(before.listed, COLUMNS)) == list(map(columns.listed, COLUMNS))
    assert before.batches.listed() == columns.batches.listed()
