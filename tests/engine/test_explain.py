"""Explanations recompute to what was served, and list exactly the inputs that matter."""

from __future__ import annotations

import math

import pytest

import wattdrop
from wattdrop.engine.explain import Explanation
from wattdrop.kernel.ops import FLOATS

OPERATIONS = {
    name: getattr(FLOATS, name) for name in ("mn", "mx", "where", "pick", "is_given", "sqrt", "ceil")
}


def recomputed(explanation: Explanation) -> list[str]:
    """Steps whose formula, evaluated on the inputs shown, does not give the value shown."""
    wrong = []
    for step in explanation.steps:
        names = {i.name: math.nan if i.value is None else i.value for i in step.inputs}
        value = eval(step.formula, {"__builtins__": {}}, {**OPERATIONS, **names})  # the kernel's own text
        same = value == step.value or (math.isnan(value) and math.isnan(step.value))
        if not same:
            wrong.append(f"{step.name} = {step.formula}: {value} is not {step.value}")
    return wrong


def test_every_task_has_an_explanation_that_recomputes_to_its_numbers() -> None:
    tasks = wattdrop.load().tasks.ids
    result = wattdrop.estimate([{"task": task} for task in tasks])

    for at, task in enumerate(tasks):
        explanation = result.explain(at)
        assert recomputed(explanation) == [], task
        kept = {step.name: step.value for step in explanation.steps}
        assert kept["total_energy_wh"] == result.rows[at].metrics().usage_energy_wh


def test_every_input_that_comes_from_the_catalog_names_a_source() -> None:
    catalog = wattdrop.load()
    tasks = catalog.tasks.ids
    result = wattdrop.estimate(
        [{"task": task, "managed_service_id": "aws-bedrock", "country": "FR"} for task in tasks]
    )

    unsourced = {
        entry.name
        for at in range(len(tasks))
        for step in result.explain(at).steps
        for entry in step.inputs
        if entry.origin in ("setup", "constant")
        and entry.value
        and not entry.source_ids
        and entry.basis != "derived"
    }
    assert unsourced == set()
    for at in range(len(tasks)):
        for step in result.explain(at).steps:
            for entry in step.inputs:
                for source in entry.source_ids:
                    assert catalog.source(source).title


def test_what_the_caller_gives_is_called_given() -> None:
    result = wattdrop.estimate([{"model_id": "gpt-4o", "output_tokens": 7, "pue": 1.5}])

    entries = {entry.name: entry for step in result.explain(0).steps for entry in step.inputs}
    assert (entries["output_tokens"].value, entries["output_tokens"].basis) == (7.0, "given")
    assert (entries["pue"].value, entries["pue"].basis) == (1.5, "given")
    assert (entries["cached_input_tokens"].value, entries["cached_input_tokens"].basis) == (None, "not given")


def test_a_row_with_an_error_has_nothing_to_explain() -> None:
    result = wattdrop.estimate([{"model_id": "no-such-model"}])

    with pytest.raises(ValueError, match="unknown model 'no-such-model'"):
        result.explain(0)
