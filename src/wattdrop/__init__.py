"""Energy, carbon and water of AI inference: every figure with its source.

>>> import wattdrop
>>> result = wattdrop.estimate([{"model_id": "gpt-4o", "input_tokens": 100, "output_tokens": 500}])
>>> result.has_errors
False
"""

from __future__ import annotations

from .typed import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any

    from .bulk import spark
    from .catalog import Catalog, load
    from .engine import METHOD_VERSION, Comparison, Estimate, RowResult, compare, estimate, estimate_table
    from .errors import RowError, WattdropError
    from .schema import ImpactMetrics, ImpactRow
    from .version import __version__

#: Public name -> module that holds it. Loaded on first use, so that importing the package costs nothing.
_EXPORTS = {
    "METHOD_VERSION": "engine",
    "Catalog": "catalog",
    "Comparison": "engine",
    "Estimate": "engine",
    "ImpactMetrics": "schema",
    "ImpactRow": "schema",
    "RowError": "errors",
    "RowResult": "engine",
    "WattdropError": "errors",
    "__version__": "version",
    "compare": "engine",
    "estimate": "engine",
    "estimate_table": "engine",
    "load": "catalog",
}
__all__ = [
    "METHOD_VERSION",
    "Catalog",
    "Comparison",
    "Estimate",
    "ImpactMetrics",
    "ImpactRow",
    "RowError",
    "RowResult",
    "WattdropError",
    "__version__",
    "compare",
    "estimate",
    "estimate_table",
    "load",
    "spark",
]


def __getattr__(name: str) -> Any:
    from importlib import import_module

    if name == "spark":
        value: Any = import_module(".bulk.spark", __name__)
    elif name in _EXPORTS:
        value = getattr(import_module(f".{_EXPORTS[name]}", __name__), name)
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
