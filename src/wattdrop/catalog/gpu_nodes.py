"""The machine that stands for an accelerator where a row names nothing more. Kept in the cache: it looks at every node."""

from __future__ import annotations

from ..typed import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Final

    from .table import Table

ON_PREMISES: Final = "onprem"


def node_of_each_gpu(nodes: Table) -> dict[str, int]:
    """Accelerator -> its node: of those with most accelerators, on premises first, then the first listed; a customer's
    own only where none is shipped.
    """
    best: dict[str, tuple[tuple[bool, float, bool, int], int]] = {}
    for ix in nodes.visible():
        count = nodes.number(ix, "gpu_count")
        shipped = not nodes.text(ix, "owner_id")
        rank = (
            shipped,
            count if count == count else 0.0,
            nodes.text(ix, "cloud_id") == ON_PREMISES,
            -ix,
        )
        gpu = nodes.text(ix, "gpu_id")
        if gpu not in best or best[gpu][0] < rank:
            best[gpu] = (rank, ix)
    return {gpu: ix for gpu, (_, ix) in best.items()}
