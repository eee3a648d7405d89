"""Prints the licence of every package of requirements.lock, as the package states it, and marks those worth a look."""

from __future__ import annotations

import re
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

LOCK = Path(__file__).parent.parent / "requirements.lock"
#: Permissive ones, in the spellings that packages use.
USUAL = re.compile(r"MIT|BSD|Apache|ISC|PSF|Python Software Foundation|0BSD|Zlib|CC0", re.I)
UNUSUAL = re.compile(r"GPL|MPL|Mozilla|CDDL|EUPL|proprietary", re.I)


def licence(name: str) -> str:
    """The expression, else the classifiers, else the text field."""
    found = metadata(name)
    classes = [
        one.split(" :: ")[-1] for one in found.get_all("Classifier") or [] if one.startswith("License")
    ]
    stated = (
        found.get("License-Expression")
        or "; ".join(classes)
        or (found.get("License") or "").partition("\n")[0]
    )
    return stated or "not stated"


def main() -> None:
    for name in sorted(set(re.findall(r"^([a-z0-9._-]+)==", LOCK.read_text(encoding="utf-8"), re.M))):
        try:
            stated = licence(name)
        except PackageNotFoundError:
            stated = "not installed on this platform"
        look = UNUSUAL.search(stated) or not USUAL.search(stated)
        print(f"{'look' if look else '':5} {name:40} {stated}")


if __name__ == "__main__":
    main()
