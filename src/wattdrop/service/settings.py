"""Settings of the service: a name, a default and a sentence each, read from the environment as WATTDROP_<NAME>."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

from ..errors import SettingError


class Setting(NamedTuple):
    """One setting, as docs/reference/settings.md lists it."""

    name: str
    default: str
    sentence: str


SETTINGS: Final = (
    Setting("data_dir", "", "Folder of the database. Empty: the user's own data folder."),
    Setting("max_rows", "1000", "Most rows of one request; more is answered with 413."),
    Setting(
        "max_body_bytes",
        "10000000",
        "Largest request body, also after decompression; more is answered with 413.",
    ),
    Setting(
        "max_bulk_bytes",
        "0",
        "Largest stream of /v1/impact/bulk, after decompression; 0 is no limit.",
    ),
    Setting(
        "cors_origins",
        "",
        "Origins of web pages that may call the service, separated by commas, or *. Empty: none.",
    ),
    Setting("inline_body_bytes", "32768", "Bodies over this size are computed beside the event loop."),
    Setting("key_cache_seconds", "5", "How long a key is trusted before the database is asked again."),
    Setting("drain_seconds", "30", "How long open requests may take to finish after SIGTERM."),
)


class Settings(NamedTuple):
    """The settings, typed."""

    data_dir: Path
    max_rows: int
    max_body_bytes: int
    max_bulk_bytes: int
    cors_origins: tuple[str, ...]
    inline_body_bytes: int
    key_cache_seconds: float
    drain_seconds: int

    @property
    def database(self) -> Path:
        """The SQLite file."""
        return self.data_dir / "wattdrop.db"

    @property
    def local_key(self) -> Path:
        """The key that the start message prints, readable by its owner only."""
        return self.data_dir / "local-key"


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings of this process. A value that cannot be used stops the start."""
    texts = {setting.name: environment.get(variable(setting), "") or setting.default for setting in SETTINGS}
    return Settings(
        data_dir=Path(texts["data_dir"] or _user_data_dir(environment)).expanduser().absolute(),
        max_rows=_whole_number(texts, "max_rows", 1),
        max_body_bytes=_whole_number(texts, "max_body_bytes", 1),
        max_bulk_bytes=_whole_number(texts, "max_bulk_bytes", 0),
        cors_origins=_origins(texts["cors_origins"]),
        inline_body_bytes=_whole_number(texts, "inline_body_bytes", 0),
        key_cache_seconds=float(_whole_number(texts, "key_cache_seconds", 0)),
        drain_seconds=_whole_number(texts, "drain_seconds", 0),
    )


def variable(setting: Setting) -> str:
    """The environment variable of a setting."""
    return "WATTDROP_" + setting.name.upper()


def _whole_number(texts: Mapping[str, str], name: str, least: int) -> int:
    text = texts[name]
    if not text.isdecimal() or int(text) < least:
        raise SettingError(f"WATTDROP_{name.upper()}: expected a whole number from {least} on, got {text!r}")
    return int(text)


def _origins(text: str) -> tuple[str, ...]:
    origins = tuple(origin.strip().rstrip("/") for origin in text.split(",") if origin.strip())
    for origin in origins:
        if origin != "*" and not origin.startswith(("http://", "https://")):
            raise SettingError(
                f"WATTDROP_CORS_ORIGINS: expected origins such as https://app.example, or *, got {origin!r}"
            )
    return origins


def _user_data_dir(environment: Mapping[str, str]) -> Path:
    if os.name == "nt":
        base = environment.get("LOCALAPPDATA") or "~/AppData/Local"
    else:
        base = environment.get("XDG_DATA_HOME") or "~/.local/share"
    return Path(base) / "wattdrop"
