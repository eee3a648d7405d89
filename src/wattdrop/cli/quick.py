"""The one call that people and scripts make most, ``wattdrop estimate`` of one request, without click.

Importing click and declaring its hundred flags takes as long as the estimate. So what is certain needs none of it: fields
of a request and a format, each flag once, each with a value. Whatever else is on the line (files, other options, a value
that begins with a dash), and every request that cannot be computed, goes to click, which also knows how to say what is
wrong.
"""

from __future__ import annotations

import gc

from ..schema.plain import PLAIN_COUNTS, PLAIN_TEXTS, plain_row
from ..typed import TYPE_CHECKING
from .flag_names import FORMATS, flags_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ..errors import RowError
    from ..schema import ImpactRow


def answer(arguments: Sequence[str]) -> str | None:
    """What ``wattdrop estimate`` prints for the flags of one request; None where the command itself has to look."""
    if not arguments or arguments[0] != "estimate":
        return None
    gc.disable()  # nearly all that is made is modules, which stay: looking for garbage takes a tenth of the time
    try:
        given = request_flags(arguments[1:])
        form = given.pop("format", "table") if given else ""
        return _estimated(given, form) if given and form in FORMATS else None
    finally:
        gc.enable()


def _estimated(given: dict[str, str], form: str) -> str | None:
    from ..engine.api import default_catalog, estimate_checked
    from ..errors import WattdropError
    from .reports import report

    try:
        row = plain_row(given) or _checked(given)
        result = estimate_checked([row], default_catalog())
        return None if result.has_errors else report([row], result, form)
    except WattdropError:
        return None


def _checked(given: dict[str, str]) -> ImpactRow | RowError:
    from ..schema.rows import parse_row
    from ..schema.texts import fields_of_texts

    return parse_row(fields_of_texts(given))


def request_flags(arguments: Sequence[str]) -> dict[str, str] | None:
    """The fields that flags of a request fill, and the format; None where something else is among them.

    >>> request_flags(["--model", "gpt-4o", "--output-tokens=500"])
    {'model_id': 'gpt-4o', 'output_tokens': '500'}
    >>> request_flags(["--model", "gpt-4o", "--debug"]), request_flags(["calls.csv"])
    (None, None)
    """
    fields = {"--format": "format"} | _by_flag(PLAIN_TEXTS | PLAIN_COUNTS)
    given: dict[str, str] = {}
    rest = iter(arguments)
    for argument in rest:
        flag, joined, value = argument.partition("=")
        if not joined:
            value = next(rest, "-")
        if flag not in fields:
            from ..schema import FIELDS

            fields |= _by_flag(FIELDS)
        field = fields.get(flag)
        if field is None or field in given or value.startswith("-"):
            return None
        given[field] = value
    return given


def _by_flag(fields: Iterable[str]) -> dict[str, str]:
    return {flag: field for field in fields for flag in flags_of(field)}
