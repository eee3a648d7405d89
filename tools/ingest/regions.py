"""cloud_regions -> regions/<cloud>.csv.

`grid_gco2e_per_kwh` repeats the figure of the region's grid zone and is dropped: the zone has it, with its years.
"""

from __future__ import annotations

from collections import defaultdict

from grids import zone_id
from snapshot import DATA, Row, snapshot_from_arguments, write_csv
from source_keys import source_ids

PLACE = [
    "cloud_id",
    "region_id",
    "name",
    "city",
    "country",
    "subregion",
    "grid_zone",
    "latitude_deg",
    "longitude_deg",
]
# Upstream column, our quantity, and where its provenance is.
FIGURES = (
    ("pue", "pue"),
    ("wue_l_per_kwh", "wue"),
    ("cfe_pct", "cfe"),
    ("market_gco2e_per_kwh", "market"),
    ("grid_marginal_gco2_per_kwh", "grid_marginal"),
    ("provider_grid_gco2e_per_kwh", "provider_grid"),
)
PARTS = ("", "_source", "_year", "_basis", "_note")
# Figures without a source column of their own.
ORIGIN = {"grid_marginal": "gsf-rtc", "provider_grid": "google-region-carbon"}


def main() -> None:
    """Write one file per cloud, sorted by region."""
    snapshot = snapshot_from_arguments()
    header = [*PLACE, *(figure + part for figure, _ in FIGURES for part in PARTS), "confidence", "source"]
    by_cloud: dict[str, list[list[str]]] = defaultdict(list)
    for row in snapshot.rows("cloud_regions"):
        by_cloud[row["cloud_id"]].append(region(row))
    for path in (DATA / "regions").glob("*.csv"):
        path.unlink()
    for cloud, lines in sorted(by_cloud.items()):
        write_csv(
            DATA / "regions" / f"{cloud}.csv",
            header,
            sorted(lines, key=lambda line: line[1]),
            drop_empty=True,
        )
    print(f"regions: {sum(map(len, by_cloud.values()))}")


def region(row: Row) -> list[str]:
    """One region."""
    line = [
        row["cloud_id"],
        row["region_id"],
        row["display_name"],
        row["city"],
        row["country"],
        row["subregion"],
    ]
    line += [zone_id(row["grid_zone"]), row["lat"], row["lon"]]
    for figure, prefix in FIGURES:
        line += figure_cells(row, figure, prefix)
    # The row's own source says who lists the region; what else it names belongs to single figures.
    return [*line, row["confidence"], source_ids(row["source"])[0]]


def figure_cells(row: Row, figure: str, prefix: str) -> list[str]:
    """Value, source, year, basis and note of one figure; all empty where there is none."""
    if not row[figure]:
        return [""] * len(PARTS)
    source = " ".join(source_ids(row.get(f"{prefix}_source", ""))) or ORIGIN[prefix]
    said = row.get(f"{prefix}_basis", "")
    basis = "assumed" if said == "assumption" else "published"
    return [
        row[figure],
        source,
        row[f"{prefix}_year"],
        basis,
        "" if said in ("assumption", "region") else said,
    ]


if __name__ == "__main__":
    main()
