"""Installs what the tests of engines need into .venv: Spark, its Java, DuckDB, Polars, Dask, Ray. ``make test`` runs it.

They have a lock file of their own, because they weigh ten times what the service does: who only runs it never loads them.
"""

from __future__ import annotations

import importlib.metadata
import re
import sys

from tools.locked import ROOT, install

LOCK = ROOT / "requirements-engines.lock"


def missing() -> list[str]:
    """Lines of the lock file that are not installed as they say; of lines with a condition the name alone counts."""
    lines = re.findall(r"^([a-z0-9-]+)==([^\s;]+)( ;)?", LOCK.read_text("utf-8"), re.M)
    return [
        f"{name}=={version}" for name, version, condition in lines if not installed(name, version, condition)
    ]


def installed(name: str, version: str, condition: str) -> bool:
    try:
        return bool(condition) or importlib.metadata.version(name) == version
    except importlib.metadata.PackageNotFoundError:
        return False


def main() -> None:
    if missing():
        print(
            "Installing Spark, Java, DuckDB, Polars, Dask and Ray for the tests of engines (once, 780 MB) ...",
            flush=True,
        )
        install(LOCK, "--python", sys.executable)


if __name__ == "__main__":
    main()
