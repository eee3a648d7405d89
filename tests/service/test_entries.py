"""Entries of the journal become what the ledger keeps; what cannot be worked out any more stays as it was answered."""

from __future__ import annotations

import math

import msgspec
import pytest

from wattdrop import estimate
from wattdrop.engine.api import default_catalog
from wattdrop.schema import ImpactRow, parse_rows
from wattdrop.service.entries import Entry, EntryRow, columns_of, decoder, encoder
from wattdrop.store.columns import COLUMNS, METRICS

ROW = ImpactRow(model_id="gpt-4o", input_tokens=100, output_tokens=500, request_id="r1", project_id="search")
TOTALS = [
    "total_energy_wh",
    "total_emissions_gco2e",
    "total_water_ml",
    "total_embodied_gco2e",
    "total_embodied_ml",
]


def entry(*rows: EntryRow, **given: object) -> Entry:
    values = {
        "customer_id": 1,
        "key_id": 2,
        "recorded_at": "2026-11-26T10:00:00.000000Z",
        "method_version": "1",
    }
    return Entry(**{**values, "catalog_digest": "d", "rows": list(rows), **given})  # type: ignore[arg-type]


def answered(row: ImpactRow, name: str = "r1") -> EntryRow:
    result = estimate([row])
    return EntryRow(name, row, "", tuple(result.evaluation.value(0, total) for total in TOTALS))  # type: ignore[arg-type]


def as_read(whole: Entry) -> Entry:
    """An entry as it comes back from a journal."""
    return decoder.decode(encoder.encode(whole))


def kept(*rows: EntryRow, **given: object) -> list[dict[str, object]]:
    whole = entry(*rows, **given)
    columns = columns_of([as_read(whole)], default_catalog())
    return [dict(zip(COLUMNS, row, strict=True)) for row in zip(*map(columns.listed, COLUMNS), strict=True)]


def test_a_row_is_kept_with_what_was_answered_and_its_ranges() -> None:
    (row,) = kept(answered(ROW))
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
    totals = zip(*(result.evaluation.column(total) for total in TOTALS), strict=True)
    found = kept(*(EntryRow("r", row, "", central) for row, central in zip(rows, totals, strict=True)))  # type: ignore[arg-type]
    for metric, total in zip(METRICS, TOTALS, strict=True):
        low, high = result.ranges(total)
        assert [one[f"{metric}_low"] for one in found] == low.tolist()
        assert [one[f"{metric}_high"] for one in found] == high.tolist()
    assert [msgspec.json.decode(str(one["request"]), type=ImpactRow) for one in found] == rows


def test_ranges_go_with_the_answer_where_the_catalog_has_changed_since() -> None:
    central = answered(ROW).central
    assert central is not None
    before, doubled = kept(answered(ROW), EntryRow("r2", ROW, "", tuple(2 * value for value in central)))  # type: ignore[arg-type]
    for metric in METRICS:
        assert doubled[f"{metric}_high"] == pytest.approx(2 * float(str(before[f"{metric}_high"])))


def test_a_row_whose_model_is_gone_is_kept_as_it_was_asked() -> None:
    gone, refused, unread = kept(
        EntryRow("a", ImpactRow(model_id="gone since"), "", (1.0, 2.0, 3.0, 4.0, 5.0)),
        EntryRow("b", ImpactRow(model_id="never there", client_id="ann"), "unknown_model", None),
        EntryRow("c", None, "out_of_range", None),
    )
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
    (row,) = kept(answered(msgspec.structs.replace(ROW, client_id="a\0b", currency="\0"), name="r\0"))
    assert (row["request_id"], row["client_id"], row["currency"]) == ("r\ufffd", "a\ufffdb", "\ufffd")


def test_tokens_and_amounts_that_are_not_there() -> None:
    times = msgspec.structs.replace(ROW, quantity=3, output_tokens=None, request_cost=0.5, currency="EUR")
    row, plain = kept(answered(times), answered(ROW))
    assert (row["input_tokens"], row["output_tokens"], row["cost"]) == (300, 0, 0.5)
    assert (plain["input_tokens"], plain["cost"], plain["currency"]) == (100, None, "")


def test_rows_without_a_name_share_that_of_their_entry() -> None:
    unnamed = answered(msgspec.structs.replace(ROW, request_id=None), name="5a-0")
    whole = entry(unnamed, answered(ROW), name="5a")
    assert columns_of([as_read(whole)], default_catalog()).batches.listed() == ["5a", ""]


def test_entries_of_earlier_versions_are_read() -> None:
    """One that the release before wrote, before it had weights and names of entries."""
    row = b"\x94\xa2r1\x81\xa8model_id\xa6gpt-4o\xa0\x95" + b"\xcb?\xf0\x00\x00\x00\x00\x00\x00" * 5
    old = b"\x96\x01\x02\xbb2026-11-26T10:00:00.000000Z\xa11\xa1d\x91" + row
    read = decoder.decode(old)
    assert (read.weight, read.name, read.rows[0].central) == (1, "", (1.0,) * 5)
    assert decoder.decode(encoder.encode(read)) == read
    (found,) = kept(*read.rows)
    assert found["usage_energy_wh"] == 1.0
    assert math.isfinite(float(str(found["usage_energy_wh_low"])))
