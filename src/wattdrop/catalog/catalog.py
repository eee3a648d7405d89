"""The catalog: all entities and figures of the data files, found by the names people use. Immutable."""

from __future__ import annotations

from ..errors import CatalogError
from ..schema.names import letters_and_digits, normalise, slug
from ..typed import TYPE_CHECKING, NamedTuple
from ..units import BYTES_PER_GB
from .columns import Part
from .figure import CONSTANT_QUANTITY, Figure, Intensity, Quantity, Source
from .grids import Grids
from .table import Table

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping
    from typing import Any, Final, TypeAlias

Entity: TypeAlias = "Mapping[str, Any]"
LIFE_CYCLE_INTENSITY: Final = "grid_intensity_gco2e_per_kwh"


class DefaultHardware(NamedTuple):
    """The node that models up to a size run on when the caller names none."""

    id: str
    max_model_bytes: float
    node_id: str


class Catalog:
    """Tables of entities, and the lookups that need more than one of them. Do not construct: `load` or
    `overlay`.
    """

    def __init__(
        self,
        digest: str,
        part: Callable[[str], Part],
        base: Catalog | None = None,
        extra_kinds: Collection[str] = (),
        extra_sources: Collection[Source] = (),
    ) -> None:
        self.digest: Final = digest
        self._part = part
        self._base = base
        self._extra_kinds = extra_kinds
        self._extra_sources = {source.id: source for source in extra_sources}
        self.models: Final = self._table("models")
        self.families: Final = self._table("families")
        self.tasks: Final = self._table("tasks")
        self.gpus: Final = self._table("gpus")
        self.nodes: Final = self._table("nodes")
        self.services: Final = self._table("services")
        self.providers: Final = self._table("providers")
        self.regions: Final = self._table("regions")
        self.zones: Final = self._table("zones")
        self.constants: Final = self._table("constants")
        self.power_curve: Final = self._table("power_curve")
        self.datacenters: Final = self._table("datacenters")
        self.datatypes: Final = self._table("datatypes")
        self.default_hardware_table: Final = self._table("default_hardware")
        self.grids: Final[Grids] = Grids(self.zones, part) if base is None else base.grids
        self._indexes: dict[str, dict[str, Any]] = {}

    def _table(self, kind: str) -> Table:
        if self._base is None:
            return Table(kind, self._part)
        base = self._base.table(kind)
        return Table(kind, self._part, base) if kind in self._extra_kinds else base

    def table(self, kind: str) -> Table:
        """The table of a kind by its name: models, gpus, ..."""
        table: Table = getattr(self, "default_hardware_table" if kind == "default_hardware" else kind)
        return table

    # --- the data dictionary and the sources ---

    def quantities(self) -> dict[str, Quantity]:
        """The data dictionary by id."""
        return self._index("quantities", self._read_quantities)

    def _read_quantities(self) -> dict[str, Quantity]:
        if self._base is not None:
            return self._base.quantities()
        return {key: Quantity(*entry) for key, entry in self._part("quantities").items()}

    def quantity(self, quantity_id: str) -> Quantity:
        """One entry of the data dictionary."""
        found = self.quantities().get(quantity_id)
        if found is None:
            raise CatalogError(f"no quantity named {quantity_id!r} in quantities.toml")
        return found

    def sources(self) -> dict[str, Source]:
        """Every source by id."""
        return self._index("sources", self._read_sources)

    def _read_sources(self) -> dict[str, Source]:
        if self._base is not None:
            return {**self._base.sources(), **self._extra_sources}
        return {key: Source(*entry) for key, entry in self._part("sources").items()}

    def source(self, source_id: str) -> Source:
        """Who said it."""
        found = self.sources().get(source_id)
        if found is None:
            raise CatalogError(f"no source with id {source_id!r} in sources/*.toml")
        return found

    def constant_values(self) -> dict[str, float]:
        """Every constant of the method by id. Shared: do not change it."""
        return self._index("constant values", self._read_constants)

    def _read_constants(self) -> dict[str, float]:
        constants = self.constants
        return {key: constants.number(ix, CONSTANT_QUANTITY) for ix, key in enumerate(constants.ids)}

    def constant(self, constant_id: str) -> float:
        """One constant of the method."""
        value = self.constant_values().get(constant_id)
        return self._constant_named(constant_id) if value is None else value

    def _constant_named(self, name: str) -> float:
        """By another spelling of its id; an error that names the nearest where there is none."""
        return self.constants.number(self.constants.row(name), CONSTANT_QUANTITY)

    # --- models ---

    def model_of_path(self, path: str) -> int | None:
        """The model with this Hugging Face path, its own or one of its aliases, whatever the case."""
        found: int | None = self._index("model paths", self._model_paths).get(normalise(path))
        return self.models.find(path) if found is None and "/" in path else found

    def _model_paths(self) -> dict[str, int]:
        models = self.models
        paths = ((normalise(models.text(ix, "hugging_face_path")), ix) for ix in models.visible())
        return {path: ix for path, ix in paths if path}

    def family_of(self, family: str) -> int | None:
        """The family of this name, compared by letters and digits; a `Family.` prefix is dropped."""
        plain = family.strip()
        if plain.casefold().startswith("family."):
            plain = plain[len("family.") :]
        exact = self.families.find(plain)
        if exact is not None:
            return exact
        return self._index("family letters", self._family_letters).get(letters_and_digits(plain))

    def _family_letters(self) -> dict[str, int]:
        return {
            key.replace("-", "").replace("/", ""): ix for key, ix in reversed(list(self.families.names()))
        }

    def models_of_family(self, family: str) -> tuple[int, ...]:
        """Rows of the family's models and of the families it includes (`gpt`: also `o-series`)."""
        by_family = self._index("family models", self._family_models)
        found = self.family_of(family)
        if found is None:
            return tuple(by_family.get(letters_and_digits(family), ()))
        rows: dict[int, None] = {}
        for included in self._with_included(found):
            rows.update(dict.fromkeys(by_family.get(letters_and_digits(included), ())))
        return tuple(rows)

    def _with_included(self, family_ix: int) -> list[str]:
        waiting, seen = [family_ix], {family_ix: None}
        for ix in waiting:
            for name in self.families.texts(ix, "includes"):
                included = self.families.find(name)
                if included is not None and included not in seen:
                    seen[included] = None
                    waiting.append(included)
        return [self.families.ids[ix] for ix in seen]

    def _family_models(self) -> dict[str, list[int]]:
        rows: dict[str, list[int]] = {}
        for ix in self.models.visible():
            rows.setdefault(letters_and_digits(self.models.text(ix, "family")), []).append(ix)
        return rows

    def models_named(self, family: str, name: str) -> tuple[int, ...]:
        """Rows of the family's models with this display name, id or alias. More than one: the name is
        ambiguous.

        First as spelled apart from case and separators, then by letters and digits only.
        """
        rows = self.models_of_family(family)
        for form in (normalise, letters_and_digits):
            wanted = form(name)
            named = [ix for ix in rows if form(self.models.text(ix, "name")) == wanted]
            named = named or [
                ix for ix in rows if any(form(other) == wanted for other in self._other_names(ix))
            ]
            if named and wanted:
                return tuple(named)
        return ()

    def _other_names(self, ix: int) -> Iterable[str]:
        yield self.models.ids[ix]
        yield self.models.text(ix, "hugging_face_path").rpartition("/")[2]
        yield from self.models.texts(ix, "aliases")

    def model_of_family(self, family: str, name: str) -> int | None:
        """The one model of the family with this name; None where there is none or more than one."""
        rows = self.models_named(family, name)
        return rows[0] if len(rows) == 1 else None

    # --- hardware and services ---

    def node_of_cloud(self, cloud_id: str, instance_id: str) -> int | None:
        """The node of a cloud's instance type, in any case, the cloud by any of its names."""
        found = self.nodes.find(f"{cloud_id}:{instance_id}")
        if found is None and (cloud := self.cloud_of(cloud_id)) is not None:
            found = self.nodes.find(f"{cloud}:{instance_id}")
        return found

    def node_of_gpu(self, gpu_ix: int) -> int | None:
        """A machine with this accelerator: of those with most accelerators, on premises first, then the first
        listed. A customer's own only where none is shipped.
        """
        found: int | None = self._index("nodes of gpus", self._gpu_nodes).get(self.gpus.ids[gpu_ix])
        return found

    def _gpu_nodes(self) -> dict[str, int]:
        if self._base is None:
            return dict(self._part("nodes.of_gpus"))
        from .gpu_nodes import node_of_each_gpu

        return node_of_each_gpu(self.nodes)

    @property
    def default_hardware(self) -> tuple[DefaultHardware, ...]:
        """Where a model is taken to run when nothing says so, smallest size limit first."""
        table = self.default_hardware_table
        entries = (
            DefaultHardware(key, table.number(ix, "max_model_gb") * BYTES_PER_GB, table.text(ix, "node_id"))
            for ix, key in enumerate(table.ids)
        )
        return tuple(sorted(entries, key=lambda entry: entry.max_model_bytes))

    def node_slug(self, ix: int) -> str:
        """The node's id as the contract writes it in responses: `aws-p4d-24xlarge`."""
        return slug(self.nodes.ids[ix])

    def service_of_host(self, host: str) -> int | None:
        """The managed service behind a host name: the longest of `hosts` that it is or ends in."""
        hosts = self._index("hosts", self._service_hosts)
        labels = host.casefold().rstrip(".").split(":")[0].split(".")
        for start in range(len(labels)):
            found: int | None = hosts.get(".".join(labels[start:]))
            if found is not None:
                return found
        return None

    def _service_hosts(self) -> dict[str, int]:
        services = self.services
        return {
            host.casefold().removeprefix("*."): ix
            for ix in range(len(services))
            for host in services.texts(ix, "hosts")
        }

    # --- places ---

    def cloud_of(self, name: str) -> str | None:
        """The cloud id behind a provider's name or alias (`amazon`: `aws`)."""
        ix = self.providers.find(name)
        if ix is None:
            return None
        clouds = self.providers.texts(ix, "hosting_cloud_ids")
        return clouds[0] if len(clouds) == 1 else self.providers.ids[ix]

    def region_of_cloud(self, cloud_id: str, region_id: str) -> int | None:
        """A cloud region. Without a cloud: the region of that name if all clouds have it in one grid zone."""
        if cloud_id:
            found = self.regions.find(f"{cloud_id}:{region_id}")
            if found is None and (cloud := self.cloud_of(cloud_id)) is not None:
                found = self.regions.find(f"{cloud}:{region_id}")
            return found
        exact = self.regions.find(region_id)
        if exact is not None:
            return exact
        rows = self._index("region names", self._region_names).get(normalise(region_id), [])
        return rows[0] if len({self.regions.text(ix, "zone") for ix in rows}) == 1 else None

    def regions_named(self, region_id: str) -> tuple[int, ...]:
        """Every cloud's region of this name, for the message that asks for the cloud."""
        return tuple(self._index("region names", self._region_names).get(normalise(region_id), ()))

    def _region_names(self) -> dict[str, list[int]]:
        rows: dict[str, list[int]] = {}
        for ix in range(len(self.regions)):
            rows.setdefault(normalise(self.regions.text(ix, "region_id")), []).append(ix)
        return rows

    @property
    def world_zone(self) -> int:
        """The zone of last resort."""
        return self.zones.row("world")

    def has_intensity(self, zone_ix: int) -> bool:
        """Whether a zone has a life-cycle intensity of its own."""
        return bool(self.grids.history(zone_ix, LIFE_CYCLE_INTENSITY))

    def zone_of(self, country: str, region: str | None = None) -> int | None:
        """The grid zone of a country, or of a region in it given as `VA`, `US-VA` or by name.

        None if the country is not known, or the region is not known in it: the caller decides what then.
        """
        if region:
            return self._zone_in(country, region)
        return self._country(country) if country else None

    def _country(self, country: str) -> int | None:
        """A country by its two letters, else by its three letters or its name."""
        found = self.zones.find(country)
        if found is None:
            found = self._index("countries", self._countries).get(normalise(country))
        return found

    def _countries(self) -> dict[str, int]:
        zones = self.zones
        rows = [ix for ix in range(len(zones)) if zones.text(ix, "kind") == "country"]
        return {
            normalise(zones.text(ix, field)): ix
            for field in ("name", "iso3")
            for ix in rows
            if zones.text(ix, field)
        }

    def _zone_in(self, country: str, region: str) -> int | None:
        country_ix = self._country(country) if country else None
        if country and country_ix is None:
            return None
        country = self.zones.ids[country_ix] if country_ix is not None else ""
        wanted = normalise(country)
        for name in (f"{country}-{region}", region) if country else (region,):
            found = self.zones.find(name)
            if found is None:
                found = self._index("zone codes", self._zone_codes).get(normalise(name))
            if found is not None and wanted in ("", normalise(self.zones.text(found, "country"))):
                return found
        names = self._index("zone names", self._zone_names)
        return names.get((wanted, normalise(region)))

    def _zone_codes(self) -> dict[str, int]:
        """ISO 3166-2 code -> zone, of the zones that have one or are made of several."""
        codes: dict[str, int] = {}
        for ix in range(len(self.zones)):
            code = self.zones.text(ix, "iso3166_2")
            for member in (code, *self.zones.texts(ix, "members")):
                if member:
                    codes.setdefault(normalise(member), ix)
        return codes

    def _zone_names(self) -> dict[Any, int]:
        names: dict[Any, int] = {}
        for ix in range(len(self.zones)):
            country, name = normalise(self.zones.text(ix, "country")), normalise(self.zones.text(ix, "name"))
            names.setdefault((country, name), ix)
        return names

    def intensity(self, zone_ix: int, quantity: str, year: int) -> Intensity:
        """The yearly figure in force: (value, year, source id, basis, rung)."""
        return self.grids.intensity(zone_ix, quantity, year)

    def hourly(self, zone_ix: int) -> int | None:
        """The profile of a zone's day, or None."""
        return self.grids.hourly(zone_ix)

    def hourly_ratio(self, profile_ix: int, month: int, hour: int) -> tuple[float, float]:
        """(carbon, off-site water) of a month's hour in UTC over the annual mean."""
        return self.grids.hourly_ratio(profile_ix, month, hour)

    def ewif(self, zone_ix: int) -> Figure | None:
        """Off-site water per kWh of the zone's electricity. [L/kWh]"""
        return self.grids.ewif(zone_ix)

    def ewif_value(self, zone_ix: int) -> float:
        """As `ewif`, the number alone; nan where not even the world has one. [L/kWh]"""
        return self.grids.ewif_value(zone_ix)

    # --- custom entities ---

    def overlay(
        self,
        models: Iterable[Entity] = (),
        nodes: Iterable[Entity] = (),
        gpus: Iterable[Entity] = (),
        datacenters: Iterable[Entity] = (),
        shadowing: bool = False,
    ) -> Catalog:
        """A catalog with these entities behind the base's rows, which it shares and does not copy.

        An entity with ``"replaces": id`` stands in for that row of the base. A name that the base has is a conflict,
        unless ``shadowing``: then it means the new entity. CatalogError where an entity cannot be.
        """
        from .overlay import overlaid

        entities = {"models": models, "nodes": nodes, "gpus": gpus, "datacenters": datacenters}
        return overlaid(self, entities, shadowing, checked=False)

    def remembered(self, name: str, build: Callable[..., Any], *parts: Any) -> Any:
        """What somebody worked out of this catalog: built of ``parts`` when first asked for, gone with the catalog."""
        found = self._indexes.get(name)
        if found is None:
            found = self._indexes[name] = build(*parts)
        return found

    def _index(self, name: str, build: Callable[[], dict[Any, Any]]) -> dict[Any, Any]:
        """A lookup built when first asked for."""
        index = self._indexes.get(name)
        if index is None:
            index = self._indexes[name] = build()
        return index
