"""One point of the cost curve: ``python -m benchmarks.curve_point WAY ROWS FILE`` prints the most megabytes it held.

Imports nothing before it has to: what a way loads is part of its cost.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, NamedTuple

from .rows import MODELS, bare


class Way(NamedTuple):
    """A way to estimate rows, and where its curve ends. It gets the number of rows and a Parquet file of them."""

    call: Callable[[int, Path], None]
    most_rows: int


def _dicts(rows: int, _: Path) -> None:
    from wattdrop import estimate

    estimate([bare(number) for number in range(rows)]).total("energy_wh")


def _json(_: int, file: Path) -> None:
    import msgspec

    from wattdrop import estimate
    from wattdrop.schema import parse_request

    msgspec.json.encode(estimate(parse_request(file.with_suffix(".json").read_bytes())).response())


def _parquet(_: int, file: Path) -> None:
    from wattdrop.bulk import Options, run

    target = file.with_name("out.parquet")
    target.unlink(missing_ok=True)
    run([str(file)], str(target), Options(workers=1, columns="all"))


def _ecologits(rows: int, _: Path) -> None:
    from ecologits.tracers.utils import llm_impacts

    for number in range(rows):
        llm_impacts("openai", MODELS[number % 2][0], 500, 5.0, electricity_mix_zone="USA")


WAYS: Final[Mapping[str, Way]] = {
    "Python, a list of dicts": Way(_dicts, 100_000),
    "JSON, bytes to bytes": Way(_json, 100_000),
    "Parquet to Parquet": Way(_parquet, 20_000_000),
    "EcoLogits, a call a row": Way(_ecologits, 10_000),
}


def peak_mb() -> float:
    """The most that this process held. Linux adds to the usual figure what its parent held when it was started."""
    status = Path("/proc/self/status")
    if status.exists():
        for line in status.read_text(encoding="utf-8").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024 / 1e6
    import resource

    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


if __name__ == "__main__":
    WAYS[sys.argv[1]].call(int(sys.argv[2]), Path(sys.argv[3]))
    print(peak_mb())
