"""What the catalog hands out: figures with their provenance, sources, quantities, problems.

Named tuples, because importing dataclasses costs a cold start more than reading the catalog does.
"""

from __future__ import annotations

from ..typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from typing import Final

BASES: Final = ("given", "measured", "published", "derived", "assumed")
SOURCE_KINDS: Final = (
    "measurement",
    "datasheet",
    "operator-report",
    "dataset",
    "paper",
    "estimate",
    "assumption",
    "fit",
)


#: A constant carries its value in the entry itself, so it is read as a figure of this name.
CONSTANT_QUANTITY: Final = "value"


class Figure(NamedTuple):
    """The value of a quantity for an entity, and where it came from. low and high are nan where nobody gave
    them.
    """

    value: float
    low: float
    high: float
    valid_from: int | None  # year
    source_ids: tuple[str, ...]  # the first is the origin of the number, the rest support it
    basis: str  # one of BASES
    note: str


class Source(NamedTuple):
    """Who said it. An assumption is a source too, with its reasoning and an owner."""

    id: str
    producer: str
    title: str
    url: str
    published: str
    accessed: str
    licence: str
    kind: str  # one of SOURCE_KINDS
    note: str
    reasoning: str
    owner: str


class Quantity(NamedTuple):
    """One entry of the data dictionary. The quantity fixes the unit; values never carry one."""

    id: str
    unit: str
    meaning: str
    low: float  # plausible range of a value, in the unit
    high: float
    raises_impact: int  # 1: a larger value means a larger impact, -1: a smaller one, 0: neither
    source_ids: tuple[str, ...]  # default provenance of the figures of this quantity, often empty
    basis: str


class Intensity(NamedTuple):
    """A yearly figure of a grid zone and the rung of the ladder that found it."""

    value: float
    year: int
    source_id: str
    basis: str
    rung: str  # exact-year | earlier-year | oldest-known | proxy-zone | parent-zone


class Problem(NamedTuple):
    """One thing wrong in the data: where, what, and what to do about it."""

    file: str
    entity: str
    field: str
    what: str
    fix: str

    def __str__(self) -> str:
        place = ": ".join(part for part in (self.file, self.entity, self.field) if part)
        return f"{place}: {self.what}; {self.fix}"
