"""The column cache: parts of the catalog as marshal files, because reading them takes milliseconds and text
seconds.

A part file is a magic word, the length and checksum of what follows, a marshal dump, and the bytes that the part holds
by name: these stay as they lie, so that a column that nobody asks for is not even copied. marshal trusts its input, so a
file is read only if it belongs to the current user and nobody else may write it.
"""

# os.path throughout: importing pathlib costs a cold start more than the whole load does.
# ruff: noqa: PTH103, PTH105, PTH106, PTH107, PTH111, PTH112, PTH118, PTH120, PTH123, PTH208

from __future__ import annotations

import marshal
import os
import sys
from zlib import crc32

from ..typed import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any, Final

FORMAT: Final = 3  # raise it when the shape of a part changes
_MAGIC: Final = b"wattdrop"
_HEADER_BYTES: Final = len(_MAGIC) + 12
#: Of some 4 MB each: those of a few checkouts that share the folder, and of the edits made in them.
_KEPT_GENERATIONS: Final = 12


def cache_folder() -> str:
    """WATTDROP_CACHE_DIR, or the place where the operating system wants caches of this user."""
    chosen = os.environ.get("WATTDROP_CACHE_DIR")
    if chosen:
        return chosen
    home = os.path.expanduser("~")
    if sys.platform == "win32":
        return os.path.join(os.environ.get("LOCALAPPDATA") or home, "wattdrop", "cache")
    if sys.platform == "darwin":
        return os.path.join(home, "Library", "Caches", "wattdrop")
    return os.path.join(os.environ.get("XDG_CACHE_HOME") or os.path.join(home, ".cache"), "wattdrop")


def generation_name(digest: str, code_stamp: str) -> str:
    """Name of the folder for one state of data, code and Python: any change starts a new one."""
    return f"catalog-{digest[:24]}-{crc32(code_stamp.encode()):08x}-{sys.implementation.cache_tag}-{FORMAT}"


def read(path: str) -> Any:
    """The object in a cache file, or None if there is none that can be trusted."""
    try:
        with open(path, "rb", buffering=0) as file:
            status = os.fstat(file.fileno())
            if not _is_ours(status):
                return None
            data = file.read(status.st_size)
    except OSError:
        return None
    payload = memoryview(data)[_HEADER_BYTES:]
    if data[:_HEADER_BYTES] != _header(payload):
        return None
    try:
        content, pages = marshal.loads(payload)  # noqa: S302
    except (EOFError, ValueError, TypeError):
        return None
    end = len(payload)
    for name, length in pages:
        content[name] = payload[end - length : end]
        end -= length
    return content


def write(path: str, content: Any) -> bool:
    """Put the object there in one step, so that readers see the old file or the new one. False if that cannot
    be.
    """
    pages = {}
    if isinstance(content, dict):
        pages = {name: value for name, value in content.items() if isinstance(value, bytes)}
        content = {name: value for name, value in content.items() if name not in pages}
    lengths = [(name, len(page)) for name, page in pages.items()]
    payload = marshal.dumps((content, lengths)) + b"".join(reversed(pages.values()))
    temporary = f"{path}.{os.getpid()}.{os.urandom(4).hex()}.tmp"
    try:
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        descriptor = os.open(
            temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600
        )
        with os.fdopen(descriptor, "wb") as file:
            file.write(_header(memoryview(payload)))
            file.write(payload)
        os.replace(temporary, path)
    except OSError:
        _remove(temporary)
        return False
    return True


def use(generation: str) -> bool:
    """Whether there is such a generation. It has been used by then, which prune goes by."""
    try:
        os.utime(generation)
    except OSError:
        return os.path.isdir(generation)  # not ours to mark
    return True


def prune(folder: str) -> None:
    """Remove all but the generations that were used last, so that editing data does not fill the disk."""
    try:
        with os.scandir(folder) as entries:
            generations = [
                (entry.stat().st_mtime, entry.path) for entry in entries if entry.name.startswith("catalog-")
            ]
        for _, path in sorted(generations)[:-_KEPT_GENERATIONS]:
            for name in os.listdir(path):
                _remove(os.path.join(path, name))
            os.rmdir(path)
    except OSError:
        return  # somebody else is at it, or it is not ours to remove


def _header(payload: memoryview) -> bytes:
    return _MAGIC + len(payload).to_bytes(8, "little") + crc32(payload).to_bytes(4, "little")


def _is_ours(status: os.stat_result) -> bool:
    if sys.platform == "win32":
        return True  # the cache lies in the user's own profile
    return status.st_uid == os.getuid() and not status.st_mode & 0o022


def _remove(path: str) -> None:
    try:
        os.remove(path)
    except OSError:
        return
