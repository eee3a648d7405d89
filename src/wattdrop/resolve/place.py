"""Where and when the work was done: grid zone, facility, year and hour."""

from __future__ import annotations

from ..typed import TYPE_CHECKING, NamedTuple
from .choice import Choice

if TYPE_CHECKING:
    from ..catalog import Catalog
    from ..schema.moment import Moment
    from .description import Description
    from .hardware import HardwareFound
    from .service import ServiceFound

GRID = "grid_intensity_gco2e_per_kwh"
GRID_DIRECT = "grid_direct_gco2e_per_kwh"
#: Fields of a row that say where it ran.
PLACE_FIELDS = frozenset({"country", "region", "cloud_region", "datacenter_id"})
#: Stands for "no time given": the newest figure applies.
NEWEST_YEAR = 9999


class PlaceFound(NamedTuple):
    """Grid zone, cloud region and facility operator (indices, None where unknown) and how each was chosen."""

    zone_ix: int
    region_ix: int | None
    provider_ix: int | None
    datacenter_ix: int | None
    profile_ix: int | None  # shape of the zone's day; None where none is known or the row gives no time
    choices: tuple[Choice, ...]  # the place first

    @property
    def is_given(self) -> bool:
        """Whether the row itself says where it ran, in a way that is known."""
        return self.choices[0].basis == "given"


def resolve_place(
    catalog: Catalog, d: Description, service: ServiceFound, hardware: HardwareFound
) -> PlaceFound:
    """The place of a row. An unknown region never fails a row: the next rung answers and the note says so."""
    notes: list[str] = []
    service_ix = service.ix
    cloud = d.cloud_id or catalog.nodes.text(hardware.node_ix, "cloud_id")
    given_region = _cloud_region(catalog, d, cloud, service_ix, notes)
    datacenter_ix = _datacenter(catalog, d, notes)
    zone = _zone_given(catalog, d, notes)
    if zone is None and given_region is not None:
        zone = _zone_of_region(catalog, given_region, "given", "cloud_region")
    if zone is None and datacenter_ix is not None:
        zone = _zone_of_datacenter(catalog, datacenter_ix)
    region_ix = given_region
    if zone is None and service_ix is not None:
        region_ix = _service_region(catalog, service_ix)
        zone = _zone_of_service(catalog, service_ix, region_ix)
    provider_ix, provider_basis = _provider(catalog, d, service, hardware, region_ix)
    if zone is None and provider_ix is not None:
        home = catalog.providers.text(provider_ix, "default_country")
        zone = _zone_named(catalog, home, "", "operator default")
    if zone is None:
        nowhere = "nothing in the row says where it ran"
        zone = catalog.world_zone, Choice("place", "world", "assumed", "world", nowhere)
    zone_ix, choice = zone
    choices = [choice._replace(note="; ".join(filter(None, (choice.note, *notes))))]
    if provider_ix is not None:
        basis = provider_basis if region_ix == given_region else "assumed"
        name = _facility_name(catalog, region_ix, provider_ix)
        choices.append(Choice("facility", name, basis, "operator of the hardware"))
    profile_ix = None if d.year is None else catalog.hourly(zone_ix)
    return PlaceFound(zone_ix, region_ix, provider_ix, datacenter_ix, profile_ix, tuple(choices))


def _facility_name(catalog: Catalog, region_ix: int | None, provider_ix: int) -> str:
    operator = catalog.providers.ids[provider_ix]
    return (
        operator
        if region_ix is None
        else f"{operator}, region {catalog.regions.text(region_ix, 'region_id')}"
    )


def _cloud_region(
    catalog: Catalog, d: Description, cloud: str, service_ix: int | None, notes: list[str]
) -> int | None:
    if not d.cloud_region:
        return None
    for candidate in (
        cloud,
        catalog.services.text(service_ix, "default_cloud_id") if service_ix is not None else "",
    ):
        ix = catalog.region_of_cloud(candidate, d.cloud_region) if candidate else None
        if ix is not None:
            return ix
    service_named = service_ix is not None and (d.managed_service_id or d.base_url)
    cloud_is_known = bool(d.cloud_id or d.node_id or d.cloud_instance_id or service_named)
    regions = catalog.regions
    ix = regions.find(d.cloud_region) if cloud_is_known else catalog.region_of_cloud("", d.cloud_region)
    if ix is None:
        notes.append(_unknown_region(catalog, d.cloud_region, cloud_is_known))
    return ix


def _unknown_region(catalog: Catalog, name: str, cloud_is_known: bool) -> str:
    several = () if cloud_is_known else catalog.regions_named(name)
    if not several:
        return f"cloud region {name!r} is not known"
    clouds = ", ".join(catalog.regions.text(ix, "cloud_id") for ix in several)
    return f"cloud region {name!r} is of {clouds} in different grids; send cloud_id"


def _provider(
    catalog: Catalog, d: Description, service: ServiceFound, hardware: HardwareFound, region_ix: int | None
) -> tuple[int | None, str]:
    """Who operates the hardware, and on what basis: of the region, the service, the cloud, else of the world."""
    named = [] if region_ix is None else [(catalog.regions.text(region_ix, "cloud_id"), "given")]
    if service.ix is not None and service.choice is not None:
        services = catalog.services
        texts = (services.text(service.ix, field) for field in ("provider_id", "default_cloud_id"))
        named += [(name, service.choice.basis) for name in (services.ids[service.ix], *texts)]
    of_node = catalog.nodes.text(hardware.node_ix, "cloud_id")
    cloud = (d.cloud_id, "given") if d.cloud_id else (of_node, hardware.choice.basis)
    for name, basis in (*named, cloud, ("world-default", "assumed")):
        ix = catalog.providers.find(name) if name else None
        if ix is not None:
            return ix, basis
    return None, "assumed"


def _datacenter(catalog: Catalog, d: Description, notes: list[str]) -> int | None:
    if not d.datacenter_id:
        return None
    ix = catalog.datacenters.find(d.datacenter_id)
    if ix is None:
        notes.append(f"datacenter {d.datacenter_id!r} is not known")
    return ix


def _zone_given(catalog: Catalog, d: Description, notes: list[str]) -> tuple[int, Choice] | None:
    if not d.country:
        if d.region:
            notes.append(f"region {d.region!r} is given without a country")
        return None
    if d.region:
        ix = catalog.zone_of(d.country, d.region)
        if ix is not None:
            return ix, Choice("place", catalog.zones.ids[ix], "given", "country and region")
        notes.append(f"no grid figure for region {d.region!r} of {d.country}; the country's is used")
    ix = catalog.zone_of(d.country, None)
    if ix is None:
        notes.append(f"country {d.country!r} is not known")
        return None
    return ix, Choice("place", catalog.zones.ids[ix], "given", "country")


def _zone_of_datacenter(catalog: Catalog, ix: int) -> tuple[int, Choice] | None:
    """The grid zone of a site, else its region's or its country's, where its owner says one."""
    own = catalog.datacenters.text(ix, "zone")
    zone = catalog.zones.find(own) if own else None
    if zone is not None:
        return zone, Choice("place", catalog.zones.ids[zone], "given", "datacenter_id")
    country, region = (catalog.datacenters.text(ix, field) for field in ("country", "region"))
    found = _zone_named(catalog, country, region, "datacenter_id")
    return found and (found[0], found[1]._replace(basis="given"))


def _zone_of_region(catalog: Catalog, region_ix: int, basis: str, rung: str) -> tuple[int, Choice] | None:
    ix = zone_of_region(catalog, region_ix)
    if ix is None:
        return None
    region = catalog.regions.ids[region_ix]
    return ix, Choice("place", catalog.zones.ids[ix], basis, rung, f"grid of cloud region {region}")


def zone_of_region(catalog: Catalog, region_ix: int) -> int | None:
    """The smallest zone around a cloud region that has an intensity of its own."""
    for field in ("zone", "subregion", "country"):
        ix = catalog.zones.find(catalog.regions.text(region_ix, field))
        if ix is not None and catalog.has_intensity(ix):
            return ix
    return None


def _service_region(catalog: Catalog, service_ix: int) -> int | None:
    region = catalog.services.text(service_ix, "default_region")
    cloud = catalog.services.text(service_ix, "default_cloud_id")
    return catalog.region_of_cloud(cloud, region) if region and cloud else None


def _zone_of_service(catalog: Catalog, service_ix: int, region_ix: int | None) -> tuple[int, Choice] | None:
    """The usual cloud region of a service, else its usual state, else its country."""
    if region_ix is not None:
        return _zone_of_region(catalog, region_ix, "assumed", "service default")
    country, state = (catalog.services.text(service_ix, f"default_{part}") for part in ("country", "region"))
    return _zone_named(catalog, country, state, "service default")


def _zone_named(catalog: Catalog, country: str, state: str, rung: str) -> tuple[int, Choice] | None:
    ix = catalog.zone_of(country, state) if country and state else None
    if ix is None:
        ix = catalog.zone_of(country, None) if country else None
    return None if ix is None else (ix, Choice("place", catalog.zones.ids[ix], "assumed", rung))


def hourly_ratios(catalog: Catalog, place: PlaceFound, moment: Moment | None) -> tuple[float, float]:
    """Ratio of the hour's grid intensity and off-site water to their annual means; 1 where no shape is known."""
    if moment is None or place.profile_ix is None:
        return 1.0, 1.0
    return catalog.hourly_ratio(place.profile_ix, moment.month, moment.hour)
