"""Finds the browser that ``tests/browser`` needs; as root on Debian installs it. ``make test`` runs it.

Everywhere else it says what is missing, and so do the tests, which then fail: ``make test BROWSER=no`` leaves them out.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

VARIABLE = "WATTDROP_TEST_BROWSER"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge")
PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
MISSING = (
    "no Chromium for the tests of the API page: install one (Debian: apt install chromium), or name one of yours with "
    f"{VARIABLE}=/path/to/chrome, or leave these tests out with: make test BROWSER=no"
)


def find() -> str | None:
    """The path of a Chromium or of a browser made from it."""
    named = os.environ.get(VARIABLE)
    if named:
        return shutil.which(named)
    return next((found for name in (*NAMES, *PLACES) if (found := shutil.which(name))), None)


def install() -> None:
    """Debian's package, which asks nothing."""
    print("Installing Chromium for the tests of the API page (once) ...", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (("update",), ("install", "--yes", "--no-install-recommends", "chromium")):
        subprocess.run(
            ["apt-get", "-qq", *arguments], env=environment, stdout=subprocess.DEVNULL, check=False
        )


def main() -> None:
    """Find or install it; a missing browser stops nothing here."""
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    if find() is None and VARIABLE not in os.environ and root and shutil.which("apt-get"):
        install()
    if find() is None:
        print(f"wattdrop: {MISSING}", file=sys.stderr)


if __name__ == "__main__":
    main()
