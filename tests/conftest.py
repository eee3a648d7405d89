"""Settings of the whole suite: property tests are slow to start on a busy machine, and repeat exactly in CI."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

settings.register_profile(
    "wattdrop", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize="CI" in os.environ
)
settings.load_profile("wattdrop")
