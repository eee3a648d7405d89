"""Quotes in CSV: a cell may hold line ends; a quote that nothing closes costs its line and no other."""

from __future__ import annotations

import csv
import io
import json
import random
from pathlib import Path

import pytest
from tests.bulk.made import read, wattdrop

from wattdrop.bulk import sources
from wattdrop.bulk.quotes import are_paired, end_of_records, unclosed

GOOD = [f"gpt-4o,{n},note {n}" for n in range(200)]


def found(folder: Path, lines: list[str]) -> tuple[list[int], list[int]]:
    """Tokens of the rows that are computed, and lines that are refused."""
    (folder / "calls.csv").write_text("\n".join(["model_id,output_tokens,note", *lines]) + "\n")
    out = folder / "out.parquet"
    wattdrop("estimate", folder / "calls.csv", "-o", out, "--restart", "--workers", 1)
    errors = Path(f"{out}.errors")
    refused = [json.loads(line) for line in errors.read_text().splitlines()] if errors.exists() else []
    assert all("nothing closes it" in one["reason"] for one in refused)
    return [row["output_tokens"] for row in read(out) if "error_code" not in row], [
        one["line"] for one in refused
    ]


@pytest.mark.parametrize("cut", [None, 64])
@pytest.mark.parametrize(
    ("broken", "after"),
    [
        ('gpt-4o,7,"open', []),
        ('gpt-4o,7,"open', ['gpt-4o,200,"a cell that is well"']),
        ('gpt-4o,7,"a\nb","open', ['gpt-4o,200,"two\nlines"']),
        ('"gpt-4o,7,a', ['gpt-4o,200,"a ""quoted"" word"']),
    ],
)
def test_a_quote_that_is_never_closed_costs_its_line_only(
    broken: str, after: list[str], cut: int | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before, the rows behind it became one cell, to the end or to the next quote, and nothing was said."""
    if cut is not None:
        monkeypatch.setattr(sources, "TEXT_BYTES", cut)
        monkeypatch.setattr(sources, "LONGEST_ROW", 8 * cut)
    tokens = [*range(7), *range(8, 200), *([200] if after else [])]
    assert found(tmp_path, [*GOOD[:7], broken, *GOOD[8:], *after]) == (tokens, [9])


@pytest.mark.parametrize("cut", [64, 100, 333])
def test_a_quote_inside_a_word_does_not_cut_a_cell_of_two_lines(
    cut: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "TEXT_BYTES", cut)
    lines = [*GOOD[:3], 'gpt-4o,3,screen of 7"', *(f'gpt-4o,{n},"two\nlines"' for n in range(4, 50))]
    assert found(tmp_path, lines) == (list(range(50)), [])


def test_a_quote_inside_a_word_costs_no_memory() -> None:
    """With an odd number of quotes before every end, the rest of the file was one part."""
    line = b"gpt-4o,3,a\n"
    stray = b'gpt-4o,3,screen of 7"\n' + line * 5
    assert end_of_records(stray) == end_of_records(stray + line[:-1]) == len(stray)
    assert end_of_records(b'gpt-4o,3,"open\n' + line * 5) == 0  # it may be closed further on


def test_where_records_end_is_where_readers_end_them() -> None:
    draw = random.Random(1)
    for _ in range(300):
        text = io.StringIO()
        cells = ["a", "", 'say "x"', "two\nlines", "b,c", '"', "\n"]
        rows = [[draw.choice(cells) for _ in range(3)] for _ in range(draw.randint(1, 9))]
        csv.writer(text, lineterminator="\n").writerows(rows)
        data = text.getvalue().encode()
        assert are_paired(data) and not list(unclosed(data)) and end_of_records(data) == len(data)
        cut = data[: draw.randint(0, len(data))]
        end = end_of_records(cut)
        whole = list(csv.reader(io.StringIO(data[:end].decode(), newline="")))
        assert whole == rows[: len(whole)]
        assert len(whole) >= len(list(csv.reader(io.StringIO(cut.decode(), newline="")))) - 1
