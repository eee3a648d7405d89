"""The package as users have it: from a wheel, in an environment of its own, its modules compiled."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def commands_of_installed(folder: Path) -> Path | None:
    """The folder of its commands, beside its Python; None where uv, or what it builds a wheel with, is not there."""
    uv = shutil.which("uv", path=str(ROOT / ".uv" / "bin")) or shutil.which("uv")
    if uv is None:
        return None
    environment = folder / "installed"
    commands = environment / ("Scripts" if sys.platform == "win32" else "bin")
    into = ("--python", str(commands / "python"))
    try:
        subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, str(environment)], check=True)
        # Without dependencies: one row needs none.
        options = ("--quiet", "--no-deps", "--compile-bytecode")
        subprocess.run([uv, "pip", "install", *options, *into, str(ROOT)], check=True)
    except subprocess.CalledProcessError:
        return None
    return commands
