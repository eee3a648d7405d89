"""``wattdrop completion SHELL``."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from .commands import root


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the completion script of SHELL.

    \b
    bash:  wattdrop completion bash >> ~/.bashrc
    zsh:   wattdrop completion zsh  >> ~/.zshrc
    fish:  wattdrop completion fish > ~/.config/fish/completions/wattdrop.fish
    """
    kind = get_completion_class(shell)
    if kind is None:
        raise click.UsageError(f"no completion for {shell}")
    click.echo(kind(root, {}, "wattdrop", "_WATTDROP_COMPLETE").source())
