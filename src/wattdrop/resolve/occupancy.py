"""How busy the machine is where the row does not say: requests in flight on a replica, and its utilisation."""

from __future__ import annotations

from ..typed import TYPE_CHECKING, NamedTuple
from .choice import Choice

if TYPE_CHECKING:
    from ..catalog import Catalog

#: Kinds of request a service is best known for, where its load figure speaks of generated media, not of text.
_MEDIA = frozenset({"image", "video", "audio"})


class Room(NamedTuple):
    """Memory of a replica, and what one request takes of it."""

    memory_bytes: float  # of all its accelerators
    weights_bytes: float
    kv_bytes_per_token: float


def usual_batch(catalog: Catalog, service_ix: int | None, room: Room) -> tuple[float, Choice]:
    """Requests in flight on a replica of a language model.

    The service's own load figure, else the default, but never more than leave room for their KV cache: memory that
    the weights leave, divided by the cache of a request of ``usual_context_tokens``.
    """
    batch, rung = _load(catalog, service_ix)
    most = most_requests(catalog, room)
    if most < batch:
        note = f"the memory beside the weights holds the KV cache of {most:.0f} requests"
        return most, Choice(
            "batch", f"{most:g} requests in flight", "derived", "memory for the KV cache", note
        )
    return batch, Choice("batch", f"{batch:g} requests in flight", "assumed", rung)


def _load(catalog: Catalog, service_ix: int | None) -> tuple[float, str]:
    if service_ix is not None:
        services = catalog.services
        of_text = not _MEDIA & set(services.texts(service_ix, "modalities")[:1])
        batch = services.number(service_ix, "typical_batch_size")
        if batch == batch and of_text:
            return batch, "service default"
    return catalog.constant("default_requests_in_flight"), "default"


def most_requests(catalog: Catalog, room: Room) -> float:
    """Requests whose KV cache fits beside the weights, a whole number, at least 1, at most as many as were measured."""
    left = room.memory_bytes * catalog.constant("kv_memory_share") - room.weights_bytes
    each = room.kv_bytes_per_token * catalog.constant("usual_context_tokens")
    limit = catalog.constant("most_requests_in_flight")
    if not left > 0.0:
        return 1.0
    return float(max(int(left / each), 1)) if left < limit * each else limit


def utilization(catalog: Catalog, service_ix: int | None, node_ix: int) -> tuple[float, Choice]:
    """Share of provisioned time spent on work: of the service, else of the node, else the default."""
    if service_ix is not None:
        share = catalog.services.number(service_ix, "average_utilization_rate")
        if share == share:
            return share, Choice("utilisation", f"{share:g}", "assumed", "service default")
    share = catalog.nodes.number(node_ix, "average_utilization_rate")
    if share == share:
        return share, Choice("utilisation", f"{share:g}", "assumed", "node default")
    share = catalog.constant("default_utilization_rate")
    return share, Choice("utilisation", f"{share:g}", "assumed", "default")
