"""What is uncertain about a description: its causes with the setups at their ends, remembered for the rows to come."""

from __future__ import annotations

from _thread import (
    allocate_lock,
)  # `threading` makes it of this, and takes a cold start two milliseconds more

from ..resolve.causes import CAUSES, Cause, causes_of, kind_of_work
from ..typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Final

    from ..catalog import Catalog
    from ..kernel.columns import Setup
    from ..resolve.description import Description
    from ..resolve.resolved import Resolved

EffectId = tuple[str, int]
"""A cause's name and which of several of that name."""

METHOD: Final[EffectId] = ("method", 0)
"""The method's own error; further ones come from accelerators that nothing was measured on."""
WITHIN: Final[EffectId] = ("method", -1)
"""The same at the ends that hold half of the cases."""
DURATION: Final[EffectId] = ("occupancy", 99)
"""An observed duration, which moves a quantity of the rows and no setup."""


#: The order of explanations.
_ORDER: Final[Mapping[str, int]] = {name: at for at, name in enumerate(CAUSES)}


def in_order(effects: Iterable[EffectId]) -> list[EffectId]:
    """Effects in the order of explanations: the method first."""
    return sorted(effects, key=lambda effect: (_ORDER[effect[0]], effect[1] < 0, effect[1]))


class Case(NamedTuple):
    """A description with what is uncertain about it."""

    setup: Setup
    causes: Mapping[EffectId, Cause]


#: Cases by catalog and description, the oldest first: working one out takes some milliseconds. 20 kB each.
_remembered: dict[tuple[str, Description, bool], Case] = {}
_MOST_REMEMBERED: Final = 4000
_lock = allocate_lock()


def case_of(catalog: Catalog, resolved: Resolved, alone: bool = False) -> Case:
    """The case of a description; ``alone``: its rows say that nothing else was in flight."""
    key = catalog.digest, resolved.description, alone
    found = _remembered.get(key)
    if found is None:
        found = _alone(catalog, resolved) if alone else _case(catalog, resolved)
        with _lock:  # where more come again and again than are kept, most are still found
            if len(_remembered) >= _MOST_REMEMBERED:
                del _remembered[next(iter(_remembered))]
            _remembered[key] = found
    return found


def _case(catalog: Catalog, resolved: Resolved) -> Case:
    causes = _method(catalog, resolved, kind_of_work(resolved.setup, _SHARED))
    for cause in causes_of(catalog, resolved):
        nth = 1 if cause.name == METHOD[0] else 0
        while (cause.name, nth) in causes:
            nth += 1
        causes[cause.name, nth] = cause
    return Case(resolved.setup, causes)


def _alone(catalog: Catalog, resolved: Resolved) -> Case:
    shared = case_of(catalog, resolved)
    kind = kind_of_work(resolved.setup, 1.0)
    if kind == kind_of_work(resolved.setup, _SHARED):
        return shared
    return shared._replace(causes={**shared.causes, **_method(catalog, resolved, kind)})


_SHARED: Final = 2.0
"""Any batch size above 1."""


def _method(catalog: Catalog, resolved: Resolved, kind: str) -> dict[EffectId, Cause]:
    causes = {}
    for effect, level in ((METHOD, 90), (WITHIN, 50)):
        ratio = catalog.constant(f"method_{kind}_{level}")
        ends = tuple(resolved.setup._replace(method_ratio=ratio**sign) for sign in (-1.0, 1.0))
        causes[effect] = Cause("method", ends, (kind, resolved.model_ix))
    return causes
