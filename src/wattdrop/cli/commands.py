"""The root command: knows every command by name and one line, imports only the one that runs."""

from __future__ import annotations

from importlib import import_module
from typing import Any, Final, NamedTuple

import click

from ..errors import WattdropError


class Entry(NamedTuple):
    """Where a command lives and its line in the list of commands."""

    module: str
    attribute: str
    line: str


COMMANDS: Final[dict[str, Entry]] = {
    "estimate": Entry(
        "estimate", "estimate", "Energy, carbon and water of requests, from a file or from flags."
    ),
    "explain": Entry(
        "explain", "explain", "Every step to one request's numbers, with formula, inputs and sources."
    ),
    "compare": Entry(
        "compare", "compare", "The same request with several models, services, places or hours."
    ),
    "serve": Entry("serve", "serve", "Start the HTTP service."),
    "mcp": Entry(
        "mcp", "mcp", "Offer the estimates as tools to an assistant (MCP, standard input and output)."
    ),
    "models": Entry("listings", "models", "List and show models."),
    "gpus": Entry("listings", "gpus", "List and show accelerators."),
    "nodes": Entry("listings", "nodes", "List and show nodes (cloud instances)."),
    "services": Entry("listings", "services", "List and show managed services."),
    "regions": Entry("listings", "regions", "List and show cloud regions."),
    "validate": Entry("validate", "validate", "Hold the method against a table of measured energy."),
    "check-data": Entry("check_data", "check_data", "Check every figure of the catalog."),
    "customers": Entry("customers", "customers", "Create and list customers of the service."),
    "users": Entry("users", "users", "Create, list and disable users of a customer."),
    "keys": Entry("keys", "keys", "Create, list and revoke API keys of the service."),
    "usage": Entry("usage", "usage", "Show, export and erase what the service has stored."),
    "replay": Entry("replay", "replay", "Recompute stored requests and say what moved and why."),
    "settings": Entry("settings", "settings", "Show the settings of the service and where each comes from."),
    "completion": Entry("completion", "completion", "Print the completion script of a shell."),
}


class Failure(click.ClickException):
    """A failure that is not the fault of one row: the same exit code as wrong usage."""

    exit_code = 2


class LazyGroup(click.Group):
    """A group that lists its commands without importing them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every command, in the order in which people meet them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one command."""
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        command = getattr(import_module(f"wattdrop.cli.{entry.module}"), entry.attribute)
        assert isinstance(command, click.Command)  # noqa: S101 - for the type checker
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands, from the table above."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.line) for name, entry in COMMANDS.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, with the nearest command where the name is not known."""
        name = args[0]
        if self.get_command(ctx, name) is None and not name.startswith("-"):
            from difflib import get_close_matches

            near = get_close_matches(name, COMMANDS, n=1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            ctx.fail(f"No such command {name!r}.{hint}")
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; a failure of ours is one line on stderr, never a traceback."""
        try:
            return super().invoke(ctx)
        except WattdropError as error:
            raise Failure(error.message) from None


@click.command(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=lambda *args: _version(*args)
)
def root() -> None:
    """Energy, carbon and water of AI inference, every figure with its source.

    \b
    wattdrop estimate --model gpt-4o --input-tokens 100 --output-tokens 500
    wattdrop explain  --model llama_v31_8b --output-tokens 500 --country FR
    wattdrop estimate requests.csv -o impact.csv
    """


def _version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    """Print the version of the package; of the method and the data: ``check-data``."""
    if not wanted:
        return
    from ..version import __version__

    click.echo(f"wattdrop {__version__}")
    ctx.exit()
