"""Check that every source key of the snapshot has a record in src/wattdrop/data/sources, and note the checksums.

The records themselves are written by hand: who said it, where, when, under which licence, and whether it was read.
"""

from __future__ import annotations

import re
import sys
import tomllib

from snapshot import DATA, record, snapshot_from_arguments
from source_keys import source_id

# Rows of the key tables that describe a rule or list several documents under one key.
_KEY = re.compile(r"[a-z][a-z0-9_]+")
# Keys that no figure of the converted tables rests on: words of table headings, and documents that upstream compared with.
NOT_USED = {"file", "key", "peer_method", "mlenergy_v3", "mlperf_power"}


def main() -> None:
    """Compare, and say what is missing."""
    snapshot = snapshot_from_arguments()
    known = {
        source["id"]
        for path in (DATA / "sources").glob("*.toml")
        for source in tomllib.loads(path.read_text())["source"]
    }
    missing = []
    for path in sorted(snapshot.folder.glob("sources*.md")):
        content = path.read_bytes()
        keys = keys_of(content.decode())
        record(path.name, content, len(keys))
        missing += [
            f"{path.name}: {key}" for key in keys if source_id(key) not in known and key not in NOT_USED
        ]
    if missing:
        sys.exit("no source record for\n" + "\n".join(missing))
    print(f"sources: {len(known)} records, every key of the snapshot has one")


def keys_of(text: str) -> list[str]:
    """The keys in the first column of the tables, several to a cell where a row describes several."""
    keys: dict[str, None] = {}
    for line in text.splitlines():
        first = line.split("|")[1].strip() if line.startswith("|") else ""
        if first and not first.endswith((".csv", ".md")):
            keys.update(dict.fromkeys(key for key in first.split(", ") if _KEY.fullmatch(key)))
    return list(keys)


if __name__ == "__main__":
    main()
