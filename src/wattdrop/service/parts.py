"""What a stream adds up to: sums by group, and what their ranges are made of, so that the sums of many streams add up.

For each cause that rows may share, its parts of the error add up over rows and over streams; then causes are independent
(see ``engine.recorded``). A part travels as text that only this service reads: whoever sent a file in pieces hands in what
each piece ended with.
"""

from __future__ import annotations

import math
import zlib
from base64 import b64decode, b64encode
from typing import TYPE_CHECKING, Annotated, Any, Final

import msgspec
from msgspec import Meta

from ..engine.evaluate import METRICS
from ..engine.recorded import entities, parts
from ..errors import BadRequest
from ..schema.columns import GroupTotal
from ..schema.responses import MetricRange, Ranges
from ..store.parts import CauseParts, Parts

if TYPE_CHECKING:
    from ..engine import Estimate

GROUPS: Final = ("model", "node", "gpu", "service", "country", "zone", "task")
"""What sums can be by; in the order of ``engine.recorded.Entities``."""
_LEVELS: Final = (0.5, 0.9)
_MOST_BYTES: Final = 20_000_000
_WIDEST: Final = 300.0
"""A larger half-width, in logarithms, is of no estimate."""
_Sums = Annotated[list[float], Meta(min_length=10, max_length=10)]
_Values = Annotated[list[Annotated[float, Meta(ge=0, le=1e25)]], Meta(min_length=5, max_length=5)]


class Group(msgspec.Struct, array_like=True):
    """The sums of one group."""

    rows: int = 0
    failed: int = 0
    skipped: int = 0
    values: _Values = msgspec.field(default_factory=lambda: [0.0] * 5)
    causes: tuple[dict[str, _Sums], dict[str, _Sums]] = msgspec.field(default_factory=lambda: ({}, {}))
    """At each level, for each cause of the range: of the five metrics down, then up."""

    def add(self, other: Group) -> None:
        """Add what more rows add up to."""
        self.rows += other.rows
        self.failed += other.failed
        self.skipped += other.skipped
        self.values = [a + b for a, b in zip(self.values, other.values, strict=True)]
        for mine, theirs in zip(self.causes, other.causes, strict=True):
            for cause, sums in theirs.items():
                mine[cause] = (
                    [a + b for a, b in zip(mine[cause], sums, strict=True)] if cause in mine else sums
                )

    def shown(self, name: str) -> GroupTotal:
        """As an answer has it."""
        of_metrics: dict[str, Any] = {metric: self._range(at) for at, metric in enumerate(_METRICS)}
        ranges = Ranges(**of_metrics) if self.rows else None
        return GroupTotal(group=name, rows=self.rows, failed=self.failed, skipped=self.skipped, ranges=ranges)

    def _range(self, metric: int) -> MetricRange:
        (low_50, high_50), (low_90, high_90) = (self._ends(metric, causes) for causes in self.causes)
        return MetricRange(low_90, low_50, self.values[metric], high_50, high_90)

    def _ends(self, metric: int, causes: dict[str, list[float]]) -> tuple[float, float]:
        total = self.values[metric]
        if not total > 0.0:
            return total, total
        down, up = (math.hypot(*(sums[metric + side] / total for sums in causes.values())) for side in (0, 5))
        if not (down < _WIDEST and up < _WIDEST):  # neither is of what is no number
            raise BadRequest("parts: these are no sums of this service", field="parts")
        return total * math.exp(-down), total * math.exp(up)


_METRICS: Final = Ranges.__struct_fields__[:5]
_Packed = tuple[str, dict[str, Group]]
_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(_Packed)


class Part:
    """The sums of some rows, by one kind of group."""

    def __init__(self, by: str, groups: dict[str, Group] | None = None) -> None:
        self.by = by
        self.groups = groups or {}

    def add(self, result: Estimate, skipped: int = 0) -> None:
        """Add the rows of an estimate, and records of no inference beside them. Failed rows belong to no group."""
        other = self._of("")
        other.skipped += skipped
        other.failed += len(result.resolution.errors)
        if result.resolution.computed:
            self._add_computed(result)

    def merge(self, other: Part) -> None:
        """Add another part."""
        if other.by != self.by:
            raise BadRequest(f"parts: one is by {self.by}, another by {other.by}", field="parts")
        for name, group in other.groups.items():
            self._of(name).add(group)

    def total(self) -> Group:
        """All groups as one."""
        whole = Group()
        for group in self.groups.values():
            whole.add(group)
        return whole

    def packed(self) -> str:
        """As text."""
        return b64encode(zlib.compress(_encoder.encode((self.by, self.groups)))).decode()

    @classmethod
    def unpacked(cls, text: str) -> Part:
        """From that text. Raises ``BadRequest``."""
        try:
            inflate = zlib.decompressobj()
            content = inflate.decompress(b64decode(text, validate=True), _MOST_BYTES)
            by, groups = _decoder.decode(content)
        except (ValueError, zlib.error, msgspec.DecodeError):
            raise BadRequest("parts: expected what streams ended with as `part`", field="parts") from None
        return cls(by, groups)

    def _of(self, name: str) -> Group:
        return self.groups.setdefault(name, Group())

    def _add_computed(self, result: Estimate) -> None:
        import numpy as np

        at = GROUPS.index(self.by)
        resolution = result.resolution
        of_resolved = [entities(result, one)[at] for one in resolution.resolved]
        names = list(dict.fromkeys(of_resolved))
        place = {name: at for at, name in enumerate(names)}
        number = np.array([place[name] for name in of_resolved])
        group_of_row = number.take(np.asarray(resolution.resolved_of, dtype=np.int64))
        groups = [Group() for _ in names]
        for group, count in zip(
            groups, np.bincount(group_of_row, minlength=len(names)).tolist(), strict=True
        ):
            group.rows = count
        sums = [
            np.bincount(group_of_row, result.evaluation.array(name), len(names)) for name in METRICS["total"]
        ]
        for group, values in zip(groups, np.array(sums).T.tolist(), strict=True):
            group.values = values
        for which, level in enumerate(_LEVELS):
            causes, names_of_parts = parts(result, level)
            numbers = {name: number for number, name in enumerate(names_of_parts)}
            found = Parts([CauseParts(*cause) for cause in causes], names_of_parts)
            for of_group, sums in found.sums(group_of_row, np.ones(result.count), numbers).items():
                for number, *values in sums.tolist():
                    groups[of_group].causes[which][names_of_parts[int(number)]] = values
        for name, group in zip(names, groups, strict=True):
            self._of(name).add(group)
