"""The page for those who come from Scope3: its blocks run as printed, against a server, with one URL and one key put in."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.conftest import ROOT
from tests.service.processes import PATIENCE_S, Running, running

PAGE = (ROOT / "docs" / "how-to" / "move-from-scope3.md").read_text(encoding="utf-8")
PYTHON = re.findall(r"^```python\n(.*?)^```", PAGE, re.M | re.S)
SHELL = re.findall(r"^```sh\n(.*?)^```", PAGE, re.M | re.S)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("moved")


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[Running]:
    with running(folder) as server:
        yield server


def run(server: Running, *command: str) -> str:
    """What a command prints, in an environment that the page's first lines of shell set up."""
    exports = SHELL[0].replace("http://127.0.0.1:8000", server.url).replace("YOUR_KEY", server.key)
    said = dict(line.removeprefix("export ").split("=", 1) for line in exports.splitlines())
    assert said.keys() == {"SCOPE3AI_API_URL", "SCOPE3AI_API_KEY"}
    environment = {**os.environ, **said, "OLD_URL": server.url, "OLD_KEY": server.key}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=PATIENCE_S)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_check_prints_an_impact(server: Running) -> None:
    assert re.fullmatch(
        r"0\.\d{3} Wh, 0\.\d{3} gCO2e, \d\.\d\d ml\n", run(server, sys.executable, "-c", PYTHON[0])
    )


def test_the_comparison_prints_a_line_a_row(server: Running) -> None:
    """Against one and the same service every row is 1.00 times as much."""
    lines = run(server, sys.executable, "-c", PYTHON[1]).splitlines()
    assert len(lines) == 3
    assert all(line.endswith("Wh now, 1.00 times") for line in lines)


def test_the_curl_line_gets_ranges(server: Running) -> None:
    assert '"ranges"' in run(server, "sh", "-c", SHELL[1])


def test_every_block_is_one_of_these() -> None:
    assert (len(PYTHON), len(SHELL)) == (2, 2)


def test_the_key_needs_no_more_than_the_page_says(server: Running, folder: Path) -> None:
    (scopes,) = re.findall(r"keys create .* --scopes (\S+)", PAGE)
    made = subprocess.run(
        [sys.executable, "-m", "wattdrop", "keys", "create", "moved", "--scopes", scopes],
        env={**os.environ, "WATTDROP_DATA_DIR": str(folder)},
        capture_output=True,
        text=True,
        check=True,
    )
    key = made.stdout.splitlines()[-1]
    headers = {"Authorization": f"Bearer {key}"}
    assert server.get("/model", headers=headers).status_code == 200
    assert server.get("/v1/impact?model_id=gpt-4o", headers=headers).status_code == 200
