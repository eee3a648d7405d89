"""gpus -> gpus/<vendor>.toml.

Embodied impact, water, speed ratios and the linear power model follow rules: their source is in quantities.toml, and a
figure names its own only where the snapshot has a published one. `peer_sample_*` and `embodied_kgco2e_boavizta_2_5` are
comparisons, `embodied_water_mlh2o` is litres x 1000: none of them is carried over.
"""

from __future__ import annotations

import re
from collections import defaultdict

from snapshot import DATA, Row, Snapshot, snapshot_from_arguments
from source_keys import source_ids
from toml_text import Field, Number, clear, entry, write_entries

TEXTS = (
    "vendor",
    "architecture",
    "form_factor",
    "memory_type",
    "foundry",
    "idle_power_kind",
    "embodied_method",
)
DATASHEET = (
    "release_year",
    "memory_gb",
    "memory_bandwidth_gb_s",
    "fp16_tflops_dense",
    "fp8_tflops_dense",
    "int8_tops_dense",
    "fp4_tflops_dense",
    "max_power_w",
    "process_nm",
    "die_area_mm2_total",
    "die_count",
)
BY_RULE = (
    "software_efficiency_vs_cuda",
    "sustained_compute_factor",
    "ratio_to_h200_decode",
    "ratio_to_h200_prefill",
    "ratio_to_h200_diffusion",
    "performance_ratio_to_h200",
    "ols_intercept_w",
    "ols_coefficient_gpu_count_w",
)
RULES = ("embodied-model", "water-model")
# Who published the embodied figure, where it is not the model's.
PUBLISHED_EMBODIED = {
    "manufacturer_pcf": ("nv-pcf-h100", "published"),
    "manufacturer_pcf_derived": ("nv-pcf-b200", "derived"),
    "literature": ("luccioni-bloom", "published"),
}
MEASURED_IDLE = {"h200-tdx": "measured", "apple-support": "published"}
MLPERF = "mlperf_llama2_70b_offline_tok_s_per_gpu"


def main() -> None:
    """Write one file per vendor, sorted by id."""
    snapshot = snapshot_from_arguments()
    by_vendor: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for row in snapshot.rows("gpus"):
        by_vendor[row["vendor"]].append((row["id"], gpu(snapshot, row)))
    clear("gpus", "*.toml")
    for vendor, entries in sorted(by_vendor.items()):
        file = re.sub(r"[^a-z0-9]+", "-", vendor.casefold()).strip("-")
        header = f"Accelerators and processors of {vendor}."
        write_entries(DATA / "gpus" / f"{file}.toml", header, [text for _, text in sorted(entries)])
    print(f"gpus: {sum(map(len, by_vendor.values()))}")


def gpu(snapshot: Snapshot, row: Row) -> str:
    """One entry."""
    sources = [id for id in source_ids(row["source"]) if id not in RULES]
    published = PUBLISHED_EMBODIED.get(row["embodied_method"])
    measured_idle = next((id for id in sources if id in MEASURED_IDLE), "")
    idle = (measured_idle, MEASURED_IDLE[measured_idle]) if row["idle_power_kind"] == "measured" else ("", "")
    origin = [id for id in sources if not published or id != published[0]] or sources
    fields: list[Field] = [
        ("id", row["id"]),
        ("name", row["name"]),
        ("aliases", row["aliases"].split()),
        *((field, row[field]) for field in TEXTS),
        ("confidence", row["confidence"]),
        ("source", origin if len(origin) > 1 else origin[0]),
        ("note", row["notes"]),
        *(
            (field, Number(row[field], source=snapshot.source_of("gpus", row["id"], field)))
            for field in DATASHEET
        ),
        ("idle_power_w", Number(row["idle_power_w"], "", "", *idle)),
        (
            "embodied_emissions_kgco2e",
            Number(
                row["embodied_emissions_kgco2e"],
                row["embodied_kgco2e_low"],
                row["embodied_kgco2e_high"],
                *(published or ("", "")),
            ),
        ),
        (
            "embodied_water_l",
            Number(row["embodied_water_l"], row["embodied_water_l_low"], row["embodied_water_l_high"]),
        ),
        *((field, Number(row[field])) for field in BY_RULE),
        (MLPERF, Number(row[MLPERF])),
    ]
    return entry("gpu", fields)


if __name__ == "__main__":
    main()
