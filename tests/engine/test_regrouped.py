"""Fewer operations a row, with the values of the text."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given, settings
from tests.engine.test_program import columns_of, rows
from tests.kernel.rows import CONSTANTS
from tests.kernel.test_estimate import SETUPS

from wattdrop.engine.evaluate import TOTALS
from wattdrop.engine.facts import common, fixed_of, states_of
from wattdrop.engine.graph import Facts, Graph
from wattdrop.engine.program import Program
from wattdrop.engine.regrouped import regrouped
from wattdrop.resolve.quantities import USUAL, Quantities


def graph_of(**states: str) -> Graph:
    """A graph of rows that give these quantities."""
    usual = zip(Quantities._fields, USUAL, strict=True)
    return Graph(
        Facts(tuple(states.get(name, "absent" if value != value else value) for name, value in usual), ())
    )


def spelled(graph: Graph, n: int) -> str:
    """A node as text."""
    op, args, value, *_ = graph.nodes[n]
    if not args:
        return str(value)
    return f"({f' {op} '.join(spelled(graph, arg) for arg in args)})"


def read(graph: Graph, text: str) -> int:
    """The node of a text."""
    found = graph._expression(ast.parse(text, mode="eval").body, {}, {})
    (node,) = regrouped(graph, [found])
    return node


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("q.input_tokens / s.node_gpus / 3.0", "(input_tokens * ((1.0 / node_gpus) / 3.0))"),
        (
            "q.input_tokens * s.pue_a + q.input_tokens * s.pue_b * q.output_tokens",
            "(input_tokens * (pue_a + (output_tokens * pue_b)))",
        ),
        (
            "q.input_tokens * s.pue_a + q.output_tokens * s.pue_a",
            "((input_tokens + output_tokens) * pue_a)",
        ),
        ("(q.input_tokens + q.output_tokens) / s.node_gpus", "((input_tokens + output_tokens) * (1.0 / node_gpus))"),
        ("q.input_tokens / (s.node_gpus * q.output_tokens)", "((input_tokens / output_tokens) * (1.0 / node_gpus))"),
        ("op.ceil(q.input_tokens / s.node_gpus)", "((input_tokens / node_gpus))"),
    ],
)  # fmt: skip
def test_what_follows_from_names_is_taken_together(text: str, expected: str) -> None:
    graph = graph_of(input_tokens="given", output_tokens="given")
    text, expected = (
        one.replace("pue_a", "default_pue").replace("pue_b", "node_gpus") for one in (text, expected)
    )
    assert spelled(graph, read(graph, text)) == expected


def test_what_several_read_is_worked_out_once() -> None:
    graph = graph_of(input_tokens="given", output_tokens="given")
    shared = "(s.node_gpus + q.input_tokens * s.replica_gpus)"
    node = graph.nodes[read(graph, f"op.mx({shared} * 2.0, {shared} * s.default_pue)")]
    first, second = (graph.nodes[arg].args[0] for arg in node.args)
    assert node.op == "mx" and first == second


def test_a_number_goes_to_the_names() -> None:
    graph = graph_of(input_tokens="given", output_tokens="given")
    shared = "(q.input_tokens / 5.0 + q.output_tokens * s.replica_gpus)"
    node = graph.nodes[read(graph, f"op.mx({shared} * s.node_gpus, {shared} * s.default_pue)")]
    first, second = (spelled(graph, arg) for arg in node.args)
    inside = "(input_tokens + (output_tokens * (replica_gpus / 0.2)))"
    assert (first, second) == (f"({inside} * (node_gpus * 0.2))", f"({inside} * (default_pue * 0.2))")


@settings(deadline=None, max_examples=100)
@given(eight=rows())
def test_values_are_those_of_the_text(eight: list[tuple[str, dict[str, float]]]) -> None:
    setups = [SETUPS[name] for name, _ in eight]
    quantities = columns_of([row for _, row in eight])
    graph = Graph(Facts(states_of(quantities), common(frozenset(map(fixed_of, setups))).fields))
    totals = [graph.quantities[name] for name in TOTALS]
    text, found = Program(graph, totals), Program(graph, regrouped(graph, totals))
    for at, setup in enumerate(setups):
        q = quantities.row(at)
        expected = text.row(text.statics(setup, CONSTANTS), q)
        assert found.row(found.statics(setup, CONSTANTS), q) == pytest.approx(expected, rel=1e-12, abs=0.0)


def test_a_row_of_text_needs_a_tenth_fewer_operations() -> None:
    graph = graph_of(input_tokens="given", output_tokens="given")
    totals = [graph.quantities[name] for name in TOTALS]
    operations = Program(graph, totals).operations
    assert Program(graph, regrouped(graph, totals)).operations < 9 / 10 * operations
