"""What is needed at run time of ``typing``, without importing it: that takes a cold start as long as Python itself.

The rest of ``typing`` and of ``collections.abc`` is imported under ``TYPE_CHECKING``: type checkers take that for true.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NamedTuple as NamedTuple
    from typing import cast as cast
    from typing import overload as overload
else:
    from .tuples import NamedTuple as NamedTuple

    def cast(kind: object, value: object) -> object:
        """The value as it is."""
        return value

    def overload(function: object) -> object:
        """One of several signatures, for type checkers."""
        return function
