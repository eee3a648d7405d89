"""Checks of models, accelerators, nodes, services and families against physics and each other."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from ...schema.names import letters_and_digits
from ...units import FLOPS_PER_TFLOP, PER_BILLION, S_PER_HOUR
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
_EXPERT_ROUNDING: Final = 0.05
_SHAPE_SHARES: Final = (0.25, 6.0)
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
    """A token visits at most all experts, and the experts together are at most the model."""
    models = catalog.models
    yield from _not_above(
        models, "number_of_active_experts", "number_of_experts", "correct one of the counts"
    )
    for ix, entity in enumerate(models.ids):
        experts, each = (
            models.number(ix, "number_of_experts"),
            models.number(ix, "params_per_expert_billions"),
        )
        total = models.number(ix, "total_params_billions")
        if experts * each > total * (1 + _EXPERT_ROUNDING):
            what = f"{experts:g} experts of {each:g} billion are more than the model's {total:g} billion"
            yield Problem(
                models.file(ix), entity, "params_per_expert_billions", what, "correct one of the counts"
            )


def check_model_shapes(catalog: Catalog) -> Iterator[Problem]:
    """Weights follow from layers and width: a transformer layer has about 12 times its width squared.

    Only for dense models, and only to find slips by a factor: gated and shared layers move it by two or three.
    """
    models = catalog.models
    yield from _not_above(models, "num_kv_heads", "num_attention_heads", "correct one of the counts")
    yield from _not_above(
        models, "text_encoder_params_billions", "total_params_billions", "correct one of the counts"
    )
    for ix, entity in enumerate(models.ids):
        if models.text(ix, "architecture") != "dense":
            continue
        active, width = (
            models.number(ix, "active_params_billions") * PER_BILLION,
            models.number(ix, "hidden_size"),
        )
        layers = 12 * models.number(ix, "num_layers") * width**2
        vocabulary = models.number(ix, "vocab_size")
        embeddings = 2 * vocabulary * width if vocabulary == vocabulary else 0.0
        if active < layers * _SHAPE_SHARES[0] or active - embeddings > layers * _SHAPE_SHARES[1]:
            what = f"{active / PER_BILLION:g} billion active weights, but layers of about {layers / PER_BILLION:.3g}"
            yield Problem(models.file(ix), entity, "num_layers", what, "correct weights, layers or width")


def check_training(catalog: Catalog) -> Iterator[Problem]:
    """Training took at least as long as the fastest accelerator of the catalog would at its peak."""
    models, gpus = catalog.models, catalog.gpus
    peaks = (
        gpus.number(ix, name) for ix in range(len(gpus)) for name in ("fp16_tflops_dense", "fp8_tflops_dense")
    )
    fastest = max((peak for peak in peaks if peak == peak), default=0.0) * FLOPS_PER_TFLOP
    for ix, entity in enumerate(models.ids):
        hours, flop = models.number(ix, "training_gpu_hours"), models.number(ix, "training_compute_flop")
        if flop > fastest * hours * S_PER_HOUR:
            what = f"{flop:.3g} FLOP in {hours:g} hours is faster than any accelerator"
            yield Problem(
                models.file(ix), entity, "training_compute_flop", what, "let both be of the same training"
            )


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
        default, members = families.text(ix, "default_model_id"), catalog.models_of_family(entity)
        if members and models.find(default) not in members:
            what = f"{default!r} is no model of the family"
            yield Problem(families.file(ix), entity, "default_model_id", what, "name one of its models")


def check_accelerators(catalog: Catalog) -> Iterator[Problem]:
    """An accelerator at rest draws less than its limit, and is not slower at narrower numbers."""
    yield from _not_above(catalog.gpus, "idle_power_w", "max_power_w", "correct one of the two")
    yield from _not_above(catalog.gpus, "fp16_tflops_dense", "fp8_tflops_dense", "give dense rates for both")
    yield from _not_above(catalog.gpus, "fp8_tflops_dense", "fp4_tflops_dense", "give dense rates for both")


def check_power_observations(catalog: Catalog) -> Iterator[Problem]:
    """A node draws at least what its accelerators draw."""
    curve = catalog.power_curve
    for ix, entity in enumerate(curve.ids):
        node, each = curve.number(ix, "node_power_w"), curve.number(ix, "gpu_power_w_each")
        if node < each * curve.number(ix, "gpu_count") * (1 - _ROUNDING):
            what = f"{node:g} W, less than its accelerators"
            yield Problem(curve.file(ix), entity, "node_power_w", what, "correct node, accelerators or count")


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
    """The default accelerators of a service are in its default node."""
    services, nodes, gpus = catalog.services, catalog.nodes, catalog.gpus
    for ix, entity in enumerate(services.ids):
        node, gpu = services.text(ix, "default_node_id"), services.text(ix, "default_gpu_id")
        node_ix = nodes.find(node) if node else None
        if gpu and node_ix is not None and gpus.find(gpu) != gpus.find(nodes.text(node_ix, "gpu_id")):
            what = f"{gpu}, but {node} has {nodes.text(node_ix, 'gpu_id')}"
            yield Problem(services.file(ix), entity, "default_gpu_id", what, "correct node or accelerator")
        if node_ix is not None and services.number(ix, "default_gpu_count") > nodes.number(
            node_ix, "gpu_count"
        ):
            what = f"more than the {nodes.number(node_ix, 'gpu_count'):g} of {node}"
            yield Problem(services.file(ix), entity, "default_gpu_count", what, "correct node or count")


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
