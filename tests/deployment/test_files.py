"""Container, compose and unit files: what they name exists, and the settings that they set are settings."""

from __future__ import annotations

import configparser
import re
import runpy
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.conftest import ROOT

from wattdrop.service.origins import OTHER_VARIABLES
from wattdrop.service.settings import SETTINGS, read_settings, variable

CONTAINER = (ROOT / "Containerfile").read_text(encoding="utf-8")
UNIT = ROOT / "integrations" / "systemd" / "wattdrop.service"
KNOWN = {variable(one) for one in SETTINGS} | OTHER_VARIABLES


def compose() -> Any:
    return yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))


def unit() -> dict[str, list[str]]:
    """The service section; a name may stand several times."""
    found: dict[str, list[str]] = {}
    section = ""
    for line in UNIT.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            section = line
        elif section == "[Service]" and line and not line.startswith("#"):
            name, _, value = line.partition("=")
            found.setdefault(name, []).append(value)
    return found


@pytest.mark.parametrize("file", ["Containerfile", "compose.yaml", "integrations/systemd/wattdrop.service"])
def test_every_setting_that_is_named_exists(file: str) -> None:
    named = set(re.findall(r"\bWATTDROP_[A-Z_]+\b", (ROOT / file).read_text(encoding="utf-8")))
    assert named
    assert named <= KNOWN


def test_the_values_that_they_give_are_taken() -> None:
    in_container = dict(re.findall(r"\b(WATTDROP_[A-Z_]+)=(\S+)", CONTAINER))
    in_unit = dict(value.split("=", 1) for value in unit()["Environment"])
    in_compose = compose()["services"]["wattdrop"]["environment"]
    for environment in (in_container, in_unit, in_container | in_compose):
        found = read_settings(environment)
        assert not found.announce_key  # whose output is kept as a log
    assert read_settings(in_container).host == "0.0.0.0"
    assert read_settings(in_container | in_compose).database_url.startswith("postgresql://wattdrop:")


def test_the_paths_that_the_image_copies_exist_and_are_not_ignored() -> None:
    copied = [
        path for line in re.findall(r"^COPY (?!--from)(.+) \S+$", CONTAINER, re.M) for path in line.split()
    ]
    assert copied
    kept = {line[1:] for line in _lines(".containerignore") if line.startswith("!")}
    assert "*" in _lines(".containerignore")
    assert set(copied) == kept
    assert all((ROOT / path).exists() for path in copied)
    assert _lines(".dockerignore") == _lines(".containerignore")


def _lines(file: str) -> list[str]:
    return (ROOT / file).read_text(encoding="utf-8").split()


def test_the_image_runs_without_rights_and_signals_reach_the_process() -> None:
    assert re.findall(r"^USER (.+)$", CONTAINER, re.M) == ["10001:10001"]
    assert 'ENTRYPOINT ["wattdrop"]' in CONTAINER and 'CMD ["serve"]' in CONTAINER
    assert "STOPSIGNAL SIGTERM" in CONTAINER
    assert re.search(r"^HEALTHCHECK .*\n.*/health", CONTAINER, re.M)
    (data_dir,) = re.findall(r"WATTDROP_DATA_DIR=(\S+)", CONTAINER)
    assert f"VOLUME {data_dir}\n" in CONTAINER


def test_the_image_gets_what_the_service_imports_with_hashes_and_nothing_of_the_tests() -> None:
    needed = runpy.run_path(str(ROOT / "tools" / "container_requirements.py"))["needed"]()
    names = {block.split("==")[0] for block in needed}
    assert names >= {"falcon", "uvicorn", "msgspec", "numpy", "psycopg", "prometheus-client", "pyarrow"}
    assert not names & {
        "pytest",
        "hypothesis",
        "mypy",
        "ruff",
        "scope3ai",
        "scipy",
        "matplotlib",
        "schemathesis",
    }
    assert all("--hash=sha256:" in block for block in needed)


def test_compose_waits_for_the_database_and_gives_the_drain_its_time() -> None:
    services = compose()["services"]
    service = services["wattdrop"]
    assert service["depends_on"]["postgres"]["condition"] == "service_healthy"
    assert services["postgres"]["healthcheck"]["test"]
    drain = int(service["environment"]["WATTDROP_DRAIN_SECONDS"])
    assert int(service["stop_grace_period"].removesuffix("s")) > drain + 15
    assert all(published.startswith("127.0.0.1:") for published in service["ports"])
    volumes = {one.split(":")[0] for each in services.values() for one in each["volumes"]}
    assert volumes == compose()["volumes"].keys()


def test_the_unit_gives_the_drain_its_time_and_signals_to_the_parent() -> None:
    found = unit()
    environment = dict(value.split("=", 1) for value in found["Environment"])
    assert int(found["TimeoutStopSec"][0]) > int(environment["WATTDROP_DRAIN_SECONDS"]) + 15
    assert found["KillMode"] == ["mixed"]
    assert found["NoNewPrivileges"] == ["yes"] and found["ProtectSystem"] == ["strict"]
    assert environment["WATTDROP_DATA_DIR"] == "%S/" + found["StateDirectory"][0]
    assert environment["WATTDROP_CACHE_DIR"] == "%C/" + found["CacheDirectory"][0]
    parser = configparser.ConfigParser(strict=False, interpolation=None, delimiters=("=",))
    parser.read_string(UNIT.read_text(encoding="utf-8"))
    assert parser.sections() == ["Unit", "Service", "Install"]


def test_systemd_takes_the_unit(tmp_path: Path) -> None:
    """Where systemd is; the program that it starts is another, as it looks for it."""
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        return
    file = tmp_path / "wattdrop.service"
    file.write_text(re.sub(r"ExecStart=\S+", "ExecStart=/bin/true", UNIT.read_text(encoding="utf-8")))
    done = subprocess.run([analyze, "verify", str(file)], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_every_metric_of_the_page_exists() -> None:
    from wattdrop.service.exposition import exposition

    page = (ROOT / "docs" / "how-to" / "run-the-service.md").read_text(encoding="utf-8")
    named = set(re.findall(r"\bwattdrop_[a-z_]+\b", page))
    shown = exposition().decode()
    families = set(re.findall(r"^# TYPE (\S+) ", shown, re.M))
    assert len(named) > 5
    assert {re.sub(r"_(bucket|sum|count)$", "", name) for name in named} <= families


def test_every_test_that_the_threat_model_names_exists() -> None:
    text = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    cells = re.findall(r"\| ([^|]*`tests/[^|]*) \|$", text, re.M)
    assert len(cells) > 10
    for cell in cells:
        folder = ROOT
        for name in re.findall(r"`([^`]+)`", cell):
            path = ROOT / name if name.startswith("tests/") else folder / name
            assert path.exists(), name
            folder = path if path.is_dir() else path.parent
