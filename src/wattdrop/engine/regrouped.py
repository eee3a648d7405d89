"""The kernel's graph with fewer operations a row: what follows from names is taken together.

The text is spelled for its readers. It divides by a rate, then by 3600, then by the accelerators of a node, and adds five
terms that each are a number of tokens times something. A ratio of two evaluations needs none of these steps. Here every
value becomes a sum of products, each of something that rows bring and one factor that follows from names:

    scale x (a x factor + b x factor + ... + rest)

Factors are worked out once a setup (``program``), and terms of the same ``a`` are one. Like ``graph``, this module only reads:
every factor and every term comes from the text by the laws of arithmetic. The order of roundings is another one, so
the last bits may differ: good for ratios, whose two values go through the same steps; numbers that are reported go through the
text as it is. What compares or rounds up is left as it is too, because there a last bit could count.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from .graph import Graph
from .program import reached


class _Sum(NamedTuple):
    """``scale`` x the sum of terms, each a node times a factor. Scale and factors do not depend on the row."""

    scale: int
    terms: Mapping[int, int]  # the node of the number 1 stands for what is added as it is


def regrouped(graph: Graph, nodes: Sequence[int]) -> list[int]:
    """Nodes of the same values, that need fewer operations a row."""
    made = _Regrouped(graph, nodes)
    return [made.node(made.sum_of(n)) for n in nodes]


class _Regrouped:
    def __init__(self, graph: Graph, nodes: Sequence[int]) -> None:
        self._graph = graph
        self._one = graph.number(1.0)
        self._zero = graph.number(0.0)
        self._sums: dict[int, _Sum] = {}
        self._readers: dict[int, int] = {}
        for n in (*nodes, *(arg for n in reached(graph.nodes, nodes) for arg in graph.nodes[n].args)):
            self._readers[n] = self._readers.get(n, 0) + 1

    def sum_of(self, n: int) -> _Sum:
        """The sum that a node of the text is. What several read is worked out once, not repeated in each."""
        found = self._sums.get(n)
        if found is None:
            found = self._read(n)
            if self._readers[n] > 1 and len(found.terms) > 1:
                found = self._alone(found)
            self._sums[n] = found
        return found

    def _read(self, n: int) -> _Sum:
        op, args, *_ = node = self._graph.nodes[n]
        if not node.dynamic:
            return _Sum(self._one, {self._one: n})
        match op:
            case "+":
                return self._plus(*map(self.sum_of, args))
            case "-" if not self._graph.nodes[args[1]].dynamic:
                less = self._graph.make("-", (self._zero, args[1]))
                return self._plus(self.sum_of(args[0]), _Sum(self._one, {self._one: less}))
            case "*":
                return self._times(*map(self.sum_of, args))
            case "/":
                return self._over(*map(self.sum_of, args))
            case "-" | "mn" | "mx" | "sqrt" | "pick":
                return self._of(self._graph.make(op, tuple(self.node(self.sum_of(arg)) for arg in args)))
            case "where":
                condition, *others = args
                chosen = (self.node(self.sum_of(arg)) for arg in others)
                return self._of(self._graph.make(op, (condition, *chosen)))
        return self._of(n)

    def _of(self, n: int) -> _Sum:
        return _Sum(self._one, {n: self._one} if self._graph.nodes[n].dynamic else {self._one: n})

    # --- the laws of arithmetic ---

    def _plus(self, a: _Sum, b: _Sum) -> _Sum:
        terms: dict[int, int] = {}
        for scale, of_one in (a, b):
            for term, factor in of_one.items():
                scaled = self._graph.make("*", (scale, factor))
                terms[term] = self._graph.make("+", (terms[term], scaled)) if term in terms else scaled
        return _Sum(self._one, terms)

    def _times(self, a: _Sum, b: _Sum) -> _Sum:
        for one, other in ((a, b), (b, a)):
            if set(one.terms) == {self._one}:  # does not depend on the row
                return other._replace(scale=self._graph.make("*", (other.scale, self.node(one))))
        for one, other in ((a, b), (b, a)):
            if len(one.terms) == 1 and len(other.terms) == 2 and self._one in other.terms:
                ((term, factor),) = one.terms.items()
                scale = self._graph.make("*", (self._graph.make("*", (one.scale, other.scale)), factor))
                return _Sum(
                    scale, {self._graph.make("*", (term, of)): its for of, its in other.terms.items()}
                )
        return self._both("*", a, b)

    def _over(self, a: _Sum, b: _Sum) -> _Sum:
        if set(b.terms) == {self._one}:
            return a._replace(scale=self._graph.make("/", (a.scale, self.node(b))))
        return self._both("/", a, b)

    def _both(self, op: str, a: _Sum, b: _Sum) -> _Sum:
        """Of two that depend on the row: the operation on what rows bring, and once on what does not depend on them."""
        (of_a, a_term), (of_b, b_term) = map(self._split, (a, b))
        return _Sum(self._graph.make(op, (of_a, of_b)), {self._graph.make(op, (a_term, b_term)): self._one})

    def _split(self, a: _Sum) -> tuple[int, int]:
        """Scale and node: their product is the sum."""
        ((term, factor),) = self._alone(a).terms.items()
        return self._graph.make("*", (self._alone(a).scale, factor)), term

    def _alone(self, a: _Sum) -> _Sum:
        """The sum as one term."""
        if len(a.terms) == 1:
            return a
        return _Sum(a.scale, {self._added(a.terms): self._one})

    def node(self, a: _Sum) -> int:
        """The node that works out a sum."""
        return self._graph.make("*", (self._added(a.terms), a.scale))

    def _added(self, terms: Mapping[int, int]) -> int:
        """What fewer inputs move comes first: for most causes the sum up to there is known."""
        products: Iterable[int] = (self._graph.make("*", (term, factor)) for term, factor in terms.items())
        first, *others = sorted(products, key=lambda n: self._graph.nodes[n].moves.bit_count())
        for other in others:
            first = self._graph.make("+", (first, other))
        return first
