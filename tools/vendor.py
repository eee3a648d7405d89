"""Fetches what the web page and its tests take from others, as the list says; `make vendor` runs it.

The list (`src/wattdrop/service/web/vendor/pins.toml`) names packages, versions, and the files taken from each, with their
hashes. Everybody else gets these files with the repository: only who changes a version runs this, and looks at the diff.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
PINS = ROOT / "src/wattdrop/service/web/vendor/pins.toml"


def fetched(name: str, version: str, folder: Path) -> Path:
    """The published archive of a package, from the registry that npm is set to."""
    command = ["npm", "pack", f"{name}@{version}", "--silent", "--pack-destination", str(folder)]
    packed = subprocess.run(command, check=True, capture_output=True, text=True)
    return folder / packed.stdout.strip().splitlines()[-1]


def take(package: dict[str, Any], folder: Path) -> None:
    """Write the files of a package, and say of each whether its hash is the one that the list has."""
    with tarfile.open(fetched(package["name"], package["version"], folder)) as archive:
        for file in package["files"]:
            member = archive.extractfile(f"package/{file['from']}")
            assert member is not None, f"{package['name']} {package['version']} has no file {file['from']}"
            content = member.read()
            target = ROOT / file["to"]
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
            digest = hashlib.sha256(content).hexdigest()
            said = (
                "as pinned" if digest == file["sha256"] else f'NEW: write sha256 = "{digest}" into the list'
            )
            print(f"{package['name']} {package['version']}  {file['to']}  {said}")


def main() -> None:
    """Every package of the list."""
    packages = tomllib.loads(PINS.read_text(encoding="utf-8"))["package"]
    with tempfile.TemporaryDirectory() as folder:
        for package in packages:
            take(package, Path(folder))


if __name__ == "__main__":
    sys.exit(main())
