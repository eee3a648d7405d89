"""``wattdrop serve``."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from shlex import quote
from shutil import which
from typing import Any

import click

from ..service.settings import SETTINGS, Settings, flag, read_settings, variable
from ..service.shared_counts import shared_counts

_SERVER_PACKAGES = frozenset({"falcon", "prometheus_client", "uvicorn"})


def _setting_flags(command: Callable[..., Any]) -> Callable[..., Any]:
    """A flag for every setting that is not a secret."""
    for one in reversed(SETTINGS):
        if flag(one):
            shown = f" [default: {one.default}]" if one.default else ""
            command = click.option(flag(one), one.name, metavar="VALUE", help=one.sentence + shown)(command)
    return command


@click.command()
@_setting_flags
def serve(**flags: str | None) -> None:
    """Start the HTTP service, with an embedded database and a key that works at once.

    Each setting is a flag, an environment variable (WATTDROP_PORT) or a line of the TOML file that WATTDROP_CONFIG
    names; `wattdrop settings` shows which one holds. SIGTERM or Ctrl-C answers the open requests and stops; a second
    one stops at once.
    """
    settings = read_settings(flags=flags)
    # Worker processes read the environment.
    os.environ.update({variable(one): value for one in SETTINGS if (value := flags.get(one.name))})
    with shared_counts(settings):
        sys.exit(_serve(settings))


def _serve(settings: Settings) -> int:
    try:
        from ..service.local import local_key, offer_code
        from ..service.server import bind, listen, run
    except ModuleNotFoundError as error:
        if error.name not in _SERVER_PACKAGES:
            raise
        raise click.UsageError("the service needs more packages: pip install 'wattdrop[service]'") from None
    from ..catalog import load
    from ..store import open_store

    listener = bind(settings.host, settings.port)
    load()  # a broken catalog stops here, before anything is announced
    with closing(open_store(settings.database, settings.secret())) as store:
        # A key that is printed is for a machine of one's own; whoever shares a database makes keys by name.
        printed = settings.announce_key and not settings.database_url
        key = local_key(store.keys, settings.local_key) if printed else ""
        code = offer_code(settings.sign_in_code) if printed else ""
        database = store.database.shown
    listen(listener)
    address = _address(settings.host, listener.getsockname()[1])
    click.echo(_announcement(address, key, code, database))
    sys.stdout.flush()
    return run(listener, settings)


def _address(host: str, port: int) -> str:
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104
    return f"http://{shown}:{port}"


def _announcement(address: str, key: str, code: str, database: str) -> str:
    row = '{"rows":[{"model_id":"llama_v31_8b","node_id":"aws:p4d.24xlarge","input_tokens":100,"output_tokens":500}]}'
    in_folder = "WATTDROP_DATA_DIR" in os.environ and "://" not in database
    folder = f"WATTDROP_DATA_DIR={quote(str(Path(database).parent))} " if in_folder else ""
    started_as = quote(sys.argv[0])
    if started_as.endswith("__main__.py"):  # which is no program
        started_as = f"{quote(sys.executable)} -m wattdrop"
    command = "wattdrop" if which("wattdrop") else started_as
    browser = f"{address}/#code={code}   (signs you in, once, within an hour)" if code else address
    shown = f"Your key:      {key}\n" if key else ""
    return f"""
Wattdrop serves {address}   (Ctrl-C stops it; keys are kept in {database})

In a browser:  {browser}
{shown}
or in another terminal:

curl -s {address}/v1/impact -H 'Authorization: Bearer {key or "YOUR_KEY"}' -H 'Content-Type: application/json' -d '{row}'

{"More keys" if key else "Make a key"}: {folder}{command} keys create NAME
"""
