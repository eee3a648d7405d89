"""The rows that are measured: few models, services and countries, many sizes and moments, as logs have them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import pyarrow as pa

MODELS: Final = (
    ("gpt-4o", "openai"),
    ("gpt-4o-mini", "openai"),
    ("claude-sonnet-4-5", "anthropic"),
    ("llama_v31_8b", "aws-bedrock"),
    ("mistral_large_2_2407", "mistral"),
    ("gemini-1.5-pro", "google"),
    ("deepseek-v3", "deepseek"),
)
COUNTRIES: Final = ("US", "FR", "DE", "IN", "BR")


def row(number: int) -> dict[str, Any]:
    """A row as an application sends it, with the moment of the request."""
    moment = f"2026-{1 + number % 12:02}-{1 + number % 28:02}T{number % 24:02}:{number % 60:02}:00Z"
    return {**bare(number), "utc_datetime": moment}


def bare(number: int) -> dict[str, Any]:
    """Three names and two sizes."""
    model, service = MODELS[number % len(MODELS)]
    return {
        "model_id": model,
        "managed_service_id": service,
        "country": COUNTRIES[number % len(COUNTRIES)],
        "input_tokens": 50 + 37 * number % 3000,
        "output_tokens": 20 + 11 * number % 700,
    }


def table(count: int, dictionaries: bool = True) -> pa.Table:
    """So many bare rows as columns: names as dictionaries or as plain strings, sizes as 64-bit integers."""
    import numpy as np
    import pyarrow as pa

    def names(values: tuple[str, ...]) -> Any:
        of_row = pa.DictionaryArray.from_arrays(
            pa.Array.from_buffers(
                pa.int32(), count, [None, pa.py_buffer((np.arange(count) % len(values)).astype(np.int32))]
            ),
            list(values),
        )
        return of_row if dictionaries else of_row.cast(pa.string())

    def sizes(least: int, step: int, most: int) -> Any:
        values = least + step * np.arange(count, dtype=np.int64) % most
        return pa.Array.from_buffers(pa.int64(), count, [None, pa.py_buffer(values)])

    return pa.table(
        {
            "model_id": names(tuple(model for model, _ in MODELS)),
            "managed_service_id": names(tuple(service for _, service in MODELS)),
            "country": names(COUNTRIES),
            "input_tokens": sizes(50, 37, 3000),
            "output_tokens": sizes(20, 11, 700),
        }
    )
