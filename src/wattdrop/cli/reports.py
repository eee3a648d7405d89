"""Results of an estimate as text: for people, for the API's clients, for spreadsheets."""

from __future__ import annotations

from ..engine.evaluate import FIVE, METRICS
from ..errors import RowError
from ..typed import TYPE_CHECKING
from .choices import choice_lines
from .scales import CARBON, ENERGY, WATER, digits, scale_for
from .tables import shortened, table, wrapped

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Sequence
    from typing import TypeAlias

    from ..engine import Estimate, RowResult
    from ..engine.api import Part
    from ..schema import ImpactRow

ParsedRow: TypeAlias = "ImpactRow | RowError"
Metrics: TypeAlias = "Sequence[float]"
"""Values in the order of ``_METRICS``."""

_WIDTH = 80
_LABEL = 36
_MOST_SHOWN = 3
_METRICS = (
    ("energy", "usage_energy_wh", ENERGY),
    ("carbon", "usage_emissions_gco2e", CARBON),
    ("water", "usage_water_ml", WATER),
    ("embodied carbon", "embodied_emissions_gco2e", CARBON),
    ("embodied water", "embodied_water_ml", WATER),
)
_LEAST_SHARE = 0.02
_PARTS: tuple[tuple[str, Part], ...] = (
    ("inference", "inference"),
    ("training share", "training"),
    ("fine-tuning share", "fine_tuning"),
)


def report(
    rows: Sequence[ParsedRow], result: Estimate, form: str, debug: bool = False, ranges: bool | None = None
) -> str:
    """The answer in one of the formats of ``estimate``; ``ranges``: None where nobody said."""
    if form == "table":
        return as_table(rows, result)
    if form == "csv":
        return as_csv(rows, result)
    if form == "jsonl":
        return as_json_lines(result, debug, bool(ranges))
    return as_json(result, debug, ranges is not False)


def as_json(result: Estimate, debug: bool, ranges: bool) -> str:
    """The answer of the API, indented."""
    import msgspec

    return msgspec.json.format(msgspec.json.encode(result.response(debug, ranges)), indent=2).decode()


def as_json_lines(result: Estimate, debug: bool, ranges: bool) -> str:
    """One modelled row a line, in the order of the input."""
    import msgspec

    return "\n".join(msgspec.json.encode(row).decode() for row in result.response(debug, ranges).rows)


def as_csv(rows: Sequence[ParsedRow], result: Estimate) -> str:
    """The given fields of every row, then its totals, then what went wrong."""
    import csv
    import io

    from ..schema import FIELDS

    given = [name for name in FIELDS if any(getattr(row, name, None) is not None for row in rows)]
    metrics = [name for _, name, _ in _METRICS]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["row", *given, *metrics, "error_code", "error_field", "error_message"])
    for number, (row, found) in enumerate(zip(rows, result.rows, strict=True)):
        cells = [_cell(getattr(row, name, None)) for name in given]
        if found.error is not None:
            error = [found.error.code, found.error.field or "", found.error.message]
            writer.writerow([number + 1, *cells, *("" for _ in metrics), *error])
        else:
            writer.writerow([number + 1, *cells, *map(repr, _metrics(found, "total")), "", "", ""])
    return text.getvalue().removesuffix("\n")


def as_table(rows: Sequence[ParsedRow], result: Estimate) -> str:
    """One request in full, or one line per request with a total."""
    if not rows:
        return "no requests, nothing to estimate"
    if len(rows) == 1:
        return _one(rows[0], result)
    return _many(rows, result)


def _one(row: ParsedRow, result: Estimate) -> str:
    (found,) = result.rows
    if found.error is not None:
        return _error_text(found.error)
    parts = [(name, _metrics(found, part)) for name, part in _PARTS]
    shown = [(name, metrics) for name, metrics in parts if metrics[0] > 0]
    lines = [*shown, ("total", _metrics(found, "total"))] if len(shown) > 1 else shown
    title = (
        ""
        if isinstance(row, RowError)
        else f"{_named(row)}{', ' if _quantities(row) else ''}{_quantities(row)}"
    )
    return "\n".join(
        [
            title,
            "",
            _metrics_table(lines, ranges=_range_lines(result)),
            *_causes(result),
            "",
            *_grounds(result),
        ]
    )


def _many(rows: Sequence[ParsedRow], result: Estimate) -> str:
    computed = [
        (number, row, _metrics(found, "total"))
        for number, (row, found) in enumerate(zip(rows, result.rows, strict=True), 1)
        if found.error is None
    ]
    total = _sum([metrics for _, _, metrics in computed])
    lines = [(f"{number:>4}  {_line(row)}", metrics) for number, row, metrics in computed]
    ranges = _range_lines(result, f"{'':4}  ", columns=4) if computed else []
    text = [_metrics_table([*lines, (f"{'':4}  total", total)], columns=4, ranges=ranges)] if computed else []
    errors = [
        f"{number:>4}  {_error_text(found.error)}"
        for number, found in enumerate(result.rows, 1)
        if found.error
    ]
    if errors:
        text += ["", *(wrapped(error, _WIDTH, " " * 6) for error in errors)]
    return "\n".join([*text, *_assumptions(result)])


def _metrics(found: RowResult, part: Part) -> Metrics:
    return [found.value(name) for name in METRICS[part]]


def _range_lines(
    result: Estimate, indent: str = "", columns: int = len(_METRICS)
) -> list[tuple[str, Metrics]]:
    """The ends of the 90 % range of the sum of each metric."""
    ends = [result.total_range(name) for name in FIVE]
    return [
        (f"{indent}{label}", [getattr(end, side) for end in ends])
        for label, side in (("90 % range, from", "low"), ("to", "high"))
    ]


def _causes(result: Estimate) -> list[str]:
    """What makes the energy of the one computed request uncertain, and what would narrow it."""
    found = [cause for cause in result.causes(result.resolution.computed[0]) if cause.share >= _LEAST_SHARE]
    words = [
        f"{cause.cause} {100 * cause.share:.0f} %" + (f" ({cause.advice})" if cause.advice else "")
        for cause in found[:_MOST_SHOWN]
    ]
    return (
        ["", wrapped(f"The range of the energy comes from {', '.join(words)}.", _WIDTH, "")] if words else []
    )


def _metrics_table(
    lines: Sequence[tuple[str, Metrics]],
    columns: int = len(_METRICS),
    ranges: Sequence[tuple[str, Metrics]] = (),
) -> str:
    header, units, scales = [""], [""], []
    for at, (title, _, kinds) in enumerate(_METRICS[:columns]):
        scale = scale_for([metrics[at] for _, metrics in lines], kinds)
        scales.append(scale)
        header.append("embodied" if columns < len(_METRICS) and "embodied" in title else title)
        units.append(scale.unit)
    cells = [
        [label, *(digits(value / scale.size) for value, scale in zip(metrics, scales, strict=False))]
        for label, metrics in (*lines, *ranges)
    ]
    return table(header, [units, *cells], right=range(1, columns + 1))


def _sum(metrics: Sequence[Metrics]) -> Metrics:
    return [sum(one[at] for one in metrics) for at in range(len(_METRICS))]


def _grounds(result: Estimate) -> list[str]:
    """Every choice behind the one computed request: what was given, and what the method filled in."""
    lines = choice_lines(result.choices(result.resolution.computed[0]), _WIDTH)
    return ["What the numbers rest on (a flag or field of the request overrides any of it):", *lines]


def _assumptions(result: Estimate) -> list[str]:
    """What the method had to assume, question by question, for how many of the computed requests."""
    from collections import Counter

    resolution = result.resolution
    assumed: dict[str, Counter[str]] = {}
    for at, rows in Counter(resolution.resolved_of).items():
        for choice in resolution.resolved[at].choices:
            if choice.basis == "assumed":
                assumed.setdefault(choice.question, Counter())[choice.chosen] += rows
    if not assumed:
        return []
    width = max(map(len, assumed))
    lines = [
        wrapped(f"  {question.ljust(width)}  {_most_common(chosen)}", _WIDTH, " " * (width + 4))
        for question, chosen in assumed.items()
    ]
    return ["", "Assumed where requests do not say (wattdrop explain FILE --row N tells more):", *lines]


def _most_common(chosen: Counter[str]) -> str:
    shown = [f"{name} ({_rows(count)})" for name, count in chosen.most_common(_MOST_SHOWN)]
    return ", ".join(shown) + (f" and {len(chosen) - _MOST_SHOWN} more" if len(chosen) > _MOST_SHOWN else "")


def _rows(count: int) -> str:
    return f"{count} row{'s' if count > 1 else ''}"


def _line(row: ParsedRow) -> str:
    """Model and quantities in one label of fixed width; the model gives way first."""
    if isinstance(row, RowError):
        return ""
    quantities = shortened(_quantities(row), _LABEL - 10)
    return f"{shortened(_named(row), _LABEL - 1 - len(quantities))} {quantities}".ljust(_LABEL)


def _named(row: ImpactRow) -> str:
    """The model as the caller named it, or what stands for it."""
    return (
        row.model_used_id
        or row.model_id
        or row.model_hugging_face_path
        or row.model_name
        or row.task
        or row.managed_service_id
        or "request"
    )


def _quantities(row: ImpactRow) -> str:
    """How much the request asks for, in a few words."""
    words = []
    if row.input_tokens and row.output_tokens is not None:
        words.append(f"{row.input_tokens}→{row.output_tokens} tokens")
    elif row.input_tokens or row.output_tokens:
        words.append(f"{row.input_tokens} tokens in" if row.input_tokens else f"{row.output_tokens} tokens")
    images = len(row.output_images or ()) or row.output_count
    if images:
        words.append(f"{images} image{'s' if images > 1 else ''}")
    if row.input_images:
        words.append(f"{len(row.input_images)} image{'s' if len(row.input_images) > 1 else ''} in")
    if row.input_audio_seconds:
        words.append(f"{row.input_audio_seconds:g} s of sound in")
    if row.output_audio_seconds:
        words.append(f"{row.output_audio_seconds:g} s of sound")
    if row.output_video_frames:
        words.append(f"{row.output_video_frames} frames")
    if row.output_video_seconds:
        words.append(f"{row.output_video_seconds:g} s of video")
    if row.quantity is not None:
        words.append(f"x {row.quantity}")
    return ", ".join(words)


def _error_text(error: RowError) -> str:
    return f"{error.message} [{error.code}]"


def _cell(value: object) -> object:
    return ";".join(map(str, value)) if isinstance(value, list | tuple) else "" if value is None else value
