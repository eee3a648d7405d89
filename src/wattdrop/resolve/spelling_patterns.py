"""What gateways add to a name. Compiling it takes longer than resolving a name that is as the catalog has it."""

from __future__ import annotations

import re

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
SUFFIXES = tuple((kind, re.compile(pattern)) for kind, pattern in _SUFFIXES)
"""Kinds of endings that may be dropped, in the order in which they are tried."""
DOTTED_PREFIX = re.compile(r"^[A-Za-z][A-Za-z0-9]{1,11}(?:-gov)?\.(?=[A-Za-z])")
