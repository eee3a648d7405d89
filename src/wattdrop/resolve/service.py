"""Which managed service answered, if any: given, read from the endpoint called, or the model's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from .choice import Choice

if TYPE_CHECKING:
    from ..catalog import Catalog
    from .description import Description


class ServiceFound(NamedTuple):
    """Index in the catalog's services, or None where the row is not known to run on one."""

    ix: int | None
    choice: Choice | None


#: Names of routers and clients that callers send as a service although another party computes.
_ROUTER_KIND = "router"


def resolve_service(catalog: Catalog, d: Description, model_ix: int, hardware_named: bool) -> ServiceFound:
    """The managed service of a row.

    A service named by the row wins, except where the name only says which protocol was spoken: a router, or an
    OpenAI-compatible endpoint serving a model that its owner does not offer. Then the model's own service is used.
    Where the row names hardware, no service is assumed.
    """
    note = ""
    own = catalog.services.find(catalog.models.text(model_ix, "default_managed_service_id"))
    if d.managed_service_id:
        ix = catalog.services.find(d.managed_service_id)
        if ix is not None:
            if own is not None and own != ix and _speaks_for_others(catalog, ix):
                said = f"{d.managed_service_id!r} only names the protocol; {catalog.services.ids[own]} offers the model"
                return ServiceFound(
                    own, Choice("service", catalog.services.ids[own], "assumed", "the model's own", said)
                )
            return ServiceFound(
                ix, Choice("service", catalog.services.ids[ix], "given", "managed_service_id")
            )
        note = f"managed service {d.managed_service_id!r} is not known"
    host = _host(d.base_url)
    if host:
        ix = catalog.service_of_host(host)
        if ix is not None:
            return ServiceFound(ix, Choice("service", catalog.services.ids[ix], "given", "base_url", note))
        note = "; ".join(filter(None, (note, f"the host {host!r} is of no known service")))
    if not hardware_named and own is not None:
        return ServiceFound(
            own, Choice("service", catalog.services.ids[own], "assumed", "the model's own", note)
        )
    if note:
        return ServiceFound(None, Choice("service", "none", "assumed", "no known service", note))
    return ServiceFound(None, None)


def _speaks_for_others(catalog: Catalog, ix: int) -> bool:
    return catalog.services.text(ix, "kind") in (_ROUTER_KIND, "protocol")


def _host(base_url: str | None) -> str:
    if not base_url:
        return ""
    try:
        return urlsplit(base_url if "//" in base_url else f"//{base_url}").hostname or ""
    except ValueError:
        return ""
