"""Which managed service answered, if any: given, read from the endpoint called, or the model's own."""

from __future__ import annotations

from ..schema.names import normalise
from ..typed import TYPE_CHECKING, NamedTuple
from .choice import Choice

if TYPE_CHECKING:
    from ..catalog import Catalog
    from .description import Description


class ServiceFound(NamedTuple):
    """Index in the catalog's services, or None where the row is not known to run on one."""

    ix: int | None
    choice: Choice | None


def resolve_service(catalog: Catalog, d: Description, model_ix: int, hardware_named: bool) -> ServiceFound:
    """The managed service of a row.

    A service named by the row wins, except where the name only says which protocol was spoken: a router, or an
    OpenAI-compatible endpoint serving a model that its owner does not offer. Then the model's own service is used.
    Where the row names hardware, no service is assumed.
    """
    note = ""
    services = catalog.services
    own = services.find(catalog.models.text(model_ix, "default_managed_service_id"))
    if d.managed_service_id:
        ix = services.find(d.managed_service_id)
        if ix is not None and _can_host(catalog, ix, model_ix, own):
            return ServiceFound(ix, Choice("service", services.ids[ix], "given", "managed_service_id"))
        known = "is not known" if ix is None else "only says how the model was called, not who ran it"
        note = f"managed service {d.managed_service_id!r} {known}"
    host = _host(d.base_url)
    if host:
        ix = catalog.service_of_host(host)
        if ix is not None and _can_host(catalog, ix, model_ix, own):
            return ServiceFound(ix, Choice("service", services.ids[ix], "given", "base_url", note))
        said = (
            "is of no known service" if ix is None else f"is of {services.ids[ix]}, which passes requests on"
        )
        note = "; ".join(filter(None, (note, f"the host {host!r} {said}")))
    if not hardware_named and own is not None:
        return ServiceFound(own, Choice("service", services.ids[own], "assumed", "the model's own", note))
    if note:
        return ServiceFound(None, Choice("service", "none", "assumed", "no known service", note))
    return ServiceFound(None, None)


def _can_host(catalog: Catalog, ix: int, model_ix: int, own: int | None) -> bool:
    """Whether the service of this name can have run the model.

    A router never does where the model has a service of its own. The name of a protocol does for models of the company
    that made the protocol.
    """
    kind = catalog.services.text(ix, "kind")
    if kind == "router":
        return own is None or own == ix
    if kind == "protocol":
        return own == ix or normalise(catalog.models.text(model_ix, "developer")) == catalog.services.ids[ix]
    return True


def _host(base_url: str | None) -> str:
    if not base_url:
        return ""
    from urllib.parse import urlsplit  # most rows have none

    try:
        return urlsplit(base_url if "//" in base_url else f"//{base_url}").hostname or ""
    except ValueError:
        return ""
