"""The calculator in a real browser: from a key to numbers, in two widths and themes, by keyboard, and when things fail."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, expect
from tests.browser.conftest import Visitor
from tests.service.processes import Running, running

pytestmark = pytest.mark.browser

CHAT = "/?model_id=gpt-4o&input_tokens=1000&output_tokens=500"
MOST_FIRST_BYTES = 300_000


def impact_of(server: Running, **row: Any) -> Any:
    """What the API says, asked without the page."""
    answer = httpx.post(
        f"{server.url}/v1/impact?ranges=true&store=false",
        json={"rows": [row]},
        headers={"Authorization": f"Bearer {server.key}"},
    )
    return answer.json()["rows"][0]


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_from_a_key_to_numbers(browser: Browser, server: Running, colours: Any, width: int) -> None:
    context = browser.new_context(
        locale="en-GB", color_scheme=colours, viewport={"width": width, "height": 900}
    )
    visitor = Visitor(context.new_page(), server).open("/").sign_in()
    page = visitor.page
    page.get_by_role("combobox", name="Model").fill("gpt4o")
    page.get_by_role("option", name="GPT-4o gpt_4o").first.click()
    page.get_by_label("Tokens in").last.fill("1000")
    page.get_by_label("Tokens out").last.fill("500")
    expected = impact_of(server, model_id="gpt_4o", input_tokens=1000, output_tokens=500)
    central = expected["ranges"]["usage_energy_wh"]["central"]
    expect(visitor.metric("Energy").locator(".big")).to_have_text(f"{central:#.3g} Wh")
    page.wait_for_selector(".metric svg[role=img]")
    expect(page.get_by_role("heading", name="As much as")).to_be_visible()
    expect(page.get_by_text("Half of all cases lie in the inner part of a bar")).to_be_visible()
    expect(page.locator("#causes ~ .advice li").first).to_contain_text("Give ")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches") == (colours == "dark")
    assert visitor.findings() == []
    assert (visitor.violations(), visitor.complaints) == ([], [])
    context.close()


def test_it_fits_the_narrowest_phone(browser: Browser, server: Running) -> None:
    context = browser.new_context(locale="fr-FR", viewport={"width": 320, "height": 640})
    visitor = Visitor(context.new_page(), server).open("/")
    visitor.page.get_by_label("Clé d’API").fill(server.key)
    visitor.page.keyboard.press("Enter")
    visitor.page.get_by_role("button", name="Oublier la clé").wait_for()
    visitor.open(CHAT).page.wait_for_selector(".metric svg")
    assert visitor.page.evaluate("document.documentElement.scrollWidth") <= 320
    context.close()


def test_nothing_is_estimated_before_a_model_is_chosen(visitor: Visitor) -> None:
    visitor.open("/")
    expect(visitor.page.get_by_role("button", name="A chat answer")).to_be_disabled()
    visitor.sign_in()
    assert visitor.findings() == []
    visitor.page.get_by_role("button", name="A chat answer").click()
    visitor.metric("Energy").wait_for()
    assert visitor.page.url == visitor.server.url + CHAT
    visitor.page.go_back()
    expect(visitor.page.get_by_role("button", name="A chat answer")).to_be_visible()


def test_a_wrong_key_is_said_at_its_field_and_the_right_one_outlasts_a_reload(visitor: Visitor) -> None:
    visitor.open("/")
    visitor.page.get_by_label("API key").fill("wd_wrong")
    visitor.page.keyboard.press("Enter")
    expect(visitor.page.get_by_label("API key")).to_have_accessible_description(
        "The server prints one when it first starts; more with: wattdrop keys create NAME "
        "This key is not known, or was revoked."
    )
    visitor.sign_in()
    visitor.page.reload()
    button = visitor.page.get_by_role("button", name="Forget the key")
    button.wait_for()
    assert (
        visitor.page.evaluate("document.cookie + JSON.stringify(localStorage) + location.href").find("wd_")
        < 0
    )
    button.click()
    expect(visitor.page.get_by_label("API key")).to_be_visible()


def test_the_link_that_the_server_prints_signs_in_once(browser: Browser, tmp_path: Path) -> None:
    with running(tmp_path) as process:
        (link,) = re.findall(r"In a browser: +(\S+)", process.announced)
        code = link.partition("#code=")[2]
        context = browser.new_context(locale="en-GB")
        visitor = Visitor(context.new_page(), process)
        visitor.page.goto(link)
        visitor.page.get_by_role("button", name="Forget the key").wait_for()
        assert visitor.page.url == process.url + "/"
        context.close()
        context = browser.new_context(locale="en-GB")
        second = Visitor(context.new_page(), process).open(f"/catalog#code={code}")
        expect(second.page.get_by_role("status")).to_contain_text("was used before")
        second.sign_in()
        context.close()


@pytest.mark.parametrize(
    ("address", "field", "said"),
    [
        ("/?model_id=nonesuch-9b&output_tokens=5", "Model", "unknown model 'nonesuch-9b'"),
        ("/?model_id=gpt-4o&output_tokens=-5", "Tokens out", "-5"),
        ("/?model_id=gpt-4o&node_id=nonesuch", "Hardware", "nonesuch"),
        ("/?model_id=gpt-4o&pue=0.5", "Datacenter overhead (PUE)", "0.5"),
    ],
)
def test_what_the_api_finds_wrong_stands_at_its_field(
    visitor: Visitor, address: str, field: str, said: str
) -> None:
    visitor.open("/").sign_in().open(address)
    wrong = visitor.page.locator("[aria-invalid=true]")
    expect(wrong).to_have_count(1)
    expect(wrong).to_have_accessible_name(field)
    expect(visitor.page.get_by_role("alert")).to_contain_text(said)
    assert visitor.findings() == []


def test_names_like_an_unknown_one_are_taken_with_one_press(visitor: Visitor) -> None:
    visitor.open("/").sign_in().open("/?model_id=gpt-4oo&output_tokens=5")
    nearest = visitor.page.locator("#model_id-error").get_by_role("button").first
    name = nearest.inner_text()
    nearest.click()
    visitor.metric("Energy").wait_for()
    expect(visitor.page.get_by_role("combobox", name="Model")).to_have_value(name)


def test_an_error_is_said_in_the_readers_language_with_the_words_of_the_api_below(visitor: Visitor) -> None:
    visitor.open("/").sign_in().page.get_by_label("Language").select_option("fr")
    visitor.open("/?model_id=nonesuch-9b&output_tokens=5")
    alert = visitor.page.get_by_role("alert")
    expect(alert).to_contain_text("Aucun modèle ne porte ce nom.")
    expect(alert.locator("[lang=en]")).to_contain_text("unknown model 'nonesuch-9b'")
    expect(visitor.page.locator("#model_id-error")).to_contain_text("Aucun modèle ne porte ce nom.")
    expect(visitor.page.get_by_label("Tâche").locator("option", has_text="Texte vers image")).to_be_attached()


def test_a_service_that_is_gone_is_said_and_the_numbers_come_back(visitor: Visitor) -> None:
    visitor.open("/").sign_in().open(CHAT)
    visitor.metric("Energy").wait_for()
    visitor.page.route("**/v1/impact*", lambda route: route.abort())
    visitor.page.get_by_label("Tokens out").last.fill("600")
    expect(visitor.page.get_by_role("alert")).to_contain_text("does not answer")
    visitor.page.unroute("**/v1/impact*")
    visitor.page.get_by_label("Tokens out").last.fill("700")
    visitor.metric("Energy").wait_for()


@pytest.mark.parametrize(("form", "begins"), [("SVG", b"<svg"), ("PNG", b"\x89PNG")])
def test_a_drawing_is_saved_as_it_is_shown(visitor: Visitor, form: str, begins: bytes) -> None:
    visitor.open("/").sign_in().open(CHAT).page.wait_for_selector(".chart svg [fill^='var(--stage']")
    with visitor.page.expect_download() as awaited:
        visitor.page.get_by_role("button", name=f"Save as {form}").click()
    content = awaited.value.path().read_bytes()
    assert awaited.value.suggested_filename == f"wattdrop-stages.{form.lower()}"
    assert content.startswith(begins)
    assert b"var(" not in content  # it needs no style sheet
    assert len(content) > 3000
    assert visitor.complaints == []


def test_a_keyboard_is_enough(visitor: Visitor) -> None:
    visitor.open("/").sign_in()
    keyboard, page = visitor.page.keyboard, visitor.page
    page.reload()
    page.get_by_role("button", name="Forget the key").wait_for()
    keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    keyboard.press("Enter")
    keyboard.press("Tab")
    model = page.get_by_role("combobox", name="Model")
    expect(model).to_be_focused()
    keyboard.type("llama 8b")
    offered = page.locator("#model_id-list [role=option]")
    offered.first.wait_for()
    keyboard.press("ArrowDown")
    expect(model).to_have_attribute("aria-activedescendant", "model_id-0")
    keyboard.press("Enter")
    expect(offered.first).to_be_hidden()
    keyboard.press("Tab")
    keyboard.press("Tab")  # over the task to the slider
    for _ in range(9):
        keyboard.press("ArrowRight")
    visitor.metric("Energy").wait_for()
    assert "input_tokens=1000" in page.url and "model_id=llama" in page.url


def test_the_answer_follows_every_change_and_the_address_holds_it(visitor: Visitor) -> None:
    visitor.open("/").sign_in().open(CHAT)
    before = visitor.metric("Carbon").locator(".big").inner_text()
    visitor.page.get_by_role("combobox", name="Place").fill("norw")
    visitor.page.get_by_role("option", name="Norway NO", exact=True).click()
    expect(visitor.metric("Carbon").locator(".big")).not_to_have_text(before)
    assert "country=NO" in visitor.page.url
    after = visitor.metric("Carbon").locator(".big").inner_text()
    other = Visitor(visitor.page.context.new_page(), visitor.server).open(
        visitor.page.url.removeprefix(visitor.server.url)
    )
    expect(other.metric("Carbon").locator(".big")).to_have_text(after)


def test_the_form_asks_what_the_task_needs(visitor: Visitor) -> None:
    visitor.open("/").sign_in()
    visitor.page.get_by_role("button", name="One image").click()
    visitor.metric("Energy").wait_for()
    assert visitor.page.get_by_label("Images out").last.input_value() == "1"
    expect(visitor.page.get_by_label("Size of the images")).to_be_visible()
    visitor.open("/").page.get_by_role("button", name="Ten minutes of speech").click()
    visitor.metric("Energy").wait_for()
    assert visitor.page.get_by_label("Seconds of sound in").last.input_value() == "600"
    assert visitor.complaints == []


def test_the_samples_hold_the_row_and_never_the_key(visitor: Visitor) -> None:
    visitor.open("/").sign_in().open(CHAT)
    code = visitor.page.locator(".code code")
    expect(code).to_contain_text('{"rows":[{"model_id":"gpt-4o","input_tokens":1000,"output_tokens":500}]}')
    visitor.page.get_by_text("Python", exact=True).click()
    expect(code).to_contain_text('json={"rows": [row]}')
    compile(code.inner_text(), "sample", "exec")
    visitor.page.get_by_text("Excel", exact=True).click()
    expect(code).to_contain_text("=NUMBERVALUE(WEBSERVICE(")
    assert visitor.server.key not in visitor.page.content()


def test_what_was_assumed_is_told_on_demand(visitor: Visitor) -> None:
    visitor.open("/").sign_in().open(CHAT)
    visitor.page.get_by_text("What was assumed").click()
    expect(
        visitor.page.get_by_role("row", name="Requests at once 64 requests in flight assumed")
    ).to_be_visible()
    assert visitor.findings() == []


def test_every_figure_of_the_estimate_leads_to_its_source(visitor: Visitor) -> None:
    page = visitor.open("/").sign_in().open(CHAT).page
    page.get_by_text("Every step, with its sources").click()
    page.get_by_text("Emissions of the electricity").click()
    expect(page.get_by_text("Making the image")).to_have_count(0)  # a chat model draws nothing
    grid = page.locator(".inputs li", has_text="default_grid_gco2e_per_kwh").first
    expect(grid).to_contain_text("published")
    grid.get_by_role("link").first.click()
    expect(page.locator(".sources li:target")).to_contain_text("Electricity Maps")
    expect(page.locator(".sources li:target a")).to_have_attribute("href", re.compile("^https://"))
    cited = page.locator(".inputs .cite").evaluate_all("all => all.map(one => one.getAttribute('href'))")
    assert len(cited) > 50
    assert all(page.locator(f'[id="{one[1:]}"]').count() == 1 for one in set(cited))
    assert visitor.findings() == []
    assert (visitor.violations(), visitor.complaints) == ([], [])


def test_what_would_narrow_the_range_leads_to_its_field(visitor: Visitor) -> None:
    visitor.open("/").sign_in().open(CHAT)
    impact = impact_of(visitor.server, model_id="gpt-4o", input_tokens=1000, output_tokens=500)
    first = next(one for one in impact["ranges"]["causes"] if one.get("advice"))
    assert first["cause"] == "occupancy"
    advice = visitor.page.locator(".advice li")
    expect(advice.first).to_contain_text(
        f"{first['low_90']:.2f}"
    )  # the energy with this cause alone in doubt
    advice.first.get_by_role("link").click()
    expect(visitor.page.locator("#batch_size")).to_be_focused()
    expect(advice.last).to_contain_text("carbon and water do")
    advice.last.get_by_role("link").click()
    expect(visitor.page.get_by_role("combobox", name="Place")).to_be_focused()
    visitor.open(CHAT + "&country=FR&utc_datetime=2026-05-01T12:00")
    expect(advice.last).not_to_contain_text("carbon and water do")


def test_what_somebody_knows_more_is_part_of_the_row(visitor: Visitor) -> None:
    visitor.open("/").sign_in().open(CHAT)
    visitor.page.get_by_text("What you know more").click()
    visitor.page.get_by_label("Precision", exact=True).select_option("fp8")
    visitor.page.get_by_label("Measured energy (Wh)").last.fill("0.4")
    expect(visitor.page.locator(".code code")).to_contain_text('"datatype":"fp8"')
    expect(visitor.page.locator(".code code")).to_contain_text('"measured_energy_wh":0.4')
    expect(visitor.page.get_by_role("row", name="This request: electricity")).to_contain_text("0.400 Wh")


def test_everyday_things_of_a_thousand_requests_are_a_thousand_times_as_much(visitor: Visitor) -> None:
    visitor.open("/").sign_in().open(CHAT)
    light = visitor.page.locator(".everyday li").first
    expect(light).to_contain_text("min of light")
    visitor.page.get_by_text("a thousand", exact=True).click()
    expect(light).to_contain_text("h of light")
    assert visitor.findings() == []


def test_language_and_colours_are_switched_and_remembered(visitor: Visitor) -> None:
    visitor.open("/").sign_in()
    visitor.page.get_by_label("Language").select_option("fr")
    expect(visitor.page.get_by_role("heading", level=1)).to_have_text("Que consomme une requête d’IA ?")
    visitor.page.get_by_label("Couleurs").select_option("dark")
    visitor.page.reload()
    expect(visitor.page.get_by_role("heading", level=1)).to_have_text("Que consomme une requête d’IA ?")
    assert visitor.page.evaluate("document.documentElement.lang") == "fr"
    assert visitor.page.evaluate("getComputedStyle(document.body.parentElement).colorScheme") == "dark"
    assert visitor.page.title() == "Calculateur · Wattdrop"


def test_the_first_page_is_small(visitor: Visitor) -> None:
    sizes: dict[str, int] = {}
    visitor.page.on("requestfinished", lambda one: sizes.update({one.url: one.sizes()["responseBodySize"]}))
    visitor.open("/").sign_in().open(CHAT)
    visitor.page.wait_for_selector(".metric svg")
    visitor.page.wait_for_load_state("networkidle")
    assert sum(sizes.values()) < MOST_FIRST_BYTES, json.dumps(sizes, indent=1)
