"""Grid tables -> grids/*.csv and, for figures under the Open Database License, odbl/*.csv.

Which figure goes where
-----------------------
* `grid_intensity_gco2e_per_kwh`: life-cycle, location-based. A country's is Ember's (production). An Electricity Maps zone
  smaller than a country has that provider's (consumption, flow-traced), in odbl/. A US state has eGRID's, a Chinese
  province the ministry's, both raised to life-cycle by the snapshot.
* `grid_consumption_intensity_gco2e_per_kwh`: Electricity Maps' figure where another one is primary. Kept apart, because a
  series that jumps from production to consumption is no series.
* `grid_direct_gco2e_per_kwh`: stack emissions only. For a country it is computed here (`direct_share`): the snapshot takes
  80 of them from a mix read in an AGPL repository, although Our World in Data has the mix of the same countries.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping

from snapshot import DATA, HERE, Row, Snapshot, snapshot_from_arguments, write_csv
from source_keys import source_ids

LIFE_CYCLE = "grid_intensity_gco2e_per_kwh"
CONSUMPTION = "grid_consumption_intensity_gco2e_per_kwh"
DIRECT = "grid_direct_gco2e_per_kwh"
OPERATING_MARGIN = "grid_operating_margin_gco2_per_kwh"
COMBINED_MARGIN = "grid_combined_margin_gco2_per_kwh"

INTENSITY_COLUMNS = ["zone", "quantity", "valid_from", "value", "low", "high", "source", "basis", "note"]
MIX_COLUMNS = ["zone", "fuel", "share", "year", "source", "basis"]
ZONE_COLUMNS = (
    "zone kind country name iso3166_2 iso3 aliases members parent proxy_of quality source note".split()
)
HOURLY_COLUMNS = "profile month hour_utc carbon_ratio p10 p90 water_ratio source".split()
HOURLY_ZONE_COLUMNS = "zone profile match quality basis source note".split()

FUELS = ("coal", "gas", "oil", "nuclear", "hydro", "wind", "solar", "bioenergy", "geothermal", "other")
# Sources under the Open Database License, or whose figures are worked from one that is.
SHARE_ALIKE = ("em-yearly", "em-contrib", "em-hourly-hpe", "em-hourly-umass")
CODE_OF_WORLD = "world"
# Zones whose upstream code is the ISO 3166-2 code of another place (IT-NO is Novara, IT-SO Sondrio).
RENAMED_ZONES = {"IT-NO": "IT-NORTH", "IT-SO": "IT-SOUTH", "WORLD": CODE_OF_WORLD}
# Codes of two letters that others use: UK is reserved for it by ISO 3166, EL is the European Union's.
OTHER_CODES = {"GB": "UK", "GR": "EL"}
NORTH_ITALY = (
    "TO VC NO CN AT AL BI VB AO IM SV GE SP VA CO SO MI BG BS PV CR MN LC LO MB BZ TN VR VI BL TV VE PD RO UD GO TS PN "
    "PC PR RE MO BO FE RA FC RN"
)
MEMBERS = {"IT-NORTH": " ".join(f"IT-{province}" for province in NORTH_ITALY.split())}

# History and country table round the same figure differently.
ROUNDING = 0.051

# A shape whose 24 hours have another mean than 1 would change the annual figure that it multiplies.
MEAN_TOLERANCE = 0.002
CARBON_RATIOS = ("ratio_to_annual_mean", "p10_ratio", "p90_ratio")

Line = list[str]


def main() -> None:
    """Write zones, intensities, mixes and hourly shapes."""
    snapshot = snapshot_from_arguments()
    countries, regions = snapshot.rows("grid_country"), snapshot.rows("grid_region")
    profiles = snapshot.rows("grid_hourly_zones")
    zones = list(zone_lines(countries, regions, profiles))
    write_csv(DATA / "grids" / "zones.csv", ZONE_COLUMNS, zones)
    factors = direct_factors()
    lines = [
        *country_lines(countries, factors),
        *history_lines(snapshot, countries, regions),
        *region_lines(regions),
    ]
    write_parted("intensity", INTENSITY_COLUMNS, sorted(unique(lines)), source_column=6)
    write_parted("mix", MIX_COLUMNS, sorted(mix_lines(countries, regions)), source_column=4)
    write_hourly(snapshot, profiles, {line[0] for line in zones})


def write_parted(name: str, columns: list[str], lines: list[Line], source_column: int) -> None:
    """Share-alike lines to odbl/, the rest to grids/."""
    restricted = [line for line in lines if is_share_alike(line[source_column])]
    free = [line for line in lines if not is_share_alike(line[source_column])]
    write_csv(DATA / "grids" / f"{name}.csv", columns, free, drop_empty=True)
    write_csv(DATA / "odbl" / f"{name}.csv", columns, restricted, drop_empty=True)


def is_share_alike(sources: str) -> bool:
    """Whether a figure of these sources must stay under the Open Database License."""
    return any(source in SHARE_ALIKE for source in sources.split())


def zone_id(code: str) -> str:
    """Our id of an upstream zone code."""
    return RENAMED_ZONES.get(code, code) or CODE_OF_WORLD


# --- zones ---


def zone_lines(countries: list[Row], regions: list[Row], profiles: list[Row]) -> Iterator[Line]:
    """World, countries, then what is smaller, each once."""
    yield [CODE_OF_WORLD, "world", "", "World", "", "WLD", "", "", "", "", "", "iso-3166", ""]
    for row in sorted(countries, key=lambda row: row["iso2"]):
        if row["iso2"]:
            yield country_zone(row)
    known = {row["iso2"] for row in countries}
    by_code: dict[str, list[Row]] = {}
    for row in regions:
        if row["region_code"] not in known:
            by_code.setdefault(row["region_code"], []).append(row)
    for row in profiles:
        if row["zone"] not in known and row["zone"] not in by_code:
            by_code[row["zone"]] = [{"country": row["country"], "name": row["zone"], "scheme": "hourly"}]
    for code, rows in sorted(by_code.items()):
        yield region_zone(code, rows)


def country_zone(row: Row) -> Line:
    """A country. One without figures of its own names the neighbour whose figures stand in."""
    quality = "" if row["quality"] == "ok" else row["quality"]
    return [
        *(row["iso2"], "country", row["iso2"], row["name"], "", row["iso3"]),
        *(OTHER_CODES.get(row["iso2"], ""), "", CODE_OF_WORLD),
        *(row["proxy_of"], "proxy" if row["proxy_of"] else ""),
        *("iso-3166 proxy-neighbour" if row["proxy_of"] else "iso-3166", "" if row["proxy_of"] else quality),
    ]


def region_zone(code: str, rows: list[Row]) -> Line:
    """A state, province, balancing area or market zone."""
    row, zone = rows[0], zone_id(code)
    iso = next((other["iso3166_2"] for other in rows if other.get("iso3166_2")), "") if zone == code else ""
    members = MEMBERS.get(zone) or next(
        (o["member_iso3166_2"] for o in rows if o.get("member_iso3166_2")), ""
    )
    kind = "region" if iso or row["scheme"] == "hourly" else "subregion"
    notes = [row["notes"]] if row.get("notes", "").startswith("over 10%") else []
    source = "em-contrib"
    if row["scheme"] in ("iso3166-2", "hourly"):
        source = "iso-3166"
    elif row["scheme"] == "egrid_subregion":
        source = "egrid-2022"
    if zone != code:
        notes.insert(
            0, f"Electricity Maps zone {code}; renamed because that is the ISO 3166-2 code of a province"
        )
    proxy = "AU-NSW" if zone == "AU-ACT" else ""
    members = "" if members == iso else members
    return [
        zone,
        kind,
        row["country"],
        row["name"],
        iso,
        "",
        "",
        members,
        row["country"],
        proxy,
        "",
        source,
        "; ".join(notes),
    ]


# --- intensities ---


def country_lines(countries: list[Row], factors: Mapping[str, tuple[float, float]]) -> Iterator[Line]:
    """Newest and previous figure of each country that has one, its margins, and the direct part."""
    for row in countries:
        if row["proxy_of"]:
            continue
        zone = zone_id(row["iso2"])
        sources = source_ids(row["source"])
        if sources == ["em-yearly"] and row["share_coal"]:
            yield from mix_lines_of_country(row, zone, factors)
            continue
        years = [
            (row["year"], row["gco2e_per_kwh_lifecycle"]),
            (row["prev_year"], row["prev_gco2e_per_kwh_lifecycle"]),
        ]
        for year, value in years:
            if value:
                yield line(zone, LIFE_CYCLE, year, value, sources, "published")
        yield from direct_line(row, zone, sources, factors)
        margin = source_ids(row["margin_source"])
        for quantity, column in (
            (OPERATING_MARGIN, "operating_margin"),
            (COMBINED_MARGIN, "combined_margin"),
        ):
            if row[f"gco2_per_kwh_{column}"]:
                yield line(
                    zone, quantity, row["margin_year"], row[f"gco2_per_kwh_{column}"], margin, "published"
                )


def mix_lines_of_country(row: Row, zone: str, factors: Mapping[str, tuple[float, float]]) -> Iterator[Line]:
    """A country whose published figure cannot be right: its mix x IPCC medians, which needs no share-alike figure."""
    shares = [(float(row[f"share_{fuel}"] or 0), *factors[fuel]) for fuel in FUELS]
    note = "mix x IPCC AR5 medians: " + row["quality"].split(";")[0]
    sources = ["owid-2023", "ipcc-ar5"]
    for quantity, part in ((LIFE_CYCLE, 1), (DIRECT, 2)):
        value = sum(share[0] * share[part] for share in shares)
        yield line(zone, quantity, row["mix_year"], f"{value:.0f}", sources, "derived", note)


def direct_line(
    row: Row, zone: str, sources: list[str], factors: Mapping[str, tuple[float, float]]
) -> Iterator[Line]:
    """Stack emissions of a country: eGRID's total for the US, else the life-cycle figure x the mix's direct share."""
    if row["direct_method"].startswith("published"):
        yield line(
            zone,
            DIRECT,
            row["direct_year"],
            row["gco2e_per_kwh_direct_est"],
            source_ids(row["direct_source"]),
            "published",
        )
        return
    share = direct_share(row, factors)
    if share is not None:
        value = f"{float(row['gco2e_per_kwh_lifecycle']) * share:.0f}"
        derived = [*sources, "owid-2023", "ipcc-ar5"]
        yield line(
            zone, DIRECT, row["year"], value, derived, "derived", "life-cycle x direct share of the mix"
        )
    elif row["gco2e_per_kwh_direct_est"]:
        estimated = source_ids(row["direct_source"])
        yield line(zone, DIRECT, row["direct_year"], row["gco2e_per_kwh_direct_est"], estimated, "derived")


def direct_factors() -> dict[str, tuple[float, float]]:
    """Life-cycle and direct gCO2e per kWh of each fuel, from mix_factors.csv (IPCC AR5 WG3 Annex III)."""
    with (HERE / "mix_factors.csv").open(newline="") as file:
        return {row["fuel"]: (float(row["life_cycle"]), float(row["direct"])) for row in csv.DictReader(file)}


def direct_share(row: Row, factors: Mapping[str, tuple[float, float]]) -> float | None:
    """Direct over life-cycle emissions of a generation mix."""
    if not row["share_coal"]:
        return None
    shares = [(float(row[f"share_{fuel}"] or 0), *factors[fuel]) for fuel in FUELS]
    life_cycle = sum(share * whole for share, whole, _ in shares)
    return sum(share * direct for share, _, direct in shares) / life_cycle if life_cycle else None


def history_lines(snapshot: Snapshot, countries: list[Row], regions: list[Row]) -> Iterator[Line]:
    """Yearly figures. A country keeps its primary publisher in the main series, Electricity Maps beside it."""
    only_share_alike = {
        row["iso2"]
        for row in countries
        if source_ids(row["source"]) == ["em-yearly"] and not row["share_coal"]
    }
    eponymous = {row["region_code"] for row in regions if row["scheme"] == "iso3166-2"}
    stand_ins = {row["iso2"] for row in countries if row["proxy_of"]}
    for row in snapshot.rows("grid_history"):
        zone, sources = zone_id(row["code"]), source_ids(row["source"])
        beside = (row["level"] == "country" and row["code"] not in only_share_alike) or row[
            "code"
        ] in eponymous
        quantity = CONSUMPTION if beside and sources == ["em-yearly"] else LIFE_CYCLE
        if row["code"] in stand_ins and quantity == LIFE_CYCLE:
            continue
        yield line(zone, quantity, row["year"], row["gco2e_per_kwh_lifecycle"], sources, "published")


def region_lines(regions: list[Row]) -> Iterator[Line]:
    """States, provinces, eGRID subregions and zones smaller than a country; a country's own zone repeats the country."""
    for row in regions:
        if row["scheme"] in ("em_zone_country", "iso3166-1"):
            continue
        zone, sources = zone_id(row["region_code"]), source_ids(row["source"])
        if row["gco2e_per_kwh_lifecycle"] and sources != ["em-yearly"]:
            yield line(zone, LIFE_CYCLE, row["year"], row["gco2e_per_kwh_lifecycle"], sources, "derived")
        if row["gco2e_per_kwh_direct"]:
            direct = source_ids(row["direct_source"])
            basis = "derived" if len(direct) > 1 else "published"
            yield line(zone, DIRECT, row["direct_year"], row["gco2e_per_kwh_direct"], direct, basis)


def line(
    zone: str, quantity: str, year: str, value: str, sources: list[str], basis: str, note: str = ""
) -> Line:
    """One figure."""
    return [zone, quantity, year, value, "", "", " ".join(sources), basis, note]


def unique(lines: list[Line]) -> list[Line]:
    """The first of several figures for one zone, quantity and year; they must agree."""
    kept: dict[tuple[str, ...], Line] = {}
    for entry in lines:
        key = tuple(entry[:3])
        if key in kept and abs(float(kept[key][3]) - float(entry[3])) > ROUNDING:
            raise SystemExit(f"two figures for {key}: {kept[key][3]} and {entry[3]}")
        kept.setdefault(key, entry)
    return list(kept.values())


# --- mixes and hourly shapes ---


def mix_lines(countries: list[Row], regions: list[Row]) -> Iterator[Line]:
    """Shares above zero. A country's own Electricity Maps mix is left out: Our World in Data has the country."""
    rows = [(zone_id(row["iso2"]), row) for row in countries if not row["proxy_of"]]
    rows += [
        (zone_id(r["region_code"]), r) for r in regions if r["scheme"] not in ("em_zone_country", "iso3166-1")
    ]
    for zone, row in rows:
        sources = " ".join(source_ids(row["mix_source"]))
        for fuel in FUELS:
            if row["mix_year"] and float(row[f"share_{fuel}"] or 0) > 0:
                yield [zone, fuel, row[f"share_{fuel}"], row["mix_year"], sources, "published"]


def write_hourly(snapshot: Snapshot, zones: list[Row], known: set[str]) -> None:
    """Shapes and who uses which. Where a zone covers whole states or provinces, those use it too."""
    own = {row["zone"]: source_ids(row["source"])[0] for row in zones if row["match"] == "own"}
    users: dict[str, Line] = {}
    for row in zones:
        sources = " ".join(source_ids(row["source"]))
        note = "" if row["note"].startswith("no own hourly data") else row["note"]
        users[zone_id(row["zone"])] = [
            *(
                zone_id(row["zone"]),
                zone_id(row["profile_zone"]),
                row["match"],
                row["quality"],
                "derived",
                sources,
                note,
            )
        ]
    for row in zones:
        for member in row["member_regions"].split():
            if member in known and member not in users:
                whole = users[zone_id(row["zone"])]
                users[member] = [member, whole[1], "part of the zone", whole[3], "derived", whole[5], ""]
    rows = snapshot.rows("grid_hourly_profile")
    carbon, water = daily_means(rows, "ratio_to_annual_mean"), daily_means(rows, "water_ratio_to_annual_mean")
    shapes = [
        [
            *(zone_id(row["zone"]), row["month"], row["hour_utc"]),
            *(scaled(row[column], carbon[row["zone"]]) for column in CARBON_RATIOS),
            scaled(row["water_ratio_to_annual_mean"], water[row["zone"]]),
            source_ids(row["source"])[0],
        ]
        for row in rows
    ]
    for shape in shapes:
        if own[shape[0]] != shape[7]:
            raise SystemExit(f"{shape[0]}: profile of {shape[7]}, zone table says {own[shape[0]]}")
    write_parted("hourly", HOURLY_COLUMNS, shapes, source_column=7)
    write_parted("hourly_zones", HOURLY_ZONE_COLUMNS, sorted(users.values()), source_column=5)


def daily_means(rows: list[Row], column: str) -> dict[str, float]:
    """Mean of a zone's 24 hours of the whole year: 1, unless hours are missing more often at one time of day."""
    sums: dict[str, list[float]] = {}
    for row in rows:
        if row["month"] == "0" and row[column]:
            sums.setdefault(row["zone"], []).append(float(row[column]))
    means = {row["zone"]: 1.0 for row in rows}
    means.update({zone: sum(values) / len(values) for zone, values in sums.items()})
    return {zone: mean if abs(mean - 1) > MEAN_TOLERANCE else 1.0 for zone, mean in means.items()}


def scaled(ratio: str, mean: float) -> str:
    """A ratio to the mean of the hours themselves."""
    return f"{float(ratio) / mean:.4f}" if ratio and mean != 1.0 else ratio


if __name__ == "__main__":
    main()
