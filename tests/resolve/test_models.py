"""Which model a name means: every spelling that gateways and SDKs send, and nothing by mere similarity."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import wattdrop
from wattdrop.resolve.spelling import readings
from wattdrop.resolve.suggestions import MOST_SEARCHES


def choice(row: dict[str, Any], question: str = "model") -> Any:
    result = wattdrop.estimate([row])
    assert not result.resolution.errors, result.resolution.errors
    return next(c for c in result.explain(0).choices if c.question == question)


@pytest.mark.parametrize(
    ("spelling", "model"),
    [
        ("llama_v31_8b", "llama_v31_8b"),
        ("LLAMA-V31-8B", "llama_v31_8b"),
        ("meta-llama/Llama-3.1-8B", "llama_v31_8b"),
        ("huggingface/meta-llama/Llama-3.1-8B-Instruct", "llama_v31_8b"),
        ("gpt_4o", "gpt_4o"),
        ("GPT-4o", "gpt_4o"),
        ("openai/gpt-4o", "gpt_4o"),
        ("openrouter/openai/gpt-4o", "gpt_4o"),
        ("gpt-4o-mini-2024-07-18", "gpt_4o_mini"),
        ("gpt-4o-mini-2031-01-01", "gpt_4o_mini"),
        ("anthropic.claude-3-haiku-20240307-v1:0", "claude_3_haiku"),
        ("us.anthropic.claude-3-haiku-20240307-v1:0", "claude_3_haiku"),
        ("bedrock/us.anthropic.claude-3-haiku-20240307-v1:0", "claude_3_haiku"),
        ("claude-3-haiku@20240307", "claude_3_haiku"),
        ("models/gemini-2.5-flash", "gemini_2_5_flash"),
    ],
)
def test_spellings_of_gateways(spelling: str, model: str) -> None:
    assert choice({"model_id": spelling}).chosen == model


def test_what_was_dropped_from_a_name_is_said() -> None:
    note = choice({"model_id": "some-gateway/gpt-4o-mini-2031-01-01"}).note

    assert "'some-gateway/'" in note
    assert "date '-2031-01-01'" in note


@pytest.mark.parametrize(
    "name", ["gpt-99", "deepseek-v9", "llama", "4o", "-", "/", "gpt-4o-ultra", "a" * 2000]
)
def test_an_unknown_model_is_an_error_that_names_the_nearest(name: str) -> None:
    (row,) = wattdrop.estimate([{"model_id": name}]).rows

    assert row.error is not None
    assert (row.error.code, row.error.field) == ("unknown_model", "model_id")
    assert row.error.message.startswith(f"unknown model '{name[:60]}")


def test_the_nearest_ids_help() -> None:
    (row,) = wattdrop.estimate([{"model_id": "gtp-4o"}]).rows

    assert row.error is not None
    assert "gpt_4o" in row.error.candidates


def test_the_model_that_answered_wins_where_it_is_known() -> None:
    asked = {"model_id": "gpt-4o", "model_used_id": "gpt-4o-mini-2024-07-18"}
    assert choice(asked).chosen == "gpt_4o_mini"

    fallback = choice({"model_id": "gpt-4o", "model_used_id": "nobody-knows"})
    assert (fallback.chosen, fallback.rung) == ("gpt_4o", "model_id")
    assert "nobody-knows" in fallback.note


@pytest.mark.parametrize(
    "family", ["stablediffusion", "stable-diffusion", "Family.stable_diffusion", "StableDiffusion"]
)
def test_families_are_compared_by_letters(family: str) -> None:
    found = choice({"model_family": family, "model_name": "SD-XL 1.0-base"})
    assert found.chosen == "stable_diffusion_xl_base_1_0"


def test_a_family_alone_takes_its_default_and_says_so() -> None:
    found = choice({"model_family": "claude"})

    assert (found.basis, found.rung) == ("assumed", "family default")
    assert "only the family" in found.note


@pytest.mark.parametrize("family", ["mistral", "Family.stable_diffusion", "StableDiffusion"])
def test_a_family_alone_may_be_spelled_as_beside_a_name(family: str) -> None:
    assert choice({"model_family": family}).rung == "family default"


@pytest.mark.parametrize("name", [{}, {"model_name": "Llama 3.1 8B"}])
def test_an_unknown_family_is_an_error(name: dict[str, str]) -> None:
    (row,) = wattdrop.estimate([{"model_family": "lama", **name}]).rows
    assert row.error is not None
    assert (row.error.code, row.error.field) == ("unknown_family", "model_family")


def test_names_that_are_not_known_are_said_where_another_is() -> None:
    found = choice({"model_id": "nobody-knows", "model_hugging_face_path": "meta-llama/Llama-3.1-8B"})
    assert (found.chosen, found.rung) == ("llama_v31_8b", "model_hugging_face_path")
    assert found.note == "model_id 'nobody-knows' is not in the catalog"


def test_a_task_alone_takes_its_default_and_says_so() -> None:
    found = choice({"task": "speech to text", "input_audio_seconds": 10})
    assert (found.chosen, found.basis, found.rung) == ("whisper_large_v3", "assumed", "task default")


def test_a_row_that_names_nothing_is_an_error() -> None:
    (row,) = wattdrop.estimate([{"input_tokens": 10}]).rows
    assert row.error is not None
    assert row.error.code == "missing_model"


def test_an_unknown_task_is_an_error_even_with_a_model() -> None:
    (row,) = wattdrop.estimate([{"model_id": "gpt-4o", "task": "juggling"}]).rows
    assert row.error is not None
    assert (row.error.code, row.error.field) == ("unknown_task", "task")


@given(st.text(max_size=400))
def test_any_text_has_few_readings_and_each_is_shorter(name: str) -> None:
    found = list(readings(name))

    assert len(found) <= 130
    assert all(len(reading) <= len(name) for reading, _ in found)


def test_every_model_is_found_by_every_one_of_its_names() -> None:
    catalog = wattdrop.load()
    models = catalog.models
    rows, expected = [], []
    for ix, model in enumerate(models.ids):
        for name in (model, *models.texts(ix, "aliases"), models.text(ix, "hugging_face_path")):
            if name:
                rows.append({"model_id": name})
                expected.append(model)
    result = wattdrop.estimate(rows)

    assert not result.resolution.errors
    of = result.resolution
    found = [models.ids[of.resolved[of.resolved_of[n]].model_ix] for n in range(len(rows))]
    assert found == expected


def test_only_the_first_unknown_names_of_a_batch_get_suggestions() -> None:
    """A search takes milliseconds: a thousand of them would outlast the five seconds that clients wait."""
    errors = [row.error for row in wattdrop.estimate([{"model_id": f"gpt-4oo{i}"} for i in range(100)]).rows]
    assert all(error and error.code == "unknown_model" for error in errors)
    suggested = [bool(error and error.candidates) for error in errors]
    assert suggested == [True] * MOST_SEARCHES + [False] * (100 - MOST_SEARCHES)
    (alone,) = wattdrop.estimate([{"model_id": "gpt-4oo99"}]).rows
    assert alone.error and alone.error.candidates, "what a full batch left out is not remembered"


def test_a_name_gets_its_suggestions_in_every_row_that_says_it() -> None:
    """One unknown name in hundreds of contexts is one search, and one message."""
    rows = [{"model_id": "gpt-4oo", "country": "FR", "gpu_count": 1 + n % 300} for n in range(600)]
    assert len({row.error for row in wattdrop.estimate(rows).rows}) == 1


def test_a_short_decoder_costs_less_than_a_long_one() -> None:
    """DistilBART 12-1 writes with one layer, 12-6 with six: the catalog's count reaches the demand."""
    models = ("distilbart_xsum_12_1", "distilbart_xsum_12_6", "bart_large_xsum")
    rows = [{"model_id": model, "input_tokens": 600, "output_tokens": 60} for model in models]
    one, six, twelve = (row.metrics("inference").usage_energy_wh for row in wattdrop.estimate(rows).rows)
    assert one < 0.6 * six < six < twelve
