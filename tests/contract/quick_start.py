"""The examples of the API's public quick start, as printed there."""

from __future__ import annotations

from typing import Any

EXAMPLES: dict[str, dict[str, Any]] = {
    "text generation": {
        "rows": [
            {
                "model_id": "llama_v31_8b",
                "managed_service_id": "aws-bedrock",
                "node_id": "aws:p4d.24xlarge",
                "task": "text-generation",
                "input_tokens": 100,
                "output_tokens": 500,
            }
        ]
    },
    "chat": {
        "rows": [
            {
                "model_id": "llama_v31_8b",
                "node_id": "aws:p4d.24xlarge",
                "task": "chat",
                "input_tokens": 150,
                "output_tokens": 300,
            }
        ]
    },
    "text to image": {
        "rows": [
            {
                "model_id": "stable_diffusion_xl_base_1_0",
                "node_id": "aws:p4d.24xlarge",
                "task": "text-to-image",
                "input_tokens": 50,
                "output_images": ["1024x1024", "1024x1024"],
                "input_steps": 50,
            }
        ]
    },
    "speech to text": {
        "rows": [
            {
                "model_hugging_face_path": "openai/whisper-large-v3",
                "node_id": "aws:p4d.24xlarge",
                "task": "speech-to-text",
                "input_audio_duration_s": 240,
            }
        ]
    },
    "text to video": {
        "rows": [
            {
                "model_family": "stablediffusion",
                "model_name": "SD-XL 1.0-base",
                "cloud_id": "aws",
                "cloud_instance_id": "p4d.24xlarge",
                "task": "text-to-video",
                "input_tokens": 75,
                "output_video_frames": 90,
                "output_video_resolution": 1080,
                "input_steps": 40,
            }
        ]
    },
    "complete": {
        "rows": [
            {
                "utc_datetime": "2024-01-01T12:00:00Z",
                "model_id": "llama_v31_8b",
                "cloud_id": "aws",
                "cloud_instance_id": "p4d.24xlarge",
                "task": "text-generation",
                "input_tokens": 100,
                "output_tokens": 500,
            },
            {
                "requestTime": "2024-01-01T12:01:00Z",
                "model_family": "stablediffusion",
                "model_name": "SD-XL 1.0-base",
                "cloud_id": "aws",
                "cloud_instance_id": "p4d.24xlarge",
                "task": "text-to-image",
                "input_tokens": 50,
                "output_images": ["1024x1024"],
            },
        ]
    },
    "by family and name": {"rows": [{"model_family": "llama", "model_name": "LLaMA v3.1 8B"}]},
    "by id": {"rows": [{"model_id": "llama_v31_8b"}]},
    "by Hugging Face path": {"rows": [{"model_hugging_face_path": "meta-llama/Llama-3.1-8B"}]},
    "by managed service alone": {"rows": [{"managed_service_id": "aws-bedrock"}]},
}
