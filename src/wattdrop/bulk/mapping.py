"""Which column of a file fills which field of a row: names as they are, ``--map``, or a preset for a known export."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal, NamedTuple

from ..errors import RowError
from ..schema import FIELD_ALIASES, FIELDS
from ..schema.refusal import known_field_like
from ..schema.requests import NESTED_FIELDS
from .refused import JobRefused

#: How a value is read: as it is; as seconds or milliseconds since 1970; seconds where we count milliseconds; a sum of
#: columns; the last part of an id with slashes; the region in an address; a total over the requests that the record
#: counts; the time between two columns; a count, and what is part of it unless it is more; a metered quantity with its unit
#: and the name of its meter.
Reading = Literal[
    "plain",
    "epoch_s",
    "epoch_ms",
    "seconds",
    "sum",
    "last_segment",
    "location",
    "per_request",
    "between_s",
    "with_part",
    "metered_tokens",
    "metered_requests",
]

#: Columns inside others, as the objects of a row have them, and the fields that they are.
NESTED_COLUMNS: Final = {
    f"{outer}.{inner}": field for outer, inners in NESTED_FIELDS.items() for inner, field in inners.items()
}

#: Fields that say which model ran; and those that are enough where no field does.
MODEL_FIELDS: Final = frozenset(
    {"model_used_id", "model_id", "model_hugging_face_path", "model_family", "model_name"}
)
WHAT_RAN: Final = MODEL_FIELDS | {"task", "managed_service_id", "base_url", "node_id", "cloud_instance_id"}

#: Code of rows that stand for no inference: they have no numbers and are no failure.
NO_INFERENCE: Final = "no_inference"

#: Readings that need all of their columns.
_NEEDS_ALL: Final = ("between_s", "metered_tokens", "metered_requests")


class Take(NamedTuple):
    """A field of a row and where it comes from: of several columns the first with a value, or for a sum all."""

    field: str
    columns: tuple[str, ...]
    read: Reading = "plain"
    values: tuple[tuple[str, str], ...] = ()  # other words for values
    words: tuple[str, ...] = ()  # parts of the name of a meter that this field is metered by
    size: float = 1.0  # tokens of a request, where none are counted


#: Instead of values of a ``Skip``: any value; any, or none, but a unit of tokens. Among them: none.
ANY: Final = ("*",)
NO_TOKENS: Final = ("!tokens",)
EMPTY: Final = ""


class Skip(NamedTuple):
    """A record of no inference: the column holds one of these values, or as ``ANY`` and ``NO_TOKENS`` say."""

    column: str
    values: tuple[str, ...]
    why: str


class Mapping(NamedTuple):
    """From the columns of a file to the fields of a row."""

    takes: tuple[Take, ...] = ()
    constants: tuple[tuple[str, str], ...] = ()
    skips: tuple[Skip, ...] = ()
    hidden: frozenset[str] = frozenset()
    """Columns that are called like a field and mean something else."""
    private: frozenset[str] = frozenset()
    """Columns that hold prompts or replies: never carried along, nor what is inside them."""
    required: tuple[str, ...] = ()
    """Fields that the export cannot fill by itself."""

    def is_private(self, column: str) -> bool:
        """Whether a column, or one that it is inside of, holds prompts or replies."""
        return any(column == name or column.startswith(name + ".") for name in self.private)

    def inside_of(self, column: str) -> tuple[str, ...]:
        """Columns inside a column of JSON text that the mapping looks at."""
        names = [name for take in self.takes for name in take.columns]
        return tuple(dict.fromkeys(name for name in names if name.startswith(column + ".")))

    def of(self, columns: Sequence[str]) -> Mapping:
        """The mapping for a file with these columns: names of fields fill them unless something else does."""
        there = set(columns)
        takes = {
            take.field: take._replace(columns=found) for take in self.takes if (found := _found(take, there))
        }
        taken = {column for take in takes.values() for column in take.columns}
        absent = [field for field in self.required if field not in takes]
        if absent:
            raise JobRefused(
                f"this export has no column for {absent[0]}: say which one is, with --map {absent[0]}=COLUMN"
            )
        given = {take.field for take in self.takes} | {field for field, _ in self.constants if field in takes}
        for column in columns:
            field = NESTED_COLUMNS.get(column, FIELD_ALIASES.get(column, column))
            if field in FIELDS and field not in given and column not in self.hidden | taken:
                if field in takes:
                    other = takes[field].columns[0]
                    raise JobRefused(
                        f"columns {other!r} and {column!r} both mean {field}; leave one out, or --map it"
                    )
                takes[field] = Take(field, (column,))
        constants = tuple((field, value) for field, value in self.constants if field not in takes)
        return self._replace(takes=tuple(takes.values()), constants=constants)

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that is looked at."""
        names = [column for take in self.takes for column in take.columns]
        return tuple(dict.fromkeys([*names, *(skip.column for skip in self.skips)]))


def _found(take: Take, there: set[str]) -> tuple[str, ...]:
    found = tuple(column for column in take.columns if column in there)
    return found if take.read not in _NEEDS_ALL or len(found) == len(take.columns) else ()


def with_mapped(base: Mapping, mapped: Sequence[tuple[str, str]]) -> Mapping:
    """The mapping with what the user says beside it, which wins."""
    said = {}
    for given, column in mapped:
        field = FIELD_ALIASES.get(given, given)
        if field not in FIELDS:
            raise JobRefused(f"--map {given}={column}: {known_field_like(given).message}", field="map")
        if field in said:
            raise JobRefused(f"--map gives {field} twice", field="map")
        said[field] = Take(field, (column,))
    takes = [take for take in base.takes if take.field not in said]
    constants = tuple((field, value) for field, value in base.constants if field not in said)
    return base._replace(takes=(*takes, *said.values()), constants=constants)


def parsed_map(texts: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Pairs of field and column.

    >>> parsed_map(["model_id=model_name,input_tokens=usage.prompt_tokens"])
    (('model_id', 'model_name'), ('input_tokens', 'usage.prompt_tokens'))
    """
    pairs = []
    for part in (part.strip() for text in texts for part in text.split(",")):
        field, separator, column = part.partition("=")
        if not (field.strip() and separator and column.strip()):
            raise JobRefused(f"--map {part}: expected FIELD=COLUMN, such as model_id=model_name", field="map")
        pairs.append((field.strip(), column.strip()))
    return tuple(pairs)


#: A column that differs from a field by a slip of the fingers would silently give other numbers.
A_SLIP: Final = 0.88


def slip_of(column: str) -> RowError | None:
    """What to say of a column that is no field and nearly one; None for any other name.

    >>> slip_of("output_token").message
    'output_token: no such field; did you mean output_tokens?'
    >>> slip_of("team") is slip_of("total_tokens") is None
    True
    """
    from difflib import SequenceMatcher

    for field in FIELDS:
        if SequenceMatcher(None, column.lower(), field).ratio() >= A_SLIP:
            return known_field_like(column)
    return None
