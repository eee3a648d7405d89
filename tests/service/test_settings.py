"""Where settings come from, and what is said about those that cannot be."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.service.processes import PATIENCE_S, ROW, running

from wattdrop.errors import SettingError
from wattdrop.service.settings import SETTINGS, effective, read_settings, variable


def config(folder: Path, text: str) -> str:
    file = folder / "wattdrop.toml"
    file.write_text(text)
    return str(file)


def test_a_flag_wins_over_the_environment_that_over_the_file_that_over_the_default(tmp_path: Path) -> None:
    file = config(tmp_path, 'max_rows = 3\nworkers = 3\ndrain_seconds = 3\nlog_format = "text"\n')
    environment = {"WATTDROP_CONFIG": file, "WATTDROP_WORKERS": "4", "WATTDROP_MAX_ROWS": "4"}
    flags = {"max_rows": "5", "workers": None}
    found = read_settings(environment, flags)
    assert (found.max_rows, found.workers, found.drain_seconds, found.read_seconds) == (5, 4, 3, 10)
    assert found.log_format == "text"
    origins = effective(environment, flags).origins
    names = ("max_rows", "workers", "drain_seconds", "read_seconds")
    assert [origins[name] for name in names] == ["flag", "environment", "file", "default"]


def test_an_empty_variable_says_nothing(tmp_path: Path) -> None:
    environment = {"WATTDROP_CONFIG": config(tmp_path, "max_rows = 3\n"), "WATTDROP_MAX_ROWS": ""}
    assert read_settings(environment).max_rows == 3


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("max_row = 5", "max_row in .*wattdrop.toml: no such setting; did you mean max_rows?"),
        ("colour = 5", "colour in .*: no such setting; see them with: wattdrop settings"),
        ("max_rows = 'ten'", "max_rows in .*wattdrop.toml: expected a whole number from 1 on, got 'ten'"),
        ("max_rows = 5.5", "max_rows in .*: expected a whole number from 1 on, got '5.5'"),
        ("metrics_token = ['hidden']", "metrics_token in .*: expected a text or a number, got a list$"),
        ("max_rows = ", "WATTDROP_CONFIG: cannot read .*wattdrop.toml: .*such as max_rows = 1000"),
        ("log_level = 'loud'", "log_level in .*: expected one of debug, info, warning, error, got 'loud'"),
        ("cors_origins = 'app.example'", "cors_origins in .*: expected origins such as https://app.example"),
        ("announce_key = 'maybe'", "announce_key in .*: expected one of yes, .*got 'maybe'"),
    ],
)
def test_what_is_wrong_in_the_file_is_named_with_the_fix(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(SettingError, match=message):
        read_settings({"WATTDROP_CONFIG": config(tmp_path, text)})


def test_a_file_that_is_not_there_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="WATTDROP_CONFIG: cannot read"):
        read_settings({"WATTDROP_CONFIG": str(tmp_path / "none.toml")})


@pytest.mark.parametrize(
    ("text", "meant"), [("false", False), ("'no'", False), ("true", True), ("'YES'", True)]
)
def test_yes_and_no_are_said_in_several_ways(tmp_path: Path, text: str, meant: bool) -> None:
    file = config(tmp_path, f"announce_key = {text}")
    assert read_settings({"WATTDROP_CONFIG": file}).announce_key is meant


def test_the_file_reaches_every_worker(tmp_path: Path) -> None:
    file = config(tmp_path, "max_rows = 2\nworkers = 2\n")
    with running(tmp_path / "data", WATTDROP_CONFIG=file) as server:
        assert server.impact(ROW, ROW).status_code == 200
        for _ in range(10):
            assert server.impact(ROW, ROW, ROW).status_code == 413
        assert len(server.workers()) == 2


def test_the_command_shows_what_holds_and_hides_secrets(tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "WATTDROP_CONFIG": config(tmp_path, "metrics_token = 'hidden-1'\nmax_rows = 3\n"),
        "WATTDROP_DATABASE_URL": "postgresql://me:hidden-2@db/wattdrop",
        "WATTDROP_MAX_ROW": "5",
    }
    command = [sys.executable, "-m", "wattdrop", "settings"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=PATIENCE_S)
    assert done.returncode == 0, done.stderr
    lines = {line.split()[0]: line.split()[1:] for line in done.stdout.splitlines() if line.strip()}
    assert lines["max_rows"] == ["3", "file", "WATTDROP_MAX_ROWS"]
    assert {variable(one) for one in SETTINGS} <= set(done.stdout.split())
    assert "hidden-" not in done.stdout + done.stderr
    assert "WATTDROP_MAX_ROW is set, and nothing reads it; did you mean WATTDROP_MAX_ROWS?" in done.stderr


def test_no_key_is_made_or_printed_where_the_output_is_a_log(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "wattdrop", "serve", "--port", "0", "--announce-key", "no"]
    environment = {**os.environ, "WATTDROP_DATA_DIR": str(tmp_path), "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        announced = ""
        while "keys create" not in announced:
            announced += process.stdout.readline()
        process.terminate()
        process.wait(PATIENCE_S)
    assert "Bearer YOUR_KEY" in announced
    assert "wd_" not in announced
    assert not (tmp_path / "local-key").exists()
