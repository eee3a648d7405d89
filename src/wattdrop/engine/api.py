"""``estimate``: descriptions of inferences in, energy, carbon and water out. Every surface calls this one function."""

from __future__ import annotations

from .. import schema
from ..catalog import Catalog, own
from ..errors import RowError
from ..resolve.batch import Resolution, Resolver
from ..resolve.software import served_alone
from ..typed import TYPE_CHECKING, NamedTuple, cast, overload
from .assumed import assumed_quantities
from .evaluate import FIVE, REPORTED, Evaluation, evaluate
from .evaluate import METRICS as METRICS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from typing import Any, Literal, NoReturn, Protocol, TypeAlias

    import pyarrow as pa

    from ..kernel.constants import Constants
    from ..resolve.choice import Choice
    from ..schema import ImpactMetrics, ImpactResponse, ImpactRow
    from .cause_shares import CauseShare, Made
    from .evaluate import Metric
    from .explain import Explanation
    from .half_widths import Column
    from .ranges import HalfWidths, Range, Ranges

    class Columns(Protocol):
        """A table that hands itself out in Arrow's form: of Arrow itself, pandas, Polars, DuckDB and others."""

        def __arrow_c_stream__(self, requested_schema: Any = None) -> object: ...


#: Changes whenever the same row and data can give other numbers; see the changelog.
METHOD_VERSION = "2026.11.5"

_response: Callable[[Estimate, bool, bool], ImpactResponse] | None = None

Part: TypeAlias = "Literal['total', 'inference', 'training', 'fine_tuning']"


class RowResult(NamedTuple):
    """One row of an estimate: its error, or its numbers by life-cycle stage."""

    estimate: Estimate
    number: int
    error: RowError | None

    def metrics(self, part: Part = "total") -> ImpactMetrics:
        """Usage energy [Wh], emissions [gCO2e] and water [mL], embodied emissions [gCO2e] and water [mL].

        Raises
        ------
        ValueError
            If the row has an error.
        """
        at = self.estimate.position(self.number)
        return schema.ImpactMetrics(*self.estimate.evaluation.values(at, METRICS[part]))

    def value(self, quantity: str) -> float:
        """Any kept column of the row, by its quantity name, such as ``facility_energy_wh``."""
        return self.estimate.evaluation.value(self.estimate.position(self.number), quantity)

    def range(self, quantity: str, level: float = 0.9) -> Range:
        """A kept quantity with the ends of its range at a level of confidence, such as 0.5 or 0.9."""
        from .ranges import Range

        at = self.estimate.position(self.number)
        low, high = self.estimate.ranges(quantity, level)
        return Range(float(low[at]), self.value(quantity), float(high[at]))

    def causes(self, quantity: str = "total_energy_wh") -> tuple[CauseShare, ...]:
        """What makes the quantity uncertain, the largest cause first, and what would settle it."""
        return self.estimate.causes(self.number, quantity)

    def explain(self) -> Explanation:
        """Every step to the row's numbers."""
        return self.estimate.explain(self.number)


class Estimate:
    """The answer to a batch. Rows keep their order; rows with errors keep their place."""

    __slots__ = ("_position", "_ranges", "_resolver", "count", "evaluation", "resolution")

    def __init__(
        self, resolver: Resolver, resolution: Resolution, evaluation: Evaluation, count: int
    ) -> None:
        self._resolver = resolver
        self.resolution = resolution
        self.evaluation = evaluation
        self.count = count
        self._position: dict[int, int] | None = None
        self._ranges: Ranges | None = None

    method_version = METHOD_VERSION

    @property
    def catalog_digest(self) -> str:
        """Hash of the data behind the numbers."""
        return self.catalog.digest

    @property
    def catalog(self) -> Catalog:
        """The facts behind the numbers."""
        return self._resolver.catalog

    @property
    def constants(self) -> Constants:
        """The constants of the method."""
        return self._resolver.constants

    @property
    def has_errors(self) -> bool:
        """Whether some row could not be computed."""
        return bool(self.resolution.errors)

    @property
    def rows(self) -> Sequence[RowResult]:
        """Results in the order of the request."""
        errors = self.resolution.errors
        if self.count == 1:
            return [RowResult(self, 0, errors.get(0))]
        return [RowResult(self, number, errors.get(number)) for number in range(self.count)]

    def __len__(self) -> int:
        return self.count

    def __repr__(self) -> str:
        return f"<Estimate of {self.count} rows, {len(self.resolution.errors)} with errors>"

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            "an Estimate holds its whole catalog and stays in its process; RowResult.metrics() and response() travel"
        )

    def __iter__(self) -> Iterator[RowResult]:
        return iter(self.rows)

    def position(self, number: int) -> int:
        """Where a row is among the computed ones."""
        if not self.resolution.errors and 0 <= number < self.count:
            return number
        if self._position is None:
            self._position = {row: at for at, row in enumerate(self.resolution.computed)}
        if number not in self._position:
            error = self.resolution.errors.get(number)
            raise ValueError(f"row {number} has no numbers: {error.message if error else 'no such row'}")
        return self._position[number]

    def total(self, metric: Metric) -> float:
        """Sum of a total metric over all computed rows."""
        import math

        if metric not in FIVE:
            raise ValueError(f"{metric!r} has no total; there are {', '.join(FIVE)}")
        return math.fsum(self.evaluation.column(f"total_{metric}"))

    def _worked_out_ranges(self) -> Ranges:
        if self._ranges is None:
            from .ranges import Ranges

            self._ranges = Ranges(self)
        return self._ranges

    def ranges(self, quantity: str, level: float = 0.9) -> tuple[Column, Column]:
        """Low and high ends of a kept quantity for every computed row, in order: lists, or arrays for many rows.

        Parameters
        ----------
        level
            Share of cases that the range is meant to hold, such as 0.5 or 0.9.
        """
        if not 0.0 < level < 1.0:
            raise ValueError(f"level is {level}; it is a share between 0 and 1, such as 0.9")
        return self._worked_out_ranges().columns(quantity, level)

    def half_widths(self, quantity: str, level: float = 0.9) -> Sequence[HalfWidths]:
        """Each cause of a kept quantity's range: its name, half-widths down and up of every computed row, and keys.

        Half-widths are in logarithms of the value. Rows of the same key share the error; None: no error there.
        """
        return self._worked_out_ranges().half_widths(quantity, level)

    def half_widths_by_case(
        self, quantity: str, level: float = 0.9
    ) -> tuple[Sequence[HalfWidths], Sequence[int]]:
        """The same with the keys of distinct cases, of which many rows have few; then the case of each computed row."""
        return self._worked_out_ranges().half_widths_by_case(quantity, level)

    def total_range(self, metric: Metric, level: float = 0.9) -> Range:
        """Sum of a total metric over all computed rows with its range; rows that share a cause share its error."""
        return self._worked_out_ranges().total(f"total_{metric}", level)

    def causes(self, number: int, quantity: str = "total_energy_wh") -> tuple[CauseShare, ...]:
        """What makes a row's quantity uncertain, the largest cause first."""
        at = self.position(number)
        resolution = self.resolution
        given = resolution.at(at).named() | resolution.quantities.given(at)
        return self._worked_out_ranges().causes(at, quantity, given)

    def every_cause(self, made: Callable[..., Made], no_advice: str | None = "") -> list[list[Made]]:
        """``causes`` of the energy of every computed row, each ``made`` of the fields of a ``CauseShare``."""
        return self._worked_out_ranges().every_cause("total_energy_wh", self._given(), made, no_advice)

    def _given(self) -> list[frozenset[str]]:
        """The fields that each computed row fills."""
        resolution = self.resolution
        named = [one.named() for one in resolution.resolved]
        filled: dict[tuple[int, frozenset[str]], frozenset[str]] = {}
        found = []
        for key in zip(resolution.resolved_of, resolution.quantities.given_of_rows(), strict=True):
            fields = filled.get(key)
            if fields is None:
                fields = filled[key] = named[key[0]] | key[1]
            found.append(fields)
        return found

    def response(self, debug: bool = False, ranges: bool = False) -> ImpactResponse:
        """The answer in the shape of the public contract; ``ranges`` adds fields that the contract does not have."""
        global _response
        if _response is None:  # which a cold start does without
            from .render import response

            _response = response
        return _response(self, debug, ranges)

    def choices(self, number: int) -> tuple[Choice, ...]:
        """What was chosen or assumed for a row: entities, then quantities that the row does not give."""
        at = self.position(number)
        resolved = self.resolution.at(at)
        given = self.resolution.quantities.evidence(at, resolved.setup.frame_aspect)
        named = tuple(map(served_alone, resolved.choices)) if given.batch_size == 1.0 else resolved.choices
        return (*named, *assumed_quantities(resolved.setup, given, self.constants))

    def every_choice(self) -> list[tuple[Choice, ...]]:
        """``choices`` of every computed row, in order; of many rows at once this costs a fraction."""
        from .assumed import assumed_of_rows

        resolution = self.resolution
        resolved, quantities = resolution.resolved, resolution.quantities
        assumed = assumed_of_rows(resolution.setups, resolution.resolved_of, quantities, self.constants)
        shared = [one.choices for one in resolved]
        alone = [tuple(map(served_alone, one)) for one in shared]
        return [
            (*(alone if quantities[at].batch_size == 1.0 else shared)[number], *assumed[at])
            for at, number in enumerate(resolution.resolved_of)
        ]

    def explain(self, number: int) -> Explanation:
        """Every step to the numbers of one row."""
        from .explain import explain

        return explain(self, number)


RowLike: TypeAlias = "ImpactRow | RowError | Mapping[str, Any]"


@overload
def estimate(rows: Columns, catalog: Catalog | None = None) -> pa.Table: ...
@overload
def estimate(rows: Iterable[RowLike], catalog: Catalog | None = None) -> Estimate: ...
def estimate(rows: Iterable[RowLike] | Columns, catalog: Catalog | None = None) -> Estimate | pa.Table:
    """Energy, carbon and water of each row.

    Parameters
    ----------
    rows
        Dicts with the field names of the public contract, ``ImpactRow`` objects, or ``RowError`` values that stay in
        their place. Or an Arrow table or data frame with such columns: see ``estimate_table``, which also keeps others.
    catalog
        The facts to use; the package's own by default.

    Returns
    -------
    Estimate
        One result per row, in order; a row that cannot be computed carries a ``RowError`` and stops no other.
        For columns, an Arrow table with result columns.

    Raises
    ------
    TypeError
        If ``rows`` is one row instead of several.

    Examples
    --------
    >>> result = estimate([{"model_id": "llama_v31_8b", "input_tokens": 100, "output_tokens": 500}])
    >>> result.rows[0].error is None and result.total("energy_wh") > 0
    True
    """
    if hasattr(rows, "__arrow_c_stream__"):
        from .tables import estimate_table

        return estimate_table(cast("Columns", rows), catalog)
    if hasattr(rows, "keys") or isinstance(rows, (str, bytes, schema.ImpactRow)):
        raise TypeError(f"expected rows in a list, got one {type(rows).__name__}: estimate([row])")
    return estimate_checked(schema.parse_rows(rows), catalog if catalog is not None else default_catalog())


def estimate_checked(
    rows: Sequence[ImpactRow | RowError], catalog: Catalog, columns: tuple[str, ...] = REPORTED
) -> Estimate:
    """As ``estimate``, of rows that were checked already. ``columns``: what of it is worked out at once."""
    resolver = resolver_of(catalog)
    resolution = resolver.batch(rows)
    evaluation = evaluate(
        resolution.setups, resolution.resolved_of, resolution.quantities, resolver.constants, columns
    )
    return Estimate(resolver, resolution, evaluation, len(rows))


_default_catalog: Catalog | None = None


def default_catalog() -> Catalog:
    """The package's own catalog, loaded once in a process. `load` looks at every file at every call."""
    global _default_catalog
    if _default_catalog is None:
        _default_catalog = own()
    return _default_catalog


def resolver_of(catalog: Catalog) -> Resolver:
    """The resolver of a catalog, which remembers what descriptions mean."""
    found: Resolver = catalog.remembered("resolver", Resolver, catalog)
    return found
