"""One flag per field of a row, for commands that describe a single request."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import click

from ..schema import FIELDS
from ..schema.requests import list_fields
from ..schema.texts import fields_of_texts
from .completions import names_of
from .flag_names import flags_of

HELP: Final = {
    "model_id": "Model: id, alias, Hugging Face path or provider spelling.",
    "model_used_id": "Model that really answered, where it differs.",
    "model_hugging_face_path": "Model by Hugging Face path.",
    "model_family": "Model by family, with --model-name.",
    "model_name": "Model by name, with --model-family.",
    "task": "Task, such as chat, text-to-image, speech-to-text.",
    "node_id": "Node, such as aws:p4d.24xlarge.",
    "cloud_id": "Cloud, with --instance.",
    "cloud_instance_id": "Instance type of the cloud.",
    "managed_service_id": "Managed service, such as openai, aws-bedrock.",
    "base_url": "Address called; names the service when none is given.",
    "gpu_id": "Accelerator.",
    "gpu_count": "Accelerators that serve the model.",
    "datatype": "Precision, such as bf16, fp8, int4.",
    "cloud_region": "Cloud region, such as us-east-1.",
    "country": "Country, two letters.",
    "region": "State or region, two letters.",
    "datacenter_id": "Datacenter of yours.",
    "utc_datetime": "Start of the request, such as 2024-03-15T10:30:00Z.",
    "input_tokens": "Tokens of the prompt.",
    "cached_input_tokens": "Part of the prompt read from a cache.",
    "output_tokens": "Tokens of the answer, reasoning included.",
    "reasoning_tokens": "Part of the answer spent on reasoning.",
    "input_images": "Sizes read, such as 1024x1024, separated by commas.",
    "output_images": "Sizes made, such as 1024x1024,1024x1024.",
    "output_count": "Outputs made, where their sizes are not known.",
    "input_steps": "Diffusion steps.",
    "input_audio_seconds": "Seconds of sound read.",
    "output_audio_seconds": "Seconds of sound made.",
    "output_audio_tokens": "Audio tokens made.",
    "output_video_frames": "Video frames made.",
    "output_video_seconds": "Seconds of video made.",
    "output_video_resolution": "Lines of the video, such as 1080.",
    "quantity": "Equal requests that this one stands for.",
    "request_duration_ms": "Measured at the client.",
    "processing_duration_ms": "Measured at execution: replaces the modelled time.",
    "batch_size": "Requests served together.",
    "utilization_rate": "Share of provisioned time spent on work, 0 to 1.",
    "pue": "Power usage effectiveness of the facility.",
    "wue_l_per_kwh": "On-site water per kWh of IT energy.",
    "grid_gco2e_per_kwh": "Carbon intensity of the electricity.",
    "measured_energy_wh": "Measured energy of the request.",
    "measured_energy_boundary": "Where it was measured: gpu, it or facility.",
}

_KINDS: Final = {"model_id": "models", "model_used_id": "models", "node_id": "nodes", "gpu_id": "gpus"} | {
    "managed_service_id": "services",
    "task": "tasks",
}
"""Fields whose values a shell can complete from the catalog."""


def row_flags(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the flags; the command gets them as keyword arguments named like the fields."""
    for field in reversed(FIELDS):
        option = click.option(
            *flags_of(field),
            field,
            metavar="SIZES" if field in list_fields() else "VALUE",
            help=HELP.get(field, "Attribution: changes no number."),
            hidden=field not in HELP,
            shell_complete=names_of(_KINDS[field]) if field in _KINDS else None,
        )
        command = option(command)
    return command


def row_of_flags(flags: Mapping[str, str | None]) -> dict[str, object]:
    """The raw row that the given flags describe; empty when there are none."""
    return fields_of_texts({name: text for name, text in flags.items() if text is not None})
