"""The one call that people and scripts make most, ``wattdrop estimate`` with plain flags, without click.

Importing click and declaring its hundred flags takes as long as the estimate. So what is certain needs none of it: names,
counts of tokens and a format, each flag once, each with a value. Whatever else is on the line (files, other options, a
value that begins with a dash), and every request that cannot be computed, goes to click, which also knows how to say what
is wrong.
"""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

from ..schema.plain import PLAIN_COUNTS, PLAIN_TEXTS, plain_row
from .flag_names import FORMATS, flags_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..schema import ImpactRow


def answer(arguments: Sequence[str]) -> str | None:
    """What ``wattdrop estimate`` prints for plain flags; None where the command itself has to look."""
    if not arguments or arguments[0] != "estimate":
        return None
    given = plain_flags(arguments[1:])
    if given is None:
        return None
    form = given.pop("format", "table")
    row = plain_row(given) if given and form in FORMATS else None
    if row is None:
        return None
    gc.disable()  # nearly all that is made is modules, which stay: looking for garbage takes a tenth of the time
    try:
        return _estimated(row, form)
    finally:
        gc.enable()


def _estimated(row: ImpactRow, form: str) -> str | None:
    from ..engine.api import default_catalog, estimate_checked
    from ..errors import WattdropError
    from .reports import report

    try:
        result = estimate_checked([row], default_catalog())
        return None if result.has_errors else report([row], result, form)
    except WattdropError:
        return None


def plain_flags(arguments: Sequence[str]) -> dict[str, str] | None:
    """The fields that flags of a request fill, and the format; None where something else is among them.

    >>> plain_flags(["--model", "gpt-4o", "--output-tokens=500"])
    {'model_id': 'gpt-4o', 'output_tokens': '500'}
    >>> plain_flags(["--model", "gpt-4o", "--debug"]), plain_flags(["calls.csv"])
    (None, None)
    """
    fields = {flag: field for field in PLAIN_TEXTS | PLAIN_COUNTS for flag in flags_of(field)}
    fields["--format"] = "format"
    given: dict[str, str] = {}
    rest = iter(arguments)
    for argument in rest:
        flag, joined, value = argument.partition("=")
        if not joined:
            value = next(rest, "-")
        field = fields.get(flag)
        if field is None or field in given or value.startswith("-"):
            return None
        given[field] = value
    return given
