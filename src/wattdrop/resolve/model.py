"""Which model a row means. First rung that answers wins; a name that nothing answers is an error, never a guess."""

from __future__ import annotations

from ..errors import RowError
from ..typed import TYPE_CHECKING, NamedTuple
from .choice import Choice
from .spelling import LONGEST_NAME, readings
from .suggestions import unknown

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ..catalog import Catalog
    from .description import Description


class ModelFound(NamedTuple):
    """Index in the catalog's models and how it was found."""

    ix: int
    choice: Choice


def resolve_model(catalog: Catalog, d: Description, task: str | None) -> ModelFound | RowError:
    """The model of a description.

    Parameters
    ----------
    task : canonical task of the row, or None where the row names none.
    """
    unknown_names: list[str] = []
    for field, rung in RUNGS.items():
        found = rung(catalog, d)
        if found is not None:
            note = "; ".join(filter(None, (*unknown_names, found.choice.note)))
            return ModelFound(found.ix, found.choice._replace(note=note))
        if name := getattr(d, field):
            unknown_names.append(f"{field} {name!r} is not in the catalog")
    named = _named(d)
    if not named:
        return _from_task(catalog, d, task)
    field, name = named[0]
    if field == "model_name" and d.model_family and catalog.family_of(d.model_family) is None:
        field, name = "model_family", d.model_family
    if field == "model_family":
        return unknown("family", field, name, catalog.families)
    return unknown("model", field, name, catalog.models)


def _model_used_id(catalog: Catalog, d: Description) -> ModelFound | None:
    return _by_name(catalog, d.model_used_id, "model_used_id")


def _model_id(catalog: Catalog, d: Description) -> ModelFound | None:
    return _by_name(catalog, d.model_id, "model_id")


def _hugging_face_path(catalog: Catalog, d: Description) -> ModelFound | None:
    return _by_name(catalog, d.model_hugging_face_path, "model_hugging_face_path")


def _family_and_name(catalog: Catalog, d: Description) -> ModelFound | None:
    if not d.model_name:
        return None
    if d.model_family:
        ix = catalog.model_of_family(d.model_family, d.model_name)
        if ix is not None:
            return ModelFound(ix, Choice("model", catalog.models.ids[ix], "given", "family and name"))
        return None
    return _by_name(catalog, d.model_name, "model_name")


def _family_alone(catalog: Catalog, d: Description) -> ModelFound | None:
    if not d.model_family or any(field != "model_family" for field, _ in _named(d)):
        return None
    family = catalog.family_of(d.model_family)
    if family is None:
        return None
    ix = catalog.models.find(catalog.families.text(family, "default_model_id"))
    if ix is None:
        return None
    note = f"only the family {d.model_family!r} is named; its default model is used"
    return ModelFound(ix, Choice("model", catalog.models.ids[ix], "assumed", "family default", note))


#: By the field that each reads first.
RUNGS: Mapping[str, Callable[[Catalog, Description], ModelFound | None]] = {
    "model_used_id": _model_used_id,
    "model_id": _model_id,
    "model_hugging_face_path": _hugging_face_path,
    "model_name": _family_and_name,
    "model_family": _family_alone,
}


def _from_task(catalog: Catalog, d: Description, task: str | None) -> ModelFound | RowError:
    if task is None and not (d.managed_service_id or d.base_url or d.node_id or d.cloud_instance_id):
        return RowError(
            code="missing_model",
            field="model_id",
            message="the row names no model, task, service or node; send model_id (an id, alias or Hugging Face path)",
        )
    wanted = task or task_of_present(d.present)
    ix = catalog.models.find(catalog.tasks.text(_task_ix(catalog, wanted), "default_model_id"))
    if ix is None:  # a checked catalog has them all
        raise LookupError(f"task {wanted!r} has no default model in the catalog")
    said = f"task {wanted!r}" if task else f"what the row states ({wanted})"
    note = f"no model is named; the default for {said} is used"
    return ModelFound(ix, Choice("model", catalog.models.ids[ix], "assumed", "task default", note))


def _task_ix(catalog: Catalog, task: str) -> int:
    ix = catalog.tasks.find(task)
    if ix is None:
        raise LookupError(f"task {task!r} is not in the catalog")
    return ix


def task_of_present(present: int) -> str:
    """The kind of work that a row states by its quantities alone."""
    if present & 64:
        return "text-to-video"
    if present & 8:
        return "text-to-image"
    if present & 32:
        return "text-to-speech"
    if present & 16 and not present & 4:
        return "speech-to-text"
    if present & 4 and not present & 3:
        return "image-classification"
    return "text-generation"


def _by_name(catalog: Catalog, name: str | None, field: str) -> ModelFound | None:
    if not name or len(name) > LONGEST_NAME:
        return None
    for reading, dropped in readings(name):
        ix = catalog.models.find(reading)
        if ix is None and "/" in reading:
            ix = catalog.model_of_path(reading)
        if ix is not None:
            note = f"{name!r} read as {reading!r}, without {', '.join(dropped)}" if dropped else ""
            return ModelFound(ix, Choice("model", catalog.models.ids[ix], "given", field, note))
    return None


def _named(d: Description) -> list[tuple[str, str]]:
    """The model fields that the row fills, the most telling first."""
    fields = ("model_id", "model_used_id", "model_hugging_face_path", "model_name", "model_family")
    return [(field, value) for field in fields if (value := getattr(d, field))]
