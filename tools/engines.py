"""Installs what the tests of engines need into .venv: Spark, its Java, DuckDB, Polars, Dask, Ray. ``make test`` runs it.

They have a lock file of their own, because they weigh ten times what the service does: who only runs it never loads them.
"""

from __future__ import annotations

import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
LOCK = ROOT / "requirements-engines.lock"
BUNDLES = ("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem")


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
        uv = shutil.which("uv") or str(ROOT / ".uv" / "bin" / "uv")
        trusting = {"UV_SYSTEM_CERTS": "true"} if any(Path(bundle).exists() for bundle in BUNDLES) else {}
        command = [
            uv,
            "pip",
            "install",
            "--quiet",
            "--no-deps",
            "--require-hashes",
            "--python",
            sys.executable,
        ]
        subprocess.run([*command, "-r", str(LOCK)], check=True, env={**os.environ, **trusting})


if __name__ == "__main__":
    main()
