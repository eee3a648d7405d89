"""The files of a job: one, those of a glob or a folder, or standard input; each with what identifies it."""

from __future__ import annotations

import glob
from collections.abc import Callable, Sequence
from fnmatch import fnmatchcase
from typing import Final, NamedTuple

from pyarrow import fs

from . import places
from .formats import Form, form_of
from .refused import JobRefused, JobStopped

STANDARD_INPUT: Final = "-"
#: Name of the file that says what job a folder of parts is of.
MANIFEST: Final = "_manifest.json"
_WILD: Final = frozenset("*?[")


class Input(NamedTuple):
    """One file. Size and time say whether it is still the one that a manifest names."""

    address: str
    kind: str
    codec: str
    size: int
    changed_ns: int

    @property
    def identity(self) -> list[str | int]:
        """What a manifest keeps of it."""
        return [self.address, self.size, self.changed_ns]


def inputs_of(given: Sequence[str], kind: str | None, is_own: Callable[[str], bool]) -> list[Input]:
    """Every file of the job, in order: as given, those of a glob or folder by name, and none of its own output."""
    found = [one for text in given for one in _expanded(text, kind, is_own) if not is_own(one.address)]
    if not found:
        raise JobRefused(
            f"what the job writes is the only file to read at {', '.join(given)}; name another output"
        )
    return found


def check_unchanged(
    inputs: Sequence[Input], given: Sequence[str], kind: str | None, is_own: Callable[[str], bool]
) -> None:
    """Stop where a file is not what it was when the job began: its parts may be of the old one and of the new."""
    try:
        now = {
            one.address: one
            for one in inputs_of([text for text in given if text != STANDARD_INPUT], kind, is_own)
        }
    except JobRefused:  # a file that was named is gone, or all of them
        now = {one.address: one for one in inputs if places.exists(one.address)}
    for one in inputs:
        found = now.get(one.address)
        if one.address != STANDARD_INPUT and found != one:
            how = "it is not there any more"
            if found:
                same = found.size == one.size
                how = "written anew" if same else f"{one.size:,} bytes before, {found.size:,} now"
            raise JobStopped(
                f"{one.address} changed while it was read ({how}), so its results may be of two states and are not given "
                "out. Run the command again with --restart; on a copy, if the file keeps changing"
            )


def _expanded(text: str, kind: str | None, is_own: Callable[[str], bool]) -> list[Input]:
    if text == STANDARD_INPUT:
        if kind is None:
            raise JobRefused("standard input has no name that tells its format: give --from csv, for example")
        return [Input(text, kind, "", -1, 0)]
    if _WILD & set(text) and not (not places.is_remote(text) and places.exists(text)):
        return _of_glob(text, kind)
    about = places.info(text)
    if about.type == fs.FileType.Directory:
        return _of_folder(text, kind, is_own)
    if about.type == fs.FileType.NotFound:
        raise JobRefused(f"cannot read {text}: no such file")
    if about.type == fs.FileType.Unknown:
        raise JobRefused(
            f"{text} is a pipe or a device: give - and let standard input come from it, < {text}"
        )
    return [_input(text, about, kind)]


def _of_folder(folder: str, kind: str | None, is_own: Callable[[str], bool]) -> list[Input]:
    """Files whose names tell a format; names that begin with ``_`` or ``.`` are notes of programs, not data."""
    every = list(places.listing(folder))
    asked_for = f"{folder.rstrip('/')}/{MANIFEST}"
    others = (at for at, about in every if about.base_name == MANIFEST and at != asked_for and not is_own(at))
    results = next(others, None)
    if results is not None:
        raise JobRefused(
            f"{results.rpartition('/')[0]}/ holds results of wattdrop, which would count twice; move them out of {folder}, "
            "or name the files to read"
        )
    found = [
        _input(address, about, kind)
        for address, about in every
        if (kind or form_of(address)) and not about.base_name.startswith(("_", "."))
    ]
    if not found:
        raise JobRefused(f"{folder} has no Parquet, Arrow, CSV or JSONL file")
    return found


def _of_glob(pattern: str, kind: str | None) -> list[Input]:
    if places.is_remote(pattern):
        first = min(pattern.index(mark) for mark in _WILD if mark in pattern)
        folder = pattern[:first].rpartition("/")[0]
        every = [(at, about) for at, about in places.listing(folder) if fnmatchcase(at, pattern)]
    else:
        names = sorted(glob.glob(pattern, recursive=True))  # noqa: PTH207 - the pattern may be absolute
        every = [(name, about) for name in names if (about := places.info(name)).type == fs.FileType.File]
    if not every:
        raise JobRefused(f"no file is named like {pattern}")
    return [_input(address, about, kind) for address, about in every]


def _input(address: str, about: object, kind: str | None) -> Input:
    form = form_of(address)
    if kind is not None:
        form = Form(kind, form.codec if form else _codec_of(address))
    if form is None:
        raise JobRefused(
            f"{address}: its name does not tell its format; give --from parquet, arrow, csv or jsonl"
        )
    size, changed_ns = about.size, about.mtime_ns  # type: ignore[attr-defined]
    return Input(address, form.kind, form.codec, int(size or 0), int(changed_ns or 0))


def _codec_of(address: str) -> str:
    found = form_of("a.csv" + address[address.rfind(".") :].lower())
    return found.codec if found else ""
