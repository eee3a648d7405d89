"""Readings of a name that the catalog does not list: what may be dropped from it, in a fixed order.

The catalog matches ids and aliases whatever their case and separators. Gateways add more: provider paths
(``openrouter/openai/gpt-4o``), Bedrock region and vendor prefixes (``us.anthropic.``), versions (``-v1:0``, ``@001``),
dates, serving modes and quantisations. Each is dropped only after the name as it stands has failed, least first, and
what was dropped is said in the choice. Nothing is replaced by something merely similar: that is an error with the
nearest names.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

# Bounds the work for hostile names: real ones are shorter, and peel in fewer steps.
LONGEST_NAME = 300
_MOST_READINGS = 64

_SUFFIXES: tuple[tuple[str, str], ...] = (
    ("version", r"[@:][^/@:]*$"),
    ("version", r"(?i)[-_](?:v\d+:\d+|v1)$"),  # never "-v3" alone: that names another model
    ("date", r"[-_@](?:19|20)\d{2}[-_.]?(?:0[1-9]|1[0-2])[-_.]?(?:0[1-9]|[12]\d|3[01])$"),
    ("date", r"[-_](?:0[1-9]|1[0-2])[-_](?:20)?\d{2}$"),
    ("date", r"[-_]\d{4}$"),
    ("moving name", r"(?i)[-_](?:latest|preview|exp|experimental|stable)$"),
    ("serving mode", r"(?i)[-_:](?:batch|thinking|fast|free|high|low|maas|online)$"),
    (
        "packing",
        (
            r"(?i)[-_.](?:awq|gptq|gguf|ggml|exl2|bnb|mlx|onnx|fp8|fp16|bf16|fp4|nvfp4|mxfp4|int8|int4|w4a16|w8a8|[48]bit|"
            r"q[2-8](?:[-_](?:k|0|1))?(?:[-_][sml])?|dynamic|marlin)$"
        ),
    ),
    ("tuning", r"(?i)[-_](?:instruct|chat|it|hf)$"),
)
_DOTTED_PREFIX = r"^[A-Za-z][A-Za-z0-9]{1,11}(?:-gov)?\.(?=[A-Za-z])"


@cache
def _patterns() -> tuple[re.Pattern[str], tuple[tuple[str, re.Pattern[str]], ...]]:
    """Compiled when the first name is not as the catalog has it: it takes longer than resolving one that is."""
    return re.compile(_DOTTED_PREFIX), tuple((kind, re.compile(text)) for kind, text in _SUFFIXES)


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
    dotted_prefix, suffixes = _patterns()
    dotted = dotted_prefix.match(name)
    if dotted:
        yield f"prefix '{dotted.group()}'", name[dotted.end() :]
    for kind, pattern in suffixes:
        found = pattern.search(name)
        if found and found.start() > 0:
            yield f"{kind} '{found.group()}'", name[: found.start()]
