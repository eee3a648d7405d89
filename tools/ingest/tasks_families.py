"""task_aliases, task_defaults -> tasks.toml; families -> families.toml.

Families that models name and the snapshot's list lacks are added, so that every family of a model is one of the catalog.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable

from models import TABLES
from snapshot import DATA, Row, Snapshot, snapshot_from_arguments
from toml_text import entry, write_entries

from wattdrop.schema.names import normalise

# Spellings of tasks that the model tables use and the alias table lacks.
MORE_ALIASES = {"text-generation": ["code"]}
# Families that a look-up by the key must also search (sources_models_proprietary.md, scope of families.csv).
INCLUDES = {
    "assemblyai": ["universal"],
    "deepgram": ["nova-asr"],
    "gpt": ["o-series", "gpt-2", "gpt-image"],
    "mistral": ["voxtral"],
    "mixtral": ["wizardlm"],
    "openai-tts": ["tts"],
    "stable-diffusion": ["sdxl", "stable-video", "controlnet", "animatediff"],
}
# default_model_name of families.csv that is no model's name: the row that it means.
DEFAULT_MODELS = {
    "animatediff": "animatediff_motion_adapter_v1_5_3",
    "arcee": "trinity_mini",
    "command": "command_r_plus_08_2024",
    "controlnet": "sd_controlnet_canny",
    "dbrx": "dbrx",
    "deepseek": "deepseek_v3",
    "firefly": "firefly_image_5",
    "flux": "flux_1_dev",
    "glm": "glm_45",
    "gpt-2": "gpt2_xl",
    "gpt-j": "gpt_j_6b",
    "gpt-neo": "gpt_neo_2_7b",
    "gpt-oss": "gpt_oss_120b",
    "granite": "granite_33_8b",
    "kimi": "kimi_k2",
    "longcat": "longcat_image",
    "minimax": "minimax_m2",
    "mistral": "mistral_7b_v03",
    "mixtral": "mixtral_8x7b",
    "phi": "phi_4",
    "pixart": "pixart_sigma_xl_2_1024_ms",
    "qwen": "qwen25_7b",
    "rwkv": "rwkv_6_finch_7b",
    "seedance": "seedance_1_pro",
    "seedream": "seedream_4",
    "stable-diffusion": "stable_diffusion_3_5_large",
    "stable-lm": "stablelm_2_12b",
    "wizardlm": "wizardlm_2_8x22b",
    "yi": "yi_34b",
}
SOURCE = "task-and-family-names"


def main() -> None:
    """Write both files, sorted by id."""
    snapshot = snapshot_from_arguments()
    tasks = task_entries(snapshot)
    write_entries(
        DATA / "tasks.toml", "Tasks: what a request asks for, and the model meant when it names none.", tasks
    )
    families = family_entries(snapshot)
    write_entries(
        DATA / "families.toml", "Model families, the spelling of the public contract first.", families
    )
    print(f"tasks: {len(tasks)}, families: {len(families)}")


def task_entries(snapshot: Snapshot) -> list[str]:
    """One entry per canonical task, its aliases gathered."""
    defaults = {row["task"]: row for row in snapshot.rows("task_defaults")}
    by_task: dict[str, list[Row]] = defaultdict(list)
    for row in snapshot.rows("task_aliases"):
        by_task[row["canonical_task"]].append(row)
    return [task_entry(task, rows, defaults[task]) for task, rows in sorted(by_task.items())]


def task_entry(task: str, rows: list[Row], default: Row) -> str:
    """One task. All its aliases share inputs, outputs and modality."""
    first = rows[0]
    aliases = [row["name"] for row in rows if row["name"] != task] + MORE_ALIASES.get(task, [])
    return entry(
        "task",
        (
            ("id", task),
            ("in_contract", first["in_api_enum"] == "yes"),
            ("modality", first["modality"]),
            ("inputs", first["inputs"].split()),
            ("outputs", first["outputs"].split()),
            ("aliases", sorted(aliases, key=str.casefold)),
            ("default_model_id", default["default_model_id"]),
            ("default_model_reason", default["reason"]),
        ),
    )


def family_entries(snapshot: Snapshot) -> list[str]:
    """The families of the list, then those that only models name."""
    models = [row for table in TABLES for row in snapshot.rows(table)]
    id_by_name = {row["name"].casefold(): row["id"] for row in models}
    rows = snapshot.rows("families")
    members: dict[str, list[Row]] = defaultdict(list)
    for model in models:
        members[model["family"]].append(model)
    entries = {row["family_id"]: listed_family(row, id_by_name, members) for row in rows}
    for family, of_family in members.items():
        if family not in entries:
            entries[family] = unlisted_family(family, of_family)
    return [text for _, text in sorted(entries.items())]


def listed_family(row: Row, id_by_name: dict[str, str], members: dict[str, list[Row]]) -> str:
    """A family of the list, its default as a model id. An alias that models use as their family is included instead."""
    family = row["family_id"]
    included = {other for other in members if normalise(other) in map(normalise, row["aliases"].split(";"))}
    aliases = [name for name in row["aliases"].split(";") if normalise(name) not in map(normalise, included)]
    default = DEFAULT_MODELS.get(family) or id_by_name[row["default_model_name"].casefold()]
    return entry(
        "family",
        (
            ("id", family),
            ("name", row["display_name"]),
            ("developer", row["developer"]),
            ("aliases", sorted(filter(None, aliases), key=str.casefold)),
            ("includes", sorted({*INCLUDES.get(family, []), *included} - {family})),
            ("default_model_id", default),
            ("source", SOURCE),
        ),
    )


def unlisted_family(family: str, models: list[Row]) -> str:
    """A family that only models name: by default its newest row."""
    newest = max(models, key=lambda row: (row["release_date"], row["id"]))
    return entry(
        "family",
        (
            ("id", family),
            ("name", family),
            ("developer", most_common(row["developer"] for row in models)),
            ("default_model_id", newest["id"]),
            ("source", SOURCE),
            ("note", "not in the family list; default is the newest row"),
        ),
    )


def most_common(texts: Iterable[str]) -> str:
    return Counter(texts).most_common(1)[0][0]


if __name__ == "__main__":
    main()
