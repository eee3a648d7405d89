"""Rows are held some at a time, however short their lines are: memory does not depend on how many fit into a part."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.bulk.made import read, rows, wattdrop, write

from wattdrop.bulk import sources
from wattdrop.bulk.inputs import inputs_of
from wattdrop.bulk.options import Options
from wattdrop.bulk.plan import plan_of
from wattdrop.bulk.reading import BATCH_ROWS, pieces_of
from wattdrop.bulk.seen import seen_in_text
from wattdrop.bulk.sources import Text, parts_of, received, sent

ROWS = 2 * BATCH_ROWS + 10


@pytest.mark.parametrize(
    ("kind", "header", "line", "first"),
    [
        ("csv", b"model_id,output_tokens\n", b"x,5\n", b""),
        ("csv", b"model_id,output_tokens\n", b"x,5\n", b"x,5,a cell too many\n"),
        ("csv", b"model_id,output_tokens\n", b"x,5\n", b'x,"\n"\n'),
        ("jsonl", b"", b'{"model_id":"x"}\n', b""),
    ],
)
def test_pieces_are_of_so_many_rows_at_most(kind: str, header: bytes, line: bytes, first: bytes) -> None:
    data = first + line * (ROWS - bool(first))
    (plan,) = plan_of([seen_in_text(kind, header or line, Options())], Options(), "parquet", "lz4")
    pieces = list(pieces_of(Text(data, 2, data.count(b"\n")), kind, plan))
    assert max(piece.rows for piece in pieces) <= BATCH_ROWS
    assert sum(piece.rows for piece in pieces) == ROWS
    assert [number for piece in pieces for number in piece.lines][-1] == 1 + data.count(b"\n")
    assert all(len(column) == piece.rows for piece in pieces for column in piece.columns.values())


@pytest.mark.parametrize("head", [b"", b"\xef\xbb\xbf", b"\r\n\r\n"])
@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_text_of_a_plain_file_does_not_travel(
    kind: str, head: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sixteen processes had thirty pieces of sixteen megabytes waiting for them in the first one's memory."""
    monkeypatch.setattr(sources, "TEXT_BYTES", 700)
    file = write(tmp_path, rows(), f"calls.{kind}")
    file.write_bytes(head + file.read_bytes())
    (one,) = inputs_of([str(file)], None, lambda _: False)
    found = [part for part in parts_of(one) if isinstance(part, Text)]
    assert len(found) > 5
    for part in found:
        handed = sent(part)
        assert isinstance(handed, Text) and not handed.data and received(handed) == part
    file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(OSError, match="shorter"):
        received(sent(found[-1]))


@pytest.mark.parametrize("name", ["calls.csv", "calls.csv.gz", "calls.jsonl"])
def test_parts_of_text_come_back_in_order_from_other_processes(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write(tmp_path, rows(200), name)
    assert wattdrop("estimate", file, "-o", tmp_path / "one.parquet", "--workers", 1).exit_code == 0
    monkeypatch.setattr(sources, "TEXT_BYTES", 3000)
    assert wattdrop("estimate", file, "-o", tmp_path / "many.parquet", "--workers", 2).exit_code == 0
    assert read(tmp_path / "one.parquet") == read(tmp_path / "many.parquet")
