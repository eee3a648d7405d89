"""A column of texts that come again and again: each of them once, and for every row the number of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple


class Texts(NamedTuple):
    """Texts of rows. No two of ``values`` are the same."""

    codes: Any
    """For each row the number of its text, as an array."""
    values: Sequence[str]

    def __len__(self) -> int:
        return len(self.codes)

    @classmethod
    def of(cls, texts: Iterable[str]) -> Texts:
        """Of the text of each row.

        >>> Texts.of(["a", "b", "a"]).values
        ['a', 'b']
        """
        import numpy as np

        numbers: dict[str, int] = {}
        number_of = numbers.setdefault
        codes = [number_of(text, len(numbers)) for text in texts]
        return cls(np.array(codes, dtype=np.int64), list(numbers))

    @classmethod
    def same(cls, text: str, rows: int) -> Texts:
        """One text in every row."""
        import numpy as np

        return cls(np.zeros(rows, dtype=np.int64), [text])

    @classmethod
    def joined(cls, of: Sequence[Texts]) -> Texts:
        """One behind another."""
        import numpy as np

        numbers: dict[str, int] = {}
        codes = []
        for texts in of:
            number_of = [numbers.setdefault(text, len(numbers)) for text in texts.values]
            codes.append(np.array(number_of, dtype=np.int64).take(texts.codes))
        return cls(np.concatenate(codes), list(numbers))

    def of_rows(self, numbers: Any) -> Texts:
        """Those of some rows, which may be there more than once."""
        return Texts(self.codes.take(numbers), self.values)

    def written(self, rule: Callable[[str], str]) -> Texts:
        """Each as a rule writes it."""
        again = Texts.of(map(rule, self.values))
        return Texts(again.codes.take(self.codes), again.values)

    def listed(self) -> list[str]:
        """The text of each row.

        >>> Texts.of(["a", "b", "a"]).listed()
        ['a', 'b', 'a']
        """
        return list(map(self.values.__getitem__, self.codes.tolist()))
