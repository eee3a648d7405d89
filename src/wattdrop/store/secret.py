"""The secret that API keys are hashed with. Whoever has the database but not the secret can test no key."""

from __future__ import annotations

import os
import secrets
from hashlib import sha256
from pathlib import Path
from typing import Final

from ..errors import SettingError, StoreError
from .database import Database

_LEAST_LETTERS: Final = 32
_KNOWN: Final = "SELECT fingerprint FROM key_secret"


def key_secret(given: str, file: Path) -> bytes:
    """The secret as given by the setting ``key_secret``, else from a file that is made once, its owner's only."""
    if given:
        if len(given) < _LEAST_LETTERS:
            raise SettingError(
                f"WATTDROP_KEY_SECRET: expected {_LEAST_LETTERS} letters or more, got {len(given)}; "
                "make one with: openssl rand -hex 32",
                field="key_secret",
            )
        return given.encode()
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not file.exists():
            _make(file)
        return file.read_bytes().strip()
    except OSError as error:
        raise StoreError(f"cannot use the key secret {file}: {error}; set WATTDROP_KEY_SECRET") from error


def _make(file: Path) -> None:
    """Whole or not at all: two processes may start together."""
    part = file.with_name(f"{file.name}.{os.getpid()}")
    part.touch(mode=0o600)
    part.write_text(secrets.token_hex(32) + "\n", encoding="ascii")
    try:
        file.hardlink_to(part)
    except FileExistsError:
        pass
    finally:
        part.unlink()


def check_secret(database: Database, secret: bytes) -> None:
    """Refuse to run with another secret than the database was filled with: no key would be recognised."""
    fingerprint = sha256(b"wattdrop key secret\0" + secret).hexdigest()[:16]
    known = [row[0] for row in database.query(_KNOWN)]
    if not known:  # only then is there something to write: a file that is locked or full can be started from
        with database.transaction() as transaction:
            known = [row[0] for row in transaction.query(_KNOWN)]  # two hosts may start together
            if not known:
                transaction.execute(
                    "INSERT INTO key_secret (fingerprint) VALUES (?) ON CONFLICT DO NOTHING", (fingerprint,)
                )
    if known and fingerprint not in known:
        raise StoreError(
            f"the keys in {database.shown} were hashed with another secret; set WATTDROP_KEY_SECRET to the "
            "one of the first host, or bring its file key-secret back from the backup"
        )
