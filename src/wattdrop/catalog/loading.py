"""From a data folder to a Catalog: out of the column cache when the files are as they were, else out of the
text.
"""

# os.path throughout: importing pathlib costs a cold start more than the whole load does.
# ruff: noqa: PTH100, PTH118, PTH119, PTH120, PTH123

from __future__ import annotations

import os
from zlib import crc32

from ..errors import CatalogError
from ..typed import TYPE_CHECKING
from . import cache
from .catalog import Catalog
from .columns import Part

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Final, TypeAlias

_DATA: Final = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "data")
_CODE: Final = os.path.dirname(os.path.abspath(__file__))
_SITES: Final = ("site-packages", "dist-packages")
"""Where installers put packages, and beside each a list of its files. A source checkout lies elsewhere."""
_SUFFIXES: Final = (".toml", ".csv")

_Parts: TypeAlias = "Callable[[str], Part]"

_loaded: dict[str, tuple[str, Catalog]] = {}  # folder -> the stamp it had, its catalog


def load(folder: str | os.PathLike[str] | None = None) -> Catalog:
    """The catalog of a data folder, the package's own by default.

    Calling it again returns the same object until a file changes. A broken file raises CatalogError with
    file, entry, field and what to do.
    """
    path = data_folder(folder)
    stamp = stamp_of(path)
    remembered = _loaded.get(path)
    if remembered is not None and remembered[0] == stamp:
        return remembered[1]
    return _opened(path, stamp, *(_cached(path, stamp) or _read(path, stamp)))


def own() -> Catalog:
    """The package's own catalog, for a process that asks once.

    Where an installer wrote the files, its list of them is looked at instead of each of the four hundred. A file that
    somebody edited there counts from the next ``load`` on, which looks at each: that of ``wattdrop check-data``, say.
    """
    path = data_folder()
    found = None if path in _loaded else _as_installed(path)
    return load() if found is None else _opened(path, *found)


def _opened(path: str, stamp: str, digest: str, parts: _Parts) -> Catalog:
    catalog = Catalog(digest, parts)
    _loaded[path] = (stamp, catalog)
    return catalog


def data_folder(folder: str | os.PathLike[str] | None = None) -> str:
    """The folder given, or the package's own."""
    return os.path.realpath(_DATA if folder is None else folder)


def stamp_of(folder: str) -> str:
    """Path, size and time of every data file: cheap to take, and different as soon as one of them changes.

    The first line is of the installer's list, see ``own``.
    """
    lines = [f"{path}\t{size}\t{time}" for path, size, time in sorted(_walk(folder, ""))]
    if not lines:
        raise CatalogError(f"{folder}: no data files; reinstall wattdrop or give the right data folder")
    return "\n".join([_installed(folder) if _is_installed(folder) else "", *lines])


def _is_installed(folder: str) -> bool:
    return os.path.basename(_site(folder)) in _SITES


def _site(folder: str) -> str:
    """Where the package lies whose data folder it is."""
    return os.path.dirname(os.path.dirname(folder))


def _installed(folder: str) -> str:
    """The line of the installer's list; empty where there is none."""
    from ..version import __version__

    return _line_of(os.path.join(_site(folder), f"wattdrop-{__version__}.dist-info", "RECORD"))


def _line_of(listed: str) -> str:
    """Path, time and content of a list of files with the hash of each; empty where it is not there."""
    try:
        with open(listed, "rb", buffering=0) as file:
            status = os.fstat(file.fileno())
            return f"{listed}\t{status.st_mtime_ns}\t{crc32(file.read(status.st_size)):08x}"
    except OSError:
        return ""


def _walk(folder: str, prefix: str) -> list[tuple[str, int, int]]:
    """Path, size and time of each data file. All that ``stat`` says of them would take a quarter of a megabyte."""
    found: list[tuple[str, int, int]] = []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_dir():
                    found += _walk(entry.path, f"{prefix}{entry.name}/")
                elif entry.name.endswith(_SUFFIXES):
                    status = entry.stat()
                    found.append((prefix + entry.name, status.st_size, status.st_mtime_ns))
    except FileNotFoundError:
        raise CatalogError(f"{folder}: no such data folder") from None
    return found


def data_texts(folder: str) -> dict[str, bytes]:
    """{relative path: content} of the data files, in the order of their paths."""
    texts = {}
    for path, _, _ in sorted(_walk(folder, "")):
        with open(os.path.join(folder, path), "rb") as file:
            texts[path] = file.read()
    return texts


def digest_of(texts: dict[str, bytes]) -> str:
    """sha256 of the data text: the catalog's identity in ledgers and response headers."""
    from hashlib import sha256

    digest = sha256()
    for path, content in texts.items():
        digest.update(f"{path}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


# --- the cache ---


def _stamp_path(folder: str) -> str:
    return os.path.join(cache.cache_folder(), f"stamp-{crc32(folder.encode()):08x}")


def _code_stamp() -> str:
    """The code that shapes the parts: a changed line must not read parts of the old shape."""
    return "\n".join(f"{path}\t{s.st_size}\t{s.st_mtime_ns}" for path, s in sorted(_walk_code()))


def _walk_code() -> list[tuple[str, os.stat_result]]:
    with os.scandir(_CODE) as entries:
        return [(entry.name, entry.stat()) for entry in entries if entry.name.endswith(".py")]


def _remembered(folder: str) -> dict[str, str] | None:
    """The stamp that a folder had when last looked at, and the digest that goes with it."""
    remembered = cache.read(_stamp_path(folder))
    if not isinstance(remembered, dict) or remembered.get("folder") != folder:
        return None
    return remembered


def _cached(folder: str, stamp: str) -> tuple[str, _Parts] | None:
    remembered = _remembered(folder)
    if remembered is None or remembered["stamp"] != stamp:
        return None
    digest = remembered["digest"]
    parts = _parts_of(folder, digest)
    return None if parts is None else (digest, parts)


def _as_installed(folder: str) -> tuple[str, str, CachedParts] | None:
    """Stamp, digest and parts as they were last looked at, if the installer's list is the one of then."""
    remembered = _remembered(folder) if _is_installed(folder) else None
    if remembered is None:
        return None
    line = remembered["stamp"].partition("\n")[0]
    if not line or _line_of(line.partition("\t")[0]) != line:
        return None
    parts = _parts_of(folder, remembered["digest"])
    return None if parts is None else (remembered["stamp"], remembered["digest"], parts)


def _parts_of(folder: str, digest: str) -> CachedParts | None:
    """The cached parts of a state of the data, for this state of the code."""
    generation = os.path.join(cache.cache_folder(), cache.generation_name(digest, _code_stamp()))
    return CachedParts(folder, digest, generation) if cache.use(generation) else None


def _read(folder: str, stamp: str) -> tuple[str, _Parts]:
    texts = data_texts(folder)
    digest = digest_of(texts)
    generation = os.path.join(cache.cache_folder(), cache.generation_name(digest, _code_stamp()))
    parts: _Parts
    if cache.read(os.path.join(generation, "complete")) == digest and cache.use(generation):
        parts = CachedParts(folder, digest, generation)
    else:
        built = build(texts)
        parts = built.__getitem__
        if not _store(generation, digest, built):
            return digest, parts
    cache.write(_stamp_path(folder), {"folder": folder, "stamp": stamp, "digest": digest})
    return digest, parts


def build(texts: dict[str, bytes]) -> dict[str, dict[str, Any]]:
    """All parts from the text; the first problem is raised, with the number of the others."""
    from .parts import build_parts
    from .reading import read_records

    records = read_records(texts)
    parts = build_parts(records)
    if records.problems:
        others = len(records.problems) - 1
        rest = f" (and {others} more; wattdrop check-data lists them)" if others else ""
        raise CatalogError(f"{records.problems[0]}{rest}")
    return parts


def _store(generation: str, digest: str, parts: dict[str, dict[str, Any]]) -> bool:
    stored = all(cache.write(os.path.join(generation, name), part) for name, part in parts.items())
    if stored:
        cache.write(os.path.join(generation, "complete"), digest)
        cache.prune(cache.cache_folder())
    return stored


class CachedParts:
    """Parts read from the cache one by one. A part that is gone or damaged is built again from the text."""

    __slots__ = ("_built", "_digest", "_folder", "_generation", "_kept")

    def __init__(self, folder: str, digest: str, generation: str) -> None:
        self._folder = folder
        self._digest = digest
        self._generation = generation
        self._built: dict[str, dict[str, Any]] | None = None
        self._kept: dict[str, Part] = {}

    def __call__(self, name: str) -> Part:
        """The part of this name, read once."""
        kept = self._kept.get(name)
        if kept is None:
            kept = self._kept[name] = self._read(name)
        return kept

    def all(self) -> dict[str, dict[str, Any]]:
        """Every part, made from the text."""
        if self._built is None:
            self._built = self._rebuild()
        return self._built

    def _read(self, name: str) -> Part:
        if self._built is None:
            part = cache.read(os.path.join(self._generation, name))
            if isinstance(part, dict):
                return part
            self._built = self._rebuild()
        return self._built[name]

    def _rebuild(self) -> dict[str, dict[str, Any]]:
        texts = data_texts(self._folder)
        if digest_of(texts) != self._digest:
            raise CatalogError(f"{self._folder}: the data files changed while in use; load the catalog again")
        parts = build(texts)
        _store(self._generation, self._digest, parts)
        return parts
