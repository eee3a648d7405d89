"""How much a key may ask for: requests and rows, each by a token bucket.

A limit of 10 a second with a burst of 10 seconds is a bucket of 100 tokens that gets 10 new ones a second. What is left
stands in the headers ``RateLimit-Policy`` and ``RateLimit`` (draft-ietf-httpapi-ratelimit-headers-11). Where a key has
no limit, nothing is asked and nothing is kept.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from ..errors import RateLimited, TooLarge
from ..store import ApiKey
from ..store.terms import rate_text
from .exchange import Exchange, current
from .settings import Settings
from .shared_buckets import SharedBuckets

_PIECES_OF_A_BURST: Final = 4


class Limit(NamedTuple):
    """So many of a kind a second, and a burst."""

    kind: str
    per_s: float
    burst_s: float

    @property
    def most(self) -> int:
        """Tokens of a full bucket."""
        return max(1, int(self.per_s * self.burst_s + 1e-6))

    def left(self, full_in_s: float) -> int:
        """Tokens of a bucket that will be full in so many seconds."""
        return max(0, int((self.burst_s - full_in_s) * self.per_s + 1e-6))

    def wait_s(self, count: int, full_in_s: float) -> float:
        """Until so many tokens are there; of more than there ever are, until the bucket is full."""
        return max(0.0, full_in_s - max(0.0, self.burst_s - count / self.per_s))

    def divided(self, processes: int) -> Limit:
        """The share of one of so many processes."""
        return self if processes == 1 else self._replace(per_s=self.per_s / processes)

    @property
    def shown(self) -> str:
        """In words.

        >>> Limit("requests", 1 / 3, 10.0).shown
        '20/min requests, 3 at once'
        """
        return f"{rate_text(self.per_s)} {self.kind}, {self.most} at once"

    @property
    def policy(self) -> str:
        """As a member of ``RateLimit-Policy``.

        >>> Limit("requests", 10.0, 10.0).policy, Limit("rows", 500.0, 10.0).policy
        ('"requests";q=100;w=10', '"rows";q=5000;w=10;qu="rows"')
        """
        unit = "" if self.kind == "requests" else f';qu="{self.kind}"'
        return f'"{self.kind}";q={self.most};w={math.ceil(self.burst_s)}{unit}'


class Limits:
    """Charges requests and rows to keys."""

    def __init__(self, settings: Settings, buckets: SharedBuckets) -> None:
        self._rate = settings.rate
        self._row_rate = settings.row_rate
        self._burst_s = float(settings.burst_seconds)
        self._buckets = buckets
        self._of_rates = lru_cache(maxsize=1024)(self._limits)

    def of(self, key: ApiKey) -> Sequence[Limit]:
        """The limits of a key: its own, else those of the settings."""
        return self._of_rates(key.requests_per_s, key.rows_per_s)

    def _limits(self, requests_per_s: float | None, rows_per_s: float | None) -> Sequence[Limit]:
        found = (
            self._limit("requests", requests_per_s, self._rate),
            self._limit("rows", rows_per_s, self._row_rate),
        )
        return tuple(limit for limit in found if limit is not None)

    async def take_request(self, key: ApiKey) -> None:
        """Charge a request. Raises ``RateLimited``."""
        limits = self.of(key)
        exchange = current()
        exchange.limits = limits
        if limits and limits[0].kind == "requests":
            await self._take(key, limits[0], 1, exchange)

    async def take_rows(self, key: ApiKey, count: int) -> None:
        """Charge rows. Raises ``RateLimited``, and ``TooLarge`` where waiting would not help."""
        limit = self._limit("rows", key.rows_per_s, self._row_rate)
        if limit is None or count == 0:
            return
        if count > limit.most:
            raise TooLarge(
                f"{count} rows, but this key may send at most {limit.most} rows at once (its limit is {limit.shown}); send "
                "smaller batches, or the stream POST /v1/impact/bulk, which is slowed down instead",
                field="rows",
            )
        await self._take(key, limit, count, current())

    def piece_of(self, key: ApiKey, most: int) -> int:
        """How many rows of a stream are charged and answered together: a part of a burst, so that other requests of
        the key find tokens too.
        """
        limit = self._limit("rows", key.rows_per_s, self._row_rate)
        return most if limit is None else min(most, max(1, limit.most // _PIECES_OF_A_BURST))

    async def wait_for_rows(self, key: ApiKey, count: int) -> None:
        """Charge rows of a stream, which is slowed down to what the key may send."""
        limit = self._limit("rows", key.rows_per_s, self._row_rate)
        while limit is not None and count > 0:
            piece = min(count, self.piece_of(key, count))
            taken = await self._buckets.take(key.id, limit.kind, piece / limit.per_s, limit.burst_s)
            if taken.granted:
                count -= piece
            else:
                wait_s = limit.divided(taken.processes).wait_s(piece, taken.full_in_s)
                await asyncio.sleep(max(0.01, wait_s))

    def _limit(self, kind: str, own: float | None, of_settings: float | None) -> Limit | None:
        per_s = of_settings if own is None else own
        return None if per_s is None else Limit(kind, per_s, max(self._burst_s, 1 / per_s))

    async def _take(self, key: ApiKey, limit: Limit, count: int, exchange: Exchange) -> None:
        granted, full_in_s, processes = await self._buckets.take(
            key.id, limit.kind, count / limit.per_s, limit.burst_s
        )
        share = limit.divided(processes)
        left = share.left(full_in_s)
        if granted:
            exchange.left = (*exchange.left, (limit.kind, left, math.ceil(full_in_s)))
            return
        wait_s = max(1, math.ceil(share.wait_s(count, full_in_s)))
        exchange.left = (*exchange.left, (limit.kind, left, wait_s))
        sent = "another request" if limit.kind == "requests" else f"{count} rows"
        raise RateLimited(
            f"this key has used up its limit of {limit.shown}; send {sent} in {wait_s} s",
            retry_after_s=wait_s,
        )


def headers(exchange: Exchange) -> Sequence[tuple[bytes, bytes]]:
    """What the answer says about limits of which there are any."""
    policy = ", ".join(limit.policy for limit in exchange.limits)
    left = ", ".join(f'"{kind}";r={count};t={seconds}' for kind, count, seconds in exchange.left)
    found = [(b"ratelimit-policy", policy.encode())]
    return [*found, (b"ratelimit", left.encode())] if left else found
