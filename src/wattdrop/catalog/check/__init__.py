"""What `wattdrop check-data` asserts about the data, beyond that it can be read.

Each check is a function from a catalog to problems. A problem names table, entity and field, says what is
wrong and what to do. An empty list means that every figure has a source, every source a figure, and nothing
contradicts physics or another table.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from .entities import (
    check_accelerators,
    check_dates,
    check_expert_counts,
    check_families,
    check_hosts,
    check_model_shapes,
    check_node_power,
    check_parameter_counts,
    check_power_observations,
    check_service_hardware,
    check_service_places,
    check_slugs,
    check_training,
)
from .figures import check_dictionary, check_ranges, check_sources_used, check_units
from .places import (
    check_every_zone_resolves,
    check_hourly_means,
    check_intensity_ranges,
    check_life_cycle_covers_direct,
    check_mix_shares,
    check_region_countries,
    check_water_ranges,
    check_zone_ladders,
)

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterator

    from ..catalog import Catalog
    from ..figure import Problem

CHECKS: Final[tuple[Callable[[Catalog], Iterator[Problem]], ...]] = (
    check_dictionary,
    check_units,
    check_ranges,
    check_sources_used,
    check_parameter_counts,
    check_expert_counts,
    check_model_shapes,
    check_training,
    check_dates,
    check_families,
    check_accelerators,
    check_node_power,
    check_power_observations,
    check_slugs,
    check_service_hardware,
    check_service_places,
    check_hosts,
    check_zone_ladders,
    check_region_countries,
    check_every_zone_resolves,
    check_intensity_ranges,
    check_life_cycle_covers_direct,
    check_mix_shares,
    check_hourly_means,
    check_water_ranges,
)


def check(catalog: Catalog) -> list[Problem]:
    """Everything wrong with a catalog that loads."""
    return [problem for one in CHECKS for problem in one(catalog)]


def check_folder(folder: str | os.PathLike[str] | None = None) -> list[Problem]:
    """As `check`, for a data folder that may not even load: then what keeps it from loading."""
    from ..loading import data_folder, data_texts, load
    from ..parts import build_parts
    from ..reading import read_records

    path = data_folder(folder)
    records = read_records(data_texts(path))
    build_parts(records)
    return records.problems or check(load(path))
