"""Pin the golden rows anew and print what moved: `make golden`."""

from __future__ import annotations

import csv
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.golden.rows import METRICS, numbers

PINNED = Path(__file__).with_name("numbers.csv")


def main() -> None:
    """Compare with the pinned numbers, print the ratios, write the new ones."""
    before: dict[str, dict[str, str]] = {}
    if PINNED.exists():
        with PINNED.open(newline="") as file:
            before = {line["row"]: line for line in csv.DictReader(file)}
    now = numbers()
    moved = 0
    for row, values in now.items():
        if row not in before:
            continue
        ratios = [value / float(before[row][metric]) for metric, value in zip(METRICS, values, strict=True)]
        if any(abs(ratio - 1) > 1e-9 for ratio in ratios):
            moved += 1
            sys.stdout.write(f"{row:50} " + " ".join(f"{ratio:8.3f}" for ratio in ratios) + "\n")
    new, gone = [row for row in now if row not in before], [row for row in before if row not in now]
    sys.stdout.write(
        f"{moved} of {len(now)} rows moved (ratios of {', '.join(METRICS)}); {len(new)} new, {len(gone)} gone\n"
    )
    with PINNED.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("row", *METRICS))
        writer.writerows((row, *(f"{value:.10g}" for value in values)) for row, values in now.items())


if __name__ == "__main__":
    main()
