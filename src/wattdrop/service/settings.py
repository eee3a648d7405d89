"""Settings of the service: a name, a default and a sentence each; from flags, the environment, a file or the default."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

from ..store import Store, open_store
from ..store.secret import key_secret
from .origins import Texts, collect
from .setting_values import (
    database_url,
    ledger_store,
    one_of,
    origins,
    rate,
    redis_url,
    whole_number,
)

LOG_FORMATS: Final = ("auto", "json", "text")
LEDGER_MODES: Final = ("on", "sampled", "off", "required")
_YES: Final = ("yes", "true", "on", "1")
_NO: Final = ("no", "false", "off", "0")
LOG_LEVELS: Final = ("debug", "info", "warning", "error")


class Setting(NamedTuple):
    """One setting, as docs/reference/settings.md lists it."""

    name: str
    default: str
    sentence: str
    secret: bool = False
    """Never shown, and no flag of ``serve``: what is on a command line stands in the list of processes."""


SETTINGS: Final = (
    Setting("host", "127.0.0.1", "Address to listen on; 0.0.0.0 for every one."),
    Setting("port", "8000", "Port to listen on; 0 picks a free one."),
    Setting("workers", "1", "Server processes; one a core is usual. More than one needs Linux or macOS."),
    Setting("data_dir", "", "Folder of the database. Empty: the user's own data folder."),
    Setting(
        "database_url",
        "",
        "postgresql://user:password@host/name: use this database. Empty: an SQLite file in data_dir.",
        secret=True,
    ),
    Setting(
        "key_secret",
        "",
        "Secret that API keys are hashed with, the same on every host. Empty: the file key-secret in data_dir.",
        secret=True,
    ),
    Setting(
        "ledger",
        "on",
        "on: store what is answered; sampled: one row in ledger_one_in, and scale sums up; required: answer 503 where it "
        "cannot be stored; off: store nothing.",
    ),
    Setting(
        "ledger_one_in", "100", "With ledger=sampled, one row in so many is stored, told by its request_id."
    ),
    Setting(
        "ledger_store",
        "database",
        "Where rows go: database, or segments: Parquet files, for many rows. Sums are always in the database.",
    ),
    Setting(
        "ledger_folder",
        "",
        "Folder of segments, or s3://, gs:// and the like; one for all hosts of a database. Empty: data_dir/ledger.",
    ),
    Setting("retention_days", "0", "Rows of the ledger older than so many days are erased. 0 keeps them."),
    Setting(
        "ledger_journal_bytes",
        "1000000000",
        "Most bytes of answers that wait in data_dir/journal for the database; from half of it on, large requests wait.",
    ),
    Setting("max_rows", "1000", "Most rows of one request; more is answered with 413."),
    Setting(
        "max_batch_rows", "50000", "Most rows of one call of a warehouse (BigQuery, Snowflake); more: 413."
    ),
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
    Setting(
        "inline_body_bytes",
        "8192",
        "Bodies over this size are computed beside the event loop; with ranges or debug, over a sixteenth of it.",
    ),
    Setting("key_cache_seconds", "5", "How long a key is trusted before the database is asked again."),
    Setting(
        "key_grace_seconds",
        "300",
        "How long keys seen valid go on working while the database is away; unknown keys get 503.",
    ),
    Setting(
        "rate", "", "Most requests of a key without a rate of its own, such as 600/min. Empty: no limit."
    ),
    Setting(
        "row_rate", "", "Most rows of a key without a row rate of its own, such as 5000/s. Empty: no limit."
    ),
    Setting("burst_seconds", "10", "How many seconds of its rate a key that was idle may use at once."),
    Setting(
        "redis_url",
        "",
        "redis://host:6379/0: share limits through Redis. Empty: through PostgreSQL, else a file in data_dir.",
        secret=True,
    ),
    Setting(
        "drain_seconds",
        "30",
        "How long open requests may take to finish after SIGTERM; then they are cut off.",
    ),
    Setting(
        "read_seconds",
        "10",
        "How long the head of a request may take, and a body that is sent too slowly; then 408.",
    ),
    Setting(
        "keep_alive_seconds", "65", "How long an idle connection is kept; longer than load balancers do."
    ),
    Setting(
        "max_head_bytes", "32768", "Largest request line and headers together; more is answered with 431."
    ),
    Setting("max_connections", "2000", "Most open connections of one process; more are answered with 503."),
    Setting(
        "max_buffered_bytes",
        "200000000",
        "Most bytes of request bodies that one process holds at a time, at least twice max_body_bytes; more: 503.",
    ),
    Setting(
        "hang_seconds",
        "60",
        "A worker whose event loop gives no sign of life for so long is replaced; only with several workers.",
    ),
    Setting(
        "log_format",
        "auto",
        "json: one JSON object a line; text: for people; auto: text on a terminal, else json.",
    ),
    Setting("log_level", "info", "debug, info, warning or error. Every request is a line at info."),
    Setting(
        "announce_key",
        "yes",
        "yes: make a key at the first start and print it; no: neither, for starts whose output is kept as a log.",
    ),
    Setting(
        "metrics_token",
        "",
        "If set, /metrics answers only to Authorization: Bearer with this token. Empty: open to everyone.",
        secret=True,
    ),
)


class Settings(NamedTuple):
    """The settings, typed."""

    host: str
    port: int
    workers: int
    data_dir: Path
    database_url: str
    key_secret: str
    ledger: str
    ledger_one_in: int
    ledger_store: str
    ledger_folder: str
    retention_days: int
    ledger_journal_bytes: int
    max_rows: int
    max_batch_rows: int
    max_body_bytes: int
    max_bulk_bytes: int
    cors_origins: tuple[str, ...]
    inline_body_bytes: int
    key_cache_seconds: float
    key_grace_seconds: float
    rate: float | None
    row_rate: float | None
    burst_seconds: int
    redis_url: str
    drain_seconds: int
    read_seconds: int
    keep_alive_seconds: int
    max_head_bytes: int
    max_connections: int
    max_buffered_bytes: int
    hang_seconds: int
    log_format: str
    log_level: str
    announce_key: bool
    metrics_token: str

    @property
    def database(self) -> str | Path:
        """The address of PostgreSQL, or the SQLite file."""
        return self.database_url or self.data_dir / "wattdrop.db"

    @property
    def segments(self) -> str | Path:
        """Where rows of the ledger are that are not in the database."""
        return self.ledger_folder or self.data_dir / "ledger"

    def secret(self) -> bytes:
        """What API keys are hashed with; made where there is none yet."""
        return key_secret(self.key_secret, self.data_dir / "key-secret")

    @property
    def local_key(self) -> Path:
        """The key that the start message prints, readable by its owner only."""
        return self.data_dir / "local-key"

    @property
    def sign_in_code(self) -> Path:
        """What the link in the start message is held against; gone once it was used."""
        return self.data_dir / "sign-in"


def store_of(settings: Settings) -> Store:
    """The store of these settings, opened."""
    in_segments = settings.ledger_store == "segments"
    return open_store(settings.database, settings.secret(), settings.segments, in_segments)


def read_settings(
    environment: Mapping[str, str] = os.environ, flags: Mapping[str, str | None] | None = None
) -> Settings:
    """The settings of this process. A value that cannot be used stops the start."""
    texts = effective(environment, flags)
    max_body_bytes = whole_number(texts, "max_body_bytes", 1)
    return Settings(
        host=texts["host"],
        port=whole_number(texts, "port", 0, 65535),
        workers=whole_number(texts, "workers", 1, 256),
        data_dir=Path(texts["data_dir"] or _user_data_dir(environment)).expanduser().absolute(),
        database_url=database_url(texts),
        key_secret=texts["key_secret"],
        ledger=one_of(texts, "ledger", LEDGER_MODES),
        ledger_one_in=whole_number(texts, "ledger_one_in", 1, 1_000_000),
        ledger_store=ledger_store(texts),
        ledger_folder=texts["ledger_folder"],
        retention_days=whole_number(texts, "retention_days", 0),
        ledger_journal_bytes=whole_number(texts, "ledger_journal_bytes", 1),
        max_rows=whole_number(texts, "max_rows", 1),
        max_batch_rows=whole_number(texts, "max_batch_rows", 1),
        max_body_bytes=max_body_bytes,
        max_bulk_bytes=whole_number(texts, "max_bulk_bytes", 0),
        cors_origins=origins(texts),
        inline_body_bytes=whole_number(texts, "inline_body_bytes", 0),
        key_cache_seconds=float(whole_number(texts, "key_cache_seconds", 0)),
        key_grace_seconds=float(whole_number(texts, "key_grace_seconds", 0)),
        rate=rate(texts, "rate"),
        row_rate=rate(texts, "row_rate"),
        burst_seconds=whole_number(texts, "burst_seconds", 1, 86_400),
        redis_url=redis_url(texts),
        drain_seconds=whole_number(texts, "drain_seconds", 0),
        read_seconds=whole_number(texts, "read_seconds", 1),
        keep_alive_seconds=whole_number(texts, "keep_alive_seconds", 1),
        max_head_bytes=whole_number(texts, "max_head_bytes", 1024),
        max_connections=whole_number(texts, "max_connections", 1),
        max_buffered_bytes=whole_number(texts, "max_buffered_bytes", 2 * max_body_bytes),
        hang_seconds=whole_number(texts, "hang_seconds", 2),
        log_format=one_of(texts, "log_format", LOG_FORMATS),
        log_level=one_of(texts, "log_level", LOG_LEVELS),
        announce_key=one_of(texts, "announce_key", (*_YES, *_NO)) in _YES,
        metrics_token=texts["metrics_token"],
    )


def effective(
    environment: Mapping[str, str] = os.environ, flags: Mapping[str, str | None] | None = None
) -> Texts:
    """Every setting as text with where it came from: a flag, else the environment, else the file, else the default."""
    return collect({one.name: one.default for one in SETTINGS}, environment, flags or {})


def variable(setting: Setting) -> str:
    """The environment variable of a setting."""
    return "WATTDROP_" + setting.name.upper()


def flag(setting: Setting) -> str:
    """The flag of ``wattdrop serve``; secrets have none."""
    return "" if setting.secret else "--" + setting.name.replace("_", "-")


def _user_data_dir(environment: Mapping[str, str]) -> Path:
    if os.name == "nt":
        base = environment.get("LOCALAPPDATA") or "~/AppData/Local"
    else:
        base = environment.get("XDG_DATA_HOME") or "~/.local/share"
    return Path(base) / "wattdrop"
