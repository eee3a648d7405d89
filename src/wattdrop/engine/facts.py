"""What is known of all rows of a batch, and the program that serves it.

Programs are kept for as long as the process lives: few sets of facts occur, because fields of the setup count in groups.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from ..kernel.columns import Setup
from ..resolve.quantities import Quantities
from .evaluate import REPORTED
from .graph import ABSENT, FIELD, GIVEN, MIXED, Facts, Graph, State
from .program import Program

if TYPE_CHECKING:
    from collections.abc import Iterable


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
_SWITCHES: Final = ("decodes", "is_moe", "decode_tokens_per_output_token", "decode_weights_share", "method_ratio")

#: Quantities that are always there, with the value that they usually have.
_USUAL: Final = {
    "measured_at_it": 0.0,
    "measured_at_gpu": 0.0,
    "quantity": 1.0,
    "grid_hourly_ratio": 1.0,
    "ewif_hourly_ratio": 1.0,
}
_MOST_PROGRAMS: Final = 512

Fixed = tuple[tuple[str, float], ...]
_fixed: dict[int, tuple[Setup, Fixed]] = {}
_programs: dict[Facts, Program] = {}
_of_rows: dict[tuple[int, tuple[State, ...]], tuple[Setup, Program]] = {}


def fixed_of(setup: Setup) -> Fixed:
    """Fields that are exactly 0 or 1, in groups."""
    kept = _fixed.get(id(setup))
    if kept is None or kept[0] is not setup:
        if len(_fixed) >= 4096:
            _fixed.clear()
        kept = _fixed[id(setup)] = setup, tuple(_facts_of(setup))
    return kept[1]


def _facts_of(setup: Setup) -> Iterable[tuple[str, float]]:
    if any(value != value for value in setup):  # 0 times NaN is not 0
        return
    for group in _GROUPS:
        if all(setup[FIELD[name]] == 0.0 for name in group):
            yield from ((name, 0.0) for name in group)
    for name in _SWITCHES:
        if setup[FIELD[name]] in (0.0, 1.0):
            yield name, setup[FIELD[name]]


def common(setups: Sequence[Setup]) -> Fixed:
    """What is fixed in all setups."""
    sets = {fixed_of(setup) for setup in setups}
    first, *others = sets
    if not others:
        return first
    kept = set(first).intersection(*others)
    return tuple(one for one in first if one in kept)


def program(facts: Facts, columns: tuple[str, ...] = REPORTED) -> Program:
    """The program of facts and columns."""
    if columns is not REPORTED:
        raise NotImplementedError
    found = _programs.get(facts)
    if found is None:
        if len(_programs) >= _MOST_PROGRAMS:
            _programs.clear()
        graph = Graph(facts)
        found = _programs[facts] = Program(graph, [graph.quantities[name] for name in columns])
    return found


def program_of_row(setup: Setup, q: Quantities) -> Program:
    """The program of one row of floats."""
    return program(Facts(states_of_row(q), fixed_of(setup)))


def states_of_row(q: Quantities) -> tuple[State, ...]:
    """Which quantities one row gives."""
    states: list[State] = [GIVEN if value == value else ABSENT for value in q]
    for at, usual in _usual_at():
        if q[at] == usual:
            states[at] = usual
    return tuple(states)


@cache
def _usual_at() -> tuple[tuple[int, float], ...]:
    return tuple((Quantities._fields.index(name), value) for name, value in _USUAL.items())


def program_of_block(setups: Sequence[Setup], quantities: Any) -> Program:
    """The program of rows in arrays: quantities float64 of shape (fields, n)."""
    import numpy

    rows = quantities.shape[1]
    missing = numpy.isnan(quantities).sum(axis=1).tolist()
    states: list[State] = [ABSENT if m == rows else MIXED if m else GIVEN for m in missing]
    for at, usual in _usual_at():
        if not missing[at] and (quantities[at] == usual).all():
            states[at] = usual
    return program(Facts(tuple(states), common(setups)))
