"""``GET /v1/places``: countries and cloud regions with the intensity of their grids, for a map."""

from __future__ import annotations

from typing import Any

from falcon.asgi import Request, Response

from ..catalog import Catalog
from ..engine.explained import source_record
from ..resolve.place import GRID, NEWEST_YEAR, zone_of_region
from ..schema.places import PlacesResponse
from .context import Context
from .description import Example, operation
from .description.operation import UNCHANGED, json_answer
from .open_lists import send_open_list


class PlaceList:
    """Made once for a catalog: nothing in it is a customer's own, so no key is needed."""

    def __init__(self, context: Context) -> None:
        self._context = context

    @operation(
        "listPlaces",
        "Evidence",
        "Places and the intensity of their grids",
        text="Countries and cloud regions, each with the newest yearly life-cycle intensity of its grid, as rows of that "
        "place without a time are estimated with. Regions are placed at their city.",
        answers={
            200: json_answer("The places.", PlacesResponse, "x-wattdrop-catalog-digest"),
            304: UNCHANGED,
        },
        errors=(406,),
        examples=(Example("all", "All of them", recorded=False),),
    )
    async def on_get(self, request: Request, response: Response) -> None:
        """List them."""
        send_open_list(request, response, self._context.catalogs.base, "places", _places)


def _places(catalog: Catalog) -> dict[str, list[dict[str, Any]]]:
    zones, regions = catalog.zones, catalog.regions
    countries = [_country(catalog, ix) for ix in zones.visible() if zones.text(ix, "kind") == "country"]
    places = [_region(catalog, ix) for ix in regions.visible()]
    grids = [one["grid"]["source_id"] for one in (*countries, *places)]
    ids = dict.fromkeys([*grids, *(one["source_id"] for one in places if "source_id" in one)])
    return {
        "countries": sorted(countries, key=lambda one: one["name"]),
        "regions": places,
        "sources": [source_record(catalog, id) for id in ids],
    }


def _country(catalog: Catalog, ix: int) -> dict[str, Any]:
    return {"id": catalog.zones.ids[ix], "name": catalog.zones.text(ix, "name"), "grid": _grid(catalog, ix)}


def _region(catalog: Catalog, ix: int) -> dict[str, Any]:
    regions = catalog.regions
    zone_ix = zone_of_region(catalog, ix)
    shown = {
        "cloud_id": regions.text(ix, "cloud_id"),
        "cloud_region": regions.text(ix, "region_id"),
        "name": regions.text(ix, "name"),
        "city": regions.text(ix, "city"),
        "country": regions.text(ix, "country"),
        "grid": _grid(catalog, catalog.world_zone if zone_ix is None else zone_ix),
    }
    latitude, longitude = regions.figure(ix, "latitude_deg"), regions.figure(ix, "longitude_deg")
    if latitude is None or longitude is None:
        return shown
    source = latitude.source_ids[0]
    return {**shown, "latitude_deg": latitude.value, "longitude_deg": longitude.value, "source_id": source}


def _grid(catalog: Catalog, zone_ix: int) -> dict[str, Any]:
    figure, of, _ = catalog.grids.intensity_figure(zone_ix, GRID, NEWEST_YEAR)
    year = {} if figure.valid_from is None else {"year": figure.valid_from}
    return {
        "gco2e_per_kwh": figure.value,
        **year,
        "basis": figure.basis,
        "zone": catalog.zones.ids[of],
        "stands_in": of != zone_ix,
        "source_id": figure.source_ids[0],
    }
