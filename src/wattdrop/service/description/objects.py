"""Operations of the object routes. One class answers for all kinds, so they are written per kind, here."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from ...schema.entities import (
    Datacenter,
    DatacenterList,
    GPUListShown,
    GPUShown,
    ModelListShown,
    ModelShown,
    Node,
    NodeListShown,
)
from ...schema.objects import REQUIRED, AliasGiven, DatacenterGiven, GpuGiven, ModelGiven, NodeGiven
from .operation import Answer, Example, Operation, Parameter, described, json_answer
from .paging import PAGING, PAGING_HEADERS
from .schemas import reference


class Served(NamedTuple):
    """An operation with its path, as clients see it, and method."""

    path: str
    method: str
    operation: Operation


class _Kind(NamedTuple):
    name: str
    title: str  # as operation ids have it
    word: str
    words: str
    given: type
    shown: type
    list_shown: type
    filters: tuple[Parameter, ...]
    example: dict[str, Any]
    shipped: str  # an object that is there for everybody; empty where none is
    listed: dict[str, str]


_HALL: Final = "6b1c4c1e-7a53-4b47-9b52-1f3f1f0a7d10"
_MODEL: Final = _Kind(
    "model", "Model", "model", "Models", ModelGiven, ModelShown, ModelListShown,
    (Parameter("family", "Only models of a family, compared by letters and digits.", example="llama"),),
    {"id": "our-7b", "name": "Our 7B", "total_params_billions": 7.2},
    "llama_v31_8b", {"family": "whisper"},
)  # fmt: skip
_NODE: Final = _Kind(
    "node", "Node", "node", "Nodes", NodeGiven, Node, NodeListShown,
    (
        Parameter("service", "Only nodes of a managed service.", example="aws-bedrock"),
        Parameter("cloud", "Only nodes of a cloud.", example="aws"),
        Parameter("custom", "true: only your own; false: only those of everybody.", {"type": "boolean"}),
        Parameter("gpu", "Only nodes with an accelerator.", example="a100_40gb"),
        Parameter("instance", "Only nodes of an instance type.", example="p4d.24xlarge"),
    ),
    {"id": "rack-7", "gpu_id": "h100_sxm_80gb", "gpu_count": 8, "cpu_count": 2},
    "aws-p4d-24xlarge", {"cloud": "aws", "instance": "p4d.24xlarge"},
)  # fmt: skip
_GPU: Final = _Kind(
    "gpu", "GPU", "accelerator", "Accelerators", GpuGiven, GPUShown, GPUListShown, (),
    {
        "id": "our-chip", "name": "Our chip", "max_power_w": 500, "embodied_emissions_kgco2e": 150,
        "embodied_water_mlh2o": 1200000, "performance_ratio_to_h200": 0.5, "ols_intercept": 0,
        "ols_coefficient_gpu_count": 0,
    },
    "h100_sxm_80gb", {},
)  # fmt: skip
_DATACENTER: Final = _Kind(
    "datacenter", "Datacenter", "datacenter", "Datacenters", DatacenterGiven, Datacenter, DatacenterList, (),
    {"id": _HALL, "name": "Hall 2", "pue": 1.15, "gco2e_per_kwh": 42}, "", {},
)  # fmt: skip
_EXTENDED: Final = Parameter(
    "extended",
    "Also what the public API added later; its published client refuses those fields.",
    {"type": "boolean"},
)
_CUSTOMER: Final = Parameter(
    "customer",
    "Number of another customer, 0 for what everybody sees; needs the scope `admin`.",
    {"type": "integer"},
)
_SEARCH: Final = Parameter(
    "search",
    "Only those of which some name holds every word of this, the best match first.",
    example="llama 8b",
)
_WRITE_ERRORS: Final = (400, 401, 403, 404, 406, 409, 413, 415, 429)


def _list(kind: _Kind) -> Operation:
    return described(
        f"list{kind.title}s",
        "Catalog",
        f"List {kind.words.lower()}",
        text="Own ones first, the newest first; then those of everybody, the most used first. At most 100 a page; "
        "`x-total-count` and `link` lead to the others. Rows may name many more.",
        scope="read",
        parameters=(*kind.filters, _SEARCH, _EXTENDED, _CUSTOMER, *PAGING),
        answers={200: json_answer(f"{kind.words}.", kind.list_shown, *PAGING_HEADERS)},
        errors=(400, 401, 403, 404, 406, 415, 429),
        examples=(Example("some", f"Some {kind.words.lower()}", query=kind.listed),) if kind.shipped else (),
    )


def _whole(given: type) -> dict[str, Any]:
    """The shape of a creation: that of a change, with what must be there."""
    return {"allOf": [reference(given)], "required": list(REQUIRED[given])}


def _create(kind: _Kind) -> Operation:
    return described(
        f"create{kind.title}",
        "Catalog",
        f"Create a {kind.word}" if kind.word[0] not in "a" else f"Create an {kind.word}",
        text="Only its customer sees and uses it. Ids and aliases share one namespace: 409 names what has one already.",
        scope="write",
        parameters=(_EXTENDED, _CUSTOMER),
        body=_whole(kind.given),
        answers={201: json_answer("As it was made.", kind.shown)},
        errors=_WRITE_ERRORS,
        examples=(Example("new", f"A {kind.word} of yours", kind.example, recorded=False),),
    )


def _one(kind: _Kind) -> list[tuple[str, Operation]]:
    place = Parameter(
        f"{kind.name}Id",
        "Its id or any other name of it; `/` and `:` plain or percent-encoded.",
        place="path",
    )
    path = {f"{kind.name}Id": kind.shipped or _HALL}
    read = described(
        f"get{kind.title}",
        "Catalog",
        f"Read one {kind.word}",
        text="Another customer's is 404.",
        scope="read",
        parameters=(place, _EXTENDED, _CUSTOMER),
        answers={200: json_answer(f"The {kind.word}.", kind.shown)},
        errors=(400, 401, 403, 404, 406, 429),
        examples=(Example("one", "By its id", path=path, recorded=bool(kind.shipped)),),
    )
    own = {f"{kind.name}Id": str(kind.example["id"])}
    body = {name: value for name, value in kind.example.items() if name != "id"}
    update = described(
        f"update{kind.title}",
        "Catalog",
        f"Change one {kind.word}",
        text="Only the fields sent; null and an empty text count as not sent. "
        "What everybody sees needs the scope `admin`: a shipped object is then changed for all.",
        scope="write",
        parameters=(place, _EXTENDED, _CUSTOMER),
        body=kind.given,
        answers={200: json_answer("As it is now.", kind.shown)},
        errors=_WRITE_ERRORS,
        examples=(Example("change", "Some fields", body, path=own, recorded=False),),
    )
    delete = described(
        f"delete{kind.title}",
        "Catalog",
        f"Delete one {kind.word}",
        text="What is shipped cannot be deleted; its changes can. An accelerator that own nodes use is 409.",
        scope="write",
        parameters=(place, _CUSTOMER),
        answers={204: Answer("It is gone.")},
        errors=(400, 401, 403, 404, 406, 409, 429),
        examples=(Example("gone", "By its id", path=own, recorded=False),),
    )
    return [("get", read), ("put", update), ("delete", delete)]


def _aliases() -> list[Served]:
    place = Parameter("modelId", "The model's id or any other name of it.", place="path")
    alias = Parameter("alias", "The other name.", place="path")
    add = described(
        "addModelAlias",
        "Catalog",
        "Give a model another name",
        scope="write",
        parameters=(place, _CUSTOMER),
        body=AliasGiven,
        answers={204: Answer("It has the name.")},
        errors=_WRITE_ERRORS,
        examples=(
            Example(
                "alias", "A name in use", {"alias": "our-latest"}, path={"modelId": "our-7b"}, recorded=False
            ),
        ),
    )
    remove = described(
        "removeModelAlias",
        "Catalog",
        "Take a name from a model",
        scope="write",
        parameters=(place, alias, _CUSTOMER),
        answers={204: Answer("It has the name no more.")},
        errors=(400, 401, 403, 404, 406, 409, 429),
        examples=(
            Example("gone", "By name", path={"modelId": "our-7b", "alias": "our-latest"}, recorded=False),
        ),
    )
    return [
        Served("/model/{modelId}/alias", "put", add),
        Served("/model/{modelId}/alias/{alias}", "delete", remove),
    ]


_KINDS: Final = {kind.name: kind for kind in (_MODEL, _NODE, _GPU, _DATACENTER)}


def operations_of_list(kind: str) -> list[Served]:
    """List and create."""
    found = _KINDS[kind]
    return [Served(f"/{kind}", "get", _list(found)), Served(f"/{kind}", "post", _create(found))]


def operations_of_one(kind: str) -> list[Served]:
    """Read, change, delete; of models also aliases."""
    path = f"/{kind}/{{{kind}Id}}"
    found = [Served(path, method, one) for method, one in _one(_KINDS[kind])]
    return found + (_aliases() if kind == "model" else [])
