"""Readings of a name that the catalog does not list: what may be dropped from it, in a fixed order.

The catalog matches ids and aliases whatever their case and separators. Gateways add more: provider paths
(``openrouter/openai/gpt-4o``), Bedrock region and vendor prefixes (``us.anthropic.``), versions (``-v1:0``, ``@001``),
dates, serving modes and quantisations. Each is dropped only after the name as it stands has failed, least first, and
what was dropped is said in the choice. Nothing is replaced by something merely similar: that is an error with the
nearest names.
"""

from __future__ import annotations

from ..typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

# Bounds the work for hostile names: real ones are shorter, and peel in fewer steps.
LONGEST_NAME = 300
_MOST_READINGS = 64


def readings(name: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The name, then what is left of it after dropping more and more; with the kinds of parts dropped.

    >>> [r for r, _ in readings("bedrock/us.anthropic.claude-3-haiku-20240307-v1:0")][-1]
    'claude-3-haiku'
    """
    queue: list[tuple[str, tuple[str, ...]]] = [(name.strip()[:LONGEST_NAME], ())]
    seen = {queue[0][0].casefold()}
    for (
        reading,
        dropped,
    ) in queue:  # the list grows while it is read: breadth first, fewest parts dropped first
        yield reading, dropped
        if len(queue) >= _MOST_READINGS:
            continue
        for part, rest in _shorter(reading):
            if rest and rest.casefold() not in seen:
                seen.add(rest.casefold())
                queue.append((rest, (*dropped, part)))


def _shorter(name: str) -> Iterator[tuple[str, str]]:
    head, slash, tail = name.partition("/")
    if slash and head:
        yield f"prefix '{head}/'", tail
    elif slash:
        yield "leading '/'", tail
    # Compiled here: most names are as the catalog has them.
    from .spelling_patterns import DOTTED_PREFIX, SUFFIXES

    dotted = DOTTED_PREFIX.match(name)
    if dotted:
        yield f"prefix '{dotted.group()}'", name[dotted.end() :]
    for kind, pattern in SUFFIXES:
        found = pattern.search(name)
        if found and found.start() > 0:
            yield f"{kind} '{found.group()}'", name[: found.start()]
