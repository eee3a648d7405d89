"""Text over several lines is broken as the standard library breaks it."""

from __future__ import annotations

import textwrap

from hypothesis import given
from hypothesis import strategies as st

from wattdrop.cli.tables import wrapped

WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), max_size=12) | st.sampled_from(
    [
        "",
        "",
        "-",
        "65 %",
        "give batch_size,",
        "a-word-with-hyphens",
        "größer",
        "1→2",
        "a-word-longer-than-a-line",
    ]
)


@given(
    first=st.text("model service:", min_size=1, max_size=12),
    words=st.lists(WORDS, max_size=12),
    width=st.integers(20, 40),
    indent=st.integers(0, 12),
)
def test_it_is_the_text_that_textwrap_makes(first: str, words: list[str], width: int, indent: int) -> None:
    text = " ".join([first.strip() or "x", *words])
    for one in (text, " " * min(indent, 2) + text):
        expected = textwrap.fill(one, width=width, subsequent_indent=" " * indent, break_on_hyphens=False)
        assert wrapped(one, width, " " * indent) == expected


def test_a_line_is_as_long_as_the_width_and_the_rest_is_indented() -> None:
    text = "  hardware  azure:nd96isr: assumed, service default; the usual machine of openai"
    assert wrapped(text, 40, " " * 12).splitlines() == [
        "  hardware  azure:nd96isr: assumed,",
        "            service default; the usual",
        "            machine of openai",
    ]
