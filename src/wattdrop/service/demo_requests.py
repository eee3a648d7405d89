"""Made-up requests for the page to show before anybody has sent one. The amounts of work are invented, and say so wherever
they are shown; what they come to is computed by the same engine as everything else.

The same day has the same requests in every process: projects that work by office hours, one that runs every night, few
failures, and days on which somebody tries something large.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from random import Random
from typing import Any, Final, NamedTuple

from ..schema import ImpactRow

DAYS: Final = 90
_WEEKEND: Final = 0.25
_GROWTH: Final = 0.6  # the first day has so much of the traffic of the last
_BUSY_DAY: Final = 0.04  # chance of a day with three times the work
_MISTAKE: Final = 0.012  # share of requests that name a model that nobody knows
_SEED: Final = "wattdrop"


class Kind(NamedTuple):
    """Requests that are alike."""

    traces_a_day: float
    steps: tuple[int, int]  # requests of one trace, from and to
    fields: Mapping[str, Any]
    sizes: Mapping[str, tuple[int, int]]
    """Usual numbers, from and to; most are near the lower end."""
    clients: tuple[str, ...] = ("",)
    hours: tuple[int, int] = (7, 19)
    dollars_a_million: float = 0.0


_KINDS: Final = (
    Kind(
        4.0, (1, 7),
        {"model_id": "gpt-4o", "managed_service_id": "openai", "project_id": "support-chat", "application_id": "helpdesk"},
        {"input_tokens": (300, 6000), "output_tokens": (80, 900)}, ("alder-bank", "birch-retail", "cedar-travel"),
        dollars_a_million=4.0,
    ),
    Kind(
        3.0, (2, 9),
        {"model_id": "claude-sonnet-4-5", "managed_service_id": "anthropic", "project_id": "code-assistant",
         "application_id": "editor", "country": "US"},
        {"input_tokens": (2000, 40000), "output_tokens": (200, 4000)}, dollars_a_million=6.0,
    ),
    Kind(
        4.0, (1, 3),
        {"model_id": "llama_v31_8b", "node_id": "aws:p4d.24xlarge", "cloud_id": "aws", "cloud_region": "eu-west-3",
         "project_id": "document-search", "application_id": "intranet"},
        {"input_tokens": (800, 9000), "output_tokens": (60, 500)}, ("alder-bank", "dogwood-law"),
    ),
    Kind(
        2.0, (1, 1),
        {"model_id": "gpt-4o-mini", "managed_service_id": "azure-openai", "cloud_region": "swedencentral",
         "project_id": "document-search", "application_id": "nightly-summaries", "environment": "production"},
        {"input_tokens": (20000, 120000), "output_tokens": (800, 4000)}, ("dogwood-law",), (1, 4), 0.3,
    ),
    Kind(
        1.3, (1, 4),
        {"model_id": "stable_diffusion_xl_base_1_0", "project_id": "campaign-images", "application_id": "studio",
         "country": "DE", "input_steps": 30},
        {"output_count": (1, 4)}, ("birch-retail",), dollars_a_million=0.0,
    ),
    Kind(
        0.8, (1, 2),
        {"model_id": "whisper_large_v3", "project_id": "call-transcripts", "application_id": "recorder", "country": "PL"},
        {"input_audio_seconds": (60, 1800)}, ("alder-bank", "cedar-travel"),
    ),
)  # fmt: skip


def requests_of(last: date, days: int = DAYS, times: int = 1) -> Iterator[ImpactRow]:
    """Requests of some days up to the last one, in order; ``times`` as many of them as usual."""
    for ago in range(days - 1, -1, -1):
        yield from _of_day(last - timedelta(days=ago), 1 - (1 - _GROWTH) * ago / days, times)


def _of_day(day: date, level: float, times: int) -> Iterator[ImpactRow]:
    chance = Random(f"{_SEED} {day}")  # noqa: S311 - made up, no secret
    if day.weekday() > 4:
        level *= _WEEKEND
    if chance.random() < _BUSY_DAY:
        level *= 3
    for number, kind in enumerate(_KINDS):
        for trace in range(_whole(chance, kind.traces_a_day * level * times)):
            yield from _trace(chance, day, kind, f"{day:%y%m%d}-{number}{trace:03}")


def _trace(chance: Random, day: date, kind: Kind, name: str) -> Iterator[ImpactRow]:
    """Requests that belong together, one after the other."""
    second = chance.randrange(kind.hours[0] * 3600, kind.hours[1] * 3600)
    given = dict(kind.fields)
    given.setdefault("environment", chance.choices(("production", "staging"), (9, 1))[0])
    given["client_id"] = chance.choice(kind.clients) or None
    for step in range(chance.randint(*kind.steps)):
        second = min(second + chance.randrange(2, 90), 86_399)
        sizes = {what: _size(chance, *ends) for what, ends in kind.sizes.items()}
        given.update(sizes)
        tokens = sizes.get("input_tokens", 0) + sizes.get("output_tokens", 0)
        if tokens and kind.dollars_a_million:
            given |= {"request_cost": round(tokens * kind.dollars_a_million / 1e6, 6), "currency": "USD"}
        mistake = {"model_id": "a-model-that-nobody-knows"} if chance.random() < _MISTAKE else {}
        yield ImpactRow(
            **{**given, **mistake},
            utc_datetime=f"{day}T{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}Z",
            request_id=f"demo-{name}-{step + 1}",
            trace_id=f"demo-{name}",
            session_id=f"demo-session-{name[:8]}",
        )


def _whole(chance: Random, mean: float) -> int:
    """A number of about this mean, that differs from day to day."""
    return max(round(chance.gauss(mean, mean**0.5 / 2)), 0)


def _size(chance: Random, low: int, high: int) -> int:
    """A number that is mostly near the lower end, sometimes far above."""
    share = chance.betavariate(2, 3)
    return int(low * (high / low) ** share)
