"""Installs what a lock file pins, by hash and nothing more, with the uv that set up the environment."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).parent.parent
BUNDLES = ("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem")


def install(lock: Path, *where: str) -> None:
    """``where``: options of ``uv pip install`` that say into which environment or folder."""
    uv = shutil.which("uv") or str(ROOT / ".uv" / "bin" / "uv")
    # Trust what the machine trusts, as pip does: networks with a certificate authority of their own are common.
    trusting = {"UV_SYSTEM_CERTS": "true"} if any(Path(bundle).exists() for bundle in BUNDLES) else {}
    command = [uv, "pip", "install", "--quiet", "--no-deps", "--require-hashes", *where, "-r", str(lock)]
    subprocess.run(command, check=True, env={**os.environ, **trusting})
