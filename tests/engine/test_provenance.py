"""No served number without a source: every leaf of every step, for each kind of work, names who said it."""

import pytest

import wattdrop
from wattdrop.engine.api import default_catalog
from wattdrop.engine.formulas import formulas


def models_of_every_kind():
    """The first model of each task and architecture, and every tenth of the rest."""
    table = default_catalog().models
    seen: dict[tuple[str, str], str] = {}
    for ix, name in enumerate(table.ids):
        seen.setdefault((table.text(ix, "task"), table.text(ix, "architecture")), name)
    return sorted(seen.values())


@pytest.mark.parametrize("model", models_of_every_kind())
def test_every_leaf_has_a_basis_and_a_source(model):
    catalog = default_catalog()
    row = wattdrop.estimate(
        [{"model_id": model, "country": "FR", "utc_datetime": "2026-03-01T12:00:00Z"}]
    ).rows[0]
    explanation = row.explain()
    assert {step.name for step in explanation.steps} == {formula.name for formula in formulas()}
    for step in explanation.steps:
        assert catalog.quantity(step.name).meaning
        for one in step.inputs:
            if one.origin == "step" or one.value is None:
                continue
            assert one.basis in ("given", "measured", "published", "derived", "assumed"), (
                step.name,
                one.name,
            )
            if one.origin != "evidence":
                assert one.source_ids, (step.name, one.name)
            for source in one.source_ids:
                assert catalog.source(source).title


def test_every_constant_names_a_source_with_a_reason_or_an_address():
    catalog = default_catalog()
    for ix, name in enumerate(catalog.constants.ids):
        figure = catalog.constants.figure(ix, "value")
        assert figure is not None and figure.source_ids, name
        for source in map(catalog.source, figure.source_ids):
            assert source.url or source.reasoning or source.note, (name, source.id)
