"""``wattdrop serve``."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from shlex import quote
from shutil import which

import click

_SERVER_PACKAGES = frozenset({"falcon", "uvicorn"})


@click.command()
@click.option(
    "--host", default="127.0.0.1", show_default=True, help="Address to listen on; 0.0.0.0 for every one."
)
@click.option(
    "--port", default=8000, show_default=True, type=click.IntRange(0, 65535), help="0 picks a free one."
)
@click.option(
    "--workers", default=1, show_default=True, type=click.IntRange(1, 256), help="Server processes."
)
def serve(host: str, port: int, workers: int) -> None:
    """Start the HTTP service, with an embedded database and a key that works at once."""
    try:
        from ..service.server import listen, local_key, run
    except ModuleNotFoundError as error:
        if error.name not in _SERVER_PACKAGES:
            raise
        raise click.UsageError("the service needs more packages: pip install 'wattdrop[service]'") from None
    from ..catalog import load
    from ..service.settings import read_settings
    from ..store import Keys, open_database

    settings = read_settings()
    listener = listen(host, port)
    load()  # a broken catalog stops here, before anything is announced
    database = open_database(settings.database)
    key = local_key(Keys(database), settings.local_key)
    database.close()
    click.echo(_announcement(_address(host, listener.getsockname()[1]), key, settings.database))
    run(listener, settings, workers)


def _address(host: str, port: int) -> str:
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104
    return f"http://{shown}:{port}"


def _announcement(address: str, key: str, database: Path) -> str:
    row = '{"rows":[{"model_id":"llama_v31_8b","node_id":"aws:p4d.24xlarge","input_tokens":100,"output_tokens":500}]}'
    folder = f"WATTDROP_DATA_DIR={quote(str(database.parent))} " if "WATTDROP_DATA_DIR" in os.environ else ""
    command = "wattdrop" if which("wattdrop") else quote(sys.argv[0])
    return f"""
Wattdrop serves {address}   (Ctrl-C stops it; keys are kept in {database})

Try it in another terminal:

curl -s {address}/v1/impact -H 'Authorization: Bearer {key}' -H 'Content-Type: application/json' -d '{row}'

More keys: {folder}{command} keys create NAME
"""
