"""The upstream snapshot: read, corrected by the reviewed list, and recorded with its checksum.

Every ingest script takes the folder of the snapshot as its only argument and rewrites its part of src/wattdrop/data.
"""

from __future__ import annotations

import csv
import hashlib
import sys
from pathlib import Path
from typing import Final, NamedTuple

HERE: Final = Path(__file__).resolve().parent
DATA: Final = HERE.parent.parent / "src" / "wattdrop" / "data"
MANIFEST: Final = HERE / "manifest.csv"
CORRECTIONS: Final = HERE / "corrections.csv"

Row = dict[str, str]

KEY_COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "models_open_llm": ("id",),
    "models_media": ("id",),
    "models_proprietary": ("id",),
    "gpus": ("id",),
    "nodes": ("node_id",),
    "managed_services": ("id",),
    "providers": ("provider_id",),
    "cloud_regions": ("cloud_id", "region_id"),
    "families": ("family_id",),
    "task_aliases": ("name",),
    "task_defaults": ("task",),
    "grid_country": ("iso3",),
    "grid_region": ("region_code", "scheme"),
    "grid_history": ("level", "code", "year", "source"),
    "grid_hourly_zones": ("zone",),
    "grid_hourly_profile": ("zone", "month", "hour_utc"),
    "water_intensity": ("scope", "code"),
    "power_curve": ("id",),
}


class Correction(NamedTuple):
    """One reviewed change: `was` must be what the snapshot says, or the script stops."""

    table: str
    entity: str
    field: str
    was: str
    now: str
    why: str
    source: str  # source id of the new figure; empty where it stays the entity's


class Snapshot:
    """A folder of upstream CSV tables."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.corrections = read_corrections()

    def rows(self, table: str) -> list[Row]:
        """The rows of a table with the corrections applied; the file's checksum goes to the manifest."""
        path = self.folder / f"{table}.csv"
        content = path.read_bytes()
        rows = list(csv.DictReader(content.decode().splitlines()))
        record(path.name, content, len(rows))
        self._correct(table, rows)
        return rows

    def source_of(self, table: str, entity: str, field: str) -> str:
        """The source id of a corrected figure, empty where the entity's source stands."""
        found = self.corrections.get((table, entity, field))
        return found.source if found is not None else ""

    def _correct(self, table: str, rows: list[Row]) -> None:
        by_key = {key_of(table, row): row for row in rows}
        for correction in self.corrections.values():
            if correction.table != table:
                continue
            row = by_key.get(correction.entity)
            if row is None or row.get(correction.field) != correction.was:
                found = None if row is None else row.get(correction.field)
                sys.exit(
                    f"corrections.csv: {table} {correction.entity} {correction.field}: the snapshot says {found!r}"
                )
            row[correction.field] = correction.now


def key_of(table: str, row: Row) -> str:
    """How corrections.csv names a row: its key columns joined by a colon."""
    return ":".join(row[column] for column in KEY_COLUMNS[table])


def read_corrections() -> dict[tuple[str, str, str], Correction]:
    """The reviewed list, by table, entity and field."""
    with CORRECTIONS.open(newline="") as file:
        lines = [Correction(*row) for row in list(csv.reader(file))[1:]]
    found: dict[tuple[str, str, str], Correction] = {}
    for line in lines:
        key = (line.table, line.entity, line.field)
        if key in found:
            sys.exit(f"corrections.csv: {key} is there twice")
        found[key] = line
    return found


def record(name: str, content: bytes, rows: int) -> None:
    """Note file, checksum and number of rows in manifest.csv."""
    known = {}
    if MANIFEST.exists():
        with MANIFEST.open(newline="") as file:
            known = {line["file"]: line for line in csv.DictReader(file)}
    known[name] = {"file": name, "sha256": hashlib.sha256(content).hexdigest(), "rows": str(rows)}
    with MANIFEST.open("w", newline="") as file:
        writer = csv.DictWriter(file, ["file", "sha256", "rows"], lineterminator="\n")
        writer.writeheader()
        writer.writerows(known[file] for file in sorted(known))


def snapshot_from_arguments() -> Snapshot:
    """The snapshot that the command line names."""
    if len(sys.argv) != 2 or not Path(sys.argv[1]).is_dir():
        sys.exit(f"usage: python {Path(sys.argv[0]).name} FOLDER_OF_THE_SNAPSHOT")
    return Snapshot(Path(sys.argv[1]))


def write_csv(path: Path, header: list[str], rows: list[list[str]], drop_empty: bool = False) -> None:
    """A CSV file with a header, and nothing else; on request without the columns that no row fills."""
    if drop_empty:
        kept = [number for number in range(len(header)) if any(row[number] for row in rows)]
        header, rows = [header[number] for number in kept], [[row[number] for number in kept] for row in rows]
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
    print(f"{path.relative_to(DATA)}: {len(rows)} rows")
