"""Data files that an installer wrote are known by its list of them: one file to look at instead of four hundred."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import wattdrop
from wattdrop.version import __version__

PACKAGE = Path(wattdrop.__file__).parent
ASKS_ONCE = "from wattdrop.engine.api import default_catalog; print(default_catalog().digest)"
LOOKS = "import wattdrop; print(wattdrop.load().digest)"
IMPORTS_TYPING = f"{ASKS_ONCE}; import sys; print('typing' in sys.modules)"


class Installed:
    """The package as an installer leaves it: its files, and beside them the list with their hashes."""

    def __init__(self, folder: Path) -> None:
        self.site = folder / "site-packages"
        skipped = shutil.ignore_patterns("__pycache__", "web")
        shutil.copytree(PACKAGE, self.site / "wattdrop", ignore=skipped)
        self.list = self.site / f"wattdrop-{__version__}.dist-info" / "RECORD"
        self.list.parent.mkdir()
        self.write_list("first")

    def write_list(self, content: str) -> None:
        """As another installation does."""
        self.list.write_text(content)

    def edit(self) -> None:
        """A data file, in place."""
        with (self.site / "wattdrop" / "data" / "providers.toml").open("a") as file:
            file.write("# edited\n")

    def digest(self, script: str) -> str:
        """What a process of its own prints, which imports the package from there."""
        env = {**os.environ, "PYTHONPATH": str(self.site)}
        done = subprocess.run(
            [sys.executable, "-S", "-c", script], env=env, capture_output=True, text=True, check=True
        )
        return done.stdout.strip()


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Installed:
    monkeypatch.setenv("WATTDROP_CACHE_DIR", str(tmp_path / "cache"))
    return Installed(tmp_path)


def test_an_edit_of_an_installed_file_counts_once_somebody_looks_at_the_files(installed: Installed) -> None:
    shipped = installed.digest(ASKS_ONCE)
    installed.edit()
    assert installed.digest(ASKS_ONCE) == shipped
    edited = installed.digest(LOOKS)
    assert edited != shipped
    assert installed.digest(ASKS_ONCE) == edited
    assert installed.digest(IMPORTS_TYPING) == f"{edited}\nFalse"


def test_another_installation_counts_at_once(installed: Installed) -> None:
    shipped = installed.digest(ASKS_ONCE)
    installed.edit()
    installed.write_list("second")
    edited = installed.digest(ASKS_ONCE)
    assert edited != shipped
    assert installed.digest(LOOKS) == edited


def test_without_a_list_every_file_is_looked_at(installed: Installed) -> None:
    shipped = installed.digest(ASKS_ONCE)
    installed.list.unlink()
    assert installed.digest(ASKS_ONCE) == shipped
    installed.edit()
    assert installed.digest(ASKS_ONCE) != shipped


@pytest.mark.skipif(sys.platform == "win32", reason="links need a right of their own")
def test_a_checkout_that_is_linked_there_is_no_installation(installed: Installed, tmp_path: Path) -> None:
    package = installed.site / "wattdrop"
    package.rename(tmp_path / "wattdrop")
    package.symlink_to(tmp_path / "wattdrop", target_is_directory=True)
    linked = installed.digest(ASKS_ONCE)
    installed.edit()
    assert installed.digest(ASKS_ONCE) != linked
