"""Columns of the output, decided once: what each file has, what is carried along, which column fills which field."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow as pa

from ..resolve.description import NAME_FIELDS
from ..schema import FIELD_ALIASES, FIELDS
from ..schema.requests import NESTED_FIELDS
from .json_keys import Path
from .mapping import MODEL_FIELDS, WHAT_RAN, Mapping, slip_of, with_mapped
from .options import Options
from .partitions import Partitions
from .presets import preset
from .refused import JobRefused

if TYPE_CHECKING:
    from .seen import Seen

ERROR_COLUMNS = ("error_code", "error_field", "error_message")


class Plan(NamedTuple):
    """What every worker needs to know. Small: it travels with each part."""

    options: Options
    form: str
    compression: str
    mapping: Mapping
    carried: Any  # pyarrow.Schema of the caller's columns in the output
    base: Mapping = Mapping()  # before it met the columns of this file
    header: tuple[str, ...] = ()  # names of the cells of a CSV file, or keys of JSON lines
    delimiter: str = ","
    paths: tuple[Path, ...] = ()  # the same for JSON lines, key by key
    partitions: Partitions = ()  # columns of the folders

    @property
    def schema(self) -> Any:
        """Schema of the parts: the caller's columns, then the results."""
        number = pa.float32() if self.options.dtype == "float32" else pa.float64()
        results = [pa.field(name, number) for name in self.options.metrics]
        errors = [pa.field(name, pa.string()) for name in ERROR_COLUMNS]
        return pa.schema([*self.carried, *results, *errors])

    @property
    def names(self) -> frozenset[str]:
        """Columns that fill fields of names as they are."""
        takes = (take for take in self.mapping.takes if take.field in NAME_FIELDS and take.read == "plain")
        return frozenset(column for take in takes if not take.values for column in take.columns)


def plan_of(found: Sequence[Seen], options: Options, form: str, compression: str) -> list[Plan]:
    """One plan a file; all have the same columns in the output."""
    base = with_mapped(preset(options.preset), options.mapped)
    _check_mapped(found, options, base)
    if options.preset is None and options.extra == "carry":
        for one in found:
            _check_model(names_of(one.schema, base), base)
    if options.preset is not None:
        for one in found:
            _check_tokens(one, options.preset, base)
    carried = _carried(found, options, base)
    return [
        Plan(
            options,
            form,
            compression,
            base.of(names_of(one.schema, base)),
            carried,
            base,
            one.header,
            one.delimiter,
            one.paths,
            one.partitions,
        )
        for one in found
    ]


def names_of(schema: Any, base: Mapping) -> list[str]:
    """Names of the columns, those inside struct columns as ``outer.inner`` too, and those looked for in maps or JSON."""
    names = _nested_names(schema)
    for field in schema:
        if any(is_kind(field.type) for is_kind in _LOOKED_INTO):
            names += [name for name in base.inside_of(field.name) if name not in names]
    return names


#: What may hold columns that only the mapping knows of.
_LOOKED_INTO = (pa.types.is_map, pa.types.is_string, pa.types.is_large_string)


def _nested_names(schema: Any) -> list[str]:
    names: list[str] = []
    for field in schema:
        names.append(field.name)
        if pa.types.is_struct(field.type):
            names += [f"{field.name}.{inner}" for inner in _nested_names(field.type)]
    return names


def _check_mapped(found: Sequence[Seen], options: Options, base: Mapping) -> None:
    there = {name for one in found for name in names_of(one.schema, base)}
    for field, column in options.mapped:
        if column not in there:
            near = ", ".join(sorted(there)[:20])
            raise JobRefused(f"--map {field}={column}: no file has a column {column}; there are {near}")
    for name in options.group_by:
        if name not in there and FIELD_ALIASES.get(name, name) not in FIELDS:
            raise JobRefused(f"--group-by {name}: neither a column of the input nor a field of a row")


def _check_model(names: Sequence[str], base: Mapping) -> None:
    """Stop where what may well be the model would be carried along, unread, and no column says which model ran."""
    filled = {take.field for take in base.of(names).takes}
    for name in names:
        unread = name not in FIELDS and name not in FIELD_ALIASES and "model" in name.lower()
        needed = MODEL_FIELDS if name.lower() == "model" else WHAT_RAN
        if unread and not filled.intersection(needed):
            raise JobRefused(
                f"{name} is no field of a row, and no column says which model ran: if it holds names of models, say so "
                f"with --map model_id={name}; --extra carry-all takes it along as it is"
            )


def _check_tokens(one: Seen, name: str, base: Mapping) -> None:
    """Stop where no column has the counts of the export, which may be another version of it: it would assume some."""
    wanted = [take for take in base.takes if take.field in ("input_tokens", "output_tokens")]
    there = {take.field for take in base.of(names_of(one.schema, base)).takes}
    # Keys of JSON may come later.
    if wanted and there.isdisjoint(take.field for take in wanted) and not one.paths:
        raise JobRefused(
            f"--preset {name}: no column holds tokens, such as {wanted[0].columns[0]}; there are "
            f"{', '.join(one.schema.names[:20])}; say which does with --map {wanted[0].field}=COLUMN"
        )


def _carried(found: Sequence[Seen], options: Options, base: Mapping) -> Any:
    """The caller's columns in the output: of all files, each once."""
    results = {*options.metrics, *ERROR_COLUMNS}
    kept: list[Any] = []
    for one in found:
        used = set(base.of(names_of(one.schema, base)).columns)
        fields = []
        for field in one.schema:
            name = field.name
            if (
                name in results
                or base.is_private(name)
                or (options.extra == "drop" and not _is_used(name, used))
            ):
                continue
            if not _is_used(name, used) and options.extra in ("carry", "refuse") and name not in base.hidden:
                _check_extra(name, options)
            fields.append(pa.field(name, _written_type(field.type)))
        kept.append(pa.schema(fields))
    try:
        return pa.unify_schemas(kept, promote_options="permissive") if kept else pa.schema([])
    except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
        raise JobRefused(f"the files differ in the type of a column: {error}") from None


def _is_used(name: str, used: set[str]) -> bool:
    return name in used or name in NESTED_FIELDS or any(column.startswith(name + ".") for column in used)


def _check_extra(name: str, options: Options) -> None:
    if options.extra == "refuse":
        raise JobRefused(f"{name} is no field of a row; --extra carry takes it along, --map says what it is")
    if name in FIELDS or name in FIELD_ALIASES:  # another column fills that field
        return
    if options.preset is None and (slip := slip_of(name)) is not None:
        raise JobRefused(
            f"{slip.message} Say so with --map, or take it along as it is with --extra carry-all"
        )


def _written_type(kind: Any) -> Any:
    """Dictionaries are written as what they stand for: parts have dictionaries of their own; views and runs likewise."""
    if pa.types.is_dictionary(kind) or pa.types.is_run_end_encoded(kind):
        return _written_type(kind.value_type)
    return pa.string() if pa.types.is_null(kind) or pa.types.is_string_view(kind) else kind
