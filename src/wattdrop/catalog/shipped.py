"""A catalog on its way to another process: what is the package's own goes by its digest, what is not goes whole.

Workers of a cluster have the package installed and need no copy of its data, only proof that it is the same. Custom
entities, and the data of a folder of one's own, exist nowhere else.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from ..errors import CatalogError
from .catalog import Catalog
from .figure import Source
from .loading import CachedParts, load


class Layer(NamedTuple):
    """Entities laid over the ones below: the parts of their tables, and what the whole is called."""

    digest: str
    parts: dict[str, dict[str, Any]]
    kinds: tuple[str, ...]
    sources: tuple[Source, ...]


class Shipped(NamedTuple):
    """A catalog as something that can be pickled."""

    base_digest: str
    base_parts: dict[str, dict[str, Any]] | None
    """None where the base is the package's own data."""
    layers: tuple[Layer, ...]

    @property
    def digest(self) -> str:
        """The digest of the whole."""
        return self.layers[-1].digest if self.layers else self.base_digest

    def catalog(self) -> Catalog:
        """The same catalog here.

        Raises
        ------
        CatalogError
            If the package that is installed here holds other data than the one that sent it.
        """
        if self.base_parts is not None:
            catalog = Catalog(self.base_digest, self.base_parts.__getitem__)
        else:
            catalog = load()
            if catalog.digest != self.base_digest:
                raise CatalogError(
                    f"this process has the data {catalog.digest[:12]}, the one that sent the work has "
                    f"{self.base_digest[:12]}: install the same version of wattdrop on both, or send the data along "
                    "with catalog=wattdrop.load(FOLDER)"
                )
        for layer in self.layers:
            catalog = Catalog(layer.digest, layer.parts.__getitem__, catalog, layer.kinds, layer.sources)
        return catalog


def shipped(catalog: Catalog) -> Shipped:
    """The catalog as something that can be sent."""
    layers = []
    while catalog._base is not None:
        parts = {
            name: dict(catalog._part(name))
            for kind in catalog._extra_kinds
            for name in (kind, kind + ".figures")
        }
        layers.append(
            Layer(catalog.digest, parts, tuple(catalog._extra_kinds), tuple(catalog._extra_sources.values()))
        )
        catalog = catalog._base
    return Shipped(catalog.digest, _parts(catalog), tuple(reversed(layers)))


def _parts(base: Catalog) -> dict[str, dict[str, Any]] | None:
    if base.digest == load().digest:
        return None
    part: Any = base._part
    if isinstance(part, CachedParts):
        return part.all()
    # Built from text a moment ago, where no cache can be written.
    parts: dict[str, dict[str, Any]] = part.__self__
    return parts
