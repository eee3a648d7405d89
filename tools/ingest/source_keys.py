"""From the snapshot's short source keys to the ids of src/wattdrop/data/sources."""

from __future__ import annotations

_OTHER_IDS = {
    "card": "model-card",
    "ecologits": "ecologits-011",
    "ecologits011": "ecologits-011",
    "ecologits_0_11": "ecologits-011-providers",
    "ecologits_cfg": "ecologits-011-providers",
    "epoch": "epoch-models",
    "est": "estimate-media-models",
    "estimate": "estimate-closed-models",
    "litellm": "litellm-prices",
    "litellm_list": "litellm-providers",
    "measured": "calibration-table",
    "mlenergy_v3": "ml-energy-v3",
    "paper": "model-paper",
    "press": "press-model-sizes",
    "recalled": "recalled-model-facts",
    "vendor": "vendor-model-sizes",
    "web": "web-pages-2026",
    "xinf": "xinference",
}


def source_id(key: str) -> str:
    """`em_yearly` is `em-yearly`; keys that mean little outside their table get a longer id."""
    return _OTHER_IDS.get(key, key.replace("_", "-"))


def source_ids(keys: str) -> list[str]:
    """The ids of a source cell, which joins keys with blanks or `+`; each once, order kept."""
    return list(dict.fromkeys(source_id(key) for key in keys.replace("+", " ").split()))
