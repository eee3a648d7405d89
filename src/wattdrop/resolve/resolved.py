"""A description resolved: the model, machine and place it means, and the kernel's setup bound from their figures."""

from __future__ import annotations

import math

from ..errors import RowError
from ..kernel.columns import Evidence, Setup
from ..kernel.constants import Constants
from ..kernel.estimate import estimate
from ..kernel.ops import FLOATS
from ..typed import TYPE_CHECKING, NamedTuple
from ..units import PER_BILLION
from .choice import Choice
from .description import Description
from .hardware import HardwareFound, names_hardware, resolve_hardware
from .lifetime import Lifetime, lifetime
from .model import ModelFound, resolve_model
from .place import PLACE_FIELDS, PlaceFound, resolve_place
from .service import ServiceFound, resolve_service
from .serving import serve
from .suggestions import unknown
from .task import named_task, resolve_task

if TYPE_CHECKING:
    from ..catalog import Catalog
    from ..kernel.demand import Demand


class Resolved(NamedTuple):
    """Everything that follows from the names of a row."""

    setup: Setup
    choices: tuple[Choice, ...]
    task: str
    model_ix: int
    node_ix: int
    gpu_ix: int
    service_ix: int | None
    datatype_ix: int
    place: PlaceFound
    description: Description
    demand: Demand
    lifetime: Lifetime
    request_flops: float  # of one default request of the model

    def named(self) -> frozenset[str]:
        """The fields of the description that say something; a place that is not known says nothing."""
        said = frozenset(
            name for name, value in zip(Description._fields, self.description, strict=True) if value
        )
        return said if self.place.is_given else said - PLACE_FIELDS

    @property
    def zone_ix(self) -> int:
        """The grid zone."""
        return self.place.zone_ix


class Found(NamedTuple):
    """What the names of a row mean: the answer to each question that a description leaves open."""

    task: Choice
    model: ModelFound
    service: ServiceFound
    datatype: DatatypeFound
    hardware: HardwareFound
    place: PlaceFound


class DatatypeFound(NamedTuple):
    """Index in the catalog's datatypes and how it was found."""

    ix: int
    choice: Choice


def resolve_description(catalog: Catalog, d: Description) -> Resolved | RowError:
    """Everything that follows from a description."""
    found = find(catalog, d)
    if isinstance(found, RowError):
        return found
    c = kernel_constants(catalog)
    served = serve(catalog, d, found, c)
    request_flops = _default_request_flops(served.setup, c)
    life = lifetime(catalog, found.model.ix, request_flops)
    note = served.demand.note
    workload = Choice("workload", found.task.chosen, found.task.basis, "demand of the task", note)
    return Resolved(
        served.setup._replace(**life.per_request()),
        (*served.choices, life.choice, *((workload,) if note else ())),
        found.task.chosen,
        found.model.ix,
        found.hardware.node_ix,
        found.hardware.gpu_ix,
        found.service.ix,
        found.datatype.ix,
        found.place,
        d,
        served.demand,
        life,
        request_flops,
    )


def find(catalog: Catalog, d: Description) -> Found | RowError:
    """Answer every question that a description leaves open, in the order in which the answers need each other."""
    task_named = named_task(catalog, d)
    if isinstance(task_named, RowError):
        return task_named
    model = resolve_model(catalog, d, task_named)
    if isinstance(model, RowError):
        return model
    task = resolve_task(catalog, d, task_named, model.ix)
    service = resolve_service(catalog, d, model.ix, names_hardware(d))
    datatype = _datatype(catalog, d, model.ix, service.ix)
    if isinstance(datatype, RowError):
        return datatype
    weight_bytes = catalog.datatypes.number(datatype.ix, "bytes_per_weight")
    size_billions = catalog.models.number(model.ix, "total_params_billions")
    if size_billions != size_billions:  # of the package's own every one has a size
        name = catalog.models.ids[model.ix]
        message = f"the model {name} has no total_params_billions, without which nothing is known of its work; add it"
        return RowError(code="unknown_model", field="model_id", message=message)
    model_bytes = size_billions * PER_BILLION * weight_bytes
    hardware = resolve_hardware(catalog, d, service.ix, model_bytes)
    if isinstance(hardware, RowError):
        return hardware
    place = resolve_place(catalog, d, service, hardware)
    return Found(task, model, service, datatype, hardware, place)


def _datatype(
    catalog: Catalog, d: Description, model_ix: int, service_ix: int | None
) -> DatatypeFound | RowError:
    table = catalog.datatypes
    if d.datatype:
        ix = table.find(d.datatype)
        if ix is None:
            return unknown("datatype", "datatype", d.datatype, table)
        return DatatypeFound(ix, Choice("datatype", table.ids[ix], "given", "datatype"))
    packed = "" if service_ix is None else catalog.services.text(service_ix, "default_datatype")
    if packed:
        return DatatypeFound(table.row(packed), Choice("datatype", packed, "assumed", "service default"))
    of_model = catalog.models.text(model_ix, "datatype")
    ix = table.find(of_model) if of_model else None
    if ix is not None:
        choice = Choice("datatype", table.ids[ix], "published", "the model's usual serving precision")
        return DatatypeFound(ix, choice)
    return DatatypeFound(
        table.row("bf16"), Choice("datatype", "bf16", "assumed", "no precision is published")
    )


#: A row that states nothing: what the setup's defaults make of it is the model's default request.
_NOTHING_STATED = Evidence(*([math.nan] * len(Evidence._fields)))._replace(
    grid_hourly_ratio=1.0, ewif_hourly_ratio=1.0, quantity=1.0
)


def _default_request_flops(setup: Setup, c: Constants) -> float:
    """Arithmetic of one default request of the model. [FLOP]"""
    impact = estimate(setup, _NOTHING_STATED, c, FLOATS)
    many = impact.denoise
    return float(
        impact.prefill.prefill_flops
        + impact.reply.decode_flops
        + impact.passes.pass_flops
        + many.denoise_linear_flops
        + many.denoise_attention_flops
        + many.denoise_decoder_flops
        + many.denoise_prompt_flops
    )


def kernel_constants(catalog: Catalog) -> Constants:
    """The kernel's constants from the catalog's figures."""
    values = catalog.constant_values()
    return Constants(*map(values.__getitem__, Constants._fields))
