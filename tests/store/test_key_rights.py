"""What a key may do and until when: stored, kept through the migration, obeyed by the service and the command line."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from importlib.resources import files
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.conftest import Service

from wattdrop.cli import root
from wattdrop.store import SCOPES, Store, open_store

SECRET = b"a secret of thirty-two letters or more"


def test_a_key_has_the_scopes_it_was_given(store: Store) -> None:
    found = store.keys.find(store.keys.create("sheet", scopes=frozenset({"impact"})))
    assert found is not None
    assert found.scopes == {"impact"}
    every = store.keys.find(store.keys.create("laptop"))
    assert every is not None and every.scopes == SCOPES


def test_a_key_ends(store: Store) -> None:
    now = datetime.now(UTC)
    assert store.keys.find(store.keys.create("old", expires=now - timedelta(seconds=2))) is None
    assert store.keys.find(store.keys.create("new", expires=now + timedelta(hours=1))) is not None


def test_keys_of_the_first_version_keep_working(tmp_path: Path) -> None:
    path = tmp_path / "wattdrop.db"
    first = files("wattdrop.store").joinpath("migrations/0001_api_key.sql").read_text(encoding="utf-8")
    with closing(sqlite3.connect(path)) as old:
        old.executescript(first)
        old.execute(
            "INSERT INTO api_key (customer_id, name, shown, hash, created_at) VALUES (3, 'old', 'wd_old', ?, '2026-11-01')",
            (sha256(b"wd_old_key").digest(),),
        )
        old.execute("PRAGMA user_version = 1")
        old.commit()
    with closing(open_store(path, SECRET)) as store:
        found = store.keys.find("wd_old_key")
        assert found is not None
        assert (found.customer_id, found.scopes, found.expires_at) == (3, SCOPES, None)
        assert store.customers.find(3).name == "customer 3"
        # From the first use on its hash is keyed, and it still works.
        assert store.database.query("SELECT keyed FROM api_key") == [(1,)]
        assert store.keys.find("wd_old_key") == found


@pytest.mark.parametrize(
    ("scope", "allowed", "refused"),
    [("impact", "/v1/impact?model_id=gpt-4o", "/model"), ("read", "/model", "/v1/impact?model_id=gpt-4o")],
)
def test_the_service_obeys(service: Service, scope: str, allowed: str, refused: str) -> None:
    key = service.keys.create("limited", scopes=frozenset({scope}))
    assert service.get(allowed, key=key).status_code == 200
    response = service.get(refused, key=key)
    assert response.status_code == 403
    assert response.json()["code"] == "forbidden"
    assert scope in response.json()["message"] and key not in response.text


def run(folder: Path, *words: str):
    return CliRunner().invoke(root, ["keys", *words], env={"WATTDROP_DATA_DIR": str(folder)})


def test_the_command_line_makes_such_keys(tmp_path: Path) -> None:
    made = run(tmp_path, "create", "sheet", "--scopes", "impact, read", "--expires", "90d")
    assert made.exit_code == 0
    listed = run(tmp_path, "list").output
    assert "impact,read" in listed
    assert f"{datetime.now(UTC) + timedelta(days=90):%Y-%m-%d}" in listed


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--scopes", "impact,everything"),
        ("--scopes", ","),
        ("--expires", "soon"),
        ("--expires", "2020-01-01"),
        ("--expires", "0d"),
    ],
)
def test_what_is_no_right_is_named(tmp_path: Path, option: str, value: str) -> None:
    result = run(tmp_path, "create", "x", option, value)
    assert result.exit_code == 2
    assert option in result.output


def test_keys_of_customers_and_users(tmp_path: Path) -> None:
    def wattdrop(*words: str) -> str:
        result = CliRunner().invoke(root, words, env={"WATTDROP_DATA_DIR": str(tmp_path)})
        assert result.exit_code == 0, result.output
        return result.output

    assert wattdrop("customers", "create", "acme").splitlines()[-1] == "2"
    assert wattdrop("users", "create", "ann", "--customer", "acme").splitlines()[-1] == "1"
    made = wattdrop(
        "keys",
        "create",
        "app",
        "--customer",
        "acme",
        "--user",
        "ann",
        "--rate",
        "600/min",
        "--row-rate",
        "5000/s",
    )
    key = made.splitlines()[-1]
    listed = wattdrop("keys", "list", "--customer", "acme")
    assert "acme" in listed and "ann" in listed and "10 requests/s; 5000 rows/s" in listed
    assert "app" not in wattdrop("keys", "list", "--customer", "default")
    secret = (tmp_path / "key-secret").read_bytes().strip()
    with closing(open_store(tmp_path / "wattdrop.db", secret)) as store:
        found = store.keys.find(key)
        assert found is not None and (found.customer_id, found.requests_per_s, found.owner) == (
            2,
            10.0,
            "ann",
        )
        assert "ann" in wattdrop("users", "disable", "ann", "--customer", "acme")
        assert store.keys.find(key) is None
    assert "ann" in wattdrop("users", "list") and "acme" in wattdrop("customers", "list")


@pytest.mark.parametrize("rate", ["fast", "0/s", "10/fortnight", "-1/s", "nan/s", "inf"])
def test_what_is_no_rate_is_named(tmp_path: Path, rate: str) -> None:
    result = run(tmp_path, "create", "x", "--rate", rate)
    assert result.exit_code == 2
    assert "--rate" in result.output
