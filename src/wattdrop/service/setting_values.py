"""Values of settings, read from texts: what cannot be used is refused under the name that its writer gave it."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Final

from ..errors import BadRequest, SettingError
from ..store.database import is_url
from ..store.terms import rate_of
from .origins import Texts
from .redis_buckets import is_redis_url

_LEDGER_STORES: Final = ("database", "segments")


def whole_number(texts: Texts, name: str, least: int, most: int = 10**15) -> int:
    """A whole number within bounds."""
    text = texts[name]
    if text.isascii() and text.isdecimal() and len(text) <= len(str(most)) and least <= int(text) <= most:
        return int(text)
    bounds = f"from {least} on" if most == 10**15 else f"from {least} to {most}"
    raise SettingError(
        f"{texts.spoken(name)}: expected a whole number {bounds}, got {text[:80]!r}", field=name
    )


def one_of(texts: Texts, name: str, options: tuple[str, ...]) -> str:
    """A word of a few, in any case."""
    if texts[name].casefold() in options:
        return texts[name].casefold()
    expected = ", ".join(options)
    raise SettingError(
        f"{texts.spoken(name)}: expected one of {expected}, got {texts[name][:80]!r}", field=name
    )


def database_url(texts: Texts) -> str:
    """The address of a PostgreSQL; empty for a file."""
    url = texts["database_url"]
    if url and not is_url(url):
        raise SettingError(
            f"{texts.spoken('database_url')}: expected postgresql://user:password@host/name; an SQLite file needs no "
            "URL: name its folder with WATTDROP_DATA_DIR",
            field="database_url",
        )
    return url


def ledger_store(texts: Texts) -> str:
    """Where the ledger keeps rows; what needs a package that is not there is refused."""
    store = one_of(texts, "ledger_store", _LEDGER_STORES)
    if store == "segments" and find_spec("pyarrow") is None:
        raise SettingError(
            f"{texts.spoken('ledger_store')}: segments need more packages: pip install 'wattdrop[bulk]'",
            field="ledger_store",
        )
    return store


def rate(texts: Texts, name: str) -> float | None:
    """A rate such as `10/s`; None for no limit."""
    try:
        return rate_of(texts[name], name)
    except BadRequest as error:
        reason = error.message.removeprefix(f"{name}: ")
        raise SettingError(f"{texts.spoken(name)}: {reason}", field=name) from None


def redis_url(texts: Texts) -> str:
    """The address of a Redis; empty for none."""
    url = texts["redis_url"]
    if url and not is_redis_url(url):
        raise SettingError(
            f"{texts.spoken('redis_url')}: expected redis://host:6379/0, rediss:// for TLS, or unix:///path",
            field="redis_url",
        )
    return url


def origins(texts: Texts) -> tuple[str, ...]:
    """Origins that browsers may ask from, separated by commas."""
    origins = tuple(
        origin.strip().rstrip("/") for origin in texts["cors_origins"].split(",") if origin.strip()
    )
    for origin in origins:
        if origin != "*" and not origin.startswith(("http://", "https://")):
            raise SettingError(
                f"{texts.spoken('cors_origins')}: expected origins such as https://app.example, or *, "
                f"got {origin[:80]!r}",
                field="cors_origins",
            )
    return origins
