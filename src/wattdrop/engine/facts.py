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
    _starting("denoise_", "decoder_flops", "prompt_flops"),
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

Fixed = tuple[tuple[str, float], ...]
_fixed: dict[int, tuple[Setup, int]] = {}
_numbers: dict[Fixed, int] = {}
_programs: dict[tuple[tuple[State, ...], int, tuple[str, ...]], Program] = {}


def _fixed_number(setup: Setup) -> int:
    """Stands for the fields of a setup that are exactly 0 or 1, in groups: equal sets have equal numbers."""
    kept = _fixed.get(id(setup))
    if kept is None or kept[0] is not setup:
        if len(_fixed) >= _MOST_SETUPS:
            _fixed.clear()
        kept = _fixed[id(setup)] = setup, _number_of(tuple(_facts_of(setup)))
    return kept[1]


def _number_of(fixed: Fixed) -> int:
    return _numbers.setdefault(fixed, len(_numbers))


def _facts_of(setup: Setup) -> Iterable[tuple[str, float]]:
    if any(value != value for value in setup):  # 0 times NaN is not 0
        return
    for group in _GROUPS:
        if all(setup[FIELD[name]] == 0.0 for name in group):
            yield from ((name, 0.0) for name in group)
    for name in _SWITCHES:
        if setup[FIELD[name]] in (0.0, 1.0):
            yield name, setup[FIELD[name]]


def _common(setups: Sequence[Setup]) -> int:
    """What is fixed in all setups."""
    if len(setups) == 1:
        return _fixed_number(setups[0])
    numbers = {_fixed_number(setup) for setup in setups}
    if len(numbers) == 1:
        return numbers.pop()
    kept = _commons.get(frozenset(numbers))
    if kept is None:
        sets = [fixed for fixed, number in _numbers.items() if number in numbers]
        in_all = set(sets[0]).intersection(*sets[1:])
        if len(_commons) >= _MOST_SETUPS:
            _commons.clear()
        kept = _commons[frozenset(numbers)] = _number_of(tuple(one for one in sets[0] if one in in_all))
    return kept


_commons: dict[frozenset[int], int] = {}


def program_of(
    setups: Sequence[Setup], given: QuantityColumns, columns: tuple[str, ...] = REPORTED
) -> Program:
    """The program that works out columns of a batch."""
    key = _states(given), _common(setups), columns
    found = _programs.get(key)
    if found is None:
        if len(_programs) >= _MOST_PROGRAMS:
            _programs.clear()
        fixed = next(fixed for fixed, number in _numbers.items() if number == key[1])
        graph = Graph(Facts(key[0], fixed))
        found = _programs[key] = Program(graph, [graph.quantities[name] for name in columns])
    return found


def program_of_one(
    setup: Setup, given: QuantityColumns, c: Constants, columns: tuple[str, ...]
) -> tuple[Program, tuple[float, ...]]:
    """The program of rows that share a setup, and the setup's statics."""
    key = id(setup), tuple(given.columns), columns
    found = _of_one.get(key)
    if found is not None and found[0] is setup and not given.incomplete:
        return found[1], found[2]
    program = program_of([setup], given, columns)
    statics = program.statics(setup, c)
    if not given.incomplete and _USUAL_AT.isdisjoint(given.columns):  # then which are given says all
        if len(_of_one) >= _MOST_SETUPS:
            _of_one.clear()
        _of_one[key] = setup, program, statics
    return program, statics


_of_one: dict[tuple[int, tuple[int, ...], tuple[str, ...]], tuple[Setup, Program, tuple[float, ...]]] = {}
_USUAL_AT: Final = frozenset(at for at, value in enumerate(USUAL) if value == value)


def _states(given: QuantityColumns) -> tuple[State, ...]:
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
    return bool((column == value).all())
