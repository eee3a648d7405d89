"""``wattdrop mcp``."""

from __future__ import annotations

import sys

import click


@click.command()
def mcp() -> None:
    """Offer the estimates as tools to an assistant on this computer, over standard input and output.

    The assistant starts this command itself; its settings name it (see docs/how-to/use-from-an-assistant.md). No key, no
    service and no network are needed: the tools use the package's own catalog.
    """
    try:
        import anyio
        from mcp.server.stdio import stdio_server

        from ..service.assistant.server import server_for
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("anyio", "mcp", "mcp_types"):
            raise
        raise click.UsageError("the tools need more packages: pip install 'wattdrop[mcp]'") from None
    from ..service.assistant.callers import LocalUser

    if sys.stdin.isatty():
        click.echo("Waiting for an assistant on standard input; assistants start this themselves.", err=True)

    async def serve() -> None:
        server = server_for(LocalUser())
        async with stdio_server() as (incoming, outgoing):
            await server.run(incoming, outgoing, server.create_initialization_options())

    anyio.run(serve)
