"""pyarrow asks of many a value whether it is one of pandas', and imports pandas for that where it is installed: a second of
CPU and 60 MB in every process. Asked while pandas cannot be found, it remembers that there is none.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from types import ModuleType
from typing import Any


class _NotFound(MetaPathFinder):
    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> Any:
        """Deny that there is a pandas."""
        if name == "pandas":
            raise ModuleNotFoundError("pandas is not needed here", name=name)
        return None


def without_pandas() -> None:
    """Have pyarrow ask now. Code that converts to pandas itself still can: then pyarrow asks again."""
    if "pandas" in sys.modules:
        return
    import pyarrow

    finder = _NotFound()
    sys.meta_path.insert(0, finder)
    try:
        pyarrow.array([""])  # twice, once where it is Python and once where it is C++
    finally:
        sys.meta_path.remove(finder)
