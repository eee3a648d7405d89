"""What passes for plain is right by the types too, and means the same."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from wattdrop.schema import FIELDS, ImpactRow, parse_rows
from wattdrop.schema.plain import PLAIN_COUNTS, PLAIN_TEXTS, plain_row
from wattdrop.schema.texts import fields_of_texts

PLAIN = sorted(PLAIN_TEXTS | PLAIN_COUNTS)


def test_plain_fields_are_fields() -> None:
    assert set(FIELDS) >= PLAIN_TEXTS | PLAIN_COUNTS


@given(
    st.dictionaries(
        st.sampled_from(PLAIN),
        st.one_of(
            st.text(max_size=9),
            st.integers(min_value=-9, max_value=10**10).map(str),
            st.sampled_from(
                ["US", "us", "FR", "U", "USA", "gpt-4o", " gpt-4o", "a b", "007", "²", "1_0", "٣", "x" * 3000]
            ),
        ),
        min_size=1,
    )
)
def test_a_plain_row_is_the_checked_row(texts: dict[str, str]) -> None:
    plain = plain_row(texts)
    if plain is not None:
        (checked,) = parse_rows([fields_of_texts(texts)])
        assert isinstance(checked, ImpactRow), checked
        assert [getattr(plain, name) for name in FIELDS] == [getattr(checked, name) for name in FIELDS]


def test_usual_rows_are_plain() -> None:
    plain = plain_row({"model_id": "meta-llama/Llama-3.1-8B", "output_tokens": "500", "country": "US"})
    assert plain is not None
    assert (plain.model_id, plain.output_tokens, plain.country, plain.pue) == (
        "meta-llama/Llama-3.1-8B", 500, "US", None,
    )  # fmt: skip
