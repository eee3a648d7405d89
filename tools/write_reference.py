"""Writes what is generated from code: pages on commands and settings, and the description of the API.

``make reference`` runs it. The description shows answers to its examples: they are asked of the real service first.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from inspect import cleandoc
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click
import httpx
import yaml

from wattdrop.bulk.presets import NAMES
from wattdrop.bulk.presets import document as preset_document
from wattdrop.catalog import load
from wattdrop.cli import root
from wattdrop.cli.commands import COMMANDS
from wattdrop.service.app import create_app
from wattdrop.service.description import document
from wattdrop.service.description.operation import JSON
from wattdrop.service.description.routes import listed
from wattdrop.service.description.samples import filled
from wattdrop.service.front import Front
from wattdrop.service.settings import SETTINGS, Settings, flag, read_settings, variable
from wattdrop.store import Store, open_store

ROOT = Path(__file__).parent.parent


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


@contextmanager
def _service() -> Iterator[tuple[Front, Store, Settings]]:
    """The application as it is after installing, with a database that is thrown away."""
    with TemporaryDirectory() as folder:
        settings = read_settings({"WATTDROP_DATA_DIR": folder})
        store = open_store(settings.database, settings.secret())
        app = create_app(load(), store, settings)
        yield app, store, settings
        asyncio.run(app.lifecycle.stop())
        store.close()


def recorded_answers() -> str:
    """What the service answers to every example of its description."""
    found: dict[str, dict[str, Any]] = {}
    with _service() as (app, store, _):
        headers = {"Authorization": f"Bearer {store.keys.create('examples')}"}
        for (path, method), one in listed(app.described.routes()).items():
            for example in one.examples:
                if example.recorded:
                    request = (method, filled(path, example), example.body, next(iter(one.body), JSON))
                    answer = asyncio.run(_answer(app, *request, headers))
                    found.setdefault(one.id, {})[example.name] = answer
    return json.dumps(found, indent=1, ensure_ascii=False) + "\n"


async def _answer(
    app: Any, method: str, url: str, body: Any, media_type: str, headers: dict[str, str]
) -> dict[str, Any]:
    content = body if isinstance(body, str) else None if body is None else json.dumps(body)
    sent = {**headers, **({"Content-Type": media_type} if content else {})}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://example") as client:
        answer = await client.request(method, url, content=content, headers=sent)
    assert answer.is_success, f"{method} {url}: {answer.text}"
    kind = answer.headers["content-type"].partition(";")[0]
    return {"media_type": kind, "answer": _shown(answer.json() if kind == JSON else answer.text)}


def _shown(value: Any) -> Any:
    """Short: two entries of a list, four digits of a number; and without the hash of the data, which any edit changes."""
    if isinstance(value, dict):
        return {name: "..." if name == "catalog_digest" else _shown(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_shown(part) for part in value[:2]]
    if isinstance(value, str):
        return re.sub(r"\d+\.\d{4,}(e-?\d+)?", lambda found: f"{float(found[0]):.4g}", value)
    return float(f"{value:.4g}") if isinstance(value, float) else value


def description() -> str:
    """The service's own OpenAPI, with the answers to its examples."""
    document.recorded.cache_clear()
    with _service() as (app, _, settings):
        described = document.document(app.described, settings)
    head = "# Generated from the code by `make reference`; do not edit. The service answers it as GET /openapi.json.\n"
    return head + yaml.dump(described, Dumper=_Blocks, sort_keys=False, allow_unicode=True, width=120)


class _Blocks(yaml.SafeDumper):
    """Texts of several lines as blocks, for people who review them; and no references within the file."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text_node(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Blocks.add_representer(str, _text_node)


#: In this order: the description shows the recorded answers.
def presets_page() -> str:
    """Every preset of `wattdrop estimate --preset`: what each field is filled from, and where that is documented."""
    parts = [
        "# Presets of files\n",
        "Generated from `src/wattdrop/bulk/presets` by `make reference`; do not edit.\n",
        "`wattdrop estimate IN -o OUT --preset NAME` reads an export without a `--map`. Of several columns the first with",
        "a value counts, or their sum where it says so. Columns of prompts and replies are read for nothing but the counts",
        "inside them and are never carried along. `--map` beside a preset wins over it.",
    ]
    for name in NAMES:
        about = preset_document(name)
        parts += [f"\n## `{name}`\n", f"{about['title']}: <{about['source']}>\n"]
        if about.get("rows_in"):
            parts.append(f"Each record of the lists in `{about['rows_in']}` is a row.\n")
        parts += ["| field | from | read as | what it holds |", "| --- | --- | --- | --- |"]
        for field, one in about["field"].items():
            columns = ", ".join(f"`{column}`" for column in one["from"])
            source = f" ([source]({one['source']}))" if "source" in one else ""
            parts.append(
                f"| `{field}` | {columns} | {READ_AS[one.get('read', 'plain')]} | {one['holds']}{source} |"
            )
        parts += [
            f"| `{field}` | always `{one['value']}` | | |" for field, one in about.get("constant", {}).items()
        ]
        for skip in about.get("skip", ()):
            listed = ", ".join(f"`{value}`" if value else "empty" for value in skip["values"])
            values = {"`*`": "any value", "`!tokens`": "no unit of tokens, or empty"}.get(listed, listed)
            parts.append(f"\nNo inference where `{skip['column']}` is {values}: {skip['why']}.")
    return "\n".join(parts) + "\n"


READ_AS = {
    "plain": "",
    "epoch_s": "seconds since 1970, or a date",
    "epoch_ms": "milliseconds since 1970",
    "seconds": "seconds",
    "sum": "their sum",
    "last_segment": "what follows the last `/`",
    "location": "the region in the address",
    "per_request": "divided by the requests, rounded",
    "between_s": "seconds between the two",
    "with_part": "the first, and the second where it is more and so no part of it",
    "metered_requests": "requests of 1,000 tokens, an assumption",
    "metered_tokens": "tokens of each request",
}


PAGES = {
    "docs/reference/presets.md": presets_page,
    "docs/reference/cli.md": cli_page,
    "docs/reference/settings.md": settings_page,
    "src/wattdrop/service/description/examples.json": recorded_answers,
    "openapi/wattdrop.yaml": description,
}


def main() -> None:
    """Write them, or with ``--check`` say which are stale."""
    stale = []
    for name, page in PAGES.items():
        path, text = ROOT / name, page()
        if (path.read_text(encoding="utf-8") if path.exists() else "") != text:
            stale.append(name)
            if "--check" not in sys.argv:
                path.write_text(text, encoding="utf-8")
    if "--check" in sys.argv:
        sys.exit(f"stale, run make reference: {', '.join(stale)}" if stale else 0)


if __name__ == "__main__":
    main()
