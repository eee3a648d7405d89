"""The kernel's graph with fewer operations a row: what follows from names is taken together.

The text is spelled for its readers: it names arithmetic, reading and waiting before it adds them, and turns watts into Wh
where it multiplies by them. A ratio of two evaluations needs none of these steps. Here every value becomes a sum of
products, each of what rows bring and one factor that follows from names, as

    scale x (a x factor + a x b x factor + ... + rest)

Factors are worked out once a setup (``program``), terms of the same product are one, and what several terms share is taken
out of them, be it something of the row or the factor. Like ``graph``, this module only reads: every factor and every term
comes from the text by the laws of arithmetic. The order of roundings is another one, so last bits may differ: that does for
ratios, whose two values go through the same steps. Numbers that are reported go through the text as it is. What is compared
or rounded up is left as it is too, because there a last bit could count.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from .graph import Graph
from .program import reached

Product = tuple[int, ...]
"""Nodes that depend on the row and are multiplied, in their order."""


class _Sum(NamedTuple):
    """``scale`` x the sum of products, each times a factor. Scale and factors do not depend on the row."""

    scale: int
    terms: Mapping[Product, int]  # the product of nothing stands for what is added as it is


def regrouped(graph: Graph, nodes: Sequence[int]) -> list[int]:
    """Nodes of the same values that need fewer operations a row."""
    made = _Regrouped(graph, nodes)
    return [made.node(n) for n in nodes]


class _Regrouped:
    def __init__(self, graph: Graph, nodes: Sequence[int]) -> None:
        self._nodes, self._make = graph.nodes, graph.make
        self._one = graph.number(1.0)
        self._sums: dict[int, _Sum] = {}
        inside = reached(graph.nodes, nodes)
        self._readers = Counter((*nodes, *(arg for n in inside for arg in graph.nodes[n].args)))

    def node(self, n: int) -> int:
        """The node that works out the same as one of the text."""
        return self._worked_out(self._sum(n))

    def _sum(self, n: int) -> _Sum:
        """The sum that a node of the text is. What several read is worked out once, not repeated in each."""
        found = self._sums.get(n)
        if found is None:
            found = self._read(n)
            if self._readers[n] > 1:
                found = self._one_term(found)
            self._sums[n] = found
        return found

    def _read(self, n: int) -> _Sum:
        op, args, *_ = node = self._nodes[n]
        if not node.dynamic:
            return self._of(n)
        match op:
            case "+":
                return self._plus(*map(self._sum, args))
            case "*":
                return self._times(*map(self._sum, args))
            case "/":
                return self._over(*map(self._sum, args))
            case "-" | "mn" | "mx" | "sqrt" | "pick":
                return self._of(self._make(op, tuple(map(self.node, args))))
            case "where":
                condition, *chosen = args
                return self._of(self._make(op, (condition, *map(self.node, chosen))))
        return self._of(n)

    def _of(self, n: int) -> _Sum:
        return _Sum(self._one, {(n,): self._one} if self._nodes[n].dynamic else {(): n})

    # --- the laws of arithmetic ---

    def _plus(self, a: _Sum, b: _Sum) -> _Sum:
        terms: dict[Product, int] = {}
        for scale, factors in (a, b):
            for term, factor in factors.items():
                scaled = self._make("*", (scale, factor))
                terms[term] = self._make("+", (terms[term], scaled)) if term in terms else scaled
        return _Sum(self._one, terms)

    def _times(self, a: _Sum, b: _Sum) -> _Sum:
        for one, other in ((a, b), (b, a)):
            if one.terms.keys() == {()} or (
                len(one.terms) == 1 and len(other.terms) == 2 and () in other.terms
            ):
                return self._times_each(one, other)
        return self._times_each(self._one_term(a), self._one_term(b))

    def _times_each(self, one: _Sum, other: _Sum) -> _Sum:
        """A single term times each of several."""
        scale, term = self._split(one)
        return _Sum(
            self._make("*", (scale, other.scale)),
            {tuple(sorted((*term, *its))): factor for its, factor in other.terms.items()},
        )

    def _over(self, a: _Sum, b: _Sum) -> _Sum:
        divisor, of_divisor = self._split(self._one_term(b))
        if not of_divisor:
            return a._replace(scale=self._make("/", (a.scale, divisor)))
        scale, term = self._split(self._one_term(a))
        ratio = self._make("/", (self._added({term: self._one}), self._added({of_divisor: self._one})))
        return self._of(ratio)._replace(scale=self._make("/", (scale, divisor)))

    def _split(self, a: _Sum) -> tuple[int, Product]:
        """What is a single term: all of it that does not depend on the row, and the product of the rest."""
        ((term, factor),) = a.terms.items()
        return self._make("*", (a.scale, factor)), term

    # --- from sums to nodes ---

    def _one_term(self, a: _Sum) -> _Sum:
        if len(a.terms) == 1:
            return a
        by = self._number_among(a.terms.values())
        terms = {term: self._make("/", (factor, by)) for term, factor in a.terms.items()}
        return self._of(self._added(terms))._replace(scale=self._make("*", (a.scale, by)))

    def _number_among(self, factors: Iterable[int]) -> int:
        """A plain number that one of the factors is, such as hours in a second: as part of the scale it is free."""
        numbers = [n for n in factors if self._nodes[n].op == "const" and self._nodes[n].value > 0.0]
        return numbers[0] if numbers and self._one not in numbers else self._one

    def _worked_out(self, a: _Sum) -> int:
        return self._make("*", (self._added(a.terms), a.scale))

    def _added(self, terms: Mapping[Product, int]) -> int:
        """What fewer inputs move comes first: for most causes the sum up to there is known."""
        first, *others = sorted(self._addends(terms), key=self._moves)
        for other in others:
            first = self._make("+", (first, other))
        return first

    def _addends(self, terms: Mapping[Product, int]) -> Iterator[int]:
        """What most of the terms share is taken out of them, and of what is as common, what most inputs move."""
        left = dict(terms)
        while left:
            counts = Counter(n for term in left for n in set(term))
            if not counts:
                yield left.pop(())
                continue
            shared = max(counts, key=lambda n: (counts[n], self._moves(n)))
            factors = Counter(left.values())
            factor = max(factors, key=factors.__getitem__)
            if counts[shared] < factors[factor] and factor != self._one:
                alike = {term: self._one for term in terms if left.get(term) == factor}
                left = {term: other for term, other in left.items() if other != factor}
                yield self._make("*", (self._added(alike), factor))
                continue
            rest = {
                _without(term, shared): left.pop(term) for term in terms if term in left and shared in term
            }
            yield self._make("*", (shared, self._added(rest)))

    def _moves(self, n: int) -> int:
        """How many inputs move a node."""
        return self._nodes[n].moves.bit_count()


def _without(term: Product, n: int) -> Product:
    at = term.index(n)
    return term[:at] + term[at + 1 :]
