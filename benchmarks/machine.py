"""What was measured on what: commit, processor, cores, load, versions."""

from __future__ import annotations

import os
import platform
import subprocess
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parent.parent
PACKAGES: Final = (
    "wattdrop", "numpy", "pyarrow", "msgspec", "falcon", "uvicorn",
    "ecologits", "ecocost", "llm-flops", "fastapi", "pydantic",
)  # fmt: skip


def machine() -> dict[str, str | int]:
    """What tells machines apart. Figures of different ones are never compared."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count() or 1,
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "system": f"{platform.system()} {platform.machine()}",
    }


def load() -> list[float]:
    """Load averages over 1, 5 and 15 minutes: work of others counts in."""
    return [round(one, 2) for one in os.getloadavg()] if hasattr(os, "getloadavg") else []


def versions() -> dict[str, str]:
    """Packages that take part; "not installed" is told too."""
    found = {}
    for name in PACKAGES:
        found[name] = "not installed"
        with suppress(PackageNotFoundError):
            found[name] = version(name)
    return found


def commit() -> str:
    """The last commit that changed ``src``, which is what is measured, and whether it was changed since."""
    of_head = _git("rev-list", "-1", "--abbrev-commit", "--abbrev=12", "HEAD", "--", "src")
    if not of_head:
        return "unknown"
    return f"{of_head} with changes" if _git("status", "--porcelain", "--", "src") else of_head


def _git(*arguments: str) -> str:
    try:
        done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return ""
    return done.stdout.strip()


def _processor() -> str:
    with suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return " ".join(line.partition(":")[2].split())
    return platform.processor() or platform.machine()
