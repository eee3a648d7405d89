"""Token buckets that all hosts of a service share in PostgreSQL: one statement a question, on the database's own clock."""

from __future__ import annotations

from typing import Final

from .database import Database

_NOW: Final = "CAST(EXTRACT(EPOCH FROM clock_timestamp()) AS DOUBLE PRECISION)"

# A bucket is the moment at which it will be full, so that nothing has to be poured in. `excluded.full_at` is now plus
# the cost. A bucket is never further from full than empty: a clock that was set back locks nobody out.
_START: Final = "LEAST(GREATEST(b.full_at, excluded.full_at - v.cost), excluded.full_at - v.cost + v.burst)"
_TAKE: Final = f"""
INSERT INTO bucket AS b (name, full_at, granted) VALUES (?, {_NOW} + ?, TRUE)
ON CONFLICT (name) DO UPDATE SET (full_at, granted) = (
    SELECT CASE WHEN {_START} + v.cost <= excluded.full_at - v.cost + v.burst + 0.000001
           THEN {_START} + v.cost ELSE {_START} END,
           {_START} + v.cost <= excluded.full_at - v.cost + v.burst + 0.000001
    FROM (SELECT CAST(? AS DOUBLE PRECISION) AS cost, CAST(? AS DOUBLE PRECISION) AS burst) v
)
RETURNING granted, full_at - {_NOW}
"""  # noqa: S608 - constants of ours


class DatabaseBuckets:
    """Buckets by key and kind. Only PostgreSQL has them."""

    waits = True

    def __init__(self, database: Database) -> None:
        self._database = database

    def take(self, key_id: int, kind: str, cost_s: float, burst_s: float) -> tuple[bool, float]:
        """Take what takes ``cost_s`` to refill from a bucket that refills in ``burst_s``, or nothing.

        Gives whether it was there, and in how many seconds the bucket will be full. Raises ``StoreError``.
        """
        ((granted, full_in_s),) = self._database.query(_TAKE, (f"{kind}:{key_id}", cost_s, cost_s, burst_s))
        return bool(granted), max(0.0, float(full_in_s))
