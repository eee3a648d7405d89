"""What lets somebody in who starts the service on a machine of their own: a key, and a link that signs a browser in once.

Both are files beside the database, readable by their owner only.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import time
from hashlib import sha256
from hmac import compare_digest
from pathlib import Path
from typing import Final

from ..store import Keys

KEY_NAME: Final = "local"
LINK_SECONDS: Final = 3600.0


def local_key(keys: Keys, path: Path) -> str:
    """The key that the start message shows: the same at every start."""
    if (known := read_local_key(path)) and keys.find(known) is not None:
        return known
    key = keys.create(KEY_NAME)
    _write(path, key)
    return key


def read_local_key(path: Path) -> str:
    """The same where a start made it, or an empty text."""
    with contextlib.suppress(FileNotFoundError):
        return path.read_text(encoding="ascii", errors="replace").strip()
    return ""


def offer_code(path: Path) -> str:
    """A code for the link of this start. The file keeps its hash; a link of an earlier start is worth nothing now."""
    code = secrets.token_urlsafe(24)
    _write(path, _hashed(code))
    return code


def take_code(path: Path, code: str) -> bool:
    """Whether the code is the one that was offered, within the hour and for the first time, whichever process is asked."""
    try:
        offered = path.read_text(encoding="ascii", errors="replace").strip()
        age = time.time() - path.stat().st_mtime
        if age > LINK_SECONDS or not compare_digest(offered, _hashed(code)):
            return False
        path.unlink()  # of two that come at once, one finds it gone
    except FileNotFoundError:
        return False
    return True


def _hashed(code: str) -> str:
    return sha256(code.encode("utf-8", "replace")).hexdigest()


def _write(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text + "\n")
