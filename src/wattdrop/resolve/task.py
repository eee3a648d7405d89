"""Which task a row means: the one it names, else its model's, else what its quantities state."""

from __future__ import annotations

from ..typed import TYPE_CHECKING
from .choice import Choice
from .model import task_of_present
from .suggestions import unknown

if TYPE_CHECKING:
    from ..catalog import Catalog
    from ..errors import RowError
    from .description import Description


def named_task(catalog: Catalog, d: Description) -> str | RowError | None:
    """The canonical task that the row names, None where it names none."""
    if not d.task:
        return None
    ix = catalog.tasks.find(d.task)
    if ix is None:
        return unknown("task", "task", d.task, catalog.tasks)
    return catalog.tasks.ids[ix]


def resolve_task(catalog: Catalog, d: Description, named: str | None, model_ix: int) -> Choice:
    """The task to compute, as a choice whose ``chosen`` is the canonical task."""
    if named is not None:
        note = "" if named == d.task else f"{d.task!r} is another name of it"
        return Choice("task", named, "given", "task", note)
    of_model = catalog.tasks.find(catalog.models.text(model_ix, "task"))
    if of_model is not None:
        return Choice("task", catalog.tasks.ids[of_model], "published", "the model's own task")
    return Choice("task", task_of_present(d.present), "assumed", "what the row states")
