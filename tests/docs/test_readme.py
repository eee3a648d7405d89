"""The README shows what a reader will see."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from tests.conftest import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")


def run(folder: Path, *arguments: str) -> str:
    (file,) = re.findall(r"^```csv\n(.*?)^```", README, re.M | re.S)
    (folder / "requests.csv").write_text(file)
    command = [sys.executable, "-m", "wattdrop", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout


def test_the_table_is_real_output(tmp_path: Path) -> None:
    (shown,) = re.findall(r"^\$ wattdrop estimate requests.csv\n(.*?)^```", README, re.M | re.S)

    assert run(tmp_path, "estimate", "requests.csv").startswith(shown.rstrip("\n"))


def test_the_explanation_is_real_output(tmp_path: Path) -> None:
    (shown,) = re.findall(r"^```text\n(.*?)^```", README, re.M | re.S)
    printed = run(tmp_path, "explain", "requests.csv", "--row", "3").splitlines()

    assert set(shown.splitlines()) <= set(printed)
