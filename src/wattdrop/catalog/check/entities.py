"""Checks of models, accelerators, nodes, services and families against physics and each other."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from ...schema.names import letters_and_digits
from ..figure import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..catalog import Catalog
    from ..table import Table

_DATE: Final = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?")
_SLUG: Final = re.compile(r"[a-z0-9-]{3,64}")
# Sums of rounded figures: node power totals are the product of two whole numbers, parameter counts have 3
# digits.
_ROUNDING: Final = 0.01
_DENSE_SHARE: Final = 0.35  # the rest may be embeddings that are looked up; less is a mixture or a slip


def _not_above(table: Table, smaller: str, larger: str, fix: str) -> Iterator[Problem]:
    """Where both are known, `smaller` is at most `larger`."""
    for ix, entity in enumerate(table.ids):
        small, large = table.number(ix, smaller), table.number(ix, larger)
        if small > large * (1 + 1e-9):
            yield Problem(table.file(ix), entity, smaller, f"{small:g} is above {larger} {large:g}", fix)


def check_parameter_counts(catalog: Catalog) -> Iterator[Problem]:
    """A model cannot use more weights per token than it has; a dense one uses most, embeddings aside."""
    models = catalog.models
    yield from _not_above(
        models, "active_params_billions", "total_params_billions", "correct one of the counts"
    )
    for ix, entity in enumerate(models.ids):
        active, total = (models.number(ix, f"{part}_params_billions") for part in ("active", "total"))
        if models.text(ix, "architecture") == "dense" and active < total * _DENSE_SHARE:
            what = f"dense, but only {active:g} of {total:g} billion weights are active"
            yield Problem(
                models.file(ix), entity, "active_params_billions", what, "correct count or architecture"
            )


def check_expert_counts(catalog: Catalog) -> Iterator[Problem]:
    """A token visits at most all experts, and every mixture uses fewer weights than it has."""
    fix = "correct one of the counts"
    yield from _not_above(catalog.models, "number_of_active_experts", "number_of_experts", fix)


def check_dates(catalog: Catalog) -> Iterator[Problem]:
    """Release dates are ISO dates, to the day, month or year."""
    models = catalog.models
    for ix, entity in enumerate(models.ids):
        date = models.text(ix, "release_date")
        if date and not _DATE.fullmatch(date):
            yield Problem(
                models.file(ix), entity, "release_date", f"not a date: {date!r}", "write it as YYYY-MM-DD"
            )


def check_families(catalog: Catalog) -> Iterator[Problem]:
    """The family of a model exists, and the default model of a family is one of its models."""
    models, families = catalog.models, catalog.families
    known = {letters_and_digits(name) for name, _ in families.names()}
    for ix, entity in enumerate(models.ids):
        family = models.text(ix, "family")
        if family and letters_and_digits(family) not in known:
            yield Problem(
                models.file(ix), entity, "family", f"no family {family!r}", "correct it or add the family"
            )
    for ix, entity in enumerate(families.ids):
        name = families.text(ix, "default_model_name")
        if name and len(catalog.models_named(entity, name)) != 1:
            what = f"{len(catalog.models_named(entity, name))} models of the family are named {name!r}"
            yield Problem(
                families.file(ix), entity, "default_model_name", what, "name exactly one of its models"
            )


def check_accelerator_power(catalog: Catalog) -> Iterator[Problem]:
    """An accelerator at rest draws less than its limit."""
    yield from _not_above(catalog.gpus, "idle_power_w", "max_power_w", "correct one of the two")


def check_node_power(catalog: Catalog) -> Iterator[Problem]:
    """A host draws less idle than busy, and the power of a node's accelerators is count times limit."""
    nodes = catalog.nodes
    yield from _not_above(nodes, "idle_power_w_ex_gpu", "active_power_w_ex_gpu", "correct one of the two")
    if "gpu_max_power_w_total" not in catalog.quantities():
        return
    for ix, entity in enumerate(nodes.ids):
        gpu_ix = catalog.gpus.find(nodes.text(ix, "gpu_id"))
        if gpu_ix is None:
            continue
        expected = nodes.number(ix, "gpu_count") * catalog.gpus.number(gpu_ix, "max_power_w")
        total = nodes.number(ix, "gpu_max_power_w_total")
        if abs(total - expected) > _ROUNDING * expected:
            what = f"{total:g} W, but count times limit is {expected:g} W"
            yield Problem(
                nodes.file(ix), entity, "gpu_max_power_w_total", what, "correct count, limit or total"
            )


def check_slugs(catalog: Catalog) -> Iterator[Problem]:
    """Every node has an id that the contract's pattern accepts, and no two have the same."""
    nodes = catalog.nodes
    owners: dict[str, str] = {}
    for ix, entity in enumerate(nodes.ids):
        slug = catalog.node_slug(ix)
        if not _SLUG.fullmatch(slug):
            what = f"{slug!r} is not 3 to 64 lower-case letters, digits and dashes"
            yield Problem(nodes.file(ix), entity, "id", what, "choose an id that turns into one")
        if slug in owners:
            yield Problem(nodes.file(ix), entity, "id", f"same slug as {owners[slug]}", "rename one")
        owners[slug] = entity


def check_service_hardware(catalog: Catalog) -> Iterator[Problem]:
    """The default accelerator of a service is the one in its default node."""
    services, nodes, gpus = catalog.services, catalog.nodes, catalog.gpus
    for ix, entity in enumerate(services.ids):
        node, gpu = services.text(ix, "default_node_id"), services.text(ix, "default_gpu_id")
        node_ix = nodes.find(node) if node else None
        if gpu and node_ix is not None and gpus.find(gpu) != gpus.find(nodes.text(node_ix, "gpu_id")):
            what = f"{gpu}, but {node} has {nodes.text(node_ix, 'gpu_id')}"
            yield Problem(services.file(ix), entity, "default_gpu_id", what, "correct node or accelerator")


def check_service_places(catalog: Catalog) -> Iterator[Problem]:
    """Default countries exist, and so do default regions, as a cloud region or as a region of the country."""
    for table, region_field in (
        (catalog.services, "default_region"),
        (catalog.providers, "default_cloud_region"),
    ):
        for ix, entity in enumerate(table.ids):
            country, region = table.text(ix, "default_country"), table.text(ix, region_field)
            if country and catalog.zone_of(country) is None:
                what = f"no zone for country {country!r}"
                yield Problem(table.file(ix), entity, "default_country", what, "use an ISO 3166 code")
            if region and not (catalog.regions_named(region) or catalog.zone_of(country, region) is not None):
                what = f"no cloud has a region {region!r}"
                yield Problem(table.file(ix), entity, region_field, what, "correct it or add the region")


def check_hosts(catalog: Catalog) -> Iterator[Problem]:
    """A host name belongs to one service."""
    services = catalog.services
    owners: dict[str, str] = {}
    for ix, entity in enumerate(services.ids):
        for host in services.texts(ix, "hosts"):
            if owners.setdefault(host.casefold(), entity) != entity:
                what = f"{host} is also of {owners[host.casefold()]}"
                yield Problem(services.file(ix), entity, "hosts", what, "keep it at one of them")
