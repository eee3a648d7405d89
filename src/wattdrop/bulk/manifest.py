"""What a job is of: its inputs, method, data and options, kept beside its parts, so that it can be taken up again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from ..engine import METHOD_VERSION
from ..engine.api import default_catalog
from ..version import __version__
from . import places
from .inputs import MANIFEST, STANDARD_INPUT, Input
from .options import Options
from .refused import JobRefused
from .summary import Summary


class Manifest(msgspec.Struct, kw_only=True):
    """The job, and once it is done what came of it."""

    wattdrop: str
    method: str
    catalog_digest: str
    inputs: list[list[str | int]]  # address, size, time of the last change in ns
    options: dict[str, Any]
    form: str
    compression: str
    summary: Summary | None = None


def manifest_of(inputs: Sequence[Input], options: Options, form: str, compression: str) -> Manifest:
    """The manifest of a job that is about to start."""
    asked = {name: value for name, value in options._asdict().items() if name not in ("workers", "restart")}
    return Manifest(
        wattdrop=__version__,
        method=METHOD_VERSION,
        catalog_digest=default_catalog().digest,
        inputs=[one.identity for one in inputs],
        options=msgspec.json.decode(msgspec.json.encode(asked)),
        form=form,
        compression=compression,
    )


def kept(folder: str) -> Manifest | None:
    """The manifest in a folder of parts, if there is one."""
    address = f"{folder}/{MANIFEST}"
    if not places.exists(address):
        return None
    try:
        return msgspec.json.decode(places.read(address), type=Manifest)
    except msgspec.DecodeError as error:
        raise JobRefused(f"{address} is no manifest of a job ({error}); --restart starts anew") from None


def keep(folder: str, manifest: Manifest) -> None:
    """Write it."""
    places.write(f"{folder}/{MANIFEST}", msgspec.json.format(msgspec.json.encode(manifest), indent=1))


def check_same(old: Manifest, new: Manifest, folder: str) -> None:
    """Refuse to go on with the parts of another job."""
    changes = list(_changes(old, new))
    if any(one[0] == STANDARD_INPUT for one in new.inputs):
        changes = ["standard input cannot be read again"]
    if changes:
        raise JobRefused(
            f"{folder} holds parts of a job that was another: {'; '.join(changes)}. "
            "--restart removes them and starts anew"
        )


def _changes(old: Manifest, new: Manifest) -> list[str]:
    found = []
    if old.wattdrop != new.wattdrop and old.summary is None:  # files may be cut into other parts
        found.append(f"wattdrop {old.wattdrop}, now {new.wattdrop}")
    if old.method != new.method:
        found.append(f"method {old.method}, now {new.method}")
    if old.catalog_digest != new.catalog_digest:
        found.append(f"catalog {old.catalog_digest[:12]}, now {new.catalog_digest[:12]}")
    before, now = ({str(one[0]): one for one in job.inputs} for job in (old, new))
    for name in [*before, *(name for name in now if name not in before)]:
        if name not in now:
            found.append(f"{name} is no longer read")
        elif name not in before:
            found.append(f"{name} is new")
        elif before[name] != now[name]:
            found.append(f"{name} has changed since")
    for name, value in new.options.items():
        if old.options.get(name) != value:
            found.append(f"--{name.replace('_', '-')} was {old.options.get(name)}, now {value}")
    if (old.form, old.compression) != (new.form, new.compression):
        found.append(f"written as {old.form} ({old.compression}), now {new.form} ({new.compression})")
    if list(before) != list(now) and not found:
        found.append("the files come in another order")
    return found
