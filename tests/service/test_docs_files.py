"""``/docs`` and its files: from the package, unchanged, under a policy that lets nothing in from elsewhere."""

from __future__ import annotations

import gzip
import hashlib
import re

import pytest
from tests.conftest import Service

from wattdrop.service.description.page import WEB

VENDORED = WEB / "swagger-ui"


def test_the_page_is_open_and_allows_nothing_inline_and_nothing_from_elsewhere(service: Service) -> None:
    response = service.get("/docs", key=None)
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    policy = dict(
        part.strip().split(" ", 1) for part in response.headers["content-security-policy"].split(";")
    )
    assert policy["default-src"] == "'none'"
    assert {policy[name] for name in ("script-src", "style-src", "connect-src")} == {"'self'"}
    assert "unsafe" not in response.headers["content-security-policy"]


def test_the_page_names_files_of_its_own_only(service: Service) -> None:
    page = service.get("/docs").text
    assert "<style" not in page and not re.search(r"<script[^>]*>[^<]", page) and " style=" not in page
    names = re.findall(r'(?:src|href)="([^"]*)"', page)
    assert names
    for name in names:
        assert name.startswith(("/docs/", "/openapi.json"))
        assert service.get(name, key=None).status_code == 200


@pytest.mark.parametrize("name", ["nonesuch.js", "..%2Fapp.py", "docs.html", "LICENSE"])
def test_no_other_file_is_given_out(service: Service, name: str) -> None:
    assert service.get(f"/docs/{name}").status_code == 404


def test_files_are_compressed_and_asked_for_once(service: Service) -> None:
    response = service.get("/docs/swagger-ui-bundle.js", headers={"Accept-Encoding": "gzip"})
    assert response.headers["content-encoding"] == "gzip"
    assert int(response.headers["content-length"]) < 500_000
    assert response.content == (VENDORED / "swagger-ui-bundle.js").read_bytes()
    again = service.get("/docs/swagger-ui-bundle.js", headers={"If-None-Match": response.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    plain = service.get("/docs/docs.css", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert gzip.compress(plain.content)


def test_the_viewer_is_the_published_one_with_its_licence() -> None:
    hashes = dict(reversed(line.split()) for line in re.findall(r"^    (\w{64} .*)$", _readme(), re.M))
    files = {path.name for path in VENDORED.iterdir()} - {"README.md"}
    assert files == set(hashes)
    assert {"LICENSE", "NOTICE"} <= files
    for name, digest in hashes.items():
        assert hashlib.sha256((VENDORED / name).read_bytes()).hexdigest() == digest, name


def _readme() -> str:
    return (VENDORED / "README.md").read_text(encoding="utf-8")
