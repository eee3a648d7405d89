"""An explanation as plain data, for JSON on every surface: choices, steps with ranges, full sources, what would help."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from .api import METRICS

if TYPE_CHECKING:
    from ..catalog import Catalog
    from ..catalog.figure import Source
    from .api import Estimate

#: A step's range narrower than this is none: nothing uncertain enters it.
_LEAST_WIDTH: Final = 1e-9


def explained(estimate: Estimate, row: int, ranges: bool = True) -> dict[str, Any]:
    """One computed row: ``results``, ``choices``, ``steps``, ``causes`` of its range, ``sources``, versions.

    Raises
    ------
    ValueError
        If the row has an error and so no numbers to explain.
    """
    explanation = estimate.explain(row)
    result = estimate.rows[row]
    steps = []
    for step in explanation.steps:
        entry: dict[str, Any] = {**step._asdict(), "inputs": [one._asdict() for one in step.inputs]}
        if ranges:
            low, central, high = result.range(step.name)
            if high - low > _LEAST_WIDTH * abs(central):
                entry["range_90"] = [low, high]
        steps.append(entry)
    used = dict.fromkeys(id for step in explanation.steps for one in step.inputs for id in one.source_ids)
    found: dict[str, Any] = {
        "results": {name: result.value(name) for name in METRICS["total"]},
        "choices": [choice._asdict() for choice in explanation.choices],
        "steps": steps,
        "sources": [source_record(estimate.catalog, id) for id in used],
        "method_version": explanation.method_version,
        "catalog_digest": explanation.catalog_digest,
    }
    if ranges:
        found["causes"] = [cause._asdict() for cause in result.causes("total_energy_wh")]
    return found


def source_record(catalog: Catalog, source_id: str) -> dict[str, str]:
    """A source with everything that is known about it and a line to cite it by; empty fields are left out."""
    source = catalog.source(source_id)
    record = {name: value for name, value in source._asdict().items() if value}
    return {**record, "citation": citation(source)}


def citation(source: Source) -> str:
    """The source as a line of a bibliography.

    >>> from wattdrop.catalog import load
    >>> citation(load().source("vllm-memory"))[:39]
    'vLLM project (2025). vLLM engine argume'
    """
    when = f" ({source.published})" if source.published else ""
    parts = [f"{source.producer}{when}", source.title, source.url]
    if source.accessed:
        parts.append(f"Accessed {source.accessed}")
    return ". ".join(part.rstrip(".") for part in parts if part) + "."
