"""The work on one part, in a process of its own: read, estimate, write, and say what happened."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from ..engine import api
from ..engine.tables.batch import computed
from ..engine.tables.bounds import bounds_of
from ..engine.tables.estimated import BATCH_ROWS
from ..engine.tables.results import numbers
from ..errors import RowError
from ..schema.rows import parse_row
from ..schema.texts import fields_of_texts
from . import places
from .fields import Fields, fields_of, numbers_of_texts
from .groups import Groups, encoded
from .mapping import NO_INFERENCE, Mapping
from .partitions import columns_of_partitions
from .plan import ERROR_COLUMNS, Plan
from .reading import Piece, pieces_of
from .refusals import Refusals
from .refused import JobStopped
from .sources import Source
from .summary import Summary
from .writing import writer


class Task(NamedTuple):
    """A part: what to read, how, and where to write it."""

    name: str  # such as part-00000-000000
    file: str  # the input, as errors name it
    kind: str
    source: Source
    plan: Plan
    folder: str
    output: str  # address of the part
    header: bool
    error_lines: int  # most lines in its file of errors


def work(task: Task) -> Summary:
    """Do one part. What it wrote counts when the summary stands beside it, which is written last."""
    try:
        return _worked(task)
    except (pa.ArrowException, OverflowError) as error:  # a moment of the year 200,000, for example
        raise JobStopped(
            f"cannot write {task.output}: a value of {task.file} does not fit: {error}"
        ) from None
    except OSError as error:
        why = os.strerror(error.errno) if error.errno else error
        raise JobStopped(
            f"cannot write {task.output}: {why}; finished parts are kept, the same command goes on from there"
        ) from None


def _worked(task: Task) -> Summary:
    plan = task.plan
    summary = Summary(bytes_read=task.source.size)
    refusals = Refusals(f"{task.folder}/{task.name}.errors", task.file, task.error_lines)
    groups = Groups(plan.options.group_by) if plan.options.group_by else None
    making = places.in_the_making(task.output)
    out = (
        None if groups is not None else writer(making, plan.form, plan.compression, plan.schema, task.header)
    )
    for piece in _read(task):
        mapping = plan.mapping
        known = (*plan.header, *dict(plan.partitions))
        late = [name for name in piece.columns if task.kind == "jsonl" and name not in known]
        if late:
            mapping = plan.base.of((*known, *late))
            summary.late.update(name for name in late if name not in mapping.columns)
        refused = _lost_costs(piece, mapping, plan) | piece.refused
        fields = fields_of(piece.columns, piece.rows, mapping, refused)
        results, errors = _results(fields, piece.rows, plan)
        summary.count(piece.rows, errors, fields.skipped)
        _add_totals(summary, results)
        refusals.add(piece, errors)
        if groups is not None:
            groups.add(piece, fields, errors, mapping)
        if out is not None:
            batch = _batch(piece, results, plan)
            added = [*dict(plan.partitions), *plan.options.metrics, *ERROR_COLUMNS]
            out.write(batch, _raw(piece, plan), added)
    if out is not None:
        out.close()
        if making != task.output:
            places.settle(task.output)
    if groups is not None:
        places.write(task.output, encoded(groups))
    refusals.close()
    places.write(f"{task.folder}/{task.name}.done", msgspec.json.encode(summary))
    return summary


def _read(task: Task) -> Iterator[Piece]:
    """The rows of the part; what is wrong with a file is said with its name."""
    try:
        for piece in pieces_of(task.source, task.kind, task.plan):
            folders = columns_of_partitions(task.plan.partitions, piece.rows)
            yield piece._replace(columns={**folders, **piece.columns}) if folders else piece
    except (OSError, pa.ArrowInvalid) as error:
        raise JobStopped(f"{task.file}: cannot be read on: {error}") from None


def _lost_costs(piece: Piece, mapping: Mapping, plan: Plan) -> dict[int, RowError]:
    """Rows with a cost that is no number where the output has a column of numbers for it, said as of any field."""
    names = [name for take in mapping.takes if take.field == "request_cost" for name in take.columns]
    found: dict[int, RowError] = {}
    for name in names:
        column = piece.columns.get(name)
        if column is None or name not in plan.carried.names or not pa.types.is_string(column.type):
            continue
        if pa.types.is_floating(plan.carried.field(name).type):
            for row in _doubtful(column):
                texts = {"model_id": "any", "request_cost": column[row].as_py()}
                outcome = parse_row(fields_of_texts(texts))
                if isinstance(outcome, RowError):
                    found[row] = outcome
    return found


def _doubtful(costs: Any) -> set[int]:
    """Rows whose text is not plainly a cost: the others need no look one by one."""
    odd: dict[int, dict[str, object]] = {}
    numbers = numbers_of_texts("request_cost", costs, odd)
    bounds = bounds_of("request_cost")
    beyond = pc.or_(pc.less(numbers, bounds.low), pc.greater(numbers, bounds.high))
    return {*odd, *pc.indices_nonzero(beyond).to_pylist()}


def _raw(piece: Piece, plan: Plan) -> list[bytes] | None:
    """The lines as they were, where they may be passed on as they are."""
    if plan.form != "jsonl" or plan.options.preset is not None or plan.options.extra == "drop":
        return None
    results = {*plan.options.metrics, *ERROR_COLUMNS}
    return None if results & {*piece.columns, *plan.header} else piece.raw


def _results(fields: Fields, rows: int, plan: Plan) -> tuple[Any, dict[int, RowError]]:
    """The results of every row, in order, and its error where it has one."""
    metrics = list(dict.fromkeys((*plan.options.metrics, *api.METRICS["total"])))
    columns, errors = _computed(fields.table, metrics)
    errors.update((row, RowError(NO_INFERENCE, why)) for row, why in fields.skipped.items())
    errors.update(fields.refused)
    texts: dict[str, list[str | None]] = {name: [None] * rows for name in ERROR_COLUMNS}
    for row, error in errors.items():
        texts["error_code"][row], texts["error_field"][row] = error.code, error.field
        texts["error_message"][row] = error.message
    columns.update(
        {
            name: pa.array(of, pa.string()) if errors else pa.nulls(rows, pa.string())
            for name, of in texts.items()
        }
    )
    return columns, {row: error for row, error in errors.items() if error.code != NO_INFERENCE}


def _computed(table: Any, metrics: list[str]) -> tuple[dict[str, Any], dict[int, RowError]]:
    """What ``estimate_table`` gives for the fields, with errors as they are: their field is wanted too."""
    fields, catalog = {name: name for name in table.column_names}, api.default_catalog()
    arrays: list[list[Any]] = []
    errors: dict[int, RowError] = {}
    done = 0
    for batch in table.to_batches(max_chunksize=BATCH_ROWS):
        found, wrong = computed(batch, fields, catalog, metrics)
        arrays.append(numbers(found, wrong, batch.num_rows))
        errors.update((done + row, error) for row, error in wrong.items())
        done += batch.num_rows
    columns = [pa.concat_arrays(parts) if len(parts) > 1 else parts[0] for parts in zip(*arrays, strict=True)]
    columns = columns or [pa.array([], pa.float64()) for _ in metrics]
    return dict(zip(metrics, columns, strict=True)), errors


def _batch(piece: Piece, results: dict[str, Any], plan: Plan) -> Any:
    """The caller's columns and the results, typed as the plan says; for Parquet, names may be dictionaries of that type."""
    columns = []
    for field in plan.schema:
        column = results.get(field.name)
        if column is None:
            column = piece.columns.get(field.name)
        if plan.form != "parquet" or not _is_dictionary_of(column, field.type):
            column = _typed(column, field.type, piece.rows)
        columns.append(column)
    return pa.RecordBatch.from_arrays(columns, names=plan.schema.names)


def _is_dictionary_of(column: Any, kind: Any) -> bool:
    """As a dictionary it can be written, unless one of its values is null."""
    if column is None or not pa.types.is_dictionary(column.type):
        return False
    return bool(column.type.value_type == kind and not column.dictionary.null_count)


def _typed(column: Any, kind: Any, rows: int) -> Any:
    if column is None:
        return pa.nulls(rows, kind)
    if column.type == kind:
        return column
    try:
        return column.cast(kind, safe=False)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return _cast_what_can_be(column, kind)


def _cast_what_can_be(column: Any, kind: Any) -> Any:
    """A cell that is no number is null in the output; the file of errors quotes it. Other spellings of one are read."""
    return pa.array([_cast(value, kind) for value in column.to_pylist()], kind)


def _cast(value: Any, kind: Any) -> Any:
    try:
        # 5.0 and 1e3 count as rows are read, 0x10 does not.
        if pa.types.is_integer(kind) and isinstance(value, str):
            number = float(value)
            return int(number) if number.is_integer() and abs(number) < _EXACT else None
        return pa.scalar(value).cast(kind).as_py()
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, ValueError):
        return None


_EXACT = 2.0**53


def _add_totals(summary: Summary, results: dict[str, Any]) -> None:
    for name in api.METRICS["total"]:
        total = pa.compute.sum(results[name]).as_py()
        summary.totals[name] = math.fsum((summary.totals.get(name, 0.0), total or 0.0))
