"""Under which names instrumentations write what a row needs: the current convention first, then every older one.

Only attributes named here are ever read from a span: prompts and replies, which stand in others, are not kept anywhere.

Sources: the GenAI semantic conventions of OpenTelemetry (``gen_ai.*``), OpenInference (``llm.token_count.*``), OpenLLMetry
(``llm.usage.*``, ``traceloop.*``), Langfuse, OpenLIT, Sentry (``.cached``, ``.reasoning``) and the AI SDK (``ai.*``);
what five of them really send is recorded in tests/adapters.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

OF_ROW: Final[Mapping[str, tuple[str, ...]]] = {
    "managed_service_id": (
        "gen_ai.provider.name",
        "gen_ai.system",
        "llm.provider",
        "llm.system",
        "ai.model.provider",
    ),
    "model_id": (
        "gen_ai.request.model",
        "llm.request.model_name",
        "llm.request.model",
        "llm.model_name",
        "embedding.model_name",
        "reranker.model_name",
        "langfuse.observation.model.name",
        "ai.model.id",
    ),
    "model_used_id": ("gen_ai.response.model", "llm.response.model_name", "llm.response.model"),
    "input_tokens": (
        "gen_ai.usage.input_tokens",
        "gen_ai.usage.prompt_tokens",
        "llm.token_count.prompt",
        "llm.usage.prompt_tokens",
        "ai.usage.inputTokens",
        "ai.usage.promptTokens",
        "ai.usage.tokens",
    ),
    "output_tokens": (
        "gen_ai.usage.output_tokens",
        "gen_ai.usage.completion_tokens",
        "llm.token_count.completion",
        "llm.usage.completion_tokens",
        "ai.usage.outputTokens",
        "ai.usage.completionTokens",
    ),
    "cached_input_tokens": (
        "gen_ai.usage.cache_read.input_tokens",
        "gen_ai.usage.cache_read_input_tokens",
        "gen_ai.usage.input_tokens.cached",
        "llm.token_count.prompt_details.cache_read",
        "ai.usage.cachedInputTokens",
    ),
    "reasoning_tokens": (
        "gen_ai.usage.reasoning.output_tokens",
        "gen_ai.usage.reasoning_tokens",
        "gen_ai.usage.output_tokens.reasoning",
        "llm.token_count.completion_details.reasoning",
        "llm.usage.reasoning_tokens",
        "ai.usage.reasoningTokens",
    ),
    "request_cost": ("gen_ai.usage.cost", "llm.cost.total"),
    "base_url": ("gen_ai.openai.api_base", "llm.openai.api_base", "server.address"),
    "session_id": (
        "gen_ai.conversation.id",
        "session.id",
        "langfuse.session.id",
        "traceloop.association.properties.session_id",
    ),
    "application_id": ("service.name",),
    "environment": ("deployment.environment.name", "deployment.environment", "langfuse.environment"),
    "cloud_region": ("cloud.region",),
}
"""Field of a row -> attributes of the span, else of its resource."""

COUNTS: Final = ("input_tokens", "output_tokens", "cached_input_tokens", "reasoning_tokens")

MODELS: Final = ("model_id", "model_used_id")

USAGE_DETAILS: Final = "langfuse.observation.usage_details"
OF_USAGE_DETAILS: Final[Mapping[str, tuple[str, ...]]] = {
    "input_tokens": ("input", "input_tokens", "prompt_tokens"),
    "output_tokens": ("output", "output_tokens", "completion_tokens"),
    "cached_input_tokens": (
        "input_cached_tokens",
        "cache_read_input_tokens",
        "prompt_tokens_details.cached_tokens",
        "input_tokens_details.cached_tokens",
    ),
    "reasoning_tokens": (
        "output_reasoning_tokens",
        "completion_tokens_details.reasoning_tokens",
        "output_tokens_details.reasoning_tokens",
    ),
}
"""Langfuse writes counts as one JSON text, in the provider's own names; a dot stands for nesting."""

MARKS: Final = (
    "gen_ai.operation.name",
    "llm.request.type",
    "openinference.span.kind",
    "langfuse.observation.type",
    "traceloop.span.kind",
)
"""Attributes that say what a span is."""

INFERENCES: Final[Mapping[str, str]] = {
    "chat": "",
    "generate_content": "",
    "text_completion": "",
    "completion": "",
    "llm": "",
    "generation": "",
    "rerank": "",
    "reranker": "",
    "embeddings": "text-embedding",
    "embedding": "text-embedding",
    "image": "text-to-image",
    "image_generation": "text-to-image",
    "speech_to_text": "speech-to-text",
    "text_to_speech": "text-to-speech",
    "translate": "translation",
}
"""What a mark says of a span that ran a model -> the task of the row; empty where the model says it."""

OTHERS: Final = frozenset(
    """
    invoke_agent invoke_workflow execute_tool retrieval create_agent
    agent workflow task tool chain retriever guardrail evaluator prompt span event vectordb framework execute_task
    """.split()
)
"""What a mark says of a span that ran no model itself: its children carry the tokens."""

CACHE_WRITES: Final = (
    "gen_ai.usage.cache_creation.input_tokens",
    "gen_ai.usage.cache_creation_input_tokens",
    "gen_ai.usage.cache_write_input_tokens",
    "llm.token_count.prompt_details.cache_write",
)
"""Part of the input that was put into a cache; it was computed as the rest was, so no row field is its own."""

IMAGE_SIZE: Final = "gen_ai.request.image_size"
IMAGE_COUNT: Final = "gen_ai.request.choice.count"

FAILURES: Final = ("error.type",)
LEVEL: Final = "langfuse.observation.level"

USAGE_EVENT: Final = "gen_ai.client.inference.operation.details"
"""The event that carries a span's attributes where the convention keeps them off the span."""

READ: Final = frozenset(name for names in OF_ROW.values() for name in names) | {
    *MARKS,
    *FAILURES,
    LEVEL,
    USAGE_DETAILS,
    *CACHE_WRITES,
    IMAGE_SIZE,
    IMAGE_COUNT,
}
"""Every attribute that is read."""

TELLING: Final = frozenset(
    (*MARKS, USAGE_DETAILS, *(name for field in (*MODELS, *COUNTS) for name in OF_ROW[field]))
)
"""Attributes without which a span says nothing of a call."""
