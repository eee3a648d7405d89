"""nodes -> nodes/<cloud>.toml, power_curve -> power_curve.csv.

Host power and host embodied impact follow the two host rules (source in quantities.toml); what is left of a node's
source says where its make-up was read. `gpu_count_int` and `gpu_max_power_w_total` repeat other columns: they are
checked and dropped.
"""

from __future__ import annotations

from collections import defaultdict

from snapshot import DATA, Row, Snapshot, snapshot_from_arguments, write_csv
from source_keys import source_ids
from toml_text import Field, Number, clear, entry, write_entries

HOST_RULES = ("host-power-rule", "host-embodied-rule")
GENERIC = "generic-nodes"
FIGURES = (
    "gpu_count",
    "vcpu_count",
    "memory_gb",
    "ssd_tb",
    "cpu_count",
    "host_cpu_sockets",
    "host_gpu_count",
    "share_of_host",
    "idle_power_w_ex_gpu",
    "active_power_w_ex_gpu",
)


def main() -> None:
    """Write one file per cloud, sorted by id, and the observed node powers."""
    snapshot = snapshot_from_arguments()
    limits = {row["id"]: float(row["max_power_w"]) for row in snapshot.rows("gpus")}
    by_cloud: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for row in snapshot.rows("nodes"):
        total = float(row["gpu_count"]) * limits[row["gpu_id"]]
        if abs(float(row["gpu_max_power_w_total"]) - total) > 1:
            raise SystemExit(f"{row['node_id']}: gpu_max_power_w_total is not count x limit ({total:g} W)")
        by_cloud[row["cloud_id"]].append((row["node_id"], node(snapshot, row)))
    clear("nodes", "*.toml")
    for cloud, entries in sorted(by_cloud.items()):
        header = f"Machines of {cloud}."
        write_entries(DATA / "nodes" / f"{cloud}.toml", header, [text for _, text in sorted(entries)])
    print(f"nodes: {sum(map(len, by_cloud.values()))}")
    write_power_curve(snapshot)


def node(snapshot: Snapshot, row: Row) -> str:
    """One entry."""
    sources = [id for id in source_ids(row["source"]) if id not in HOST_RULES] or [GENERIC]
    embodied = "embodied_kgco2e_ex_gpu"

    def number(field: str, low: str = "", high: str = "") -> Field:
        source = snapshot.source_of("nodes", row["node_id"], field)
        return field, Number(row[field], row.get(low, ""), row.get(high, ""), source)

    fields: list[Field] = [
        ("id", row["node_id"]),
        ("aliases", row["aliases"].split()),
        ("cloud_id", row["cloud_id"]),
        ("cloud_instance_id", row["cloud_instance_id"]),
        ("gpu_id", row["gpu_id"]),
        ("cpu_model", row["cpu_model"]),
        ("host_template", row["host_template"]),
        ("regions", row["regions"].split()),
        ("confidence", row["confidence"]),
        ("source", sources if len(sources) > 1 else sources[0]),
        ("note", row["notes"]),
        *((name, share_of_pair(row) if name == "share_of_host" else number(name)[1]) for name in FIGURES),
        number("embodied_emissions_kgco2e_ex_gpu", f"{embodied}_low", f"{embodied}_high"),
        number("embodied_water_l_ex_gpu"),
        number("use_life_years"),
        number("average_utilization_rate"),
    ]
    return entry("node", fields)


def share_of_pair(row: Row) -> Number:
    """Part of the host; for a machine without accelerator, part of the two processors that its `gpu_id` stands for.

    Some hosts are described as one socket of a two-socket board (m8i.metal-48xl is half of an m8i.96xlarge): there the
    machine has half of the pair. Host watts and kilograms are absolute and stay.
    """
    share = row["share_of_host"]
    half = float(row["gpu_count"]) == 0 and row["host_cpu_sockets"] == "1" and row["gpu_id"].endswith("_2s")
    return Number(f"{float(share) / 2:.6g}", note="one socket of the pair") if half else Number(share)


def write_power_curve(snapshot: Snapshot) -> None:
    """Observed and specified node powers, as they are: evidence for the host rule."""
    rows = snapshot.rows("power_curve")
    figures = ("node_power_w", "gpu_power_w_each", "host_ex_gpu_power_w", "gpu_share_of_node")
    header = [
        *("id", "system", "gpu_id", "gpu_count", "state", "workload", *figures),
        *("other_metric", "other_value", "other_unit", "kind", "source", "confidence", "note"),
    ]
    lines = []
    for row in rows:
        row["source"], row["note"] = " ".join(source_ids(row["source"])), row["notes"]
        lines.append([row[column] for column in header])
    write_csv(DATA / "power_curve.csv", header, lines)


if __name__ == "__main__":
    main()
