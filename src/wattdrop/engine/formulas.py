"""The kernel's formulas, read from the kernel's own text.

Explaining is reading: every stage of the kernel is a list of assignments, and this module parses them. What an
explanation shows as the formula of a step is therefore the text that computed it; the two cannot drift apart.
"""

from __future__ import annotations

import ast
import copy
import inspect
import sys
import threading
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

from ..kernel.estimate import STAGES

if TYPE_CHECKING:
    from collections.abc import Mapping

#: How a stage names its inputs, and what an explanation calls their origin.
ORIGINS = {"s": "setup", "e": "evidence", "c": "constant"}


class Formula(NamedTuple):
    """One assignment of a kernel stage."""

    name: str  # the quantity that it computes
    stage: str
    text: str  # the expression, as written
    inputs: tuple[tuple[str, str], ...]  # (origin, name); origin is setup, evidence, constant or step


@cache
def formulas() -> tuple[Formula, ...]:
    """Every formula of the kernel, in the order in which it is evaluated."""
    return tuple(
        Formula(name, stage, ast.unparse(expression), _inputs(expression))
        for stage, name, expression in assignments()
    )


@cache
def assignments() -> tuple[tuple[str, str, ast.expr], ...]:
    """Every assignment of the kernel, in the order in which they are made: its stage, the quantity, the expression."""
    found = []
    for stage in STAGES:
        for statement in functions_of(stage.__module__)[stage.__name__].body:
            if isinstance(statement, ast.Assign):
                (target,) = statement.targets
                if not isinstance(target, ast.Name):
                    raise TypeError(f"{stage.__name__}: a stage assigns plain names only")
                expression = _Shared(stage.__module__).visit(copy.deepcopy(statement.value))
                found.append((stage.__name__, target.id, expression))
    return tuple(found)


class _Shared(ast.NodeTransformer):
    """Puts the text of a formula that several stages take in place of its call."""

    def __init__(self, module: str) -> None:
        self._module = sys.modules[module]

    def visit_Call(self, call: ast.Call) -> ast.AST:
        """A function of one expression, with what it is called with in place of its parameters."""
        self.generic_visit(call)
        if not isinstance(call.func, ast.Name):
            return call  # an operation
        function = getattr(self._module, call.func.id)
        text = functions_of(function.__module__)[function.__name__]
        *_, result = text.body
        if not isinstance(result, ast.Return) or result.value is None:
            raise TypeError(f"{text.name}: a formula of several stages is one expression")
        given = dict(zip((one.arg for one in text.args.args), call.args, strict=True))
        shared: ast.expr = _Given(given).visit(copy.deepcopy(result.value))
        return shared


class _Given(ast.NodeTransformer):
    def __init__(self, given: Mapping[str, ast.expr]) -> None:
        self._given = given

    def visit_Name(self, name: ast.Name) -> ast.AST:
        return copy.deepcopy(self._given[name.id])


#: CPython 3.11 may fail with a SystemError where two threads make trees at once.
_one_at_a_time: Final = threading.Lock()


@cache
def functions_of(module: str) -> dict[str, ast.FunctionDef]:
    """The functions of a module as they are written."""
    with _one_at_a_time:
        tree = ast.parse(inspect.getsource(sys.modules[module]))
    return {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}


def _inputs(expression: ast.expr) -> tuple[tuple[str, str], ...]:
    names: dict[tuple[str, str], None] = {}
    owners: set[ast.AST] = set()
    for node in ast.walk(expression):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            owners.add(node.value)
            if node.value.id in ORIGINS:
                names[ORIGINS[node.value.id], node.attr] = None
    for node in ast.walk(expression):
        if isinstance(node, ast.Name) and node not in owners:
            names["step", node.id] = None
    return tuple(names)
