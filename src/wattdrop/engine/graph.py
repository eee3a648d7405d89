"""The kernel's text as a graph of operations, simplified for what a batch is known to give and to leave out.

The kernel is written once, as stages of assignments (``kernel.estimate``). This module reads that text and never adds to
it: every node of the graph is an operation that the text spells, on the operands that it names. What may be left out is
what cannot change a bit of the result:

- equal expressions are one node;
- a quantity that no row gives is NaN, so ``pick`` takes the default, and a product with it is NaN too;
- a division by a power of two, which is a product;
- a factor or divisor of exactly 1, a summand of exactly 0 beside what is never -0, and a product with exactly 0 of
  something that is a number and not negative;
- the branch of a ``where`` whose condition is known.

``engine.program`` makes functions of such a graph, one for floats and one for blocks of rows.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, Final, NamedTuple

from ..kernel.columns import Setup
from ..kernel.constants import Constants
from ..resolve import quantities as quantities_module
from ..resolve.quantities import Quantities
from .formulas import assignments, functions_of

#: How the text of a stage and of ``evidence`` names its inputs.
SETUP: Final = "s"
EVIDENCE: Final = "e"
CONSTANT: Final = "c"
QUANTITY: Final = "q"

_ARITHMETIC: Final[Mapping[type[ast.operator], str]] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
}
_COMPARISONS: Final[Mapping[type[ast.cmpop], str]] = {
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "==",
}
_FOLDED: Final[Mapping[str, Callable[..., Any]]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "==": lambda a, b: a == b,
    "mn": lambda a, b: a if a < b else b,
    "mx": lambda a, b: a if a > b else b,
    "sqrt": math.sqrt,
    "ceil": lambda a: float(math.ceil(a)),
}

#: What a batch may be known to have in a quantity. Any other value: the quantity is that number in every row.
ABSENT: Final = "absent"
GIVEN: Final = "given"
MIXED: Final = "mixed"
State = str | float


class Node(NamedTuple):
    """One operation, or one input."""

    op: str  # "const", "s", "c", "q", or an operation
    args: tuple[int, ...]  # nodes
    value: Any  # of a constant; the name of an input
    moves: int  # bits of the inputs that it depends on, see ``MOVES``
    dynamic: bool  # whether it depends on a quantity
    number: bool  # never NaN
    positive: bool  # never below zero
    zero: bool  # always 0, or -0


class Facts(NamedTuple):
    """What is known of every row of a batch: it decides which graph serves."""

    states: tuple[State, ...]  # of each quantity, in their order
    fixed: tuple[tuple[str, float], ...]  # fields of the setup that are 0 or 1 in all setups, in their order


class Graph:
    """The kernel's operations under given facts. Nodes are numbered so that arguments come first."""

    def __init__(self, facts: Facts) -> None:
        self.nodes: list[Node] = []
        self._number_of: dict[tuple[str, tuple[int, ...], Any], int] = {}
        self._fixed = dict(facts.fixed)
        self._nan = self._leaf("const", math.nan, value_key="nan")
        self._states = dict(zip(Quantities._fields, facts.states, strict=True))
        self.quantities = self._read()

    # --- nodes ---

    def _add(self, op: str, args: tuple[int, ...], value: Any = None, **kept: Any) -> int:
        key = (op, args, kept.pop("value_key", value))
        found = self._number_of.get(key)
        if found is None:
            found = self._number_of[key] = len(self.nodes)
            self.nodes.append(Node(op, args, value, **kept))
        return found

    def _leaf(self, op: str, value: Any, value_key: Any = None) -> int:
        if op == "const" and value == value and value_key is None:
            value = float(value) if not isinstance(value, bool) else value
            value_key = (value, math.copysign(1.0, value), isinstance(value, bool))
        dynamic, number, positive, moves = op == "q", True, True, 0
        if op == "const":
            number, positive = value == value, value >= 0.0
        elif op == "s":
            moves = MOVES[value]
        elif op == "q":
            number, moves = self._states[value] == GIVEN, MOVES[value]
        return self._add(
            op,
            (),
            value,
            value_key=value if value_key is None else value_key,
            moves=moves,
            dynamic=dynamic,
            number=number,
            positive=positive,
            zero=op == "const" and value == 0.0,
        )

    def _constant(self, node: int) -> Any:
        """The value of a constant, else None."""
        return self.nodes[node].value if self.nodes[node].op == "const" else None

    def _is(self, node: int, value: float) -> bool:
        found = self.nodes[node]
        return found.op == "const" and found.value == value and not isinstance(found.value, bool)

    def number(self, value: float) -> int:
        """The node of a number."""
        return self._leaf("const", value)

    def make(self, op: str, args: tuple[int, ...]) -> int:
        """The node of an operation, or one that always has the same bits."""
        nodes = [self.nodes[arg] for arg in args]
        if op in _FOLDED and all(node.op == "const" for node in nodes) and not self._faults(op, nodes):
            return self._of_value(_FOLDED[op](*(node.value for node in nodes)))
        simpler = _SIMPLER.get(op)
        found = simpler(self, *args) if simpler is not None else None
        if found is not None:
            return found
        moves = 0
        for node in nodes:
            moves |= node.moves
        return self._add(
            op,
            args,
            moves=moves,
            dynamic=any(node.dynamic for node in nodes),
            number=all(node.number for node in nodes) if op != "pick" else nodes[1].number,
            positive=_is_positive(op, nodes),
            zero=_is_zero(op, nodes),
        )

    def _faults(self, op: str, nodes: Sequence[Node]) -> bool:
        return op == "/" and nodes[1].value == 0.0

    def _of_value(self, value: Any) -> int:
        return self._nan if value != value else self._leaf("const", value)

    # --- what needs no operation ---

    def _plus(self, a: int, b: int) -> int | None:
        if self._nan in (a, b):
            return self._nan
        for zero, other in ((a, b), (b, a)):
            if self.nodes[zero].zero and self._is_never_minus_zero(other):
                return other
        return None

    def _is_never_minus_zero(self, n: int) -> bool:
        """Of a sum that holds where it holds of one of its summands."""
        node = self.nodes[n]
        return node.positive or (node.op == "+" and any(map(self._is_never_minus_zero, node.args)))

    def _minus(self, a: int, b: int) -> int | None:
        if self._nan in (a, b):
            return self._nan
        return a if self._is(b, 0.0) else None

    def _times(self, a: int, b: int) -> int | None:
        if self._nan in (a, b):
            return self._nan
        for one, other in ((a, b), (b, a)):
            if self._is(one, 1.0):
                return other
            if self._is(one, 0.0) and self.nodes[other].number and self.nodes[other].positive:
                return one
        return None

    def _over(self, a: int, b: int) -> int | None:
        if self._nan in (a, b):
            return self._nan
        if self._is(b, 1.0):
            return a
        divisor = self._constant(b)
        if isinstance(divisor, float) and math.frexp(divisor)[0] == 0.5:
            return self.make("*", (a, self.number(1.0 / divisor)))
        known = self._is(a, 0.0) and self.nodes[b].number and self.nodes[b].positive
        return a if known and self._constant(b) is None else None

    def _compared(self, a: int, b: int) -> int | None:
        return self._leaf("const", False) if self._nan in (a, b) else None

    def _smaller(self, a: int, b: int) -> int | None:
        if a == b:
            return a
        for one, other in ((a, b), (b, a)):
            if self._is(one, 0.0) and self.nodes[other].number and self.nodes[other].positive:
                return one
        return None

    def _larger(self, a: int, b: int) -> int | None:
        if a == b:
            return a
        for one, other in ((a, b), (b, a)):
            if self._is(one, 0.0) and self.nodes[other].number and self.nodes[other].positive:
                return other
        return None

    def _picked(self, given: int, default: int) -> int | None:
        if given == self._nan:
            return default
        return given if self.nodes[given].number else None

    def _is_given(self, given: int) -> int | None:
        if given == self._nan:
            return self._leaf("const", 0.0)
        return self._leaf("const", 1.0) if self.nodes[given].number else None

    def _chosen(self, condition: int, a: int, b: int) -> int | None:
        known = self._constant(condition)
        if known is not None:
            return a if known else b
        return a if a == b else None

    # --- reading the text ---

    def _read(self) -> dict[str, int]:
        """The node of every quantity of the kernel, by its name."""
        evidence: dict[str, int] = {}
        found: dict[str, int] = {}
        for name, expression, scope in _evidence_text():
            (evidence if scope == EVIDENCE else found)[name] = self._expression(expression, found, evidence)
        steps: dict[str, int] = {}
        for _, name, expression in assignments():
            steps[name] = self._expression(expression, steps, evidence)
        return steps

    def _expression(self, text: ast.expr, steps: Mapping[str, int], evidence: Mapping[str, int]) -> int:
        read = self._expression
        match text:
            case ast.Constant(value=value):
                return self._leaf("const", value)
            case ast.Name(id=name):
                if name in steps:
                    return steps[name]
                if name == "frame_aspect":
                    return self._input(SETUP, name)
                return self._of_value(getattr(quantities_module, name))  # a unit, or NAN
            case ast.Attribute(value=ast.Name(id=scope), attr=name):
                return evidence[name] if scope == EVIDENCE else self._input(scope, name)
            case ast.BinOp(left=left, op=op, right=right):
                args = read(left, steps, evidence), read(right, steps, evidence)
                return self.make(_ARITHMETIC[type(op)], args)
            case ast.Compare(left=left, ops=[op], comparators=[right]):
                args = read(left, steps, evidence), read(right, steps, evidence)
                return self.make(_COMPARISONS[type(op)], args)
            case ast.Call(func=ast.Attribute(value=ast.Name(id="op"), attr=name), args=parts):
                return self.make(name, tuple(read(part, steps, evidence) for part in parts))
        raise TypeError(f"a stage of the kernel holds {ast.unparse(text)!r}, which no program can be made of")

    def _input(self, scope: str, name: str) -> int:
        if scope == SETUP and name in self._fixed:
            return self._leaf("const", self._fixed[name])
        if scope == QUANTITY:
            state = self._states[name]
            if state == ABSENT:
                return self._nan
            if not isinstance(state, str):
                return self._leaf("const", state)
        return self._leaf(scope, name)


def _is_positive(op: str, nodes: Sequence[Node]) -> bool:
    """Whether an operation is never below zero, though it may be NaN."""
    if op == "mx":  # one that is a number and not below zero is enough
        return any(node.positive and node.number for node in nodes) or all(node.positive for node in nodes)
    return op != "-" and all(node.positive for node in nodes)


def _is_zero(op: str, nodes: Sequence[Node]) -> bool:
    """Whether an operation is always 0 or -0: what work costs that a model does not do, times anything."""
    if not all(node.number for node in nodes):
        return False
    match op:
        case "*":
            return any(node.zero for node in nodes)
        case "/":
            return nodes[0].zero
        case "+" | "-" | "mn" | "mx":
            return all(node.zero for node in nodes)
    return False


_SIMPLER: Final[Mapping[str, Callable[..., int | None]]] = {
    "+": Graph._plus,
    "-": Graph._minus,
    "*": Graph._times,
    "/": Graph._over,
    **dict.fromkeys(("<", "<=", ">", ">=", "=="), Graph._compared),
    "mn": Graph._smaller,
    "mx": Graph._larger,
    "pick": Graph._picked,
    "is_given": Graph._is_given,
    "where": Graph._chosen,
}

#: Position of each field of the setup and of the constants.
FIELD: Final[Mapping[str, int]] = {name: at for at, name in enumerate(Setup._fields)}
CONSTANT_AT: Final[Mapping[str, int]] = {name: at for at, name in enumerate(Constants._fields)}
#: A bit for each field of the setup, in their order, and for each quantity.
MOVES: Final[Mapping[str, int]] = {
    name: 1 << at for at, name in enumerate((*Setup._fields, *Quantities._fields))
}


@cache
def _evidence_text() -> tuple[tuple[str, ast.expr, str], ...]:
    """What makes the evidence of a row's quantities: its assignments, then each field of what it returns."""
    found = []
    for statement in functions_of(quantities_module.__name__)["evidence"].body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                found.append((name, value, QUANTITY))
            case ast.Return(value=ast.Call(keywords=fields)):
                found.extend((str(field.arg), field.value, EVIDENCE) for field in fields)
    return tuple(found)
