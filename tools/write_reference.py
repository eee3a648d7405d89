"""Writes the reference pages that are generated from code: commands and settings. ``make reference`` runs it."""

from __future__ import annotations

import sys
from inspect import cleandoc
from pathlib import Path

import click

from wattdrop.cli import root
from wattdrop.cli.root import COMMANDS
from wattdrop.service.settings import SETTINGS, flag, variable

REFERENCE = Path(__file__).parent.parent / "docs" / "reference"


def cli_page() -> str:
    """Every command with its help and every flag, also those that `--help` keeps short."""
    context = click.Context(root, info_name="wattdrop")
    parts = [
        "# Command line\n",
        "Generated from the code by `make reference`; do not edit.\n",
        "`wattdrop COMMAND --help` shows the same. Exit codes: 0 fine, 1 some rows (or data) have errors, 2 wrong usage.",
        "For completion in your shell: `wattdrop completion --help`.\n",
    ]
    for name in COMMANDS:
        command = root.get_command(context, name)
        assert command is not None
        parts += _command_parts(command, f"wattdrop {name}")
    return "\n".join(parts) + "\n"


def _command_parts(command: click.Command, path: str) -> list[str]:
    parts = [f"## `{path}`\n"]
    if command.help:
        parts.append(_prose(command.help))
    if isinstance(command, click.Group) and not command.invoke_without_command:
        return parts + _inner_parts(command, path)
    arguments = [one.human_readable_name for one in command.params if isinstance(one, click.Argument)]
    parts.append(f"    {' '.join([path, *(f'[{name}]' for name in arguments), '[OPTIONS]'])}\n")
    options = [one for one in command.params if isinstance(one, click.Option)]
    if options:
        parts += ["| flag | meaning |", "| --- | --- |", *map(_option_line, options), ""]
    return parts + (_inner_parts(command, path) if isinstance(command, click.Group) else [])


def _inner_parts(group: click.Group, path: str) -> list[str]:
    return [
        part for name, inner in group.commands.items() for part in _command_parts(inner, f"{path} {name}")
    ]


def _option_line(option: click.Option) -> str:
    flags = ", ".join(f"`{flag}`" for flag in option.opts)
    choices = (
        f" ({', '.join(map(str, option.type.choices))})" if isinstance(option.type, click.Choice) else ""
    )
    default = f" Default {option.default}." if option.show_default and option.default is not None else ""
    return f"| {flags} | {(option.help or '').strip()}{choices}{default} |"


def _prose(text: str) -> str:
    """Help text as Markdown: what click keeps as it is becomes a code block."""
    blocks = []
    for block in cleandoc(text).split("\n\n"):
        if block.startswith("\b\n"):
            blocks.append("\n".join("    " + line for line in block.splitlines()[1:]))
        else:
            blocks.append(" ".join(block.split()))
    return "\n\n".join(blocks) + "\n"


def settings_page() -> str:
    """Every setting with its default and sentence."""
    lines = [
        "# Settings of the service\n",
        "Generated from the code by `make reference`; do not edit.\n",
        "The first of these that says something holds: a flag of `wattdrop serve`, the environment variable, the settings",
        "file, the default. The settings file is TOML, one line a setting under its bare name, such as `max_rows = 4000`;",
        "the variable `WATTDROP_CONFIG` names it. `wattdrop settings` shows what holds and where it comes from. Secrets",
        "have no flag.\n",
        "| flag | variable | default | meaning |",
        "| --- | --- | --- | --- |",
    ]
    lines += [
        f"| {f'`{flag(one)}`' if flag(one) else ''} | `{variable(one)}` | {one.default or '(empty)'} | {one.sentence} |"
        for one in SETTINGS
    ]
    lines += [
        "\nVariables beyond these: `WATTDROP_CACHE_DIR`, the folder where every command caches the catalog's columns; and",
        "those of OpenTelemetry (`OTEL_EXPORTER_OTLP_ENDPOINT`, `OTEL_EXPORTER_OTLP_HEADERS`, `OTEL_SERVICE_NAME`,",
        "`OTEL_TRACES_SAMPLER`, ...), which send traces of the service itself; extra `otel`.",
    ]
    return "\n".join(lines) + "\n"


PAGES = {"cli.md": cli_page, "settings.md": settings_page}


def main() -> None:
    """Write the pages, or with ``--check`` say which are stale."""
    stale = [name for name, page in PAGES.items() if _text(REFERENCE / name) != page()]
    if "--check" in sys.argv:
        sys.exit(f"stale, run make reference: {', '.join(stale)}" if stale else 0)
    for name in stale:
        (REFERENCE / name).write_text(PAGES[name](), encoding="utf-8")


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


if __name__ == "__main__":
    main()
