"""The web page as it is served: a document for browsers, files under names with hashes, texts, and a safe session."""

from __future__ import annotations

import hashlib
import json
import os
import re
import time
import tomllib
from base64 import b64encode
from pathlib import Path

import httpx
import pytest
from tests.conftest import ROOT, Service

from wattdrop.service.local import LINK_SECONDS, offer_code, take_code
from wattdrop.service.page.files import WEB
from wattdrop.service.settings import read_settings

BROWSER = {"Accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"}
PAGE = {"x-wattdrop-page": "1"}
OWN = WEB / "page"
LANGUAGES = ("en", "fr")


# --- the document ---


def test_a_browser_gets_the_page_and_every_other_client_is_told_to_post(service: Service) -> None:
    response = service.get("/", key=None, headers=BROWSER)
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert response.headers["vary"] == "Accept, Accept-Encoding"
    for accept in ("*/*", "application/json"):
        response = service.get("/", headers={"Accept": accept})
        assert (response.status_code, response.headers["allow"]) == (405, "POST")


def test_the_policy_lets_nothing_in_but_the_pages_own_files_and_its_import_map(service: Service) -> None:
    response = service.get("/", key=None, headers=BROWSER)
    policy = dict(
        part.strip().split(" ", 1) for part in response.headers["content-security-policy"].split(";")
    )
    (inline,) = re.findall(r"<script[^>]*>([^<]+)</script>", response.text)
    digest = b64encode(hashlib.sha256(inline.encode()).digest()).decode()
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == f"'self' 'sha256-{digest}'"
    assert policy["style-src"] == policy["connect-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["form-action"] == policy["base-uri"] == "'none'"
    assert "unsafe" not in response.headers["content-security-policy"]
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["referrer-policy"] == "no-referrer"
    assert response.headers["cross-origin-opener-policy"] == "same-origin"


def test_every_file_that_the_document_names_is_there_for_a_year(service: Service) -> None:
    text = service.get("/", key=None, headers=BROWSER).text
    named = set(re.findall(r'(?:src|href)="(/web/[^"]*)"', text))
    named |= set(json.loads(re.findall(r'importmap">([^<]+)<', text)[0])["imports"].values())
    assert len(named) > 20
    for address in named:
        response = service.get(address, key=None, headers={"Accept-Encoding": "gzip"})
        assert response.status_code == 200, address
        assert response.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert response.headers["content-encoding"] == "gzip"
        assert hashlib.sha256(response.content).hexdigest()[:12] in address


def test_the_document_is_asked_for_again_and_costs_nothing_where_it_is_the_same(service: Service) -> None:
    first = service.get("/", key=None, headers=BROWSER)
    assert first.headers["cache-control"] == "no-cache"
    again = service.get("/", key=None, headers={**BROWSER, "If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    "name", ["page/main.js", "page/main.000000000000.js", "..%2Fpage%2Ffiles.py", "vendor/pins.toml"]
)
def test_no_other_file_is_given_out(service: Service, name: str) -> None:
    assert service.get(f"/web/{name}", key=None).status_code == 404


def test_what_others_wrote_is_as_published_and_has_its_licence() -> None:
    packages = tomllib.loads((WEB / "vendor" / "pins.toml").read_text(encoding="utf-8"))["package"]
    pinned = {file["to"]: file["sha256"] for package in packages for file in package["files"]}
    for path, digest in pinned.items():
        assert hashlib.sha256((ROOT / path).read_bytes()).hexdigest() == digest, path
    files = (path for path in (WEB / "vendor").rglob("*") if path.is_file())
    there = {path.relative_to(ROOT).as_posix() for path in files} - {
        f"{(WEB / 'vendor').relative_to(ROOT).as_posix()}/pins.toml"
    }
    assert there <= set(pinned)
    for package in packages:
        assert any(file["to"].endswith(".LICENSE") for file in package["files"]), package["name"]


# --- texts ---


def _catalogue(language: str) -> dict[str, str]:
    catalogue: dict[str, str] = json.loads((OWN / "strings" / f"{language}.json").read_text(encoding="utf-8"))
    return catalogue


def _scripts() -> dict[str, str]:
    return {path.relative_to(OWN).as_posix(): path.read_text(encoding="utf-8") for path in OWN.rglob("*.js")}


@pytest.mark.parametrize("language", LANGUAGES)
def test_catalogues_are_sorted_and_complete(language: str) -> None:
    catalogue, english = _catalogue(language), _catalogue("en")
    assert list(catalogue) == sorted(catalogue)
    assert catalogue.keys() == english.keys()
    for key, text in catalogue.items():
        assert text.strip(), key
        assert set(re.findall(r"\{\w+\}", text)) == set(re.findall(r"\{\w+\}", english[key])), key


def test_every_text_that_a_script_asks_for_is_in_the_catalogue_and_no_other() -> None:
    english, scripts = _catalogue("en"), "\n".join(_scripts().values())
    flat = set(re.findall(r'\bt\(\s*"([\w.]+)"', scripts))
    either = re.findall(r'\bt\([^)"]*\? "([\w.]+)" : "([\w.]+)"', scripts)
    flat |= {one for pair in either for one in pair}
    starts = set(re.findall(r"(?:\bt|\bhas)\(`([\w.]+?\.)\$\{", scripts))
    starts |= {f"{kind}." for kind in re.findall(r'\bnamed\("(\w+)"', scripts)}
    starts |= {f"{page}." for page in re.findall(r'key: "(\w+)", load:', scripts)}
    assert flat <= english.keys()
    unused = [key for key in english if key not in flat and not key.startswith(tuple(starts))]
    assert unused == []


def _markup(script: str) -> list[str]:
    """The `html` templates of a script, innermost first; what is filled into one leaves a NUL behind."""
    found: list[str] = []
    templates: list[tuple[bool, list[str]]] = []
    depths: list[int] = []  # of braces, in each expression that fills a template
    at = 0
    while at < len(script):
        in_text = len(templates) > len(depths)
        here = script[at]
        if in_text and script.startswith("${", at):
            templates[-1][1].append("\0")
            depths.append(0)
            at += 1
        elif here == "`" and in_text:
            is_markup, text = templates.pop()
            found += ["".join(text)] if is_markup else []
        elif in_text:
            templates[-1][1].append(here)
        elif here == "`":
            templates.append((script.endswith("html", 0, at), []))
        elif here == '"':
            at = script.index('"', at + 1)
        elif script.startswith("//", at):
            at = script.index("\n", at)
        elif here == "{" and depths:
            depths[-1] += 1
        elif here == "}" and depths:
            depths[-1] -= 1
            if depths[-1] < 0:
                depths.pop()
        at += 1
    return found


@pytest.mark.parametrize("name", sorted(_scripts()))
def test_no_component_holds_a_text(name: str) -> None:
    for template in _markup(_scripts()[name]):
        texts = [part.strip() for part in re.findall(r">([^<]*)<", template)]
        spoken = re.findall(r'(?:aria-label|title|placeholder|alt|label|hint)="([^"]+)"', template)
        words = [part for part in (*texts, *spoken) if re.search(r"[A-Za-z]{2}", part.replace("\0", ""))]
        assert words in ([], ["Wattdrop"]), template  # a name is the same in every language


def test_the_markup_is_found_in_a_script() -> None:
    script = 'a = html`<p>${b.map((c) => html`<i>${d(`${e}-f`)} in</i>`)} out</p>`; // it`s\ng = `<h>${"`"}`;'
    assert _markup(script) == ["<i>\0 in</i>", "<p>\0 out</p>"]


# --- the session ---


def test_a_key_is_kept_where_no_script_reads_it_and_counts_beside_the_pages_header_alone(
    service: Service,
) -> None:
    response = service.request("POST", "/web/session", key=None, headers=PAGE, json={"key": service.key})
    assert response.json()["name"] == "tests"
    assert service.key not in response.text
    cookie = response.headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=Strict" in cookie and "Path=/" in cookie
    assert "Max-Age" not in cookie and "expires" not in cookie.lower()
    sent = {"Cookie": cookie.partition(";")[0]}
    row = {"rows": [{"model_id": "gpt-4o"}]}
    with_header = service.request("POST", "/v1/impact", key=None, headers={**sent, **PAGE}, json=row)
    assert with_header.status_code == 200
    assert service.request("POST", "/v1/impact", key=None, headers=sent, json=row).status_code == 401
    assert service.get("/web/session", key=None, headers={**sent, **PAGE}).json()["scopes"]
    assert service.get("/web/session", key=None, headers=sent).json() == {}


def test_behind_tls_the_cookie_goes_over_tls_alone(service: Service) -> None:
    headers = {**PAGE, "X-Forwarded-Proto": "https"}
    response = service.request("POST", "/web/session", key=None, headers=headers, json={"key": service.key})
    assert "Secure" in response.headers["set-cookie"]


def test_a_session_begins_with_a_known_key_from_the_page_alone(service: Service) -> None:
    body = {"key": service.key}
    assert service.request("POST", "/web/session", key=None, json=body).status_code == 403
    assert service.request("DELETE", "/web/session", key=None).status_code == 403
    wrong = service.request("POST", "/web/session", key=None, headers=PAGE, json={"key": "wd_wrong"})
    assert (wrong.status_code, "set-cookie" in wrong.headers) == (401, False)
    empty = service.request("POST", "/web/session", key=None, headers=PAGE, json={"key": ""})
    assert (empty.status_code, empty.json()["details"]["field"]) == (400, "key")


def test_a_session_ends(service: Service) -> None:
    response = service.request("DELETE", "/web/session", key=None, headers=PAGE)
    assert response.status_code == 204
    assert response.headers["set-cookie"].startswith('wattdrop_session=""')


def test_a_session_whose_key_was_revoked_is_none(service: Service) -> None:
    headers = {**PAGE, "Cookie": "wattdrop_session=wd_gone"}
    assert service.get("/web/session", key=None, headers=headers).json() == {}


# --- what the page asks of the API beside the contract ---


def test_choices_need_no_key(service: Service) -> None:
    choices = service.get("/v1/choices", key=None).json()
    assert {"id": "NO", "name": "Norway"} in choices["countries"]
    assert "openai" in {one["id"] for one in choices["services"]}
    assert "us-east-1" in {one["cloud_region"] for one in choices["regions"]}
    assert next(one for one in choices["tasks"] if one["id"] == "text-to-image")["outputs"] == ["image"]


@pytest.mark.parametrize("path", ["/v1/choices", "/v1/places"])
def test_open_lists_are_sent_again_only_where_they_are_new(service: Service, path: str) -> None:
    first = service.get(path, key=None)
    assert (first.headers["cache-control"], first.headers["vary"]) == ("no-cache", "Accept-Encoding")
    again = service.get(path, key=None, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    ("accepted", "packed"),
    [
        ("gzip, br", True),
        ("br, GZIP;q=0.5", True),
        ("gzip;q=0", False),
        ("br;q=1, gzip; q=0.0", False),
        ("", False),
    ],
)
def test_lists_are_packed_for_who_takes_that(service: Service, accepted: str, packed: bool) -> None:
    response = service.get("/v1/choices", key=None, headers={"Accept-Encoding": accepted})
    assert (response.headers.get("content-encoding") == "gzip") is packed
    assert response.json()["tasks"]


def test_places_have_the_figure_that_a_row_of_them_is_estimated_with(service: Service) -> None:
    places = service.get("/v1/places", key=None).json()
    norway = next(one for one in places["countries"] if one["id"] == "NO")
    paris = next(one for one in places["regions"] if one["cloud_region"] == "eu-west-3")
    assert (paris["name"], paris["city"], paris["latitude_deg"]) == ("Europe (Paris)", "Paris", 48.86)
    for place, where in (
        (norway, {"country": "NO"}),
        (paris, {"cloud_id": "aws", "cloud_region": "eu-west-3"}),
    ):
        row = {"model_id": "gpt-4o", "output_tokens": 10, **where}
        answer = service.request("POST", "/v1/impact?debug=true", json={"rows": [row]}).json()
        assert place["grid"]["gco2e_per_kwh"] == answer["rows"][0]["debug"]["grid_mix"]["gco2e_per_kwh"]
    cited = {one["grid"]["source_id"] for kind in ("countries", "regions") for one in places[kind]}
    cited |= {one["source_id"] for one in places["regions"]}
    assert cited == {one["id"] for one in places["sources"]}


def test_a_place_without_a_figure_says_whose_it_has(service: Service) -> None:
    places = service.get("/v1/places", key=None).json()["countries"]
    andorra = next(one for one in places if one["id"] == "AD")
    assert (andorra["grid"]["stands_in"], andorra["grid"]["zone"]) == (True, "ES")
    assert not next(one for one in places if one["id"] == "ES")["grid"]["stands_in"]


def test_every_task_has_a_name_in_every_language(service: Service) -> None:
    tasks = service.get("/v1/choices", key=None).json()["tasks"]
    for language in LANGUAGES:
        assert {f"task.{one['id']}" for one in tasks} <= _catalogue(language).keys()


def test_equivalents_are_what_their_documents_say(service: Service) -> None:
    amounts = {"usage_energy_wh": 9, "usage_emissions_gco2e": 251, "usage_water_ml": 126.1804}
    found = service.get("/v1/equivalents", key=None, params=amounts).json()["equivalents"]
    values = {one["id"]: (round(one["value"], 3), one["unit"]) for one in found}
    assert values["led_bulb"] == (3600.0, "s")  # 9 W for an hour
    assert values["petrol_car"] == (1000.004, "m")  # 8,887 g/gal / 22 mi/gal / 1.609344 km/mi = 251 g/km
    assert values["shower"] == (1.0, "s")
    assert all(one["source"]["url"].startswith("https://") for one in found)
    assert service.get("/v1/equivalents", key=None).json() == {"equivalents": []}
    wrong = service.get("/v1/equivalents", key=None, params={"usage_water_ml": "much"})
    assert (wrong.status_code, wrong.json()["details"]["field"]) == (400, "usage_water_ml")


@pytest.mark.parametrize(
    ("text", "first"),
    [("gpt4o", "gpt_4o"), ("meta-llama/Llama-3.1-8B", "llama_v31_8b"), ("llama 3.1 8b", "llama_v31_8b")],
)
def test_models_are_searched_by_every_name(service: Service, text: str, first: str) -> None:
    response = service.get("/model", params={"search": text, "limit": 5})
    assert response.json()["models"][0]["id"] == first
    assert int(response.headers["x-total-count"]) < 100


def test_a_search_that_finds_nothing_and_one_for_nodes(service: Service) -> None:
    assert service.get("/model", params={"search": "nonesuch xyz"}).json() == {"models": []}
    nodes = service.get("/node", params={"search": "p4d"}).json()["nodes"]
    assert "aws-p4d-24xlarge" in {one["id"] for one in nodes}


def test_a_link_of_the_start_signs_in_once(service: Service) -> None:
    settings = read_settings({"WATTDROP_DATA_DIR": str(service.folder)})
    settings.local_key.write_text(service.key)
    code = offer_code(settings.sign_in_code)

    def begin(with_code: str) -> httpx.Response:
        return service.request("POST", "/web/session", key=None, headers=PAGE, json={"code": with_code})

    assert begin("guessed").status_code == 401
    first = begin(code)
    assert (first.status_code, first.json()["name"]) == (200, "tests")
    assert "HttpOnly" in first.headers["set-cookie"]
    again = begin(code)
    assert (again.status_code, "set-cookie" in again.headers) == (401, False)
    assert "was used" in again.json()["message"]


def test_a_link_is_good_for_an_hour_and_one_of_an_earlier_start_for_nothing(tmp_path: Path) -> None:
    path = tmp_path / "sign-in"
    earlier, code = offer_code(path), offer_code(path)
    assert path.stat().st_mode & 0o077 == 0
    assert code not in path.read_text()
    assert not take_code(path, earlier)
    hour_ago = time.time() - LINK_SECONDS - 1
    os.utime(path, (hour_ago, hour_ago))
    assert not take_code(path, code)
    os.utime(path)
    assert take_code(path, code)
    assert not path.exists()
