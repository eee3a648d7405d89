"""Which format a file has, by its name, and how it is compressed."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Final, NamedTuple

from .refused import JobRefused

KINDS: Final = ("parquet", "arrow", "csv", "jsonl")
SUFFIXES: Final[dict[str, str]] = {
    ".parquet": "parquet",
    ".pq": "parquet",
    ".arrow": "arrow",
    ".arrows": "arrow",
    ".ipc": "arrow",
    ".feather": "arrow",
    ".csv": "csv",
    ".tsv": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "jsonl",  # as clouds name their logs; a document that is not lines is refused
}
CODECS: Final[dict[str, str]] = {".gz": "gzip", ".zst": "zstd"}
SUFFIX_OF_CODEC: Final = {codec: suffix for suffix, codec in CODECS.items()} | {"": ""}
#: Codecs that a column format compresses its own pages with.
COLUMN_CODECS: Final[dict[str, tuple[str, ...]]] = {
    "parquet": ("lz4", "zstd", "snappy", "gzip", "none"),
    "arrow": ("lz4", "zstd", "none"),
    "csv": ("none", "gzip", "zstd"),
    "jsonl": ("none", "gzip", "zstd"),
}


class Form(NamedTuple):
    """A format, and the codec of the whole file (not that of pages inside it); empty where there is none."""

    kind: str
    codec: str = ""


def form_of(name: str) -> Form | None:
    """The form that a name tells, or None.

    >>> form_of("logs/2026-11.jsonl.zst"), form_of("calls.parquet"), form_of("README.md")
    (Form(kind='jsonl', codec='zstd'), Form(kind='parquet', codec=''), None)
    """
    path = PurePosixPath(name.lower())
    codec = CODECS.get(path.suffix, "")
    kind = SUFFIXES.get(path.with_suffix("").suffix if codec else path.suffix)
    return None if kind is None else Form(kind, codec)


def page_codec(kind: str, wanted: str | None) -> str:
    """The codec to write a format with; lz4 by default where columns are written, none for text."""
    allowed = COLUMN_CODECS[kind]
    if wanted is None:
        return allowed[0]
    if wanted not in allowed:
        raise JobRefused(f"--compression {wanted}: {kind} takes {', '.join(allowed)}", field="compression")
    return wanted
