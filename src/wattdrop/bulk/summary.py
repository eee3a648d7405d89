"""What a job did: rows, errors by code, totals. Parts have one each; they add up."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from msgspec import Struct, field


class Summary(Struct):
    """Counts and totals of some rows."""

    rows: int = 0
    failed: int = 0
    errors: dict[str, int] = field(default_factory=dict)  # by code
    skipped: dict[str, int] = field(default_factory=dict)  # records of no inference, by reason
    totals: dict[str, float] = field(default_factory=dict)
    late: set[str] = field(default_factory=set)  # columns that turned up too late to be carried along
    bytes_read: int = 0

    def count(self, rows: int, errors: Mapping[int, Any], skipped: Mapping[int, str]) -> None:
        """Add some rows."""
        self.rows += rows
        self.failed += len(errors)
        for error in errors.values():
            self.errors[error.code] = self.errors.get(error.code, 0) + 1
        for why in skipped.values():
            self.skipped[why] = self.skipped.get(why, 0) + 1

    def add(self, other: Summary) -> None:
        """Add another part."""
        self.rows += other.rows
        self.failed += other.failed
        self.bytes_read += other.bytes_read
        self.late |= other.late
        for mine, theirs in ((self.errors, other.errors), (self.skipped, other.skipped)):
            for name, count in theirs.items():
                mine[name] = mine.get(name, 0) + count
        for name, total in other.totals.items():
            self.totals[name] = math.fsum((self.totals.get(name, 0.0), total))
