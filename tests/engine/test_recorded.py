"""What a ledger keeps is what was answered, and its parts give back the ranges of rows and of sums."""

from __future__ import annotations

import math
from collections import defaultdict

import pytest

from wattdrop.engine import estimate
from wattdrop.engine.api import METRICS
from wattdrop.engine.recorded import Recorded, of_estimate

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


def total_of(rows: list[Recorded], metric: int) -> tuple[float, float]:
    """The range of a sum from its parts, as the formula in the module says."""
    total = math.fsum(row.central[metric] for row in rows)
    sides = []
    for side in (0, 5):
        sums: dict[str, float] = defaultdict(float)
        for row in rows:
            for name, part in row.parts.items():
                sums[name] += part[metric + side]
        sides.append(math.sqrt(math.fsum((part / total) ** 2 for part in sums.values())))
    return total * math.exp(-sides[0]), total * math.exp(sides[1])


def test_rows_that_can_be_computed_are_kept_with_what_they_resolved_to() -> None:
    kept = of_estimate(estimate(ROWS))
    assert sorted(kept) == [0, 1, 2, 4, 5, 6]
    assert kept[0].model_id == "gpt_4o"
    assert kept[2].node_id == "aws:p4d.24xlarge"
    assert kept[1].country == "FR"
    assert kept[5].task == "text-to-image"


@pytest.mark.parametrize("metric", range(5))
def test_parts_give_the_ranges_of_rows(metric: int) -> None:
    result = estimate(ROWS)
    kept = of_estimate(result)
    lows, highs = result.ranges(METRICS["total"][metric], 0.9)
    for at, number in enumerate(result.resolution.computed):
        assert total_of([kept[number]], metric) == pytest.approx((lows[at], highs[at]), rel=1e-6)
        assert kept[number].low[metric] == lows[at]
        assert kept[number].high[metric] == highs[at]


@pytest.mark.parametrize(
    ("metric", "name"),
    [*enumerate(("energy_wh", "emissions_gco2e", "water_ml", "embodied_gco2e", "embodied_ml"))],
)
def test_parts_give_the_range_of_a_sum(metric: int, name: str) -> None:
    result = estimate(ROWS)
    whole = result.total_range(name)  # type: ignore[arg-type]
    found = total_of(list(of_estimate(result).values()), metric)
    assert found == pytest.approx((whole.low, whole.high), rel=1e-6)


def test_parts_of_batches_apart_add_up_as_of_one() -> None:
    apart = [row for one in ROWS for row in of_estimate(estimate([one])).values()]
    together = list(of_estimate(estimate(ROWS)).values())
    assert total_of(apart, 0) == pytest.approx(total_of(together, 0), rel=1e-9)
