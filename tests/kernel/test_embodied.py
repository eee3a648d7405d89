"""Manufacture of the hardware, by the part of its life that a request takes."""

from __future__ import annotations

import pytest
from tests.kernel.rows import CONSTANTS, evidence, impact, llama_8b

from wattdrop.kernel.embodied import embodied
from wattdrop.kernel.ops import FLOATS


def test_worked_example() -> None:
    # 100 accelerator-seconds of 5 years at 60 % use: 100 / (157.68e6 x 0.6) = 1.057e-6 of a life;
    # an H100 (164 kg) and an eighth of its host (2515 / 8 = 314 kg): 478,375 g
    h = embodied(llama_8b(), evidence(), CONSTANTS, FLOATS, 100.0, 0.6)
    assert h.life_share == pytest.approx(1.057e-6, rel=1e-3)
    assert h.inference_embodied_gco2e == pytest.approx(0.5056, rel=1e-3)
    assert h.inference_embodied_ml == pytest.approx(1.057e-6 * (907e3 + 10622e3 / 8), rel=1e-3)


def test_a_life_of_work_pays_for_the_hardware_once() -> None:
    # an accelerator that is busy 60 % of five years and serves only this
    busy_s = 5 * 365 * 86400 * 0.6
    h = embodied(llama_8b(), evidence(), CONSTANTS, FLOATS, busy_s, 0.6)
    assert h.inference_embodied_gco2e == pytest.approx(164e3 + 2515e3 / 8)


def test_larger_batches_share_the_hardware() -> None:
    alone = impact(llama_8b(), output_tokens=300.0, batch_size=1.0).embodied.inference_embodied_gco2e
    shared = impact(llama_8b(), output_tokens=300.0, batch_size=64.0).embodied.inference_embodied_gco2e
    assert shared < alone / 10
