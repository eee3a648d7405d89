"""Functions made of the kernel's graph: what follows from names once per setup, the rest once per row.

A program serves batches of the same facts (see ``graph``) and gives the columns that were asked for. It has three parts,
all spelled from the graph, none by hand:

- ``statics(s, c)``: every operation on names and constants alone, on floats, once per setup;
- ``row(k, q, f)``: the operations on quantities, of one row of floats;
- ``block(k, q, f, o, r)``: the same on numpy arrays of some thousand rows, into output columns ``o``, with registers ``r``.
  ``k(number, register)`` gives a static when it is needed: gathered just before, it is still in the processor's cache.

What is known already, from another program of the same graph, comes in ``f``.

Only ``+ - * /``, comparisons, minimum, maximum, square root and rounding up occur, each in the order of the text: the
bits are those of ``kernel.estimate.estimate``, which tests hold against both parts.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from ..resolve.quantities import Quantities
from .graph import CONSTANT_AT, FIELD, Graph, Node

_QUANTITY_AT: Final[Mapping[str, int]] = {name: at for at, name in enumerate(Quantities._fields)}
_INFIX: Final = frozenset("+-*/") | {"<", "<=", ">", ">=", "=="}
#: Operations whose first operands are written twice for floats, and must be names.
_ATOMS: Final[Mapping[str, int]] = {"mn": 2, "mx": 2, "pick": 1, "is_given": 1}
#: numpy's names of the operations that write into a given array.
_UFUNCS: Final[Mapping[str, str]] = {
    "+": "add",
    "-": "subtract",
    "*": "multiply",
    "/": "divide",
    "mn": "minimum",
    "mx": "maximum",
    "sqrt": "sqrt",
    "ceil": "ceil",
}

Float = Callable[..., tuple[float, ...]]


class Output(NamedTuple):
    """Where a column comes from: computed per row, a static, a quantity as given, or the same number everywhere."""

    kind: str  # "row", "static", "quantity", "number" or "known"
    at: int
    value: float


class Program:
    """Functions for one set of facts and columns."""

    __slots__ = ("_block", "_copied", "_first", "_spelled", "operations", "outputs", "row", "worked_out")

    def __init__(
        self,
        graph: Graph,
        columns: Sequence[int],
        known: Mapping[int, int] | None = None,
        statics: Iterable[int] = (),
    ) -> None:
        """``columns``: nodes; ``known``: nodes that are worked out already, and where ``f`` has them.

        ``statics``: nodes that are to be among the statics, whether or not the columns need them.
        """
        spelled = _Spelled(graph, columns, known or {}, statics)
        self.outputs = tuple(spelled.outputs)
        self._first: dict[int, int] = {}  # of each computed result, the column that it is written to
        for number, output in enumerate(self.outputs):
            if output.kind == "row":
                self._first.setdefault(output.at, number)
        self._copied = sorted({*range(len(self.outputs))}.difference(self._first.values()))
        self.worked_out = spelled.statics()
        self.operations = len(spelled.dynamic)
        self.row: Float = spelled.row()
        self._block: tuple[Callable[..., None], int] | None = None
        self._spelled = spelled

    def statics(self, setup: Any, constants: Any) -> tuple[float, ...]:
        """What follows from a setup and the constants, worked out once for each."""
        found: tuple[float, ...] = self._kept_of(setup, constants, tuple)
        return found

    def statics_of(self, setups: Sequence[Any], constants: Any) -> Any:
        """The same of several setups: float64 of shape (statics, setups)."""
        import numpy

        if not self.static_nodes:
            return numpy.empty((0, len(setups)))
        of_setups = [self._kept_of(setup, constants, _array) for setup in setups]
        return numpy.concatenate(of_setups).reshape(len(setups), -1).T

    def _kept_of(self, setup: Any, constants: Any, kind: Callable[[Any], Any]) -> Any:
        key = id(self), id(setup), id(constants), kind
        kept = _kept.get(key)
        if kept is None or kept[0] is not self or kept[1] is not setup or kept[2] is not constants:
            if len(_kept) >= _MOST_KEPT:
                _kept.clear()
            kept = _kept[key] = self, setup, constants, kind(self.worked_out(setup, constants))
        return kept[3]

    @property
    def static_nodes(self) -> Sequence[int]:
        """The nodes of the statics, in their order."""
        return self._spelled.static_nodes

    def registers(self) -> int:
        """How many arrays of the rows' shape ``fill`` needs to work in."""
        return self._made()[1]

    def _made(self) -> tuple[Callable[..., None], int]:
        """The function for arrays, made on first use, and the number of registers that it needs."""
        if self._block is None:
            self._block = self._spelled.block()
        return self._block

    def fill(self, k: Any, q: Any, f: Any, views: Sequence[Any], registers: Any) -> None:
        """Work out the columns of some thousand rows, into float64 arrays of the rows' shape, one a column.

        Where the caller has a column already, because it is the same number everywhere, there is None in its place.
        """
        block, _ = self._made()
        ready: dict[int, Any] = {}  # statics that are columns too: gathered once
        for number in self._copied:
            kind, at, _ = self.outputs[number]
            if kind == "static" and at not in ready:
                ready[at] = k(at, views[number])

        def static(at: int, into: Any) -> Any:
            return ready[at] if at in ready else k(at, into)

        static_of = static if ready else k
        block(static_of, q, f, [views[number] for number in self._first.values()], registers)
        for number in self._copied:
            kind, at, value = self.outputs[number]
            column = views[number]
            if column is None:
                continue
            if kind == "static":
                source = ready[at]
            elif kind == "number":
                source = value
            elif kind == "quantity":
                source = q[at]
            elif kind == "known":
                source = f[at]
            else:
                source = views[self._first[at]]
            if source is not column:
                column[...] = source


def _array(values: Sequence[float]) -> Any:
    import numpy

    return numpy.array(values, dtype=numpy.float64)


#: Statics of all programs, two kilobytes each; beyond so many the memory starts anew.
_MOST_KEPT: Final = 8192
_kept: dict[tuple[int, int, int, Any], tuple[Program, Any, Any, Any]] = {}


class _Spelled:
    """The text of a program's functions."""

    def __init__(
        self, graph: Graph, columns: Sequence[int], known: Mapping[int, int], statics: Iterable[int]
    ) -> None:
        self.nodes = graph.nodes
        self.columns = columns
        self.known = known
        inside = (n for n in reached(graph.nodes, columns, known) if n not in known)
        self.dynamic = [n for n in inside if graph.nodes[n].dynamic and graph.nodes[n].op != "q"]
        self.outputs: list[Output] = []
        rows: list[int] = []
        needed = {
            arg
            for n in self.dynamic
            for arg in graph.nodes[n].args
            if not graph.nodes[arg].dynamic and graph.nodes[arg].op != "const"
        }
        needed |= {n for n in columns if not graph.nodes[n].dynamic and graph.nodes[n].op != "const"}
        needed = needed.difference(known).union(statics)
        self.static_nodes = sorted(needed)
        self.static_at = {n: at for at, n in enumerate(self.static_nodes)}
        for n in columns:
            node = graph.nodes[n]
            if n in known:
                self.outputs.append(Output("known", known[n], math.nan))
            elif node.op == "const":
                self.outputs.append(Output("number", 0, node.value))
            elif node.op == "q":
                self.outputs.append(Output("quantity", _QUANTITY_AT[node.value], math.nan))
            elif not node.dynamic:
                self.outputs.append(Output("static", self.static_at[n], math.nan))
            else:
                if n not in rows:
                    rows.append(n)
                self.outputs.append(Output("row", rows.index(n), math.nan))
        self.rows = rows

    # --- floats ---

    def statics(self) -> Float:
        """``statics(s, c)``."""
        nodes = self.nodes
        inside = [n for n in reached(nodes, self.static_nodes) if nodes[n].op not in ("const", "s", "c")]
        leaf = {
            "s": lambda node: f"s[{FIELD[node.value]}]",
            "c": lambda node: f"c[{CONSTANT_AT[node.value]}]",
        }
        lines, text = _float_lines(nodes, inside, self.static_nodes, leaf)
        return _function("statics", "s, c", lines, [text(n) for n in self.static_nodes])

    def row(self) -> Float:
        """``row(k, q, f)``: every column."""
        leaf = {"q": lambda node: f"q[{_QUANTITY_AT[node.value]}]"}
        statics = {n: f"v{n}" for n in self.static_nodes}
        lines, text = _float_lines(self.nodes, self.dynamic, self.columns, leaf, statics, self.known)
        if statics:
            lines.insert(0, f"({', '.join(statics.values())},) = k")  # half the time of one by one
        return _function("row", "k, q, f=()", lines, [text(n) for n in self.columns])

    # --- arrays ---

    def block(self) -> tuple[Callable[..., None], int]:
        """``block(k, q, f, o, r)``, and how many registers it needs."""
        import numpy

        lines, registers = _array_lines(self)
        names = {name: getattr(numpy, name) for name in (*_UFUNCS.values(), "where", "copyto")}
        return _compiled("block", "k, q, f, o, r", [*lines, "return"], names), registers


def reached(
    nodes: Sequence[Node], columns: Iterable[int], known: Mapping[int, int] | None = None
) -> list[int]:
    """The nodes that columns need, arguments first; what only known nodes need is left out."""
    found: set[int] = set()
    waiting = list(columns)
    while waiting:
        n = waiting.pop()
        if n not in found:
            found.add(n)
            if not known or n not in known:
                waiting.extend(nodes[n].args)
    return sorted(found)


def _float_lines(
    nodes: Sequence[Node],
    inside: Sequence[int],
    results: Sequence[int],
    leaf: Mapping[str, Callable[[Node], str]],
    named: Mapping[int, str] | None = None,
    known: Mapping[int, int] | None = None,
) -> tuple[list[str], Callable[[int], str]]:
    """Assignments of Python floats; an operation that is used once is written where it is used.

    ``named``: nodes that have a name already.
    """
    uses: dict[int, int] = {}
    atoms: set[int] = set()
    for n in inside:
        op, args = nodes[n].op, nodes[n].args
        for at, arg in enumerate(args):
            uses[arg] = uses.get(arg, 0) + 1
            if at < _ATOMS.get(op, 0):
                atoms.add(arg)
    for n in results:
        uses[n] = uses.get(n, 0) + 1
    names: dict[int, str] = dict(named or {})
    lines: list[str] = []

    def text(n: int) -> str:
        if n in names:
            return names[n]
        node = nodes[n]
        if node.op == "const":
            return _literal(node.value)
        if known and n in known:
            lines.append(f"v{n} = f[{known[n]}]")
        elif node.op in leaf:
            lines.append(f"v{n} = {leaf[node.op](node)}")
        else:
            raise AssertionError(f"node {n} is not computed before it is used")
        names[n] = f"v{n}"
        return names[n]

    for n in inside:
        spelled = _float_text(nodes[n], [text(arg) for arg in nodes[n].args])
        if uses.get(n, 0) > 1 or n in atoms:
            lines.append(f"v{n} = {spelled}")
            names[n] = f"v{n}"
        else:
            names[n] = spelled
    return lines, text


def _float_text(node: Node, args: Sequence[str]) -> str:
    op = node.op
    if op in _INFIX:
        return f"({args[0]} {op} {args[1]})"
    match op:
        case "mn":
            return f"({args[0]} if {args[0]} < {args[1]} else {args[1]})"
        case "mx":
            return f"({args[0]} if {args[0]} > {args[1]} else {args[1]})"
        case "pick":
            return f"({args[0]} if {args[0]} == {args[0]} else {args[1]})"
        case "is_given":
            return f"(1.0 if {args[0]} == {args[0]} else 0.0)"
        case "where":
            return f"({args[1]} if {args[0]} else {args[2]})"
        case "sqrt":
            return f"sqrt({args[0]})"
        case "ceil":
            return f"float(ceil({args[0]}))"
    raise AssertionError(op)


def _array_lines(spelled: _Spelled) -> tuple[list[str], int]:
    """Calls of numpy; registers are taken again when nothing needs what they hold any more."""
    nodes, order = spelled.nodes, spelled.dynamic
    last: dict[int, int] = {}
    for at, n in enumerate(order):
        for arg in nodes[n].args:
            last[arg] = at
    output_of = {n: at for at, n in enumerate(spelled.rows)}
    names: dict[int, str] = {}
    lines: list[str] = []
    free: list[int] = []
    register_of: dict[int, int] = {}
    registers = 0

    def register(n: int) -> str:
        nonlocal registers
        if not free:
            free.append(registers)
            registers += 1
        register_of[n] = free.pop()
        return f"r[{register_of[n]}]"

    def text(n: int) -> str:
        node = nodes[n]
        if node.op == "const":
            return _literal(node.value)
        if n not in names:
            if n in spelled.known:
                source = f"f[{spelled.known[n]}]"
            elif node.op == "q":
                source = f"q[{_QUANTITY_AT[node.value]}]"
            else:
                source = f"k({spelled.static_at[n]}, {register(n)})"
            lines.append(f"v{n} = {source}")
            names[n] = f"v{n}"
        return names[n]

    for at, n in enumerate(order):
        node = nodes[n]
        args = [text(arg) for arg in node.args]
        unneeded = [arg for arg in set(node.args) if last.get(arg) == at and arg in register_of]
        free.extend(register_of.pop(arg) for arg in unneeded)
        output = output_of.get(n)
        if node.op in _UFUNCS:
            target = register(n) if output is None else f"o[{output}]"
            lines.append(f"v{n} = {_UFUNCS[node.op]}({', '.join(args)}, out={target})")
        else:
            lines.append(f"v{n} = {_array_text(node, args)}")
            if output is not None:
                lines.append(f"copyto(o[{output}], v{n})")
        names[n] = f"v{n}"
    return lines, registers


def _array_text(node: Node, args: Sequence[str]) -> str:
    match node.op:
        case "pick":
            return f"where({args[0]} == {args[0]}, {args[0]}, {args[1]})"
        case "is_given":
            return f"where({args[0]} == {args[0]}, 1.0, 0.0)"
        case "where":
            return f"where({', '.join(args)})"
    return f"({args[0]} {node.op} {args[1]})"


def _literal(value: Any) -> str:
    if isinstance(value, bool):
        return repr(value)
    return "nan" if value != value else repr(float(value))


def _function(name: str, parameters: str, lines: Sequence[str], results: Sequence[str]) -> Float:
    returned = f"return ({', '.join(results)}{',' if results else ''})"
    made: Float = _compiled(name, parameters, [*lines, returned], {})
    return made


def _compiled(name: str, parameters: str, lines: Sequence[str], names: Mapping[str, Any]) -> Any:
    text = f"def {name}({parameters}):\n" + "\n".join(f"    {line}" for line in lines)
    scope: dict[str, Any] = {"sqrt": math.sqrt, "ceil": math.ceil, "nan": math.nan, **names}
    exec(compile(text, f"<wattdrop kernel {name}>", "exec"), scope)  # noqa: S102 - spelled from our own text
    return scope[name]
