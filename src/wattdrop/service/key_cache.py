"""Keys that were seen lately, so that most requests ask no database, and known ones work while it is away.

A key found valid is trusted for some seconds, then the database is asked again, on a thread. Where it does not answer,
keys that were valid a while ago go on; of any other key nobody can say whether it is right, so that is a 503, never a 401.
Wrong keys are remembered shortly, and only so many unknown ones a second reach the database.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from typing import Final, NamedTuple, TypeVar

from ..errors import Overloaded, StoreError
from ..store import ApiKey, Keys
from ..store.clock import now as this_second
from .buckets import OwnBuckets

_MOST_REMEMBERED: Final = 10_000
_MOST_WRONG: Final = 10_000
_MOST_LETTERS: Final = 200  # ours have 46; nothing longer is looked up or remembered
_MOST_WRONG_S: Final = 2.0
_ANSWER_SECONDS: Final = 3.0
_RETRY_SECONDS: Final = 1.0
_UNKNOWN_PER_S: Final = 500
_UNKNOWN_BURST_S: Final = 2.0
_STRANGERS: Final = 0  # the bucket of all keys that are not known; no key has this number

_log = logging.getLogger(__name__)
_Name = TypeVar("_Name")
_Value = TypeVar("_Value")


class _Seen(NamedTuple):
    """A key as it was when the database was asked last."""

    key: ApiKey
    fresh_until: float
    valid_at: float


class KeyCache:
    """Finds keys."""

    def __init__(
        self,
        keys: Keys,
        trusted_s: float,
        grace_s: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._keys = keys
        self._trusted_s = trusted_s
        self._grace_s = grace_s
        self._clock = clock
        self._seen: dict[str, _Seen] = {}
        self._wrong: dict[bytes, float] = {}
        self._asked: dict[str, asyncio.Future[ApiKey | None]] = {}
        self._strangers = OwnBuckets(clock)
        self._away = False
        self._ask_at = 0.0
        self._threads = ThreadPoolExecutor(4, "wattdrop-keys")

    def fresh(self, key: str) -> ApiKey | None:
        """A key that is trusted without asking."""
        seen = self._seen.get(key)
        return seen.key if seen is not None and seen.fresh_until > self._clock() else None

    async def find(self, key: str) -> ApiKey | None:
        """Ask the database, if it must be asked.

        Raises
        ------
        StoreError
            Where the database is away and the key was not seen lately.
        Overloaded
            Where too many unknown keys come at once.
        """
        if len(key) > _MOST_LETTERS:
            return None
        seen, now = self._seen.get(key), self._clock()
        mark = sha256(key.encode("utf-8", "surrogateescape")).digest()
        if seen is None:
            if self._wrong.get(mark, 0.0) > now:
                return None
            self._admit_stranger()
        if self._away:
            if now < self._ask_at:
                return self._excused(key, _away())
            self._ask_at = now + _RETRY_SECONDS  # one request tries, the others need not wait for it
        try:
            found = await self._ask(key)
        except StoreError as error:
            return self._excused(key, error)
        if self._away:
            self._away = False
            _log.warning("the database recognises keys again")
        now = self._clock()
        if found is None:
            self._seen.pop(key, None)
            _put(self._wrong, mark, now + min(self._trusted_s, _MOST_WRONG_S), _MOST_WRONG)
        else:
            _put(self._seen, key, _Seen(found, now + self._trusted_s, now), _MOST_REMEMBERED)
        return found

    def forget(self, ended: Callable[[ApiKey], bool] | None = None) -> None:
        """Keys were made, which are not wrong any more, or ended, which have no grace."""
        self._wrong.clear()
        if ended is not None:
            self._seen = {key: seen for key, seen in self._seen.items() if not ended(seen.key)}

    def _admit_stranger(self) -> None:
        granted, _ = self._strangers.take(_STRANGERS, "requests", 1 / _UNKNOWN_PER_S, _UNKNOWN_BURST_S)
        if not granted:
            raise Overloaded("too many unknown API keys at once; send the request again in a moment")

    async def _ask(self, key: str) -> ApiKey | None:
        """One question at a time about a key, whoever asks; it is not broken off with the request of one of them."""
        asked = self._asked.get(key)
        if asked is None or asked.get_loop() is not asyncio.get_running_loop():
            asked = asyncio.get_running_loop().run_in_executor(self._threads, self._keys.find, key)
            self._asked[key] = asked
            asked.add_done_callback(lambda done: self._answered(key, done))
        done, _ = await asyncio.wait([asked], timeout=_ANSWER_SECONDS)
        if not done:
            raise _away()
        return asked.result()

    def _answered(self, key: str, done: asyncio.Future[ApiKey | None]) -> None:
        if self._asked.get(key) is done:
            del self._asked[key]
        if not done.cancelled():
            done.exception()  # whoever waited has seen it; if nobody did, it is not worth a line

    def _excused(self, key: str, error: StoreError) -> ApiKey:
        """A key that was valid a while ago, where it cannot be told whether it still is."""
        if not self._away:
            self._away = True
            self._ask_at = self._clock() + _RETRY_SECONDS
            _log.warning(
                "the database is away: keys seen in the last %d s go on working, others get 503",
                self._grace_s,
            )
        seen, now = self._seen.get(key), self._clock()
        if seen is None or now > seen.valid_at + self._grace_s:
            raise error
        if seen.key.expires_at is not None and seen.key.expires_at <= this_second():
            raise error
        return seen.key


def _away() -> StoreError:
    return StoreError("the database does not answer at the moment; send the request again in a moment")


def _put(remembered: dict[_Name, _Value], name: _Name, value: _Value, most: int) -> None:
    """Remember it; the oldest goes where there are too many."""
    remembered.pop(name, None)
    if len(remembered) >= most:
        del remembered[next(iter(remembered))]
    remembered[name] = value
