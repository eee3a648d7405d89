"""Files as programs leave them: keys with dots, JSON in text, long first lines, unusual types, and what holds no rows."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow import ipc
from tests.bulk.made import read, wattdrop

import wattdrop as package


def energy(**row: Any) -> float:
    return package.estimate([{"model_id": "gpt-4o", **row}]).rows[0].metrics().usage_energy_wh


def energies(folder: Path, content: bytes | str, name: str, *flags: str) -> list[float | None]:
    """What the command gives for a file of this content, all rows of which can be computed."""
    (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    result = wattdrop("estimate", folder / name, "-o", folder / "out.jsonl", "--bulk", *flags)
    assert result.exit_code == 0, result.stderr
    return [row.get("total_energy_wh") for row in read(folder / "out.jsonl")]


# --- keys of JSON lines ---


@pytest.mark.parametrize(
    "record",
    [
        {"model_id": "gpt-4o", "gen_ai.usage.output_tokens": 500, "gen_ai.system": "openai"},
        {"model_id": "gpt-4o", "gen_ai": {"usage.output_tokens": 500}},
        {"model_id": "gpt-4o", "gen_ai": {"usage": '{"output_tokens": 500}'}},
        {"model_id": "gpt-4o", "gen_ai.usage.output_tokens": 500, "gen_ai": {"usage": {"output_tokens": 7}}},
    ],
)
def test_a_key_with_dots_is_found_by_its_name(record: dict[str, Any], tmp_path: Path) -> None:
    flags = ("--map", "output_tokens=gen_ai.usage.output_tokens")
    assert energies(tmp_path, json.dumps(record) + "\n", "calls.jsonl", *flags) == [energy(output_tokens=500)]


def test_what_is_an_object_in_some_lines_only_stops_none_of_the_others(tmp_path: Path) -> None:
    notes = [1, "a", {"y": 1}, [1, 2], None]
    lines = [json.dumps({"model_id": "gpt-4o", "output_tokens": 500, "note": note}) for note in notes]
    assert energies(tmp_path, "\n".join(lines), "calls.jsonl") == [energy(output_tokens=500)] * 5


def test_counts_are_read_from_objects_and_from_text_of_json(tmp_path: Path) -> None:
    usage = {"input": 100, "output": 500}
    records = [
        {"type": "GENERATION", "provided_model_name": "gpt-4o", "usage_details": one}
        for one in (usage, json.dumps(usage), "", None)
    ]
    for chosen in (records, records[1:2], records[:1]):
        found = energies(
            tmp_path, "\n".join(map(json.dumps, chosen)), "log.jsonl", "--preset", "langfuse", "--restart"
        )
        means = [
            energy(input_tokens=100, output_tokens=500) if one["usage_details"] else energy()
            for one in chosen
        ]
        assert found == means


def test_a_streamed_answer_in_bedrocks_log_is_a_list(tmp_path: Path) -> None:
    """``Converse`` logs an object with its latency, ``InvokeModelWithResponseStream`` a list of events."""
    bodies = [{"metrics": {"latencyMs": 3000}}, [{"type": "message_start"}, {"type": "message_stop"}]]
    records = [
        {"modelId": "anthropic.claude-3-haiku-20240307-v1:0", "input": {"inputTokenCount": 100},
         "output": {"outputBodyJson": body, "outputTokenCount": 200}}
        for body in bodies
    ]  # fmt: skip
    lines = "\n".join(map(json.dumps, records))
    first, second = energies(tmp_path, lines, "log.jsonl", "--preset", "bedrock")
    row = {
        "model_id": "claude-3-haiku",
        "managed_service_id": "aws-bedrock",
        "input_tokens": 100,
        "output_tokens": 200,
    }
    timed = row | {"request_duration_ms": 3000}
    assert [first, second] == [energy(**timed), energy(**row)]


def test_a_count_inside_that_turns_up_late_is_not_overlooked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import wattdrop.bulk.seen as seen

    monkeypatch.setattr(seen, "SAMPLE_BYTES", 60)
    first = {
        "model": "gpt-4o",
        "call_type": "acompletion",
        "prompt_tokens": 900,
        "metadata": {"usage_object": {}},
    }
    cached = {"usage_object": {"prompt_tokens_details": {"cached_tokens": 800}}}
    lines = "\n".join(map(json.dumps, [first, first | {"metadata": cached}]))
    expected = [energy(input_tokens=900), energy(input_tokens=900, cached_input_tokens=800)]
    assert energies(tmp_path, lines, "log.jsonl", "--preset", "litellm") == expected
    assert expected[1] < expected[0]


def test_a_first_line_may_be_longer_than_what_is_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import wattdrop.bulk.seen as seen

    monkeypatch.setattr(seen, "SAMPLE_BYTES", 60)
    lines = [{"prompt": "x" * 500, "model_id": "gpt-4o", "output_tokens": 500}, {"model_id": "gpt-4o"}]
    found = energies(tmp_path, "\n".join(map(json.dumps, lines)), "calls.jsonl")
    assert found == [energy(output_tokens=500), energy()]


ODD_KEYS = ('say "x"', "back\\slash", "two\nlines", "a\tb")


@pytest.mark.parametrize("form", ["jsonl", "parquet"])
def test_keys_may_have_any_characters(form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The job ended with a traceback."""
    import wattdrop.bulk.seen as seen

    monkeypatch.setattr(seen, "SAMPLE_BYTES", 60)
    odd = dict.fromkeys(ODD_KEYS, 1)
    lines: list[Any] = [
        {"model_id": "gpt-4o", "usage": {"n": 500, 'x"': 1}} | odd,
        {"model_id": "gpt-4o", "usage": None},
        {"model_id": "gpt-4o", "usage": '{"n": 7}'},
        {"model_id": "gpt-4o", "usage": {"n": 8}, "country": "SE"},
        [1],
    ]
    (tmp_path / "calls.jsonl").write_text("\n".join(map(json.dumps, lines)))
    flags = ("--map", "output_tokens=usage.n", "--extra", "carry")
    result = wattdrop("estimate", tmp_path / "calls.jsonl", "-o", tmp_path / f"out.{form}", *flags)
    assert result.exit_code == 1, result.output
    rows = read(tmp_path / f"out.{form}")
    expected = [
        energy(output_tokens=500),
        energy(),
        energy(output_tokens=7),
        energy(output_tokens=8, country="SE"),
    ]
    assert [row.get("total_energy_wh") for row in rows] == [*expected, None]
    assert set(ODD_KEYS) <= rows[0].keys() and rows[-1]["error_code"] == "not_an_object"


# --- CSV ---


def test_lines_before_the_header_may_be_empty(tmp_path: Path) -> None:
    rows = "\r\n\r\nmodel_id,output_tokens\r\ngpt-4o,500\r\n"
    assert energies(tmp_path, rows, "calls.csv") == [energy(output_tokens=500)]


def test_a_quote_that_stands_by_itself_does_not_cut_a_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No line after it certainly ends a row, so pieces are as long as may be, and still end where a line does."""
    import wattdrop.bulk.sources as sources

    monkeypatch.setattr(sources, "TEXT_BYTES", 64)
    monkeypatch.setattr(sources, "LONGEST_ROW", 512)
    rows = [f"gpt-4o,{n},screen of {n}" for n in range(200)]
    rows[7] += '"'
    content = "\n".join(["model_id,output_tokens,note", *rows]) + "\n"
    assert energies(tmp_path, content, "calls.csv") == [energy(output_tokens=n) for n in range(200)]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_cells_are_separated_by_what_the_header_has_most_of(delimiter: str, tmp_path: Path) -> None:
    cells = ['"tokens, in; all|of\tthem"', "model_id", "output_tokens", '"a""b"']
    rows = [delimiter.join(cells), delimiter.join(["1", "gpt-4o", "500", '"x\ny"'])]
    assert energies(tmp_path, "\n".join(rows), "calls.csv") == [energy(output_tokens=500)]


def test_a_count_of_another_spelling_is_written_as_it_was_understood(tmp_path: Path) -> None:
    """It was computed, and left out of the caller's column."""
    texts = ["1e3", "5.0", " 7 ", "8", "many", "2.5", "0x10", "1e400"]
    (tmp_path / "calls.csv").write_text("model_id,output_tokens\n" + "".join(f"gpt-4o,{n}\n" for n in texts))
    numbers = "\n".join(
        f'{{"model_id": "gpt-4o", "output_tokens": {n}}}' for n in ("5.0", '"6.0"', "1e3", "7")
    )
    (tmp_path / "calls.jsonl").write_text(numbers)
    for name in ("calls.csv", "calls.jsonl"):
        wattdrop("estimate", tmp_path / name, "-o", tmp_path / f"{name}.parquet")
    found = pq.read_table(tmp_path / "calls.csv.parquet").column("output_tokens").to_pylist()
    assert found == [1000, 5, 7, 8, None, None, None, None]
    found = pq.read_table(tmp_path / "calls.jsonl.parquet").column("output_tokens").to_pylist()
    assert found == [5, 6, 1000, 7]


# --- types of Arrow ---

TOKENS = [500, None, 7]


@pytest.mark.parametrize(
    ("models", "tokens"),
    [
        (pa.array(["gpt-4o"] * 3, pa.string_view()), pa.array(["500", None, "7"], pa.string_view())),
        (pa.array([b"gpt-4o"] * 3), pa.array(TOKENS, pa.uint16())),
        (
            pa.RunEndEncodedArray.from_arrays(pa.array([3], pa.int32()), pa.array(["gpt-4o"])),
            pa.array([Decimal(500), None, Decimal(7)], pa.decimal128(38, 0)),
        ),
        (
            pa.DictionaryArray.from_arrays(pa.array([1, 1, 1]), pa.array([None, "gpt-4o"])),
            pa.DictionaryArray.from_arrays(pa.array([0, 1, 2]), pa.array([500, None, 7])),
        ),
        (
            pa.array(["gpt-4o"] * 3, pa.large_string()).dictionary_encode(),
            pa.array(TOKENS).dictionary_encode(),
        ),
    ],
)
def test_types_that_engines_hand_out_mean_what_usual_ones_mean(
    models: Any, tokens: Any, tmp_path: Path
) -> None:
    table = pa.table({"model_id": models, "output_tokens": tokens, "team": models})
    with ipc.new_file(tmp_path / "calls.arrow", table.schema) as writer:
        writer.write_table(table)
    expected = [energy(output_tokens=500), energy(), energy(output_tokens=7)]
    assert energies(tmp_path, (tmp_path / "calls.arrow").read_bytes(), "calls.arrow") == expected
    assert wattdrop("estimate", tmp_path / "calls.arrow", "-o", tmp_path / "out.parquet").exit_code == 0
    if not pa.types.is_string_view(tokens.type):  # text is no number of a typed table
        found = package.estimate_table(table, extra="keep")
        assert found.column("total_energy_wh").to_pylist() == expected


def test_a_decimal_that_is_no_count_is_quoted_as_a_number(tmp_path: Path) -> None:
    table = pa.table({"model_id": ["gpt-4o"], "output_tokens": pa.array([Decimal("1.50")])})
    (message,) = package.estimate_table(table).column("error_message").to_pylist()
    assert message.endswith("got 1.5")


# --- many rows that fail ---


def test_names_that_nobody_knows_are_searched_for_a_few_times(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A column of ids taken for models: each row fails, none costs a search of its own, every error names its field."""
    from wattdrop.catalog import Table
    from wattdrop.resolve.suggestions import MOST_SEARCHES

    searched: list[str] = []

    def counted(table: Table, name: str) -> list[str]:
        searched.append(name)
        return []

    monkeypatch.setattr(Table, "nearest", counted)
    rows = "".join(f"request-{n},500\n" for n in range(500))
    (tmp_path / "calls.csv").write_text("model_id,output_tokens\n" + rows)
    result = wattdrop("estimate", tmp_path / "calls.csv", "-o", tmp_path / "out.parquet", "--workers", "1")
    assert result.exit_code == 1 and "500 unknown_model" in result.stderr
    assert {row["error_field"] for row in read(tmp_path / "out.parquet")} == {"model_id"}
    assert len(searched) <= MOST_SEARCHES


# --- what holds no rows ---


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("calls.csv", "model_id,output_tokens\n".encode("utf-16"), "not UTF-8 text"),
        ("calls.csv", "modèle,output_tokens\n".encode("latin-1"), "not UTF-8 text"),
        ("calls.csv", gzip.compress(b"model_id,output_tokens\ngpt-4o,5\n", mtime=0), "end its name with .gz"),
        ("calls.jsonl", '{"model_id": "gpt-4o"}\n'.encode("utf-16"), "not UTF-8 text"),
        ("calls.json", b'[{"model_id": "gpt-4o"}]', "jq -c '.[]' makes lines"),
        ("calls.json", b'[\n{"model_id": "gpt-4o"}\n]', "jq -c '.[]' makes lines"),
        ("calls.json", b'{"rows": [{"model_id": "gpt-4o"}]}', "jq -c '.rows[]' makes lines"),
        ("calls.csv", b"model_id,team,team\ngpt-4o,a,b\n", "two columns are called team"),
    ],
)
def test_a_file_of_no_rows_stops_the_job(name: str, content: bytes, says: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    result = wattdrop("estimate", tmp_path / name, "-o", tmp_path / "out.parquet")
    assert result.exit_code == 2 and says in result.stderr
    assert [file.name for file in tmp_path.iterdir()] == [name]


def test_a_page_of_openai_over_many_lines_is_told_how_to_become_one(tmp_path: Path) -> None:
    (tmp_path / "page.json").write_text(json.dumps({"data": []}, indent=2))
    command = ("estimate", tmp_path / "page.json", "-o", tmp_path / "out.csv", "--preset", "openai-usage")
    assert "jq -c . makes lines" in wattdrop(*command).stderr


def test_two_columns_of_a_name_stop_the_job(tmp_path: Path) -> None:
    batch = pa.RecordBatch.from_arrays(
        [pa.array(["gpt-4o"]), pa.array([1]), pa.array([2])], ["model_id", "x", "x"]
    )
    with ipc.new_file(tmp_path / "calls.arrow", batch.schema) as writer:
        writer.write_batch(batch)
    result = wattdrop("estimate", tmp_path / "calls.arrow", "-o", tmp_path / "out.parquet")
    assert result.exit_code == 2 and "two columns are called x" in result.stderr


# --- where it goes ---


def test_a_damaged_file_among_many_is_named(tmp_path: Path) -> None:
    good = pa.table({"model_id": ["gpt-4o"] * 5000, "output_tokens": range(5000)})
    for name in ("a", "b", "c"):
        pq.write_table(good, tmp_path / f"{name}.parquet", compression="gzip")
    damaged = bytearray((tmp_path / "b.parquet").read_bytes())
    damaged[100:2000] = bytes(1900)
    (tmp_path / "b.parquet").write_bytes(damaged)
    result = wattdrop("estimate", tmp_path, "-o", f"{tmp_path}/out/", "--workers", "1")
    assert result.exit_code == 2 and "b.parquet: cannot be read on" in result.stderr


@pytest.mark.parametrize("flags", [(), ("--bulk",)])
@pytest.mark.parametrize("linked", [False, True])
def test_a_file_is_never_written_over_itself(flags: tuple[str, ...], linked: bool, tmp_path: Path) -> None:
    file = tmp_path / "calls.csv"
    file.write_text("model_id,output_tokens\ngpt-4o,5\n")
    (tmp_path / "link.csv").symlink_to(file)
    result = wattdrop("estimate", tmp_path / "link.csv" if linked else file, "-o", file, *flags)
    assert result.exit_code == 2 and "name another output" in result.stderr
    assert file.read_text() == "model_id,output_tokens\ngpt-4o,5\n"


def test_a_folder_named_like_a_file_stops_the_job_before_any_work(tmp_path: Path) -> None:
    (tmp_path / "calls.csv").write_text("model_id,output_tokens\ngpt-4o,5\n")
    (tmp_path / "out.parquet").mkdir()
    result = wattdrop("estimate", tmp_path / "calls.csv", "-o", tmp_path / "out.parquet")
    assert result.exit_code == 2 and "end its name with /" in result.stderr
    assert sorted(file.name for file in tmp_path.iterdir()) == ["calls.csv", "out.parquet"]


def test_a_dash_is_standard_output(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "calls.csv").write_text("model_id,output_tokens\ngpt-4o,5\n")
    plain = wattdrop("estimate", "calls.csv", "--format", "csv")
    assert wattdrop("estimate", "calls.csv", "--format", "csv", "-o", "-").stdout == plain.stdout
    assert [file.name for file in tmp_path.iterdir()] == ["calls.csv"]


@pytest.mark.parametrize("form", ["csv", "jsonl", "parquet", "arrow"])
def test_a_dash_is_standard_output_for_many_rows_too(
    form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    monkeypatch.setattr("tempfile.tempdir", None)
    (tmp_path / "temporary").mkdir()
    (tmp_path / "calls.csv").write_text("model_id,output_tokens\ngpt-4o,5\nnonesuch,5\n")
    to_file = wattdrop("estimate", tmp_path / "calls.csv", "--bulk", "-o", tmp_path / f"out.{form}")
    result = wattdrop("estimate", tmp_path / "calls.csv", "-o", "-", "--to", form)
    assert result.stdout_bytes == (tmp_path / f"out.{form}").read_bytes()
    assert result.exit_code == to_file.exit_code == 1
    assert "standard output: 2 rows" in result.stderr and "1 row could not be computed\n" in result.stderr
    assert not list((tmp_path / "temporary").iterdir())


@pytest.mark.parametrize(
    ("flags", "says"),
    [
        (("-o", "-", "--bulk"), "give --to csv or --to jsonl"),
        (("--to", "csv"), "or -o - with --to csv"),
        (("-o", "-", "--to", "csv", "--compression", "lz4"), "csv takes none, gzip, zstd"),
    ],
)
def test_where_many_rows_go_is_asked_for(flags: tuple[str, ...], says: str, tmp_path: Path) -> None:
    (tmp_path / "calls.csv").write_text("model_id,output_tokens\ngpt-4o,5\n")
    result = wattdrop("estimate", tmp_path / "calls.csv", *flags)
    assert result.exit_code == 2 and says in result.stderr and not result.stdout
    assert [file.name for file in tmp_path.iterdir()] == ["calls.csv"]


def test_whoever_reads_standard_output_may_leave(tmp_path: Path) -> None:
    (tmp_path / "calls.csv").write_text("model_id,output_tokens\n" + "gpt-4o,5\n" * 20_000)
    command = f"{sys.executable} -m wattdrop estimate {tmp_path}/calls.csv -o - --to csv | head -n 2"
    found = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, check=True)
    assert (
        len(found.stdout.splitlines()) == 2
        and "Error" not in found.stderr
        and "Traceback" not in found.stderr
    )


def test_a_pipe_with_a_name_is_told_how_to_be_read(tmp_path: Path) -> None:
    """It cannot be looked at before it is read."""
    os.mkfifo(tmp_path / "pipe")
    result = wattdrop("estimate", tmp_path / "pipe", "-o", tmp_path / "out.csv", "--from", "csv")
    assert result.exit_code == 2 and "is a pipe or a device: give -" in result.stderr
