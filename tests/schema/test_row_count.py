"""Rows are counted where they are listed, and what is no list is left to its reader."""

from __future__ import annotations

import pytest

from wattdrop.errors import TooLarge
from wattdrop.schema import check_row_count


@pytest.mark.parametrize(
    "body",
    [
        b'{"rows": [{}, {}, {}, {}]}',
        b'{"other": [[[1]]], "rows": [1, [2, 3], "four", null]}',
        b"[{}, {}, {}, {}]",
        b'\xef\xbb\xbf{"rows": [{}, {}, {}, {}]}',
        b'{"rows": [], "rows": [{}, {}, {}, {}]}',
    ],
)
def test_too_many_rows_are_counted(body: bytes) -> None:
    check_row_count(body, "rows", 4)
    with pytest.raises(TooLarge, match="rows: 4 rows in one request, at most 3 are answered"):
        check_row_count(body, "rows", 3)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not JSON at all",
        b'{"rows": 5, "x": [1, 2, 3]}',
        b'{"rows": [1, 2, 3, NaN]}',
        b'"a long text"',
        b"[" * 100_000,
    ],
)
def test_what_has_another_shape_is_left_to_its_reader(body: bytes) -> None:
    check_row_count(body, "rows", 1)
