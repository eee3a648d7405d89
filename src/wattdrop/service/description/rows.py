"""Requests that the description shows, shared by operations that take the same rows."""

from __future__ import annotations

from typing import Any, Final

from .operation import Example, Parameter

TEXT: Final[dict[str, Any]] = {
    "model_id": "llama_v31_8b",
    "managed_service_id": "aws-bedrock",
    "country": "FR",
    "input_tokens": 100,
    "output_tokens": 500,
}
IMAGES: Final[dict[str, Any]] = {
    "model_id": "stable_diffusion_xl_base_1_0",
    "node_id": "aws:p4d.24xlarge",
    "task": "text-to-image",
    "input_tokens": 50,
    "output_images": ["1024x1024", "1024x1024"],
    "input_steps": 50,
}
SPEECH: Final[dict[str, Any]] = {
    "model_hugging_face_path": "openai/whisper-large-v3",
    "task": "speech-to-text",
    "input_audio_seconds": 240,
}
VIDEO: Final[dict[str, Any]] = {
    "model_id": "Wan-AI/Wan2.1-T2V-14B-Diffusers",
    "country": "DE",
    "input_tokens": 75,
    "output_video_frames": 81,
    "output_video_resolution": 480,
}
WRONG: Final[dict[str, Any]] = {"model_id": "llama_v31_8b", "output_token": 500}
QUERY: Final = {"model_id": "gpt-4o", "input_tokens": "100", "output_tokens": "500"}
POSITIONAL: Final = ["gpt-4o", None, None, None, "2024-03-15T10:30:00Z", None, None, None, None, "openai",
                     "US", None, "text-generation", 100, 500, None, None]  # fmt: skip
"""A row of a warehouse: 17 arguments."""

BATCHES: Final = (
    Example("text", "A chat request", {"rows": [TEXT]}),
    Example("images", "Two images", {"rows": [IMAGES]}),
    Example("speech and video", "Speech heard and a video made, in one batch", {"rows": [SPEECH, VIDEO]}),
    Example("a wrong row", "A row with an error beside one without", {"rows": [WRONG, TEXT]}),
)

DEBUG: Final = Parameter(
    "debug", "Adds to each row the model, node, grid and steps that it resolved to.", {"type": "boolean"}
)
RANGES: Final = Parameter(
    "ranges",
    "Adds 50 % and 90 % ranges to each row and to the sums. Beyond the public contract: strict clients of it reject them.",
    {"type": "boolean"},
)
STORE: Final = Parameter(
    "store",
    "Whether the ledger keeps the rows, for `/v1/usage`. Default: true for `POST /v1/impact` and LiteLLM, else false.",
    {"type": "boolean"},
)
IDEMPOTENCY_KEY: Final = Parameter(
    "Idempotency-Key",
    "Your own name of this request: rows without a `request_id` that are sent again under it are kept once.",
    {"type": "string", "maxLength": 200},
    place="header",
)
STORING: Final = (STORE, IDEMPOTENCY_KEY)
"""How a caller says what the ledger keeps."""
VERSIONS: Final = ("x-wattdrop-method-version", "x-wattdrop-catalog-digest")
"""Headers of everything that rests on method and data."""
ESTIMATED: Final = (*VERSIONS, "x-wattdrop-stored")
"""Headers of everything that is estimated."""
