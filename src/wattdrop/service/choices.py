"""``GET /v1/choices``: what a form may offer for a row: tasks with inputs and outputs, services, regions, countries."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from falcon.asgi import Request, Response

from ..catalog import Catalog, Table
from ..schema.choices import ChoicesResponse
from .context import Context
from .description import Example, operation
from .description.operation import UNCHANGED, json_answer
from .open_lists import send_open_list


class ChoiceList:
    """Made once for a catalog: nothing in it is a customer's own, so no key is needed."""

    def __init__(self, context: Context) -> None:
        self._context = context

    @operation(
        "listChoices",
        "Catalog",
        "What a form may offer",
        text="Tasks with what goes in and comes out, managed services, cloud regions and countries: values that rows "
        "may name. Models, nodes and accelerators have lists of their own, with `search`.",
        answers={
            200: json_answer("The choices.", ChoicesResponse, "x-wattdrop-catalog-digest"),
            304: UNCHANGED,
        },
        errors=(406,),
        examples=(Example("all", "All of them", recorded=False),),
    )
    async def on_get(self, request: Request, response: Response) -> None:
        """List them."""
        send_open_list(request, response, self._context.catalogs.base, "choices", _choices)


def _choices(catalog: Catalog) -> dict[str, list[dict[str, Any]]]:
    return {
        "tasks": list(_tasks(catalog.tasks)),
        "services": sorted(_services(catalog.services), key=lambda one: one["name"].casefold()),
        "regions": list(_regions(catalog.regions)),
        "countries": sorted(_countries(catalog.zones), key=lambda one: one["name"]),
    }


def _tasks(tasks: Table) -> Iterator[dict[str, Any]]:
    for ix in tasks.visible():
        yield {
            "id": tasks.ids[ix],
            "modality": tasks.text(ix, "modality"),
            "inputs": tasks.texts(ix, "inputs"),
            "outputs": tasks.texts(ix, "outputs"),
        }


def _services(services: Table) -> Iterator[dict[str, Any]]:
    for ix in services.visible():
        yield {"id": services.ids[ix], "name": services.text(ix, "name")}


def _regions(regions: Table) -> Iterator[dict[str, Any]]:
    for ix in regions.visible():
        yield {
            "cloud_id": regions.text(ix, "cloud_id"),
            "cloud_region": regions.text(ix, "region_id"),
            "name": regions.text(ix, "name") or regions.text(ix, "city"),
            "country": regions.text(ix, "country"),
        }


def _countries(zones: Table) -> Iterator[dict[str, Any]]:
    for ix in zones.visible():
        if zones.text(ix, "kind") == "country":
            yield {"id": zones.ids[ix], "name": zones.text(ix, "name")}
