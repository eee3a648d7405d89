"""What the tools take, as JSON Schema: loose, so that a wrong value gets a message and is not refused by a client."""

from __future__ import annotations

from typing import Any, Final

ROW: Final = {
    "type": "object",
    "description": (
        "One inference request. Unknown fields are refused with the nearest known name. All fields are optional, "
        "but name the model. Further fields: the row of POST /v1/impact."
    ),
    "properties": {
        "model_id": {"type": "string", "description": "Model id, alias, provider spelling or Hugging Face path."},
        "managed_service_id": {"type": "string", "description": "Who served it, such as openai or aws-bedrock."},
        "node_id": {"type": "string", "description": "Hardware instead of a service, such as aws:p4d.24xlarge."},
        "cloud_region": {"type": "string", "description": "Where it ran, such as us-east-1."},
        "country": {"type": "string", "description": "Where it ran: two letters of ISO 3166-1, such as FR."},
        "input_tokens": {"type": "integer"},
        "cached_input_tokens": {"type": "integer", "description": "Part of input_tokens."},
        "output_tokens": {"type": "integer"},
        "output_images": {"type": "array", "items": {"type": "string"}, "description": 'Sizes: ["1024x1024"].'},
        "input_audio_seconds": {"type": "number"},
        "output_audio_seconds": {"type": "number"},
        "output_video_seconds": {"type": "number"},
        "utc_datetime": {"type": "string", "description": "When it ran, RFC 3339."},
        "quantity": {"type": "integer", "description": "Equal requests that the row stands for."},
    },
}  # fmt: skip


def listing_schema(**filters: str) -> dict[str, Any]:
    """Filters of a list, and how much of it."""
    properties: dict[str, Any] = {
        name: {"type": "string", "description": text} for name, text in filters.items()
    }
    properties["limit"] = {"type": "integer", "description": "Most entries, 1 to 100; 20 where not given."}
    return {"type": "object", "properties": properties}
