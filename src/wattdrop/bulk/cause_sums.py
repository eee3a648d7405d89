"""What groups of rows share of each cause of error, so that their ranges can be put together from many batches.

For each cause the sums of value times half-width, down and up, of each metric: what ``Ranges.total`` adds up over the rows
of one estimate. Sums of one cause add up over batches, different causes are independent.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from ..engine.evaluate import METRICS

if TYPE_CHECKING:
    from ..engine.api import Estimate

LEVEL: Final = 0.9
#: Rows whose ranges are worked out at a time. Of 8,192 a row costs a fifth more; more fill the memory of a worker.
MOST_ROWS: Final = 32_768
#: The metrics of a sum, in the order of its first and of its second half.
NAMES: Final = METRICS["total"]


def cause_sums(estimate: Estimate, group_of_row: Any) -> Iterator[tuple[int, str, list[float]]]:
    """For each group and cause: the group, the cause's name, the five sums down and the five sums up.

    ``group_of_row``: an int64 array, for each computed row the number of its group. A name is the same in every batch of
    every process that has the same catalog. Causes that leave a group alone are left out.
    """
    import numpy as np

    from ..engine.tables.codes import numbered

    values = [estimate.evaluation.array(name) for name in NAMES]
    of_metrics = [estimate.half_widths_by_case(name, LEVEL) for name in NAMES]
    effects = [of_metric for of_metric, _ in of_metrics]
    case_of_row = np.asarray(of_metrics[0][1], dtype=np.int64)
    seen: dict[str, int] = {}
    for nth, (cause, _, _, keys) in enumerate(effects[0]):
        seen[cause] = seen.get(cause, -1) + 1
        numbers: dict[Any, int] = {}
        number_of = np.array([numbers.setdefault(key, len(numbers)) for key in keys], dtype=np.int64)
        names = _names(estimate, cause, seen[cause], list(numbers))
        combined = group_of_row * len(names) + number_of.take(case_of_row)
        row_of, line = numbered(combined, int(combined.max(initial=0)) + 1)
        widths = [np.asarray(of_metric[nth][side]) for side in (1, 2) for of_metric in effects]
        sums = np.array(
            [
                np.bincount(line, value * width, len(row_of)) if width.any() else np.zeros(len(row_of))
                for value, width in zip([*values, *values], widths, strict=True)
            ]
        )
        touched = np.flatnonzero(sums.any(axis=0))
        groups, numbers_of_keys = np.divmod(combined[row_of[touched]], len(names))
        of_keys = [names[key] for key in numbers_of_keys.tolist()]
        yield from zip(groups.tolist(), of_keys, sums[:, touched].T.tolist(), strict=True)


def _names(estimate: Estimate, cause: str, nth: int, keys: Sequence[Any]) -> list[str]:
    if any(isinstance(key, tuple) and key and key[0] == "duration" for key in keys):
        # That key is a number within the batch; what it stands for is the description.
        return [f"{cause}|{estimate.resolution.resolved[key[1]].description!r}" for key in keys]
    return [f"{cause}.{nth}|{key!r}" for key in keys]
