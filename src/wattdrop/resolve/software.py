"""Which generation of serving software ran a language model: that of the year of the request."""

from __future__ import annotations

from ..typed import TYPE_CHECKING, NamedTuple
from .choice import Choice

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Final

    from ..catalog import Catalog


class Software(NamedTuple):
    """Overheads of an engine over those of the newest that was measured."""

    step_ratio: float
    token_ratio: float
    pipeline_ratio: float  # host time of library pipelines over that of the fit's (until 2024)
    choice: Choice


def served_alone(choice: Choice) -> Choice:
    """A choice of serving software as it is for a request that is given as served alone; other choices as they are."""
    if choice.question != "serving software":
        return choice
    note = "a batch_size of 1 is how plain library pipelines run; engines share their steps"
    return Choice(choice.question, "library pipeline, one request at a time", "assumed", "batch_size 1", note)


#: Constants that are host times of a library pipeline.
HOST_TIMES: Final = (
    "pass_call_overhead_s",
    "pass_layer_overhead_s",
    "image_preparation_s",
    "image_preparation_s_per_pixel",
    "alone_call_s",
    "alone_layer_s",
)


def with_pipelines(constants: Mapping[str, float], ratio: float) -> Mapping[str, float]:
    """The constants with the host times of pipelines of the request's year."""
    return (
        constants if ratio == 1.0 else {**constants, **{name: constants[name] * ratio for name in HOST_TIMES}}
    )


def serving_software(catalog: Catalog, year: int | None) -> Software:
    """The engine of the request's year; the newest where the row gives no time."""
    newest_from = catalog.constant("newest_engines_from_year")
    if year is None or year >= newest_from:
        rung = "no utc_datetime, the newest" if year is None else "year of the request"
        newer = catalog.constant("newer_pipeline_ratio")
        return Software(
            1.0, 1.0, newer, Choice("serving software", "engine of 2025 or later", "assumed", rung)
        )
    return Software(
        catalog.constant("older_step_ratio"),
        catalog.constant("older_token_ratio"),
        1.0,
        Choice("serving software", "engine of 2024 or before", "assumed", "year of the request"),
    )
