"""managed_services -> services.toml, providers -> providers.toml.

Batch size and utilisation are nobody's publication: they are assumptions, with their own source. The hosts that a
service answers on, and its operator where the ids differ, are in service_details.csv beside this script.
"""

from __future__ import annotations

import csv
from typing import NamedTuple

from snapshot import DATA, HERE, Row, Snapshot, snapshot_from_arguments
from source_keys import source_ids
from toml_text import Field, Number, entry, write_entries

# Services that pass requests on, and names that only say which protocol was spoken.
KINDS = {"openrouter": "router", "litellm": "router", "self-hosted": "self-hosted", "ollama": "self-hosted"}
PROTOCOLS = ("openai",)
FIGURES = ("default_gpu_count", "typical_batch_size", "average_utilization_rate")


def main() -> None:
    """Write both files, sorted by id."""
    snapshot = snapshot_from_arguments()
    providers = snapshot.rows("providers")
    known = {row["provider_id"] for row in providers}
    details = read_details(snapshot)
    services = [
        service(row, known, details.get(row["id"], Details("", "", [])))
        for row in ordered(snapshot, "managed_services")
    ]
    write_entries(DATA / "services.toml", "Managed services: who answers an API call, and on what.", services)
    entries = [provider(row) for row in sorted(providers, key=lambda row: row["provider_id"])]
    write_entries(DATA / "providers.toml", "Operators of data centres, with their facility figures.", entries)
    print(f"services: {len(services)}, providers: {len(entries)}")


def ordered(snapshot: Snapshot, table: str) -> list[Row]:
    return sorted(snapshot.rows(table), key=lambda row: row["id"])


class Details(NamedTuple):
    """What service_details.csv adds: who operates the facility, the usual precision, and the hosts that answer."""

    provider_id: str
    datatype: str
    hosts: list[str]


def read_details(snapshot: Snapshot) -> dict[str, Details]:
    """Details by service. `{aws}` in a host stands for every region of that cloud."""
    regions: dict[str, list[str]] = {}
    for row in snapshot.rows("cloud_regions"):
        regions.setdefault(row["cloud_id"], []).append(row["region_id"])
    details = {}
    with (HERE / "service_details.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            hosts = [host for pattern in row["hosts"].split() for host in spelled_out(pattern, regions)]
            details[row["service"]] = Details(row["provider"], row["datatype"], hosts)
    return details


def spelled_out(pattern: str, regions: dict[str, list[str]]) -> list[str]:
    """A host, or one per region of the cloud that it names."""
    _, brace, rest = pattern.partition("{")
    if not brace:
        return [pattern]
    cloud = rest.partition("}")[0]
    return [pattern.replace("{" + cloud + "}", region) for region in sorted(regions[cloud])]


def service(row: Row, providers: set[str], details: Details) -> str:
    """One service."""
    sources = source_ids(row["source"])
    if row["otel_provider_names"]:
        sources = [*sources, "otel"]
    kind = KINDS.get(row["id"], "protocol" if row["id"] in PROTOCOLS else "")
    fields: list[Field] = [
        ("id", row["id"]),
        ("name", row["display_name"]),
        ("kind", kind),
        ("aliases", sorted(set(row["aliases"].split()), key=str.casefold)),
        ("litellm_providers", row["litellm_providers"].split()),
        ("otel_provider_names", row["otel_provider_names"].split()),
        ("hosts", details.hosts),
        ("provider_id", details.provider_id or (row["id"] if row["id"] in providers else "")),
        ("default_datatype", details.datatype),
        ("default_cloud_id", row["default_cloud_id"]),
        ("default_node_id", row["default_node_id"]),
        ("default_gpu_id", row["default_gpu_id"]),
        ("alternative_node_ids", row["alternative_node_ids"].split()),
        ("default_country", row["default_country"]),
        ("default_region", row["default_region"]),
        ("modalities", row["modalities"].split()),
        ("evidence", row["evidence"]),
        ("confidence", row["confidence"]),
        ("source", sources if len(sources) > 1 else sources[0]),
        *((field, service_figure(field, row[field])) for field in FIGURES),
    ]
    return entry("service", fields)


def service_figure(field: str, value: str) -> Number:
    """Load of a service: assumed for every one of them."""
    return (
        Number(value, source="assumption-service-load", basis="assumed")
        if field != "default_gpu_count"
        else Number(value)
    )


def provider(row: Row) -> str:
    """One operator. PUE and WUE keep the range; contract figures stay apart from the grid's."""
    sources = source_ids(row["source"])
    assumed = sources[0].startswith("assumption-")
    fields: list[Field] = [
        ("id", row["provider_id"]),
        ("name", row["name"]),
        ("aliases", row["aliases"].split()),
        ("kind", row["kind"]),
        ("hosting_cloud_ids", row["hosting_cloud_ids"].split()),
        ("default_country", row["default_country"]),
        ("default_subregion", row["default_subregion"]),
        ("default_cloud_region", row["default_cloud_region"]),
        ("market_claim", row["market_claim"]),
        ("confidence", row["confidence"]),
        ("source", sources if len(sources) > 1 else sources[0]),
        ("basis", "assumed" if assumed else ""),
        ("note", row["notes"]),
        ("pue", Number(row["pue"], row["pue_low"], row["pue_high"], valid_from=row["pue_year"])),
        (
            "wue_l_per_kwh",
            Number(row["wue_l_per_kwh"], row["wue_low"], row["wue_high"], valid_from=row["wue_year"]),
        ),
        ("renewable_match_pct", Number(row["renewable_match_pct"])),
        ("cfe_hourly_pct", Number(row["cfe_hourly_pct"])),
        ("market_gco2e_per_kwh", Number(row["market_gco2e_per_kwh"])),
    ]
    return entry("provider", fields)


if __name__ == "__main__":
    main()
