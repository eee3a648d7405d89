"""Rows are held some at a time, however short their lines are: memory does not depend on how many fit into a part."""

from __future__ import annotations

import pytest

from wattdrop.bulk.options import Options
from wattdrop.bulk.plan import plan_of
from wattdrop.bulk.reading import BATCH_ROWS, pieces_of
from wattdrop.bulk.seen import seen_in_text
from wattdrop.bulk.sources import Text

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
