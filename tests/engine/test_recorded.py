"""What a ledger keeps is what was answered, and its parts give back the ranges of rows and of sums."""

from __future__ import annotations

import math
from collections import defaultdict

import pytest

from wattdrop.engine import estimate
from wattdrop.engine.api import METRICS, default_catalog
from wattdrop.engine.recorded import Recorded, of_estimate, recorded
from wattdrop.schema import parse_rows

ROWS = [
    {"model_id": "gpt-4o", "input_tokens": 100, "output_tokens": 500},
    {"model_id": "gpt-4o", "input_tokens": 2000, "output_tokens": 50, "country": "FR"},
    {
        "model_id": "llama_v31_8b",
        "node_id": "aws:p4d.24xlarge",
        "output_tokens": 300,
        "cloud_region": "us-east-1",
    },
    {"model_id": "no such model"},
    {"model_id": "llama_v31_8b", "output_tokens": 300, "processing_duration_ms": 4000},
    {"model_id": "stable_diffusion_xl", "output_images": ["1024x1024"]},
    {"model_id": "whisper_large_v3", "input_audio_seconds": 60, "datacenter_id": None},
]


def total_of(kept: list[Recorded], metric: int, only: int | None = None) -> tuple[float, float]:
    """The range of a sum, or of one row, from the parts, as the formula in the module says."""
    total = math.fsum(
        value for one in kept for at, value in enumerate(one.central[metric]) if only in (None, at)
    )
    sides = []
    for side in (0, 5):
        sums: dict[str, float] = defaultdict(float)
        for one in kept:
            for cause in one.parts.causes:
                column = cause.values[metric + side]
                values = [0.0] * len(cause.row) if column is None else column
                for row, name, value in zip(cause.row, cause.name, values, strict=True):
                    if only in (None, row):
                        sums[one.parts.names[name]] += value
        sides.append(math.sqrt(math.fsum((part / total) ** 2 for part in sums.values())))
    return total * math.exp(-sides[0]), total * math.exp(sides[1])


def test_rows_that_can_be_computed_are_kept_with_what_they_resolved_to() -> None:
    kept = of_estimate(estimate(ROWS))
    assert list(kept.numbers) == [0, 1, 2, 4, 5, 6]
    model, node, _, _, country, _, task = zip(*(kept.entities[of] for of in kept.entities_of), strict=True)
    assert model[0] == "gpt_4o"
    assert node[2] == "aws:p4d.24xlarge"
    assert country[1] == "FR"
    assert task[4] == "text-to-image"


@pytest.mark.parametrize("metric", range(5))
def test_parts_give_the_ranges_of_rows(metric: int) -> None:
    result = estimate(ROWS)
    kept = of_estimate(result)
    lows, highs = result.ranges(METRICS["total"][metric], 0.9)
    for at in range(len(kept.numbers)):
        assert total_of([kept], metric, at) == pytest.approx((lows[at], highs[at]), rel=1e-6)
        assert kept.low[metric][at] == lows[at]
        assert kept.high[metric][at] == highs[at]


@pytest.mark.parametrize(
    ("metric", "name"),
    [*enumerate(("energy_wh", "emissions_gco2e", "water_ml", "embodied_gco2e", "embodied_ml"))],
)
def test_parts_give_the_range_of_a_sum(metric: int, name: str) -> None:
    result = estimate(ROWS)
    whole = result.total_range(name)  # type: ignore[arg-type]
    found = total_of([of_estimate(result)], metric)
    assert found == pytest.approx((whole.low, whole.high), rel=1e-6)


def test_parts_of_batches_apart_add_up_as_of_one() -> None:
    apart = [kept for one in ROWS if (kept := recorded(parse_rows([one]), default_catalog()))]
    together = [of_estimate(estimate(ROWS))]
    assert len(apart) == 6
    assert total_of(apart, 0) == pytest.approx(total_of(together, 0), rel=1e-9)


def test_keys_by_case_are_those_of_the_rows() -> None:
    for result in (
        estimate(ROWS),
        estimate([ROWS[0]] * 300 + [ROWS[2], ROWS[4]] * 300),
    ):  # one by one, and as arrays
        effects, case_of_row = result.half_widths_by_case("total_energy_wh")
        of_rows = result.half_widths("total_energy_wh")
        assert [(name, [keys[case] for case in case_of_row]) for name, _, _, keys in effects] == [
            (name, list(keys)) for name, _, _, keys in of_rows
        ]
