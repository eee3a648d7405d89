"""Run all ingest scripts on a snapshot: `python tools/ingest/everything.py FOLDER`."""

from __future__ import annotations

import subprocess
import sys

from snapshot import HERE

SCRIPTS = (
    "sources",
    "models",
    "gpus",
    "nodes",
    "services_providers",
    "tasks_families",
    "grids",
    "water",
    "regions",
)


def main() -> None:
    """One after the other; the first that fails stops the rest."""
    for script in SCRIPTS:
        subprocess.run([sys.executable, str(HERE / f"{script}.py"), *sys.argv[1:]], check=True)
    subprocess.run([sys.executable, str(HERE / "corrections_page.py")], check=True)


if __name__ == "__main__":
    main()
