"""What is known of all rows of a batch, and the program that serves it.

Programs are kept for as long as the process lives: few sets of facts occur, because fields of the setup count in groups.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from ..kernel.columns import Setup
from ..resolve.quantities import USUAL, QuantityColumns
from .evaluate import REPORTED
from .graph import ABSENT, FIELD, GIVEN, MIXED, Facts, Graph, State
from .program import Program

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..kernel.constants import Constants


def _starting(*starts: str) -> tuple[str, ...]:
    return tuple(name for name in Setup._fields if name.startswith(starts))


#: Fields that drop whole parts of the kernel where all of a group are 0.
_GROUPS: Final[tuple[tuple[str, ...], ...]] = (
    _starting("pass_flops", "pass_weight", "pass_activation", "pass_overhead"),
    _starting("denoise_flops", "denoise_step_overhead", "decoder_flops", "prompt_flops"),
    _starting("decode_tokens_per_output_audio", "decode_tokens_per_output_image", "decode_tokens_per_input"),
    _starting("prefill_tokens_per"),
    _starting("training_"),
    _starting("fine_tuning_"),
    ("step_host_s",),
    ("alone_call_s",),
    ("token_wait_s",),
    ("output_audio_s_per_input_token",),
)
#: Fields that are often exactly 0 or 1.
_SWITCHES: Final = (
    "decodes",
    "is_moe",
    "decode_tokens_per_output_token",
    "decode_weights_share",
    "method_ratio",
)

_MOST_PROGRAMS: Final = 512
_MOST_SETUPS: Final = 4096


class Fixed:
    """Fields of a setup that are exactly 0 or 1, in groups. Equal sets are one object, which is quick to look up."""

    __slots__ = ("fields",)

    def __init__(self, fields: tuple[tuple[str, float], ...]) -> None:
        self.fields = fields


_fixed: dict[int, tuple[Setup, Fixed]] = {}
_known: dict[tuple[tuple[str, float], ...], Fixed] = {}
_programs: dict[tuple[tuple[State, ...], Fixed, tuple[str, ...]], Program] = {}


def fixed_of(setup: Setup) -> Fixed:
    """What is fixed in one setup."""
    kept = _fixed.get(id(setup))
    if kept is None or kept[0] is not setup:
        if len(_fixed) >= _MOST_SETUPS:
            _fixed.clear()
        kept = _fixed[id(setup)] = setup, _the(_facts_of(setup))
    return kept[1]


def _the(facts: Iterable[tuple[str, float]]) -> Fixed:
    """The one object of a set; of two threads that bring the same, one wins."""
    fields = tuple(sorted(facts))
    return _known.setdefault(fields, Fixed(fields))


def _facts_of(setup: Setup) -> Iterable[tuple[str, float]]:
    """The fields in question, in order, each with its value."""
    if any(value != value for value in setup):  # 0 times NaN is not 0
        return
    for group in _GROUPS:
        if all(setup[FIELD[name]] == 0.0 for name in group):
            yield from ((name, 0.0) for name in group)
    for name in _SWITCHES:
        if setup[FIELD[name]] in (0.0, 1.0):
            yield name, setup[FIELD[name]]


def common(sets: frozenset[Fixed]) -> Fixed:
    """What is fixed in all of them."""
    if len(sets) == 1:
        return next(iter(sets))
    kept = _commons.get(sets)
    if kept is None:
        first, *others = sets
        in_all = set(first.fields).intersection(*(other.fields for other in others))
        if len(_commons) >= _MOST_SETUPS:
            _commons.clear()
        kept = _commons[sets] = _the(in_all)
    return kept


_commons: dict[frozenset[Fixed], Fixed] = {}


def program_of(
    setups: Sequence[Setup], given: QuantityColumns, columns: tuple[str, ...] = REPORTED
) -> Program:
    """The program that works out columns of a batch."""
    return _program(states_of(given), common(frozenset(map(fixed_of, setups))), columns)


def _program(states: tuple[State, ...], fixed: Fixed, columns: tuple[str, ...]) -> Program:
    key = states, fixed, columns
    found = _programs.get(key)
    if found is None:
        if len(_programs) >= _MOST_PROGRAMS:
            _programs.clear()
        graph = Graph(Facts(states, fixed.fields))
        found = _programs[key] = Program(graph, [graph.quantities[name] for name in columns])
    return found


def for_one(
    setup: Setup, given_at: tuple[int, ...], c: Constants, columns: tuple[str, ...]
) -> tuple[Program, tuple[float, ...]]:
    """The program of a row that gives these quantities, and the statics of its setup.

    Rows of one setup come again and again, and are found at once: by what is given, whatever its value.
    """
    key = id(setup), given_at, id(columns)
    found = _of_one.get(key)
    if found is None or found[0] is not setup or found[1] is not c or found[2] is not columns:
        if len(_of_one) >= _MOST_SETUPS:
            _of_one.clear()
        states = list(_NOTHING)
        for at in given_at:
            states[at] = GIVEN
        program = _program(tuple(states), fixed_of(setup), columns)
        found = _of_one[key] = setup, c, columns, (program, program.statics(setup, c))
    return found[3]


_of_one: dict[
    tuple[int, tuple[int, ...], int],
    tuple[Setup, Constants, tuple[str, ...], tuple[Program, tuple[float, ...]]],
] = {}


def states_of(given: QuantityColumns) -> tuple[State, ...]:
    """What a batch is known to have in each quantity."""
    states = list(_NOTHING)
    for at, column in given.columns.items():
        if at in given.incomplete:
            states[at] = MIXED
        elif states[at] == ABSENT or not _is_everywhere(states[at], column):
            states[at] = GIVEN
    return tuple(states)


#: The states of quantities of which no row gives any.
_NOTHING: Final[tuple[State, ...]] = tuple(ABSENT if value != value else value for value in USUAL)


def _is_everywhere(value: State, column: Any) -> bool:
    if isinstance(column, list):
        return column.count(value) == len(column)
    return len(column) > 0 and bool(column[0] == value and (column == value).all())
