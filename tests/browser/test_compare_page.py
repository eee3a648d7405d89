"""The comparison in a real browser: candidates by keyboard, what was found in words and drawings, and when things fail."""

from __future__ import annotations

import csv
import itertools
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, expect
from tests.browser.conftest import Visitor
from tests.service.processes import Running

pytestmark = pytest.mark.browser

CHAT = "input_tokens=1000&output_tokens=500"
MODELS = f"/compare?vary=models&with=llama_v31_8b&with=gpt-4o&with=llama_v31_405b&{CHAT}"
REGIONS = f"/compare?vary=places&model_id=gpt-4o&with=region:aws:us-east-1&with=region:azure:eastus&{CHAT}"
PLACES = f"/compare?vary=places&model_id=gpt-4o&with=country:FR&with=country:PL&{CHAT}&metric=carbon"
HOURS = f"/compare?vary=hours&model_id=gpt-4o&country=DE&utc_datetime=2025-06-15T00:00&with=12&with=19&{CHAT}&metric=carbon"
HALO = 8  # around letters, which a browser counts to a text
BARS = ".results svg[role=img][aria-label^='Energy']"


def compared(server: Running, *rows: dict[str, Any]) -> list[Any]:
    """What the API says, asked without the page."""
    headers = {"Authorization": f"Bearer {server.key}"}
    answer = httpx.post(f"{server.url}/v1/compare", json={"rows": rows}, headers=headers, timeout=60)
    found: list[Any] = answer.json()["rows"]
    return found


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_from_a_key_to_a_finding(browser: Browser, server: Running, colours: Any, width: int) -> None:
    context = browser.new_context(
        locale="en-GB", color_scheme=colours, viewport={"width": width, "height": 900}
    )
    visitor = Visitor(context.new_page(), server).open("/compare").sign_in()
    page = visitor.page
    for typed, offered in (("llama 405b", "LLaMA v3.1 405B"), ("llama 8b", "LLaMA v3.1 8B")):
        page.get_by_role("combobox", name="Add a model").fill(typed)
        page.get_by_role("option", name=offered).first.click()
    page.get_by_label("Tokens in").last.fill("1000")
    page.get_by_label("Tokens out").last.fill("500")
    work = {"input_tokens": 1000, "output_tokens": 500}
    large, _ = compared(server, {"model_id": "llama_v31_405b", **work}, {"model_id": "llama_v31_8b", **work})
    times = large["compared"]["usage_energy_wh"]["ratio"]["central"]
    found = page.locator(".finding [role=status]")
    expect(found).to_contain_text(f"LLaMA v3.1 405B takes {times:.2g} times the energy of LLaMA v3.1 8B.")
    expect(found).to_contain_text("The difference is larger than the uncertainty")
    page.wait_for_selector(BARS)
    page.wait_for_selector("svg[role=img][aria-label^='Carbon and water']")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert visitor.findings() == []
    assert (visitor.violations(), visitor.complaints) == ([], [])
    context.close()


def test_candidates_come_and_go_by_keyboard(visitor: Visitor) -> None:
    visitor.open("/compare").sign_in()
    page, keyboard = visitor.page, visitor.page.keyboard
    page.get_by_label("Places", exact=True).press("Space")
    add = page.get_by_role("combobox", name="Add a place")
    for typed, offered in (("norw", "Norway NO"), ("poland", "Poland PL"), ("fran", "France FR")):
        add.focus()
        keyboard.type(typed)
        page.get_by_role("option", name=offered, exact=True).wait_for()
        keyboard.press("Enter")
        expect(add).to_have_value("")
    chips = page.get_by_role("list", name="Compared").get_by_role("listitem")
    expect(chips).to_have_count(3)
    expect(page.get_by_text("Choose the model that does the work.")).to_be_visible()
    keyboard.press("Tab")
    keyboard.press("Tab")  # over the map
    expect(page.get_by_role("button", name="Remove Norway")).to_be_focused()
    keyboard.press("Enter")
    expect(chips).to_have_count(2)
    expect(add).to_be_focused()
    page.get_by_role("combobox", name="Model").fill("gpt-4o")
    keyboard.press("Enter")
    expect(page.locator(".found")).to_contain_text("France and Poland cannot be told apart")
    assert "vary=places&with=country%3APL&with=country%3AFR" in page.url


def test_the_metric_is_switched_and_the_address_holds_everything(visitor: Visitor) -> None:
    visitor.open("/").sign_in().open(PLACES)
    found = visitor.page.locator(".found")
    expect(found).to_contain_text("times the carbon of France.")
    visitor.page.get_by_label("Water", exact=True).press("Space")
    expect(found).to_contain_text("times the water.")
    said = found.inner_text()
    assert visitor.server.key not in visitor.page.url
    other = Visitor(visitor.page.context.new_page(), visitor.server)
    other.open(visitor.page.url.removeprefix(visitor.server.url))
    expect(other.page.locator(".found")).to_have_text(said)


def test_ranges_that_overlap_may_differ_clearly_and_the_reason_is_told(visitor: Visitor) -> None:
    visitor.open("/").sign_in().open(HOURS)
    page = visitor.page
    expect(page.locator(".finding")).to_contain_text("19:00 takes")
    expect(page.locator(".finding")).to_contain_text("larger than the uncertainty")
    expect(page.get_by_text("(nearly) the same for both")).to_be_visible()
    expect(page.get_by_role("heading", name="An average day (June 2025), hour by hour (UTC)")).to_be_visible()
    curve = page.get_by_role("img", name="Carbon by hour: 00 ")
    expect(curve).to_be_visible()
    assert curve.locator("circle").count() == 2  # the chosen hours
    expect(page.get_by_text("Water does not change over the day")).to_be_visible()
    assert visitor.findings() == []


def test_regions_of_clouds_are_named_with_their_cloud(visitor: Visitor) -> None:
    visitor.open("/").sign_in().open(REGIONS)
    for name in ("aws us-east-1", "azure eastus"):
        expect(visitor.page.get_by_role("rowheader", name=name)).to_be_visible()
    code = visitor.page.locator(".code code")
    expect(code).to_contain_text('"cloud_id":"aws","cloud_region":"us-east-1"')


def test_a_place_without_hours_is_said_to_be_flat(visitor: Visitor) -> None:
    visitor.open("/").sign_in()
    visitor.open(f"/compare?vary=hours&model_id=gpt-4o&country=KE&with=12&with=19&{CHAT}")
    expect(visitor.page.locator(".found")).to_contain_text("take the same")
    expect(visitor.page.get_by_text("no figures by the hour")).to_be_visible()


def test_one_wrong_candidate_is_said_and_spoils_no_other(visitor: Visitor) -> None:
    visitor.open("/").sign_in().open(MODELS + "&with=nonesuch-9b")
    expect(visitor.page.get_by_role("alert")).to_contain_text("unknown model 'nonesuch-9b'")
    expect(visitor.page.locator(".chip.wrong")).to_have_text("nonesuch-9b×")
    expect(visitor.page.locator(".compared tbody tr")).to_have_count(3)
    visitor.page.wait_for_selector(BARS)
    assert visitor.findings() == []


def test_a_service_that_is_gone_is_said_and_the_answer_comes_back(visitor: Visitor) -> None:
    visitor.open("/").sign_in()
    visitor.page.route("**/v1/compare", lambda route: route.abort())
    visitor.open(PLACES)
    expect(visitor.page.get_by_role("alert")).to_contain_text("does not answer")
    visitor.page.unroute("**/v1/compare")
    visitor.page.get_by_label("Tokens out").last.fill("700")
    expect(visitor.page.locator(".found")).to_contain_text("France")


def test_newcomers_begin_with_an_example(visitor: Visitor) -> None:
    visitor.open("/compare")
    expect(visitor.page.get_by_role("button", name="Five chat models")).to_be_disabled()
    visitor.sign_in()
    assert visitor.findings() == []
    for name in ("Five chat models", "One model in four countries", "Three hours", "One model at three"):
        visitor.page.get_by_role("button", name=name).click()
        visitor.page.locator(".found").wait_for()
        expect(visitor.page.get_by_role("alert")).to_have_count(0)
        visitor.page.go_back()
    assert visitor.complaints == []


def test_names_in_the_drawing_do_not_cover_each_other(visitor: Visitor) -> None:
    candidates = (
        "gpt-4o gpt-4o-mini o1 o3-mini gpt-4 claude_3_opus claude_3_haiku claude_3_5_sonnet llama_v31_405b "
        "llama_v31_70b llama_v31_8b mixtral_8x7b mixtral_8x22b deepseek_v3 deepseek_r1 gemma_2_9b gemma_2_27b"
    ).split()
    listed = "&".join(f"with={one}" for one in candidates)
    visitor.open("/").sign_in().open(f"/compare?vary=models&{listed}&{CHAT}")
    drawing = visitor.page.get_by_role("img", name="Carbon and water")
    drawing.wait_for()
    boxes = [
        one.bounding_box()
        for one in drawing.locator("text[font-weight='600'], [font-weight='600'] text").all()
    ]
    assert len(boxes) == len(candidates)
    for a, b in itertools.combinations(filter(None, boxes), 2):
        across = a["x"] + a["width"] <= b["x"] + HALO or b["x"] + b["width"] <= a["x"] + HALO
        assert across or abs(a["y"] - b["y"]) >= a["height"] - HALO


def test_all_digits_are_saved(visitor: Visitor) -> None:
    visitor.open("/").sign_in().open(MODELS)
    for name in ("LLaMA v3.1 8B", "GPT-4o", "LLaMA v3.1 405B"):  # asked for beside the answer
        expect(visitor.page.locator(".compared").get_by_text(name, exact=True)).to_be_visible()
    with visitor.page.expect_download() as awaited:
        visitor.page.get_by_role("button", name="Save as CSV").click()
    lines = list(csv.DictReader(awaited.value.path().read_text(encoding="utf-8").splitlines()))
    work = {"input_tokens": 1000, "output_tokens": 500}
    expected = compared(visitor.server, *({"model_id": line["models"], **work} for line in lines))
    assert [line["name"] for line in lines] == ["LLaMA v3.1 8B", "GPT-4o", "LLaMA v3.1 405B"]
    for line, row in zip(lines, expected, strict=True):
        assert float(line["usage_water_ml_high_90"]) == row["ranges"]["usage_water_ml"]["high_90"]
        assert line["usage_energy_wh_verdict"] == row["compared"]["usage_energy_wh"]["verdict"]


def test_no_saved_cell_is_taken_for_a_formula(visitor: Visitor) -> None:
    written = visitor.open("/").page.evaluate(
        """async () => (await import("/web/page/parts/csv.js")).csv([["=1+1", 'a,"b"', -5, undefined]])"""
    )
    assert written == '\'=1+1,"a,""b""",-5,\n'


def test_the_samples_ask_the_same_and_never_hold_the_key(visitor: Visitor) -> None:
    visitor.open("/").sign_in().open(PLACES)
    code = visitor.page.locator(".code code")
    expect(code).to_contain_text('{"rows":[{"label":"France","model_id":"gpt-4o","country":"FR"')
    visitor.page.get_by_text("Python", exact=True).click()
    expect(code).to_contain_text('/v1/compare"')
    compile(code.inner_text(), "sample", "exec")
    assert visitor.server.key not in visitor.page.content()


@pytest.mark.parametrize("form", ["SVG", "PNG"])
def test_drawings_are_saved(visitor: Visitor, form: str) -> None:
    visitor.open("/").sign_in().open(MODELS).page.wait_for_selector(BARS)
    with visitor.page.expect_download() as awaited:
        visitor.page.get_by_role("button", name=f"Save as {form}: Energy").click()
    assert awaited.value.suggested_filename == f"wattdrop-compare-energy.{form.lower()}"
    assert awaited.value.path().stat().st_size > 3000


def test_it_fits_the_narrowest_phone_in_french(browser: Browser, server: Running) -> None:
    context = browser.new_context(locale="fr-FR", viewport={"width": 320, "height": 640})
    visitor = Visitor(context.new_page(), server).open("/")
    visitor.page.get_by_label("Clé d’API").fill(server.key)
    visitor.page.keyboard.press("Enter")
    visitor.page.get_by_role("button", name="Oublier la clé").wait_for()
    visitor.open(PLACES).page.wait_for_selector(".results svg[role=img]")
    expect(visitor.page.locator(".found")).to_contain_text("Pologne demande")
    assert visitor.page.evaluate("document.documentElement.scrollWidth") <= 320
    assert visitor.findings() == []
    context.close()
