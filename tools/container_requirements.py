"""Prints the part of requirements.lock that a container needs: what the service imports, pinned and hashed as it is there.

The lock also holds what tests and fits need; which of its packages bring which others stands in its own comments.
"""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent
EXTRAS = ("service", "postgres", "otel", "bulk")


def name_of(requirement: str) -> str:
    """The package of a requirement, as indexes spell it."""
    (name,) = re.findall(r"^[A-Za-z0-9._-]+", requirement)[:1]
    return re.sub(r"[-_.]+", "-", name).lower()


def locked() -> list[tuple[str, str, set[str]]]:
    """Every entry of the lock, some packages have one for each Python: its name, its lines, the packages that bring it."""
    blocks = re.findall(
        r"^(\S.*(?:\n[ ]+.*)*)", (ROOT / "requirements.lock").read_text(encoding="utf-8"), re.M
    )
    found = []
    for block in blocks:
        if block.startswith("#"):
            continue
        pins, _, via = block.partition("    # via")
        parents = {name_of(line.strip(" #")) for line in via.splitlines() if line.strip(" #")}
        found.append((name_of(block), pins.rstrip(), parents))
    return found


def needed() -> list[str]:
    """The lines of every package that the service needs, and of what those need."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    wanted = {name_of(one) for one in project["dependencies"]}
    wanted |= {name_of(one) for extra in EXTRAS for one in extras[extra]}
    packages = locked()
    size = 0
    while len(wanted) > size:
        size = len(wanted)
        wanted |= {name for name, _, parents in packages if parents & wanted}
    return [pins for name, pins, _ in packages if name in wanted]


if __name__ == "__main__":
    sys.stdout.write("\n".join(needed()) + "\n")
