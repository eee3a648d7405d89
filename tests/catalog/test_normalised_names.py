"""Names are compared without case and separators, and every name finds its own entity however it is spelled."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wattdrop.schema.names import letters_and_digits, normalise, slug

if TYPE_CHECKING:
    from wattdrop.catalog import Catalog


@pytest.mark.parametrize(
    ("spelled", "normalised"),
    [
        ("gpt-4o", "gpt-4o"),
        ("GPT_4o", "gpt-4o"),
        (" gpt 4o ", "gpt-4o"),
        ("Llama-3.1-8B", "llama-3-1-8b"),
        ("llama__31--8b", "llama-31-8b"),
        ("meta-llama/Llama-3.1-8B", "meta-llama/llama-3-1-8b"),
        ("aws:p4d.24xlarge", "aws-p4d-24xlarge"),
        ("", ""),
        ("._-:", ""),
    ],
)
def test_case_and_separators_do_not_count(spelled: str, normalised: str) -> None:
    assert normalise(spelled) == normalised


@given(st.text())
def test_normalising_twice_changes_nothing(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


@given(st.lists(st.text("abcXYZ019/+", min_size=1), min_size=1), st.data())
def test_any_run_of_separators_is_one(words: list[str], data: st.DataObject) -> None:
    separator = st.text(" _-.:", min_size=1, max_size=3)
    spelled = words[0] + "".join(data.draw(separator) + word for word in words[1:])
    assert normalise(spelled.swapcase()) == normalise("-".join(words))


def test_families_compare_by_letters_and_digits() -> None:
    assert letters_and_digits("Stable-Diffusion") == letters_and_digits("stablediffusion")


@given(st.text())
def test_a_slug_has_only_what_the_contract_allows(text: str) -> None:
    assert set(slug(text)) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")


@pytest.mark.parametrize("name", ["\ud800", "gpt-4o\udfff", "\x1f", "llama\x1fv31", "\x00", ""])
def test_a_name_that_is_no_text_is_no_name(catalog: Catalog, name: str) -> None:
    """Neither while names are searched as they lie, nor once they are a dictionary."""
    for _ in range(2):
        assert catalog.models.find(name) is None
        assert catalog.models.find_normalised(normalise(name)) is None
        assert [*catalog.models.names()]
