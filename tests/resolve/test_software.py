"""The engine that served a request is that of its year."""

import pytest

import wattdrop

ROW = {"model_id": "llama_v31_8b", "gpu_id": "h100_sxm_80gb", "output_tokens": 500, "batch_size": 32}


def software(**row):
    result = wattdrop.estimate([{**ROW, **row}])
    return next(c for c in result.choices(0) if c.question == "serving software"), result.rows[0].value(
        "gpu_active_energy_wh"
    )


def test_engines_until_2024_take_more_energy_than_those_since():
    (old, old_wh), (new, new_wh) = (software(utc_datetime=f"{year}-06-01T00:00:00Z") for year in (2024, 2025))
    assert old.chosen == "engine of 2024 or before" and new.chosen == "engine of 2025 or later"
    assert 1.2 < old_wh / new_wh < 4.0


def test_without_a_time_the_newest_is_taken_and_said():
    choice, _ = software()
    assert choice.chosen == "engine of 2025 or later" and "no utc_datetime" in choice.rung


def test_a_batch_of_one_is_said_to_run_in_a_library_pipeline():
    choice, alone = software(batch_size=1)
    assert choice.chosen == "library pipeline, one request at a time"
    assert alone > software(batch_size=2)[1]


@pytest.mark.parametrize("model", ["sdxl", "whisper_large_v3", "bert_base_uncased"])
def test_models_that_no_engine_serves_have_no_such_choice(model):
    result = wattdrop.estimate([{"model_id": model}])
    assert result.rows[0].error is None
    if model != "whisper_large_v3":
        assert all(c.question != "serving software" for c in result.choices(0))
