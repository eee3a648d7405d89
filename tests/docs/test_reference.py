"""What the code has, the docs have: every command, flag, setting and error code, both ways; and their examples run."""

from __future__ import annotations

import json
import os
import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest
from tests.conftest import ROOT

from wattdrop import errors
from wattdrop.errors import REQUEST_ERROR_CODES, ROW_ERROR_CODES, WattdropError

REFERENCE = ROOT / "docs" / "reference"
#: Pages whose Python talks to a running service or to other engines: tests of their own run it.
SERVED = {"move-from-scope3.md", "run-on-spark.md", "use-from-dataframes.md"}


def test_generated_pages_are_fresh() -> None:
    pages = runpy.run_path(str(ROOT / "tools" / "write_reference.py"))["PAGES"]
    for name, page in pages.items():
        assert (ROOT / name).read_text(encoding="utf-8") == page(), f"{name} is stale: make reference"


def test_every_error_code_is_documented_and_exists() -> None:
    classes = [
        kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, WattdropError)
    ]
    codes = {kind.default_code for kind in classes} | REQUEST_ERROR_CODES.keys() | ROW_ERROR_CODES.keys()
    documented = set(
        re.findall(r"^### `([a-z_]+)`", (REFERENCE / "errors.md").read_text(encoding="utf-8"), re.M)
    )
    assert documented == codes


def test_every_code_in_the_source_is_in_the_tables() -> None:
    known = ROW_ERROR_CODES.keys() | REQUEST_ERROR_CODES.keys()
    for file in (ROOT / "src" / "wattdrop").rglob("*.py"):
        text = file.read_text(encoding="utf-8")
        used = set(re.findall(r'\bcode="([a-z_]+)"', text)) | set(
            re.findall(r'RowError\(\s*"([a-z_]+)"', text)
        )
        assert used <= known | {"internal_error"}, file


@pytest.mark.parametrize(
    "page", sorted((ROOT / "docs").rglob("*.md")) + [ROOT / "README.md"], ids=lambda path: path.name
)
def test_code_blocks_run(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for block in re.findall(r"^```json\n(.*?)^```", text, re.M | re.S):
        json.loads(block)
    for block in re.findall(r"^```python\n(.*?)^```", "" if page.name in SERVED else text, re.M | re.S):
        exec(compile(block, str(page), "exec"), {})


@pytest.mark.parametrize(
    "page", sorted((ROOT / "docs").rglob("*.md")) + [ROOT / "README.md"], ids=lambda path: path.name
)
def test_commands_of_console_blocks_run(page: Path, tmp_path: Path) -> None:
    """Lines that start with `$ wattdrop` or `$ cat`, in a folder that holds the page's own example files."""
    text = page.read_text(encoding="utf-8")
    blocks = re.findall(r"^```console\n(.*?)^```", text, re.M | re.S)
    commands = [
        line[2:]
        for block in blocks
        for line in block.splitlines()
        if line.startswith(("$ wattdrop", "$ cat"))
    ]
    rows = re.findall(r"^```csv\n(.*?)^```", text, re.M | re.S) or ["model_id,output_tokens\ngpt-4o,5\n"]
    (tmp_path / "requests.csv").write_text(rows[0])
    (tmp_path / "requests.jsonl").write_text('{"model_id": "gpt-4o", "output_tokens": 5}\n')
    (tmp_path / "requests.json").write_text('{"rows": [{"model_id": "gpt-4o", "output_tokens": 5}]}')
    paths = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = {**os.environ, "PATH": paths, "WATTDROP_DATA_DIR": str(tmp_path / "var")}
    first_key = "wattdrop keys create local"  # as a started service has it
    for command in [first_key, *commands]:
        if "serve" not in command:  # the service has tests of its own
            done = subprocess.run(
                command, shell=True, cwd=tmp_path, env=environment, capture_output=True, text=True
            )
            assert done.returncode == 0, f"{command}: {done.stderr}"


def test_links_between_pages_lead_somewhere() -> None:
    for page in [*(ROOT / "docs").rglob("*.md"), *ROOT.glob("*.md")]:
        for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"
