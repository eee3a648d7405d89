"""The version of the package, as ``pyproject.toml`` has it: asking the installed package for it takes 40 ms of imports."""

from __future__ import annotations

from .typed import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Final

__version__: Final = "0.1.0"
