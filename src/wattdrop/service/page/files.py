"""Files of the page, each under a name that holds a hash of its content, so that a browser asks for it once in a year.

There is no build step: the files are served as they are in the package. Scripts name each other by their plain names; an
import map in the frame of the page leads from these to the names with the hash.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

from ..content import Content, content_of

WEB: Final = Path(__file__).parent.parent / "web"
PREFIX: Final = "/web/"
_FOLDERS: Final = ("page", "vendor")
_MEDIA_TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
}


class File(NamedTuple):
    """One file, and where it is asked for."""

    address: str
    content: Content


@cache
def files() -> dict[str, File]:
    """Every file of the page by its plain name, such as ``page/main.js``. Read and compressed once in a process."""
    paths = sorted(path for folder in _FOLDERS for path in (WEB / folder).rglob("*"))
    names = {path.relative_to(WEB).as_posix(): path for path in paths if path.suffix in _MEDIA_TYPES}
    return {name: _file(name, path) for name, path in names.items()}


@cache
def by_address() -> dict[str, File]:
    """The same by the address that the page asks for."""
    return {file.address: file for file in files().values()}


def address(name: str) -> str:
    """Where a file is asked for."""
    return files()[name].address


def _file(name: str, path: Path) -> File:
    content = content_of(_MEDIA_TYPES[path.suffix], path.read_bytes())
    stem, _, ending = name.rpartition(".")
    return File(f"{PREFIX}{stem}.{content.tag[1:13]}.{ending}", content)
