"""Token buckets in Redis, for services of several hosts: one script a question, on the clock of Redis."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlsplit

from ..errors import SettingError

_SECONDS: Final = 1.0

# As ``buckets.taken``. Redis forgets a bucket by itself once it is full.
_TAKE: Final = """
local time = redis.call('TIME')
local now = tonumber(time[1]) + tonumber(time[2]) / 1000000
local cost, burst = tonumber(ARGV[1]), tonumber(ARGV[2])
local start = math.min(math.max(now, tonumber(redis.call('GET', KEYS[1])) or now), now + burst)
local granted = 0
if start + cost <= now + burst + 0.000001 then
    granted, start = 1, start + cost
end
redis.call('SET', KEYS[1], string.format('%.6f', start), 'PX', math.ceil((start - now) * 1000) + 1)
return {granted, string.format('%.6f', start - now)}
"""


class RedisBuckets:
    """Buckets by key and kind."""

    waits = True

    def __init__(self, url: str) -> None:
        try:
            import redis
        except ModuleNotFoundError:
            raise SettingError(
                "WATTDROP_REDIS_URL: Redis needs one more package: pip install 'wattdrop[redis]'",
                field="redis_url",
            ) from None
        self._client = redis.Redis.from_url(
            url, socket_timeout=_SECONDS, socket_connect_timeout=_SECONDS, max_connections=16
        )
        self._take = self._client.register_script(_TAKE)
        self.error: type[Exception] = redis.RedisError

    def take(self, key_id: int, kind: str, cost_s: float, burst_s: float) -> tuple[bool, float]:
        """See ``Buckets``. Raises ``error``."""
        answer: Any = self._take(keys=[f"wattdrop:{kind}:{key_id}"], args=[repr(cost_s), repr(burst_s)])
        return bool(answer[0]), float(answer[1])

    def close(self) -> None:
        """Close every connection."""
        self._client.close()


def is_redis_url(url: str) -> bool:
    """Whether this is the address of a Redis."""
    return urlsplit(url).scheme in ("redis", "rediss", "unix")
