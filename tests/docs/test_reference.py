"""What the code has, the docs have: every command, flag, setting and error code, both ways; and their examples run."""

from __future__ import annotations

import json
import re
import runpy
from pathlib import Path

import pytest
from tests.conftest import ROOT

from wattdrop import errors
from wattdrop.errors import REQUEST_ERROR_CODES, ROW_ERROR_CODES, WattdropError

REFERENCE = ROOT / "docs" / "reference"


def test_generated_pages_are_fresh() -> None:
    pages = runpy.run_path(str(ROOT / "tools" / "write_reference.py"))["PAGES"]
    for name, page in pages.items():
        assert (REFERENCE / name).read_text(encoding="utf-8") == page(), f"{name} is stale: make reference"


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
    for block in re.findall(r"^```python\n(.*?)^```", text, re.M | re.S):
        exec(compile(block, str(page), "exec"), {})


def test_links_between_pages_lead_somewhere() -> None:
    for page in [*(ROOT / "docs").rglob("*.md"), *ROOT.glob("*.md")]:
        for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"
