"""The command as a person types it: results on standard output, what went wrong on standard error, exit codes."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from tests.contract.quick_start import EXAMPLES

from wattdrop.cli import root, serve
from wattdrop.cli.commands import COMMANDS

ONE = (
    "--model",
    "gpt-4o",
    "--input-tokens",
    "100",
    "--output-tokens",
    "500",
    "--service",
    "openai",
    "--country",
    "US",
)


def wattdrop(*arguments: str, stdin: str | bytes | None = None) -> Result:
    return CliRunner().invoke(root, list(arguments), input=stdin, prog_name="wattdrop")


def test_one_request_by_flags() -> None:
    result = wattdrop("estimate", *ONE)
    assert result.exit_code == 0, result.output
    assert "gpt-4o, 100→500 tokens" in result.stdout
    assert "energy" in result.stdout
    assert max(map(len, result.stdout.splitlines())) <= 80


def test_the_json_is_the_answer_of_the_api() -> None:
    answer = json.loads(wattdrop("estimate", *ONE, "--format", "json").stdout)
    assert answer["has_errors"] is False
    assert answer["rows"][0]["total_impact"]["usage_energy_wh"] > 0
    assert answer["total_energy_wh"] == answer["rows"][0]["total_impact"]["usage_energy_wh"]


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_quick_start_works_as_printed(name: str, tmp_path: Path) -> None:
    file = tmp_path / "request.json"
    file.write_text(json.dumps(EXAMPLES[name]))
    for arguments in (
        ("estimate", str(file)),
        ("explain", str(file)),
        ("estimate", str(file), "--format", "jsonl"),
    ):
        result = wattdrop(*arguments)
        assert result.exit_code == 0, result.output
        assert result.stdout


ROWS = [{"model_id": "gpt-4o", "output_tokens": 5}, {"model_id": "llama_v31_8b", "output_images": []}]
CSV = 'model_id,output_tokens,output_images\ngpt-4o,5,\nstable_diffusion_xl_base_1_0,,"1024x1024;512x512"\n'


@pytest.mark.parametrize(
    "text",
    [
        json.dumps({"rows": ROWS}),
        json.dumps(ROWS, indent=2),
        "\n".join(map(json.dumps, ROWS)) + "\n",
        "\ufeff" + json.dumps(ROWS),
        CSV,
        CSV.replace("\n", "\r\n"),
        CSV.replace(",", "\t"),
        "model_id;output_tokens\ngpt-4o;5\nllama_v31_8b;7\n",
    ],
    ids=["request", "array", "lines", "byte order mark", "csv", "csv of Windows", "tabs", "semicolons"],
)
def test_every_format_is_told_by_its_content(text: str) -> None:
    result = wattdrop("estimate", "-", "--format", "json", stdin=text)
    assert result.exit_code == 0, result.output
    assert len(json.loads(result.stdout)["rows"]) == 2


def test_a_file_in_and_a_file_out(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text(CSV)
    out = tmp_path / "impact.csv"
    assert wattdrop("estimate", str(tmp_path / "rows.csv"), "-o", str(out)).exit_code == 0
    first, second = csv.DictReader(io.StringIO(out.read_text()))
    assert (first["row"], first["model_id"], first["output_tokens"]) == ("1", "gpt-4o", "5")
    assert second["output_images"] == "1024x1024;512x512"
    assert float(second["usage_energy_wh"]) > float(first["usage_energy_wh"]) > 0


def test_bad_rows_are_named_and_the_others_computed() -> None:
    text = "model_id,output_tokens\ngpt-4o,5\nno-such-model-9000,5\ngpt-4o,many\n"
    result = wattdrop("estimate", "-", stdin=text)
    assert result.exit_code == 1
    assert "unknown_model" in result.stdout
    assert "output_tokens: expected a whole number" in result.stdout
    assert "2 of 3 rows could not be computed" in result.stderr
    as_csv = list(
        csv.DictReader(io.StringIO(wattdrop("estimate", "-", "--format", "csv", stdin=text).stdout))
    )
    assert [row["error_code"] for row in as_csv] == ["", "unknown_model", "wrong_type"]


def test_an_unknown_column_is_refused_not_ignored() -> None:
    result = wattdrop("estimate", "-", stdin="model_id,output_token\ngpt-4o,5\n")
    assert result.exit_code == 1
    assert "did you mean output_tokens?" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "stdin", "said"),
    [
        (("estimate",), None, "give a file of requests, or one request by flags"),
        (("estimate", "nowhere.csv"), None, "cannot read nowhere.csv"),
        (("estimate", "-", "--model", "x"), "{}", "not both"),
        (("estimate", "-"), "", "empty"),
        (("estimate", "-"), '{"rows": [', "not JSON"),
        (("estimate", "-"), b"model_id\n\xff\xfe", "UTF-8"),
        (("estimate", "--modle", "x"), None, "--model"),
        (("estimatte",), None, "Did you mean 'estimate'?"),
        (("estimate", "-"), '{"rows": {}}', "rows: expected a list"),
        (("estimate", "-"), "model_id,output_tokens,output_tokens\ngpt-4o,1,2\n", "output_tokens twice"),
        (("estimate", "--model", "gpt-4o", "-o", "impact.xlsx"), None, ".xlsx files are not written"),
        (("explain", "-", "--row", "5"), '[{"model_id": "gpt-4o"}]', "no row 5"),
        (("models", "show", "gpt-4oo"), None, "nearest: gpt"),
    ],
)
def test_wrong_usage_says_what_to_do(
    arguments: tuple[str, ...], stdin: str | bytes | None, said: str
) -> None:
    result = wattdrop(*arguments, stdin=stdin)
    assert result.exit_code == 2, result.output
    assert said in result.stderr
    assert "Traceback" not in result.output


def test_a_file_with_columns_of_its_own_is_told_the_way_that_carries_them(tmp_path: Path) -> None:
    file, out = tmp_path / "calls.csv", tmp_path / "impact.csv"
    file.write_text("model_id,output_tokens,team\ngpt-4o,500,search\n")
    refused = wattdrop("estimate", str(file))
    assert refused.exit_code == 1
    assert "-o OUT --bulk carries them along" in refused.stderr
    carried = wattdrop("estimate", str(file), "-o", str(out), "--bulk")
    assert carried.exit_code == 0, carried.output
    assert '"search"' in out.read_text()
    one = wattdrop("estimate", "--model", "gpt-4oo")
    assert "columns" not in one.stderr


def test_no_requests_are_said_to_be_none() -> None:
    assert wattdrop("estimate", "-", stdin="model_id,output_tokens\n").stdout.startswith("no requests")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
def test_a_full_disk_is_said_without_a_traceback() -> None:
    with Path("/dev/full").open("w") as full:
        command = [sys.executable, "-m", "wattdrop", "estimate", *ONE]
        run = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert run.returncode == 1
    assert run.stderr.splitlines() == ["Error: [Errno 28] No space left on device"]


def test_explain_shows_formula_inputs_and_sources() -> None:
    result = wattdrop("explain", *ONE)
    assert result.exit_code == 0, result.output
    assert "facility_energy_wh" in result.stdout
    assert "Sources" in result.stdout
    told = json.loads(wattdrop("explain", *ONE, "--format", "json", "--step", "facility_energy").stdout)
    assert {step["name"] for step in told["steps"]} == {"facility_energy_wh"}
    assert {choice["question"] for choice in told["choices"]} >= {"model", "task"}


def test_explain_leaves_out_what_leads_to_nothing_and_keeps_all_that_the_rest_rests_on() -> None:
    short, whole = (
        json.loads(wattdrop("explain", *ONE, "--format", "json", *flags).stdout)["steps"]
        for flags in ((), ("--all",))
    )
    assert {step["stage"] for step in whole} - {step["stage"] for step in short} == {"passes", "denoise"}
    kept, values = {step["name"] for step in short}, {step["name"]: step["value"] for step in whole}
    used = {one["name"] for step in short for one in step["inputs"] if one["origin"] == "step"}
    assert {name for name in used if values[name]} <= kept


def test_explain_of_a_bad_row_says_why() -> None:
    result = wattdrop("explain", "--model", "no-such-model-9000")
    assert result.exit_code == 1
    assert "unknown_model" in result.stderr


@pytest.mark.parametrize("kind", ["models", "gpus", "nodes", "services", "regions"])
def test_lists_and_entries(kind: str) -> None:
    table = wattdrop(kind, "list", "--limit", "5")
    assert table.exit_code == 0, table.output
    assert len(table.stdout.splitlines()) == 6
    assert max(map(len, table.stdout.splitlines())) <= 100
    entries = json.loads(wattdrop(kind, "list", "--format", "json").stdout)
    assert len(entries) > 40
    shown = wattdrop(kind, "show", entries[0]["id"])
    assert shown.exit_code == 0, shown.output
    assert "sources" in shown.stdout
    told = json.loads(wattdrop(kind, "show", entries[0]["id"], "--format", "json").stdout)
    assert told["id"] == entries[0]["id"]
    for figure in told["figures"]:
        assert figure["sources"], figure


def test_search_and_filters() -> None:
    found = json.loads(wattdrop("models", "list", "llama", "70b", "--format", "json").stdout)
    assert found
    assert len(found) < len(json.loads(wattdrop("models", "list", "llama", "--format", "json").stdout))
    h100 = json.loads(wattdrop("nodes", "list", "--cloud", "aws", "--format", "json").stdout)
    assert {node["cloud_id"] for node in h100} == {"aws"}
    by_name = json.loads(wattdrop("regions", "list", "europe (frankfurt)", "--format", "json").stdout)
    assert [region["id"] for region in by_name] == ["aws:eu-central-1"]


def test_check_data_counts_what_is_there() -> None:
    result = wattdrop("check-data")
    assert result.exit_code == 0, result.output
    assert "models" in result.stdout
    assert "No problems" in result.stdout


def test_keys(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("WATTDROP_DATA_DIR", str(tmp_path))
    for kind in ("keys", "users"):  # another folder than the service's is the usual reason
        assert f"No {kind} yet in {tmp_path}" in wattdrop(kind, "list").stdout
    key = wattdrop("keys", "create", "laptop").stdout.splitlines()[-1]
    assert key.startswith("wd_")
    listed = wattdrop("keys", "list").stdout
    assert "laptop" in listed
    assert key not in listed
    assert wattdrop("keys", "revoke", "1").exit_code == 0
    again = wattdrop("keys", "revoke", "1")
    assert again.exit_code == 2
    assert "revoked already" in again.stderr


def test_a_setting_that_cannot_be_used_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WATTDROP_MAX_ROWS", "many")
    result = wattdrop("keys", "list")
    assert result.exit_code == 2
    assert "WATTDROP_MAX_ROWS: expected a whole number from 1 on, got 'many'" in result.stderr


def test_every_command_has_help_and_its_line() -> None:
    listed = wattdrop("--help").stdout
    for name, entry in COMMANDS.items():
        assert name in listed
        assert entry.line.split()[0] in listed
        assert wattdrop(name, "--help").exit_code == 0


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion(shell: str) -> None:
    assert "_WATTDROP_COMPLETE" in wattdrop("completion", shell).stdout


def test_values_are_completed_from_the_catalog() -> None:
    from wattdrop.cli.estimate import estimate

    model = next(parameter for parameter in estimate.params if parameter.name == "model_id")
    context = estimate.make_context("estimate", ["--model", "x"], resilient_parsing=True)
    assert "gpt-4o" in [item.value for item in model.shell_complete(context, "gpt-4")]


def test_the_version_is_that_of_the_package() -> None:
    assert wattdrop("--version").stdout == f"wattdrop {version('wattdrop')}\n"


def test_one_row_needs_no_numpy() -> None:
    script = (
        "import sys\n"
        "from wattdrop.cli import root\n"
        "root(['estimate', '--model', 'gpt-4o', '--output-tokens', '5'], standalone_mode=False)\n"
        "heavy = {'numpy', 'pyarrow', 'pandas', 'falcon', 'uvicorn', 'difflib', 'tomllib', 'sqlite3', 'asyncio'}\n"
        "sys.exit(', '.join(heavy & sys.modules.keys()) or 0)\n"
    )
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr


def test_help_imports_no_schema() -> None:
    script = (
        "import sys\n"
        "from wattdrop.cli import root\n"
        "root(['--help'], standalone_mode=False)\n"
        "sys.exit('msgspec' in sys.modules)\n"
    )
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, check=False).returncode == 0


def test_a_command_starts_no_threads_for_linear_algebra() -> None:
    """There is one a core, and each spins before it sleeps."""
    script = """
import sys
import psutil
from wattdrop.cli import main
sys.argv = ["wattdrop", "--version"]
try:
    main()
finally:
    import numpy
    sys.stderr.write(str(psutil.Process().num_threads()))
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.stderr == "1"


def test_the_command_for_more_keys_can_be_pasted(monkeypatch: pytest.MonkeyPatch) -> None:
    """``python -m wattdrop serve`` named a file that is no program."""
    monkeypatch.setattr(serve, "which", lambda name: None)
    monkeypatch.setattr(sys, "argv", ["/somewhere/wattdrop/__main__.py", "serve"])
    shown = serve._announcement("http://127.0.0.1:8000", "", "", "postgresql://db/x")
    assert f"Make a key: {sys.executable} -m wattdrop keys create NAME" in shown
