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


def log(count: int) -> pa.Table:
    """The same names with what a log has beside them: sizes at random, some of them cached, and moments of a year."""
    import numpy as np
    import pyarrow as pa

    random, rows = np.random.default_rng(1), table(count)
    sizes = [np.maximum(1, random.lognormal(mean, spread, count)).astype(np.int64) for mean, spread in _SIZES]
    cached = (sizes[0] * random.choice(_CACHED_SHARES, count)).astype(np.int64)
    moments = np.sort(random.integers(*_YEAR_US, count))
    return pa.table(
        {
            **{name: rows.column(name) for name in ("model_id", "managed_service_id", "country")},
            "utc_datetime": pa.Array.from_buffers(
                pa.timestamp("us", "UTC"), count, [None, pa.py_buffer(moments)]
            ),
            **{
                name: pa.Array.from_buffers(pa.int64(), count, [None, pa.py_buffer(values)])
                for name, values in (
                    ("input_tokens", sizes[0]),
                    ("cached_input_tokens", cached),
                    ("output_tokens", sizes[1]),
                )
            },
        }
    )


#: Of the logarithm of input and output tokens: medians of 665 and 245 tokens, tails of some ten thousand.
_SIZES: Final = ((6.5, 1.3), (5.5, 1.0))
_CACHED_SHARES: Final = (0.0, 0.0, 0.0, 0.5, 0.9)
_YEAR_US: Final = (1_735_689_600_000_000, 1_767_225_600_000_000)
