"""A call is counted once: frameworks write their model's usage again on a span of their own around it.

A span repeats the nearest calls below it where its counts are those of one of them, or their sum; the lower spans are kept,
because they know the provider. Children end first and are mostly sent first, so what was counted is given back, to be
handed in again when the trace goes on: a parent that comes later finds its children then.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, TypeAlias

Key: TypeAlias = tuple[str, str]
"""Trace id and span id."""


class Usage(NamedTuple):
    """Counts of a call as they came, None where it has none."""

    input_tokens: object
    output_tokens: object
    cached_input_tokens: int


class Counted(NamedTuple):
    """A call that was counted, or repeats one, below a span that has not come yet."""

    trace_id: str
    id: str
    parent_id: str
    usage: Usage


def repeats(
    spans: Mapping[Key, tuple[str, Usage | None]], earlier: Callable[[str], Sequence[Counted]]
) -> tuple[set[Key], list[Counted]]:
    """Which calls are none of their own, and what to remember for later requests of the same traces.

    Parameters
    ----------
    spans
        Parent and usage of each span; a usage of None is no call.
    earlier
        What earlier requests left of a trace.
    """
    known = dict(spans)
    for trace_id in {trace_id for trace_id, _ in spans}:
        for one in earlier(trace_id):
            known.setdefault((trace_id, one.id), (one.parent_id, one.usage))
    above = _Above(known)
    below: dict[Key, list[Key]] = {}
    left: list[Counted] = []
    for key, (_, usage) in known.items():
        if usage is None:
            continue
        call, missing = above.of(key)
        if call is not None:
            below.setdefault(call, []).append(key)
        elif missing:
            left.append(Counted(*key, missing, usage))
    repeated: set[Key] = set()
    for key, children in below.items():
        repeated.update(_repeated(key, children, known))
    return repeated, left


class _Above:
    """The nearest call above a span; where there is none, the id of the topmost ancestor that has not come."""

    def __init__(self, known: Mapping[Key, tuple[str, Usage | None]]) -> None:
        self._known = known
        self._found: dict[Key, tuple[Key | None, str]] = {}

    def of(self, key: Key) -> tuple[Key | None, str]:
        """Walk up, and remember the answer for every span on the way, so that long chains cost their length once."""
        way: list[Key] = []
        at = key
        answer: tuple[Key | None, str] = (None, "")
        on_the_way: set[Key] = set()
        while at not in self._found:
            if at in on_the_way:  # a circle, which no honest tracer makes
                break
            way.append(at)
            on_the_way.add(at)
            parent_id = self._known[at][0]
            parent = at[0], parent_id
            if parent not in self._known or not parent_id:
                answer = None, parent_id
                break
            if self._known[parent][1] is not None:
                answer = parent, ""
                break
            at = parent
        else:
            answer = self._found[at]
        for one in way:
            self._found[one] = answer
        return answer


def _repeated(key: Key, children: list[Key], known: Mapping[Key, tuple[str, Usage | None]]) -> list[Key]:
    """The parent where it repeats its children; the children that count nothing where it does not."""
    usage = known[key][1]
    usages = [found for child in children if (found := known[child][1]) is not None]
    assert usage is not None  # noqa: S101 - only calls have children here
    if not _counts(usage):
        return [key]
    if not any(map(_counts, usages)):
        return children
    return [key] if _says_the_same(usage, usages) else []


def _counts(usage: Usage) -> bool:
    return bool(usage.input_tokens or usage.output_tokens)


def _says_the_same(parent: Usage, children: Sequence[Usage]) -> bool:
    for name in ("input_tokens", "output_tokens"):
        said = getattr(parent, name)
        counts = [count for child in children if isinstance(count := getattr(child, name), int)]
        options = {*counts, sum(counts)}
        if name == "input_tokens":  # some leave the cached part out
            options |= {option - child.cached_input_tokens for option in counts for child in children}
            options.add(sum(counts) - sum(child.cached_input_tokens for child in children))
        if said and said not in options:
            return False
    return True
