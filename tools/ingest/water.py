"""water_intensity -> water/ewif.csv and, for zones whose mix was read from Electricity Maps, odbl/ewif.csv."""

from __future__ import annotations

from grids import is_share_alike, zone_id
from snapshot import DATA, Row, Snapshot, snapshot_from_arguments, write_csv
from source_keys import source_ids

COLUMNS = "zone scope valid_from value low high excl_hydro withdrawal source basis note".split()
TECHNOLOGIES = ("technology", "mode_default")


def main() -> None:
    """Write the factors. A country's own Electricity Maps zone is left out: the country has a row."""
    snapshot = snapshot_from_arguments()
    rows = snapshot.rows("water_intensity")
    countries = {row["code"] for row in rows if row["scope"] == "country"}
    stand_ins = stand_in_countries(snapshot)
    lines = sorted(
        factor(row)
        for row in rows
        if not (row["scope"] == "grid_zone" and row["code"] in countries) and row["code"] not in stand_ins
    )
    write_csv(DATA / "water" / "ewif.csv", COLUMNS, [line for line in lines if not is_share_alike(line[8])])
    write_csv(DATA / "odbl" / "ewif.csv", COLUMNS, [line for line in lines if is_share_alike(line[8])])


def stand_in_countries(snapshot: Snapshot) -> set[str]:
    """Countries that copy a neighbour: the catalog goes to the neighbour itself."""
    return {row["iso2"] for row in snapshot.rows("grid_country") if row["proxy_of"]}


def factor(row: Row) -> list[str]:
    """One factor. Litres consumed, not withdrawn."""
    name = (
        row["code"]
        if row["scope"] in TECHNOLOGIES
        else zone_id("" if row["scope"] == "world" else row["code"])
    )
    basis = "derived" if row["method"].startswith("derived") else "published"
    return [
        *(name, row["scope"], row["year"], row["ewif_l_per_kwh"], row["ewif_low"], row["ewif_high"]),
        *(row["ewif_excl_hydro_l_per_kwh"], row["withdrawal_l_per_kwh"]),
        *(
            " ".join(source_ids(row["source"])),
            "assumed" if "own_blend" in row["source"] else basis,
            row["notes"],
        ),
    ]


if __name__ == "__main__":
    main()
