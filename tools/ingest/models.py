"""models_open_llm, models_media, models_proprietary -> models/<developer>.toml.

Every row and every spelling is kept. What is derived by one rule (tensor_parallelism, params_per_expert_billions) takes
its source from quantities.toml; the estimates of undisclosed models keep their range.
"""

from __future__ import annotations

import re
from collections import defaultdict

from snapshot import DATA, Row, Snapshot, snapshot_from_arguments
from source_keys import source_ids
from toml_text import Field, Number, clear, entry, write_entries

TABLES = ("models_open_llm", "models_media", "models_proprietary")
TEXTS = ("release_date", "task", "architecture")
# Figures in the order in which a reader looks for them. The two with low and high columns are first.
FIGURES = (
    "number_of_experts",
    "number_of_active_experts",
    "params_per_expert_billions",
    "num_layers",
    "num_decoder_layers",
    "hidden_size",
    "num_attention_heads",
    "num_kv_heads",
    "head_dim",
    "vocab_size",
    "context_length",
    "tensor_parallelism",
    "gflops_per_item",
    "default_steps",
    "guidance_passes",
    "latent_downscale",
    "latent_temporal_downscale",
    "text_encoder_params_billions",
    "fps",
    "default_frames",
    "audio_window_seconds",
    "audio_tokens_per_second",
    "training_compute_flop",
    "training_gpu_hours",
    "training_energy_mwh",
    "training_emissions_tco2e",
)
TEXTS_BESIDE_FIGURES = (
    "decoder_type",
    "native_resolution",
    "default_resolution",
    "datatype",
    "training_hardware",
    "default_managed_service_id",
)
# A row names first where its size comes from. These keys say something else: they confirm it, or spell its names.
NOT_THE_ORIGIN = ("litellm-prices", "xinference", "calibration-table")
DISCLOSED = {"true": True, "yes": True, "false": False, "no": False, "partial": False}


def main() -> None:
    """Write one file per developer, sorted by id."""
    snapshot = snapshot_from_arguments()
    by_developer: dict[str, list[tuple[str, str]]] = defaultdict(list)
    developers: dict[str, str] = {}
    for table in TABLES:
        for row in snapshot.rows(table):
            file = slug(row["developer"])
            developers.setdefault(file, row["developer"])
            by_developer[file].append((row["id"], model(snapshot, table, row)))
    clear("models", "*.toml")
    for file, models in sorted(by_developer.items()):
        header = f"Models of {developers[file]}."
        write_entries(DATA / "models" / f"{file}.toml", header, [text for _, text in sorted(models)])
    print(f"models: {sum(map(len, by_developer.values()))} of {len(by_developer)} developers")


def model(snapshot: Snapshot, table: str, row: Row) -> str:
    """One entry."""
    sources = sources_of(row)
    fields: list[Field] = [
        ("id", row["id"]),
        ("name", row["name"]),
        ("family", row["family"]),
        ("developer", row["developer"]),
        ("hugging_face_path", row["hugging_face_path"]),
        ("aliases", sorted(filter(None, row["aliases"].split(";")), key=str.casefold)),
        *((field, row[field]) for field in TEXTS),
        ("params_disclosed", DISCLOSED[row["params_disclosed"]]),
        ("confidence", row["confidence"]),
        ("source", sources if len(sources) > 1 else sources[0]),
        ("note", row.get("note", "")),
    ]

    def number(field: str, low: str = "", high: str = "") -> Field:
        source = snapshot.source_of(table, row["id"], field)
        # The smallest of two columns that name one model may be given in the other order.
        return field, Number(row.get(field, ""), row.get(low, ""), row.get(high, ""), source)

    fields.append(number("total_params_billions", "total_params_low", "total_params_high"))
    fields.append(number("active_params_billions", "active_params_low", "active_params_high"))
    special = {"head_dim": head_dim(row, sources[0]), "num_decoder_layers": decoder_layers(row)}
    fields += [(field, special[field] if field in special else number(field)[1]) for field in FIGURES]
    fields += [(field, row.get(field, "")) for field in TEXTS_BESIDE_FIGURES]
    return entry("model", fields)


def head_dim(row: Row, source: str) -> Number:
    """Width of a head: the rule of quantities.toml unless the developer's own value differs from it."""
    value, width, heads = (
        row.get("head_dim", ""),
        row.get("hidden_size", ""),
        row.get("num_attention_heads", ""),
    )
    follows = bool(value and width and heads) and float(value) * float(heads) == float(width)
    return Number(value, source="" if follows else source, basis="" if follows else "published")


def decoder_layers(row: Row) -> Number:
    """Layers of the decoder, which only the note of a model of two parts tells ("12+6 layers")."""
    split = re.search(r"(\d+)\+(\d+) layers", row.get("note", ""))
    if not split or row["architecture"] != "encoder-decoder":
        return Number("")
    adds_up = int(split[1]) + int(split[2]) == float(row.get("num_layers") or 0)
    return Number(split[2] if adds_up else "")


def sources_of(row: Row) -> list[str]:
    """Source ids, the origin of the size first."""
    ids = source_ids(row["source"])
    estimated = "estimate-media-models"
    if estimated in ids and not DISCLOSED[row["params_disclosed"]]:
        ids.sort(key=lambda id: id != estimated)
    return sorted(ids, key=lambda id: id in NOT_THE_ORIGIN)


def slug(name: str) -> str:
    """File name of a developer."""
    return re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-")


if __name__ == "__main__":
    main()
