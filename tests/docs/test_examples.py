"""What the pages show is what happens: their Python examples run, and the commands that they have a reader type."""

import doctest
import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from wattdrop.cli import root

ROOT = Path(__file__).parents[2]
PAGES = sorted((ROOT / "docs").rglob("*.md"))
ROW = "model_id,managed_service_id,country,input_tokens,output_tokens\ngpt-4o,openai,US,100,500\n"
#: Commands that end only when they are stopped, or set everything up first: tests of their own start those.
ENDLESS = ("wattdrop serve", "make ", "curl ")


def name(page: Path) -> str:
    return str(page.relative_to(ROOT))


@pytest.mark.parametrize("page", [p for p in PAGES if ">>> " in p.read_text("utf-8")], ids=name)
def test_python_examples_hold(page: Path) -> None:
    examples = doctest.DocTestParser().get_doctest(page.read_text("utf-8"), {}, name(page), name(page), 0)
    assert len(examples.examples) > 0
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS)
    assert runner.run(examples).failed == 0


def commands() -> list[str]:
    """Every command line of the console blocks, once, that can be run here."""
    found: list[str] = []
    for page in PAGES:
        for block in re.findall(r"^```console\n(.*?)^```", page.read_text("utf-8"), re.M | re.S):
            lines = [line[2:].strip() for line in block.splitlines() if line.startswith("$ ")]
            found += [line for line in lines if not line.startswith(ENDLESS)]
    return sorted(set(found))


@pytest.mark.parametrize("command", commands())
def test_commands_run(command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WATTDROP_DATA_DIR", str(tmp_path / "data"))
    (tmp_path / "requests.csv").write_text(ROW)
    (tmp_path / "requests.jsonl").write_text('{"model_id": "gpt-4o", "output_tokens": 500}\n')
    piped = None
    if command.startswith("cat "):
        source, command = (part.strip() for part in command.split("|"))
        assert source == "cat requests.json"
        piped = '[{"model_id": "gpt-4o", "output_tokens": 500}]'
    words = shlex.split(command.split(" > ")[0])
    assert words[0] == "wattdrop"
    if words[1:3] == ["keys", "revoke"]:  # of the second key, as the page has it
        for made in ("first", "second"):
            assert CliRunner().invoke(root, ["keys", "create", made]).exit_code == 0
    result = CliRunner().invoke(root, words[1:], input=piped)
    assert result.exit_code == 0, result.output
