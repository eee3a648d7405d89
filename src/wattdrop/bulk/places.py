"""Where files are: here, in S3, Google Cloud Storage or Azure by pyarrow's own file systems, elsewhere by fsspec.

A place is its address as text, so that it can be handed to another process; ``system`` finds the file system behind it.
"""

from __future__ import annotations

import os
from functools import cache
from typing import IO, TYPE_CHECKING, Any, Final

import pyarrow as pa
from pyarrow import fs

from .refused import JobRefused

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Schemes that pyarrow serves by itself; Azure's short scheme is written out for it.
_OF_PYARROW: Final = ("file", "s3", "gs", "gcs")
_AZURE: Final = ("az", "abfs", "abfss")


def scheme_of(address: str) -> str:
    """``s3`` of ``s3://bucket/key``; empty for a path of this machine."""
    scheme, separator, _ = address.partition("://")
    return scheme.lower() if separator and scheme.isidentifier() else ""


def is_remote(address: str) -> bool:
    """Whether the address is not a plain path of this machine."""
    return bool(scheme_of(address))


def system(address: str) -> tuple[Any, str]:
    """File system of an address, and the path within it."""
    scheme = scheme_of(address)
    if not scheme:
        return _local(), os.path.abspath(address)  # noqa: PTH100 - text in, text out
    rest = address.partition("://")[2]
    try:
        if scheme in _AZURE and "@" not in rest and "account_name" not in rest:
            return _azure(), rest
        if scheme == "s3" and "?" not in rest:
            return _s3(), rest
        if scheme in _OF_PYARROW or scheme in _AZURE:
            found, path = fs.FileSystem.from_uri(address)
            return found, path
        return _of_fsspec(address)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, ValueError) as error:
        raise JobRefused(f"{address}: {error}") from None


@cache
def _local() -> Any:
    return fs.LocalFileSystem()


@cache
def _s3() -> Any:
    """Keys, region and endpoint come from the environment (AWS_*, AWS_ENDPOINT_URL), as for AWS's own tools."""
    endpoint = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL")
    options: dict[str, Any] = {}
    if endpoint:
        scheme, _, host = endpoint.partition("://")
        options = {"endpoint_override": host.rstrip("/"), "scheme": scheme}
    region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
    if region:
        options["region"] = region
    return fs.S3FileSystem(**options)


@cache
def _azure() -> Any:
    account = os.environ.get("AZURE_STORAGE_ACCOUNT") or os.environ.get("AZURE_STORAGE_ACCOUNT_NAME")
    if not account:
        raise JobRefused("az://: set AZURE_STORAGE_ACCOUNT to the name of the storage account")
    return fs.AzureFileSystem(account, account_key=os.environ.get("AZURE_STORAGE_KEY"))


def _of_fsspec(address: str) -> tuple[Any, str]:
    scheme = scheme_of(address)
    try:
        from fsspec.core import url_to_fs
    except ImportError:
        raise JobRefused(f"{scheme}:// needs fsspec: pip install 'wattdrop[cloud]'") from None
    try:
        found, path = url_to_fs(address)
    except ImportError as error:
        raise JobRefused(f"{scheme}://: {error}") from None
    return fs.PyFileSystem(fs.FSSpecHandler(found)), path


def real_path(address: str) -> str:
    """The path within its file system, links on this machine followed."""
    where, path = system(address)
    return os.path.realpath(path) if isinstance(where, fs.LocalFileSystem) else path


def open_input(address: str) -> Any:
    """A file that can be read anywhere in it. Nothing is mapped into memory: that would count as ours."""
    where, path = system(address)
    return where.open_input_file(path)


def open_stream(address: str, codec: str) -> Any:
    """A file read from its start, decompressed on the way."""
    where, path = system(address)
    return where.open_input_stream(path, compression=codec or None)


def open_output(address: str, codec: str = "") -> Any:
    """A file to write; its folder is made where it is missing."""
    where, path = system(address)
    folder = path.rpartition("/")[0]
    if folder and isinstance(where, fs.LocalFileSystem):
        where.create_dir(folder, recursive=True)
    try:
        return where.open_output_stream(path, compression=codec or None)
    except OSError as error:
        raise JobRefused(f"cannot write {address}: {error.strerror or error}") from None


def info(address: str) -> Any:
    """Type, size and time of change."""
    where, path = system(address)
    try:
        return where.get_file_info(path)
    except OSError as error:
        raise JobRefused(f"cannot read {address}: {error}") from None


def listing(address: str) -> Iterator[tuple[str, Any]]:
    """Every file below a folder, by name: address and information."""
    where, path = system(address)
    head, skipped = address.rstrip("/"), len(path.strip("/"))
    selector = fs.FileSelector(path, recursive=True, allow_not_found=True)
    for one in sorted(where.get_file_info(selector), key=lambda found: found.path):
        if one.type == fs.FileType.File:
            yield f"{head}/{one.path.strip('/')[skipped:].lstrip('/')}", one


def exists(address: str) -> bool:
    """Whether a file or folder is there."""
    return bool(info(address).type != fs.FileType.NotFound)


def is_folder(address: str) -> bool:
    """Whether a folder is there."""
    return bool(info(address).type == fs.FileType.Directory)


def read(address: str) -> bytes:
    """A whole small file."""
    with open_stream(address, "") as file:
        return bytes(file.read())


def write(address: str, content: bytes) -> None:
    """A whole small file, there completely or not at all."""
    where, path = system(address)
    if isinstance(where, fs.LocalFileSystem):
        with open_output(address + ".tmp") as file:
            file.write(content)
        where.move(path + ".tmp", path)
    else:
        with open_output(address) as file:
            file.write(content)


def settle(address: str) -> None:
    """Give a part written as ``address.tmp`` its name. Object stores show a file only when it is whole."""
    where, path = system(address)
    where.move(path + ".tmp", path)


def in_the_making(address: str) -> str:
    """Under which name a file is written until it is whole."""
    return address + ".tmp" if isinstance(system(address)[0], fs.LocalFileSystem) else address


def remove(address: str) -> None:
    """Remove one file, where it is there."""
    where, path = system(address)
    if where.get_file_info(path).type == fs.FileType.File:
        where.delete_file(path)


def remove_folder(address: str) -> None:
    """Remove a folder of our own with what is in it."""
    where, path = system(address)
    if where.get_file_info(path).type == fs.FileType.Directory:
        where.delete_dir(path)


def copy_into(address: str, out: IO[bytes]) -> int:
    """Append a file to an open one; the bytes copied."""
    copied = 0
    with open_stream(address, "") as file:
        while block := file.read(1 << 20):
            out.write(block)
            copied += len(block)
    return copied
