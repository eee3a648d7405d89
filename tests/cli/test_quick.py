"""The call without click answers as the command does, and leaves to it whatever is not plain."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from wattdrop.cli import root
from wattdrop.cli.quick import answer

WATTDROP = str(Path(sys.executable).with_name("wattdrop"))
ONE = "--model gpt-4o --input-tokens 100 --output-tokens 500 --service openai --country US".split()
HEAVY = {
    *(
        "click",
        "msgspec",
        "numpy",
        "inspect",
        "dataclasses",
        "statistics",
        "random",
        "datetime",
        "decimal",
        "pathlib",
    ),
    *(
        "json",
        "csv",
        "urllib.parse",
        "hashlib",
        "ast",
        "difflib",
        "uuid",
        "tomllib",
        "wattdrop.engine.program",
    ),
    *(
        "typing",
        "collections",
        "collections.abc",
        "re",
        "functools",
        "contextlib",
        "enum",
        "textwrap",
        "types",
    ),
}
PLAIN = [
    ONE,
    ["--model=llama_v31_8b", "--output-tokens=20"],
    "--task text-to-image --model stable_diffusion_xl_base_1_0".split(),
    "--gpu h100_sxm_80gb --model mixtral_8x7b --output-tokens 5".split(),
    "--cloud aws --instance p4d.24xlarge --model llama_v31_70b --output-tokens 300 --cloud-region us-east-1".split(),
    "--model gpt-4o --output-tokens 10 --reasoning-tokens 5 --cached-input-tokens 3 --input-tokens 9".split(),
    "--model gpt-4o --output-tokens 500 --country us --pue 1.2 --batch-size 8 --at 2025-03-15T10:30:00Z".split(),
    "--model stable_diffusion_xl_base_1_0 --output-images 1024x1024,512x512".split(),
    ["--model", " gpt-4o ", "--output-tokens", "5", "--client-id", "Müller"],
    "--node aws:p5.48xlarge --model llama_v31_8b --datatype fp8 --country US --region VA".split(),
]


@pytest.mark.parametrize("flags", PLAIN, ids=" ".join)
@pytest.mark.parametrize("form", [None, "table", "json", "jsonl", "csv"])
def test_it_prints_what_the_command_prints(flags: list[str], form: str | None) -> None:
    arguments = ["estimate", *flags, *(["--format", form] if form else [])]
    command = CliRunner().invoke(root, arguments, prog_name="wattdrop")
    assert command.exit_code == 0, command.output
    assert f"{answer(arguments)}\n" == command.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--help"],
        ["estimate"],
        ["estimate", "rows.json"],
        ["estimate", "-"],
        ["estimate", *ONE, "rows.json"],
        ["estimate", *ONE, "-o", "out.json"],
        ["estimate", *ONE, "--debug"],
        ["estimate", *ONE, "--no-ranges"],
        ["estimate", *ONE, "--format", "xml"],
        ["estimate", *ONE, "--format"],
        ["estimate", *ONE, "--model", "gpt-4o"],  # twice
        ["estimate", "--model", "gpt-4o", "--output-tokens", "5.5"],
        ["estimate", "--model", "gpt-4o", "--output-tokens", "-5"],
        ["estimate", "--model", "gpt-4o", "--output-tokens=-5"],
        ["estimate", "--model", "gpt-4o", "--pue", "0.5"],
        ["estimate", "--model", "", "--output-tokens", "5"],
        ["estimate", "--no-such-flag", "5"],
        ["estimate", "--format", "json"],
        ["estimate", "--model", "no-such-model", "--output-tokens", "5"],  # an error of the row
        ["estimate", "--cached-input-tokens", "9", "--input-tokens", "1", "--model", "gpt-4o"],
        ["explain", *ONE],
    ],
    ids=" ".join,
)
def test_the_rest_is_for_the_command(arguments: list[str]) -> None:
    assert answer(arguments) is None


def test_a_cold_start_imports_nothing_that_it_does_not_need() -> None:
    """Each of these takes longer to import than the row takes to resolve."""
    script = (
        "import sys\n"
        "from wattdrop.cli.quick import answer\n"
        f"assert answer(['estimate', *{ONE!r}])\n"
        f"print(*sorted({HEAVY!r} & set(sys.modules)))\n"
    )
    path = os.pathsep.join(path for path in sys.path if path)
    done = subprocess.run(  # without site, whose own imports would hide ours
        [sys.executable, "-S", "-c", script],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": path},
        check=False,
    )
    assert (done.stdout, done.stderr) == ("\n", "")


def test_the_process_says_how_it_went() -> None:
    done = subprocess.run([WATTDROP, "estimate", *ONE], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"{answer(['estimate', *ONE])}\n"
    wrong = ["estimate", "--model", "no-such-model", "--output-tokens", "5"]
    done = subprocess.run([WATTDROP, *wrong], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "could not be computed" in done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no full disk to write to")
def test_a_full_disk_is_said_and_not_a_success() -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [WATTDROP, "estimate", *ONE], stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert done.returncode == 1
    assert done.stderr.startswith("Error: ")
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="no such pipes")
def test_a_reader_that_has_gone_is_no_error_message() -> None:
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "w") as pipe:
        done = subprocess.run(
            [WATTDROP, "estimate", *ONE], stdout=pipe, stderr=subprocess.PIPE, text=True, check=False
        )
    assert (done.returncode, done.stderr) == (1, "")


@pytest.mark.skipif(sys.platform == "win32", reason="no such shell")
def test_a_closed_output_is_no_failure() -> None:
    command = f"{shlex.quote(WATTDROP)} estimate {' '.join(ONE)} >&-"
    done = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_terminal_that_cannot_show_a_character_shows_the_rest() -> None:
    env = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run([WATTDROP, "estimate", *ONE], capture_output=True, text=True, env=env, check=False)
    assert done.returncode == 0
    assert "gpt-4o, 100\\u2192500 tokens" in done.stdout
