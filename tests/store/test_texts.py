"""Texts that come again and again are what they were, however they are put together."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from wattdrop.store.texts import Texts

columns = st.lists(st.sampled_from(["", "a", "b", "A", "\0", "\ufffd"]))


@given(st.lists(columns, min_size=1))
def test_columns_one_behind_another(of: list[list[str]]) -> None:
    joined = Texts.joined([Texts.of(texts) for texts in of])
    assert joined.listed() == [text for texts in of for text in texts]
    assert len(set(joined.values)) == len(joined.values)


@given(columns)
def test_texts_that_are_written_alike_become_one(texts: list[str]) -> None:
    written = Texts.of(texts).written(str.lower)
    assert written.listed() == [text.lower() for text in texts]
    assert len(set(written.values)) == len(written.values)


def test_rows_that_are_chosen() -> None:
    assert Texts.of(["a", "b", "c"]).of_rows([2, 0, 2]).listed() == ["c", "a", "c"]
