"""A whole job: what is to be done, what is done already, the parts in between, and one answer at the end."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import msgspec

from . import groups, joining, places, refusals
from .crew import Crew, cores
from .formats import SUFFIX_OF_CODEC, form_of, page_codec
from .inputs import MANIFEST, STANDARD_INPUT, Input, check_unchanged, inputs_of
from .manifest import check_same, keep, kept, manifest_of
from .options import Options
from .part import Task
from .plan import Plan, plan_of
from .progress import progress
from .refused import JobRefused
from .seen import seen
from .sources import GROUPED_PART_ROWS, PART_ROWS, parquet_metadata, parts_of
from .summary import Summary
from .workers import done
from .writing import check_types


@dataclass
class Outcome:
    """What came of a job."""

    summary: Summary
    seconds: float
    computed_rows: int  # in this run; the others were there already
    errors: str | None  # address of the file of errors
    error_lines: int  # rows that it lists at most


class Target:
    """Where a job writes: one file, or a folder of parts."""

    def __init__(self, output: str, options: Options) -> None:
        self.output = output.rstrip("/") or output
        form = None if output.endswith("/") else form_of(output)
        self.one_file = form is not None
        if form is None and (options.form is None and "." in self.output.rpartition("/")[2]):
            raise JobRefused(
                f"{output}: name the file .parquet, .arrow, .csv or .jsonl (.csv.gz and the like too), "
                "or end the name of a folder with /"
            )
        if self.one_file and places.is_folder(self.output):
            raise JobRefused(f"{output} is a folder; end its name with / to have parts written into it")
        self.form = form.kind if form else options.form or "parquet"
        codec = form.codec if form else ""
        if codec and self.form in ("parquet", "arrow"):
            raise JobRefused(
                f"{output}: {self.form} compresses itself; leave the ending out, give --compression {codec}"
            )
        if codec and options.compression not in (None, codec):
            raise JobRefused(f"{output} is to end as {codec}, --compression says {options.compression}")
        self.compression = page_codec(self.form, codec or options.compression)
        self.folder = f"{self.output}.parts" if self.one_file else self.output
        self.errors = f"{self.output}.errors"

    def wrote(self, address: str) -> bool:
        """Whether a file is of this output: a job in the folder that it reads does not read what it wrote before."""
        if address == STANDARD_INPUT:
            return False
        path, own = places.real_path(address), places.real_path(self.output)
        return path == own or path.startswith((own + "/", own + ".parts/", own + ".errors"))

    def part(self, name: str) -> str:
        """Address of a part."""
        codec = self.compression if self.form in ("csv", "jsonl") and self.compression != "none" else ""
        return f"{self.folder}/{name}.{self.form}{SUFFIX_OF_CODEC[codec]}"


def run(given: Sequence[str], output: str, options: Options, crew: Crew | None = None) -> Outcome:
    """Estimate every row of the files and write them with their results.

    Parameters
    ----------
    given : files, folders, globs, addresses, or ``-``.
    output : a file by its ending, or a folder.
    crew : processes that were started before, if any were; ``options.workers`` counts where none are given.

    Raises
    ------
    JobRefused
        If the job cannot start or go on; nothing that was there is touched.
    """
    begun = time.monotonic()
    target = Target(output, options)
    inputs = inputs_of(given, options.source_form, target.wrote)
    plans = plan_of([seen(one, options) for one in inputs], options, target.form, target.compression)
    check_types(plans[0].schema, target.form)
    whole, before = _take_up(target, inputs, options)
    summary = Summary()
    for part in before.values():
        summary.add(part)
    computed = 0
    if not whole:
        room = refusals.Room(options.error_lines)
        tasks = _tasks(inputs, plans, target, before, room)
        with (
            crew or Crew((options.workers or cores()) - 1) as workers,
            progress(_rows(inputs), sum(max(0, one.size) for one in inputs)) as shown,
        ):
            for part in before.values():
                shown.add(part)
            for _, part in done(tasks, workers):
                room.take(part.failed)
                summary.add(part)
                computed += part.rows
                shown.add(part)
        check_unchanged(inputs, given, options.source_form, target.wrote)
        _finish(target, plans[0], summary)
    errors = target.errors if summary.failed else None
    return Outcome(summary, time.monotonic() - begun, computed, errors, options.error_lines)


def _take_up(target: Target, inputs: Sequence[Input], options: Options) -> tuple[bool, dict[str, Summary]]:
    """Whether all is done already, and the parts that are."""
    new = manifest_of(inputs, options, target.form, target.compression)
    old = None if options.restart else kept(target.folder)
    # Only what a job has made is removed.
    if options.restart and places.exists(f"{target.folder}/{MANIFEST}"):
        places.remove_folder(target.folder)
    if old is None:
        if next(places.listing(target.folder), None) is not None:
            raise JobRefused(f"{target.folder} holds files that are not of a job; name another output")
        keep(target.folder, new)
        return False, {}
    check_same(old, new, target.folder)
    if old.summary is not None and not target.one_file:
        return True, {"": old.summary}
    found = {}
    there = list(places.listing(target.folder))
    names = {address for address, _ in there}
    for address, about in there:
        name = about.base_name.removesuffix(".done")
        if about.base_name.endswith(".done") and target.part(name) in names:
            found[name] = msgspec.json.decode(places.read(address), type=Summary)
    return False, found


def _tasks(
    inputs: Sequence[Input],
    plans: Sequence[Plan],
    target: Target,
    before: dict[str, Summary],
    room: refusals.Room,
) -> Iterator[Task]:
    """Parts that are still to be done, in order. What is done by then comes before it in the file of errors."""
    first = True
    for at, (one, plan) in enumerate(zip(inputs, plans, strict=True)):
        most_rows = GROUPED_PART_ROWS if plan.options.group_by else PART_ROWS
        for number, source in enumerate(parts_of(one, most_rows)):
            name = f"part-{at:05}-{number:06}"
            if name in before:
                room.take(before[name].failed)
            else:
                header = first or not target.one_file
                output = target.part(name)
                yield Task(
                    name, one.address, one.kind, source, plan, target.folder, output, header, room.lines
                )
            first = False


def _rows(inputs: Sequence[Input]) -> int | None:
    """Rows of the whole job, where footers tell."""
    if any(one.kind != "parquet" or one.codec or one.address == STANDARD_INPUT for one in inputs):
        return None
    return sum(int(parquet_metadata(one.address).num_rows) for one in inputs)


def _finish(target: Target, plan: Plan, summary: Summary) -> None:
    """Join what is to be one file, the errors, and tidy up."""
    there = [address for address, _ in places.listing(target.folder)]
    parts = [address for address in there if not address.endswith((".done", ".errors", ".json", ".tmp"))]
    refused = [address for address in there if address.endswith(".errors")]
    places.remove(target.errors)
    if summary.failed:
        refusals.join(refused, target.errors, plan.options.error_lines, summary.errors)
    if plan.options.group_by:
        _write_groups(target, parts, plan)
    elif not target.one_file:
        if not parts:
            joining.empty(target.part("part-00000-000000"), target.form, target.compression, plan.schema)
    elif parts:
        joining.join(parts, target.output, target.form, target.compression, plan.schema)
    else:
        joining.empty(target.output, target.form, target.compression, plan.schema)
    if target.one_file:
        places.remove_folder(target.folder)
        return
    manifest = kept(target.folder)
    assert manifest is not None  # noqa: S101 - written when the job began
    manifest.summary = summary
    keep(target.folder, manifest)
    for address in there:
        if address.endswith((".done", ".errors", ".tmp")):
            places.remove(address)


def _write_groups(target: Target, parts: Sequence[str], plan: Plan) -> None:
    names = plan.options.group_by
    table = groups.table((groups.decoded(places.read(part), names) for part in parts), names)
    output = target.output if target.one_file else target.part("groups")
    joining.write_table(table, output, target.form, target.compression)
    if not target.one_file:
        for part in parts:
            places.remove(part)
