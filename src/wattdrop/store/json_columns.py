"""Columns of JSON texts, one a row, that are made as texts only where somebody wants them so."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import msgspec

if TYPE_CHECKING:
    import pyarrow as pa

_encoder: Final = msgspec.json.Encoder()
_NOTHING: Final = "{}"


class JsonLines(NamedTuple):
    """Texts as they were encoded, each with the end of a line behind it."""

    data: bytes

    @classmethod
    def of(cls, values: Sequence[Any]) -> JsonLines:
        """Each of these as JSON, which has no ends of lines of its own.

        >>> JsonLines.of([{"a": 1}, {}]).listed()
        ['{"a":1}', '{}']
        """
        return cls(_encoder.encode_lines(values))

    @classmethod
    def joined(cls, of: Sequence[JsonLines]) -> JsonLines:
        """One behind another."""
        return cls(b"".join(one.data for one in of))

    def listed(self) -> list[str]:
        """The text of each row."""
        return self.data.decode().split("\n")[:-1]

    def arrow(self) -> pa.Array:
        """The same for Arrow, without a string of Python for each."""
        import numpy as np
        import pyarrow as pa

        letters = np.frombuffer(self.data, dtype=np.uint8)
        ends = np.flatnonzero(letters == ord("\n"))
        offsets = np.zeros(len(ends) + 1, dtype=np.int32)
        offsets[1:] = ends - np.arange(len(ends))
        text = self.data.replace(b"\n", b"")
        return pa.StringArray.from_buffers(len(ends), pa.py_buffer(offsets), pa.py_buffer(text))


class JsonNumbers(NamedTuple):
    """Objects of the same numbers; an empty one where a row has NaN for them."""

    names: tuple[str, ...]
    values: Any
    """An array with a row for each name and a column for each row."""

    @classmethod
    def joined(cls, of: Sequence[JsonNumbers]) -> JsonNumbers:
        """One behind another."""
        import numpy as np

        return cls(of[0].names, np.concatenate([one.values for one in of], axis=1))

    def listed(self) -> list[str]:
        """The text of each row.

        >>> import numpy as np
        >>> JsonNumbers(("a", "b"), np.array([[1.0, np.nan], [2.5, np.nan]])).listed()
        ['{"a":1.0,"b":2.5}', '{}']
        """
        import numpy as np

        kind = msgspec.defstruct("Numbers", [(name, float) for name in self.names])
        there = np.flatnonzero(~np.isnan(self.values[0]))
        found = [_NOTHING] * self.values.shape[1]
        texts = JsonLines.of(list(map(kind, *self.values.take(there, axis=1).tolist()))).listed()
        for at, text in zip(there.tolist(), texts, strict=True):
            found[at] = text
        return found

    def arrow(self) -> pa.Array:
        """The same for Arrow: numbers, not texts."""
        import pyarrow as pa

        columns = [pa.array(column, from_pandas=True) for column in self.values]
        return pa.StructArray.from_arrays(columns, list(self.names))

    @classmethod
    def of_arrow(cls, column: pa.Array) -> JsonNumbers:
        """What ``arrow`` made."""
        import numpy as np

        numbers = [part.to_numpy(zero_copy_only=False) for part in column.flatten()]
        return cls(tuple(field.name for field in column.type), np.array(numbers, dtype=np.float64))
