"""Rows of many kinds, and files of them in every format."""

from __future__ import annotations

import csv
import gzip
import io
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from click.testing import CliRunner, Result
from pyarrow import ipc

from wattdrop.cli import root

MODELS = ("gpt-4o", "llama_v31_8b", "claude-3-5-sonnet", "stable_diffusion_xl_base_1_0", "whisper-large-v3")
COLUMNS = {
    "team": pa.string(),
    "model_id": pa.string(),
    "managed_service_id": pa.string(),
    "country": pa.string(),
    "utc_datetime": pa.string(),
    "input_tokens": pa.int64(),
    "output_tokens": pa.int64(),
    "output_images": pa.string(),
    "input_audio_seconds": pa.float64(),
    "request_id": pa.string(),
}


def rows(count: int = 60) -> list[dict[str, Any]]:
    """Rows of text, images and sound, some without a country."""
    return [
        {
            "team": f'team {n % 3}, "{n % 2}"',
            "model_id": MODELS[n % 5],
            "managed_service_id": ("openai", "aws-bedrock")[n % 2] if n % 5 < 3 else None,
            "country": ("US", "FR", None)[n % 3],
            "utc_datetime": f"2025-0{1 + n % 9}-03T10:11:12Z" if n % 4 else None,
            "input_tokens": 100 + n if n % 5 < 3 else None,
            "output_tokens": 500 + n if n % 5 < 3 else None,
            "output_images": "1024x1024;512x512" if n % 5 == 3 else None,
            "input_audio_seconds": 1.5 + n if n % 5 == 4 else None,
            "request_id": f"r{n}",
        }
        for n in range(count)
    ]


def plain(row: dict[str, Any]) -> dict[str, Any]:
    """A row as ``wattdrop.estimate`` takes it."""
    fields = {name: value for name, value in row.items() if value is not None and name != "team"}
    if "output_images" in fields:
        fields["output_images"] = fields["output_images"].split(";")
    return fields


def table(of: list[dict[str, Any]]) -> Any:
    return pa.Table.from_pylist(of, pa.schema(list(COLUMNS.items())))


def content(of: list[dict[str, Any]], kind: str) -> bytes:
    """The rows in a format: parquet, arrow, arrows (a stream), csv or jsonl."""
    if kind == "jsonl":
        lines = [json.dumps({k: v for k, v in row.items() if v is not None}) for row in of]
        return ("\n".join(lines) + "\n").encode()
    if kind == "csv":
        text = io.StringIO()
        writer = csv.DictWriter(text, list(COLUMNS), lineterminator="\n")
        writer.writeheader()
        writer.writerows(of)
        return text.getvalue().encode()
    sink = pa.BufferOutputStream()
    if kind == "parquet":
        pq.write_table(table(of), sink, row_group_size=17)
    else:
        make = ipc.new_file if kind == "arrow" else ipc.new_stream
        with make(sink, table(of).schema) as writer:
            writer.write_table(table(of), 17)
    return sink.getvalue().to_pybytes()


def compressed(data: bytes, suffix: str) -> bytes:
    if suffix == ".gz":
        return gzip.compress(data)
    return pa.compress(data, "zstd", asbytes=True) if suffix == ".zst" else data


def write(folder: Path, of: list[dict[str, Any]], name: str) -> Path:
    """A file whose name says its format and compression."""
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    suffix = file.suffix if file.suffix in (".gz", ".zst") else ""
    kind = file.name.removesuffix(suffix).rpartition(".")[2]
    file.write_bytes(compressed(content(of, kind), suffix))
    return file


def read(file: Path) -> list[dict[str, Any]]:
    """The rows of an output, nulls left out."""
    data = file.read_bytes()
    if file.suffix == ".gz":
        data = gzip.decompress(data)
    if file.suffix == ".zst":
        data = pa.CompressedInputStream(pa.BufferReader(data), "zstd").read()
    kind = file.name.removesuffix(".gz").removesuffix(".zst").rpartition(".")[2]
    if kind == "jsonl":
        found = [json.loads(line) for line in data.splitlines()]
    elif kind == "csv":
        found = list(csv.DictReader(io.StringIO(data.decode(), newline="")))
    elif kind == "parquet":
        found = pq.read_table(pa.BufferReader(data)).to_pylist()
    else:
        found = ipc.open_file(data).read_all().to_pylist()
    return [{name: value for name, value in row.items() if value not in (None, "")} for row in found]


def wattdrop(*arguments: object, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(root, [str(one) for one in arguments], input=stdin, prog_name="wattdrop")
