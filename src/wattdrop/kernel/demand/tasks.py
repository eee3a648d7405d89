"""Tasks by what they read and make."""

from __future__ import annotations

MAKES_IMAGES = frozenset({"image-generation", "text-to-image", "style-transfer", "upscaling", "text-to-3d"})
MAKES_VIDEO = frozenset(
    {
        "text-to-video",
        "image-to-video",
        "video-to-video",
        "video-editing",
        "video-upscaling",
        "frame-interpolation",
    }
)
MAKES_SOUND = frozenset({"text-to-speech", "music-generation"})
READS_IMAGES = frozenset(
    {
        "image-classification",
        "object-detection",
        "image-segmentation",
        "face-detection",
        "facial-recognition",
        "image-to-text",
        "visual-question-answering",
    }
)
ANSWERS_ABOUT_IMAGES = frozenset({"image-to-text", "visual-question-answering"})
READS_SOUND = frozenset({"speech-to-text", "speaker-identification", "audio-classification"})
PIXEL_TO_PIXEL = frozenset({"upscaling", "video-upscaling", "frame-interpolation", "style-transfer"})
LABELS_TEXT = frozenset(
    {"text-embedding", "text-classification", "sentiment-analysis", "named-entity-recognition"}
)
EMBEDS = frozenset({"text-embedding", "multimodal-embedding"})
TABLES = frozenset(
    {
        "recommendation-system",
        "reinforcement-learning",
        "anomaly-detection",
        "time-series-forecasting",
        "clustering",
        "graph-ml",
    }
)
HEARS_AND_SPEAKS = frozenset({"chat", "text-generation", "multimodal-generation"})
LANGUAGE_MODELS = frozenset({"dense", "moe", "hybrid-ssm", "ssm", "decoder"})

#: Constant that holds the length of a typical answer of a task; ``default_answer_tokens`` for the others.
ANSWER_TOKENS = {
    "summarization": "default_summary_tokens",
    "translation": "default_summary_tokens",
    "question-answering": "default_caption_tokens",
    "image-to-text": "default_caption_tokens",
    "visual-question-answering": "default_caption_tokens",
    **dict.fromkeys((*LABELS_TEXT, *TABLES, *READS_IMAGES - ANSWERS_ABOUT_IMAGES), "default_label_tokens"),
    "speaker-identification": "default_label_tokens",
    "audio-classification": "default_label_tokens",
}
