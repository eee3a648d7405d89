"""docs/reference/data-files.md names every field that a data file may have, and the how-to pages' entries are sound."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from wattdrop.catalog import load
from wattdrop.catalog.check import CHECKS
from wattdrop.catalog.kinds import KINDS, Kind
from wattdrop.catalog.loading import data_folder
from wattdrop.catalog.records import LONG_TABLES

DOCS = Path(__file__).parents[2] / "docs"
REFERENCE = (DOCS / "reference" / "data-files.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", KINDS, ids=[kind.name for kind in KINDS])
def test_every_field_of_a_kind_is_documented(kind: Kind) -> None:
    section = re.split(r"^##", REFERENCE.split(f"\n### {kind.name}\n")[1], maxsplit=1, flags=re.M)[0]
    named = set(re.findall(r"`([a-z_0-9]+)`", section)) | {"id"}
    assert (kind.texts | kind.lists) - named == set()


@pytest.mark.parametrize("table", LONG_TABLES)
def test_every_column_of_a_long_table_is_documented(table: str) -> None:
    row = next(line for line in REFERENCE.splitlines() if line.startswith("| `") and f"/{table}.csv`" in line)
    assert LONG_TABLES[table] - set(re.findall(r"`([a-z_0-9]+)`", row)) == set()


def test_the_entries_of_the_how_to_pages_load_and_are_sound(tmp_path: Path) -> None:
    shutil.copytree(data_folder(), tmp_path / "data")
    before = load(tmp_path / "data")
    known = {str(problem) for check in CHECKS for problem in check(before)}
    for page in ("add-a-model.md", "add-a-gpu-or-region.md"):
        text = (DOCS / "how-to" / page).read_text(encoding="utf-8")
        for file, entry in re.findall(r"```toml\n# (\S+)\n(.*?)```", text, re.S):
            with (tmp_path / "data" / file).open("a", encoding="utf-8") as data:
                data.write("\n" + entry)
    catalog = load(tmp_path / "data")
    assert catalog.models.find("LLaMA-v99 8b") is not None
    assert catalog.node_of_cloud("aws", "p9z.48xlarge") is not None
    assert {str(problem) for check in CHECKS for problem in check(catalog)} - known == set()
