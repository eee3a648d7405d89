"""How the fields of a row are spelled as flags. Without click, which a cold start does without."""

from __future__ import annotations

from ..typed import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Final

SHORT: Final = {
    "model_id": "--model",
    "managed_service_id": "--service",
    "node_id": "--node",
    "gpu_id": "--gpu",
    "cloud_id": "--cloud",
    "cloud_instance_id": "--instance",
    "utc_datetime": "--at",
}
"""Names that people try first, beside the field's own."""

FORMATS: Final = ("table", "json", "jsonl", "csv")
"""What ``--format`` of ``estimate`` takes."""


def flags_of(field: str) -> list[str]:
    """The flags of a field, the short one first.

    >>> flags_of("model_id"), flags_of("output_tokens")
    (['--model', '--model-id'], ['--output-tokens'])
    """
    return [*([SHORT[field]] if field in SHORT else ()), f"--{field.replace('_', '-')}"]
