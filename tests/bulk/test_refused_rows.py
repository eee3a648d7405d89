"""Lines that cannot be computed keep their place, go to the file of errors, and stop no other."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.bulk.made import read, wattdrop


def refused(out: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in Path(f"{out}.errors").read_text().splitlines()]


def test_json_lines(tmp_path: Path) -> None:
    lines = [
        '{"model_id": "gpt-4o", "output_tokens": 5}',
        '{"model_id": "gpt-4o", "output_tokens": -5}',
        "",
        "not json",
        "[1]",
        '{"model_id": "gpt-5o-nonesuch", "output_tokens": 5}',
        '{"model_id": "gpt-4o", "output_tokens": "many"}',
        '{"model_id": "gpt-4o", "output_tokens": true}',
        '{"model_id": "gpt-4o", "country": "us", "output_tokens": 5.0}',
        '{"model_id": "gpt-4o", "output_tokens": 5}',
    ]
    (tmp_path / "calls.jsonl").write_text("\n".join(lines))
    out = tmp_path / "out.jsonl"
    result = wattdrop("estimate", tmp_path / "calls.jsonl", "-o", out, "--bulk")
    assert result.exit_code == 1
    found = [(one["line"], one["code"], one["field"]) for one in refused(out)]
    assert found == [
        (2, "out_of_range", "output_tokens"),
        (4, "invalid_json", None),
        (5, "not_an_object", None),
        (6, "unknown_model", "model_id"),
        (7, "wrong_type", "output_tokens"),
        (8, "wrong_type", "output_tokens"),
    ]
    assert all(one["file"].endswith("calls.jsonl") and one["reason"] for one in refused(out))
    rows = read(out)
    assert ["total_energy_wh" in row for row in rows] == [True, *[False] * 6, True, True]
    assert rows[0]["total_energy_wh"] == rows[-1]["total_energy_wh"]
    assert "6 rows could not be computed" in result.stderr and "2 wrong_type" in result.stderr


@pytest.mark.parametrize("ragged", [False, True])
def test_csv(ragged: bool, tmp_path: Path) -> None:
    """With a line of too many cells every line is read by Python's reader; the answers are the same."""
    lines = [
        "note,model_id,output_tokens,country",
        '"two\nlines",gpt-4o,5,US',
        "b,gpt-4o,five,US",
        "c,gpt-4o, 5 ,us",
        "d,gpt-4o,5.5,US",
        "e,nonesuch,5,",
        "f,gpt-4o,5,US",
    ]
    if ragged:
        lines.append("g,gpt-4o,5,US,more")
    (tmp_path / "calls.csv").write_text("\n".join(lines) + "\n")
    out = tmp_path / "out.parquet"
    assert wattdrop("estimate", tmp_path / "calls.csv", "-o", out).exit_code == 1
    found = [(one["line"], one["code"]) for one in refused(out)]
    expected = [(4, "wrong_type"), (6, "wrong_type"), (7, "unknown_model")]
    assert found == expected + ([(9, "invalid_value")] if ragged else [])
    rows = read(out)
    assert [row["note"] for row in rows] == ["two\nlines", *"bcdefg"[: len(rows) - 1]]
    assert rows[0]["total_energy_wh"] == rows[2]["total_energy_wh"] == rows[5]["total_energy_wh"]


def test_csv_that_is_not_utf8(tmp_path: Path) -> None:
    (tmp_path / "calls.csv").write_bytes(b"model_id,output_tokens\ngpt-4o,5\ngpt-\xff4o,5\n")
    out = tmp_path / "out.csv"
    assert wattdrop("estimate", tmp_path / "calls.csv", "-o", out, "--bulk").exit_code == 1
    assert [(one["line"], one["code"]) for one in refused(out)] == [(3, "invalid_value")]


def test_a_later_run_without_errors_leaves_no_file_of_them(tmp_path: Path) -> None:
    out = tmp_path / "out.parquet"
    for model, code in (("nonesuch", 1), ("gpt-4o", 0)):
        (tmp_path / "calls.csv").write_text(f"model_id,output_tokens\n{model},5\n")
        assert wattdrop("estimate", tmp_path / "calls.csv", "-o", out).exit_code == code
        assert Path(f"{out}.errors").exists() is bool(code)


def test_a_field_that_turns_up_late_is_not_overlooked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Columns are learnt from the first lines; a key beyond them still fills its field."""
    import wattdrop.bulk.seen as seen

    monkeypatch.setattr(seen, "SAMPLE_BYTES", 60)
    lines = ['{"model_id": "gpt-4o", "output_tokens": 500}'] * 3
    lines += ['{"model_id": "gpt-4o", "output_tokens": 500, "country": "SE", "note": "x"}']
    (tmp_path / "calls.jsonl").write_text("\n".join(lines) + "\n")
    result = wattdrop("estimate", tmp_path / "calls.jsonl", "-o", tmp_path / "out.parquet")
    assert result.exit_code == 0, result.output
    rows = read(tmp_path / "out.parquet")
    assert rows[3]["total_emissions_gco2e"] < rows[0]["total_emissions_gco2e"]
    assert "not carried along" in result.stderr and "note" in result.stderr


def test_a_file_that_is_no_csv_is_said_to_be_none(tmp_path: Path) -> None:
    (tmp_path / "calls.csv").write_bytes(b"model_id,output\rtokens\ngpt-4o,5\n")
    result = wattdrop("estimate", tmp_path / "calls.csv", "-o", tmp_path / "out.parquet")
    assert result.exit_code == 2
    assert "calls.csv: not CSV" in result.stderr
    assert not (tmp_path / "out.parquet").exists()


def test_where_nothing_was_computed_no_zeros_are_shown(tmp_path: Path) -> None:
    (tmp_path / "calls.csv").write_text("model_id,output_tokens\nnonesuch,5\n")
    result = wattdrop("estimate", tmp_path / "calls.csv", "-o", tmp_path / "out.parquet")
    assert result.exit_code == 1
    assert "energy" not in result.stderr
    assert "1 row could not be computed" in result.stderr


@pytest.mark.parametrize("workers", [1, 2])
def test_the_file_of_errors_lists_the_first_and_counts_the_others(workers: int, tmp_path: Path) -> None:
    """Of four files three have rows that fail; the limit falls into the second of these."""
    models = {"a": "nonesuch", "b": "gpt-4o", "c": "nonesuch", "d": ""}
    for name, model in models.items():
        (tmp_path / f"{name}.csv").write_text("model_id,output_tokens\n" + f"{model},5\n" * 100)
    out = tmp_path / "out.parquet"
    files = [tmp_path / f"{name}.csv" for name in models]
    result = wattdrop("estimate", *files, "-o", out, "--workers", workers, "--error-lines", 150)
    listed = [(one["file"] and Path(one["file"]).stem, one["line"], one["code"]) for one in refused(out)]
    expected = [(name, line, "unknown_model") for name in "ac" for line in range(2, 102)][:150]
    assert listed == [*expected, (None, None, "missing_model"), (None, None, "unknown_model")]
    assert [one["reason"].split()[0] for one in refused(out)[-2:]] == ["100", "50"]
    assert result.exit_code == 1 and "300 rows could not be computed" in result.stderr
    assert "lists the first 150" in result.stderr and "200 unknown_model" in result.stderr
    assert sum("error_code" in row for row in read(out)) == 300


def test_a_part_writes_no_more_errors_than_there_is_room_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of millions that fail, most would be written only to be left out."""
    from wattdrop.bulk import refusals

    written: list[int] = []
    joined = refusals.join

    def join(parts: list[str], output: str, most: int, by_code: dict[str, int]) -> None:
        written.extend(Path(part).read_bytes().count(b"\n") for part in parts)
        joined(parts, output, most, by_code)

    monkeypatch.setattr(refusals, "join", join)
    for name in "abcd":
        (tmp_path / f"{name}.csv").write_text("model_id,output_tokens\n" + "nonesuch,5\n" * 100)
    flags = ("--workers", 1, "--error-lines", 150)
    assert wattdrop("estimate", tmp_path, "-o", f"{tmp_path}/out/", *flags).exit_code == 1
    assert written == [100, 100]  # two are handed out before the first is done


NUMBERS = (
    "500",
    " 500 ",
    "5.0",
    "1e3",
    "+7",
    "-0",
    "5.5",
    "nan",
    "inf",
    "1_000",
    "1,000",
    "٣",
    "0x10",
    "true",
)


@pytest.mark.parametrize("field", ["output_tokens", "request_duration_ms"])
def test_cells_of_numbers_are_read_as_in_a_small_file(field: str, tmp_path: Path) -> None:
    small, large = tmp_path / "small.csv", tmp_path / "large.csv"
    lines = [f"model_id,{field}", *(f'gpt-4o,"{text}"' for text in NUMBERS)]
    (tmp_path / "calls.csv").write_text("\n".join(lines), encoding="utf-8")
    wattdrop("estimate", tmp_path / "calls.csv", "-o", small)
    wattdrop("estimate", tmp_path / "calls.csv", "-o", large, "--bulk")

    found, expected = read(large), read(small)
    for one, other in zip(found, expected, strict=True):
        assert float(one.get("total_energy_wh") or 0) == float(other.get("usage_energy_wh") or 0)
        assert one.get("error_message") == other.get("error_message")
    refused = {text for text, one in zip(NUMBERS, found, strict=True) if one.get("error_message")}
    assert refused >= {"nan", "inf", "1_000", "1,000", "٣", "0x10", "true"}
