"""The accuracy page in a real browser: every measurement seen, narrowed, pointed at, and read without a pointer."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, expect
from tests.browser.conftest import Visitor
from tests.service.processes import Running

pytestmark = pytest.mark.browser


def found(visitor: Visitor) -> Any:
    return visitor.page.locator(".found")


@pytest.mark.parametrize(("width", "colours"), [(1280, "dark"), (390, "light")])
def test_measurements_are_seen_narrowed_and_opened(
    browser: Browser, server: Running, width: int, colours: Any
) -> None:
    context = browser.new_context(
        locale="en-GB", color_scheme=colours, viewport={"width": width, "height": 900}
    )
    visitor = Visitor(context.new_page(), server).open("/accuracy")
    page = visitor.page
    expect(page.get_by_label("API key")).to_have_count(0)  # nobody needs one here
    expect(found(visitor)).to_contain_text("2,378")
    page.wait_for_selector("#scatter ~ .scatter svg[role=img] circle >> nth=2377", state="attached")
    if width < 960:
        page.get_by_text("Which measurements").click()
    page.get_by_label("Task", exact=True).select_option("image-to-video")
    expect(found(visitor)).to_contain_text("12")
    expect(page.get_by_label("Accelerator", exact=True)).to_contain_text("A100 SXM 40GB (")
    assert page.url == server.url + "/accuracy?task=image-to-video"
    button = page.locator(".measured").get_by_role("button").first
    button.click()
    opened = page.locator(".measured .more")
    address = re.compile("https://github.com/ml-energy/leaderboard-v2/blob/c3af7f3/data/.*image-to-video")
    expect(opened.get_by_role("link")).to_have_attribute("href", address)
    expect(opened).to_contain_text("Apache-2.0")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert visitor.findings() == []
    page.reload()
    expect(found(visitor)).to_contain_text("12")
    assert (visitor.violations(), visitor.complaints) == ([], [])
    context.close()


def test_what_a_pointer_is_at_is_told_beside_the_drawing(visitor: Visitor) -> None:
    page = visitor.open("/accuracy?source=ML.ENERGY+v2&task=code").page
    told = page.locator(".pointed")
    expect(told).to_contain_text("The one that is furthest off")
    dot = page.locator("#scatter ~ .scatter svg[role=img] circle").nth(5)
    dot.scroll_into_view_if_needed()
    dot.hover(force=True)
    expect(told).to_contain_text("This measurement")
    expect(told).to_contain_text("ML.ENERGY v2")
    expect(told).to_contain_text("Energy of the accelerators alone.")
    assert visitor.complaints == []


def test_what_the_estimate_was_told_changes_the_predictions(visitor: Visitor) -> None:
    page = visitor.open("/accuracy?task=chat").page
    expect(found(visitor)).to_contain_text("100%")
    page.get_by_label("The batch is unknown").check()
    expect(found(visitor)).not_to_contain_text("100%")
    assert page.url == visitor.server.url + "/accuracy?given=hardware&task=chat"
    page.reload()
    expect(page.get_by_label("The batch is unknown")).to_be_checked()


def test_a_keyboard_reaches_every_measurement(visitor: Visitor) -> None:
    page = visitor.open("/accuracy").page
    rows = page.locator(".measured tbody tr")
    expect(rows).to_have_count(10)
    page.locator(".measured").get_by_role("button").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".measured .more")).to_contain_text("MLPerf")
    expect(page.locator(".measured").get_by_role("button").first).to_have_attribute("aria-expanded", "true")
    page.get_by_label("Worst first").focus()
    page.keyboard.press("ArrowRight")
    expect(rows.first.locator("td").last).to_have_text("1×")
    page.get_by_role("button", name="Next").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("11 to 20 of 2,378")).to_be_visible()


def test_filters_that_leave_nothing_say_what_to_do(visitor: Visitor) -> None:
    page = visitor.open("/accuracy?task=code&gpu=A2").page
    expect(page.get_by_text("No measurement is like this.")).to_be_visible()
    expect(page.locator("#scatter")).to_have_count(0)
    assert visitor.findings() == []
    page.get_by_role("button", name="Show all").click()
    expect(found(visitor)).to_contain_text("2,378")


def test_scores_say_what_is_left_out_and_what_was_seen(visitor: Visitor) -> None:
    page = visitor.open("/accuracy").page
    work = page.get_by_role("row", name="Language models, batch known 810")
    expect(work.first).to_contain_text("99%")
    seen = page.get_by_role("row", name="Text to video")
    expect(seen).to_contain_text("93%100%")  # left out, seen
    expect(page.get_by_role("row", name="EcoLogits 0.11.3, batch given 810").first).to_contain_text("54%")
    expect(page.get_by_role("link", name="The ML.ENERGY Benchmark v3.0")).to_be_visible()


@pytest.mark.parametrize("width", [390, 1280])
def test_names_can_be_told_apart_whatever_the_width(browser: Browser, server: Running, width: int) -> None:
    context = browser.new_context(locale="en-GB", viewport={"width": width, "height": 900})
    page = Visitor(context.new_page(), server).open("/accuracy").page
    page.wait_for_selector("#held ~ * svg, .held svg")
    names = page.locator(".held svg[role=img] g[text-anchor=end] > text").evaluate_all(
        "all => all.map((one) => [...one.childNodes].map(({ textContent }) => textContent).join(' '))"
    )
    assert len(set(names)) == len(names) > 10
    assert {"Language models, batch known", "Language models, batch unknown"} <= set(names)
    inside = page.locator(".held svg[role=img]").evaluate(
        """svg => [...svg.querySelectorAll("text")].every(
             one => one.getBoundingClientRect().left >= svg.getBoundingClientRect().left)"""
    )
    assert inside
    row = page.locator(".measured tbody tr").first
    card, name = row.bounding_box(), row.locator("th").bounding_box()
    assert card and name
    assert name["width"] == pytest.approx(card["width"] * (1 if width < 560 else 0.34), rel=0.05)
    context.close()


def test_it_fits_the_narrowest_phone_in_french(browser: Browser, server: Running) -> None:
    context = browser.new_context(locale="fr-FR", viewport={"width": 320, "height": 640})
    visitor = Visitor(context.new_page(), server).open("/accuracy")
    expect(visitor.page.get_by_role("heading", level=1)).to_have_text("Que valent les chiffres ?")
    visitor.page.wait_for_selector("#held ~ * svg, .held svg", state="attached")
    expect(visitor.page.locator(".insample")).to_contain_text("Classification d’images")
    expect(visitor.page.locator(".insample")).not_to_contain_text("image-classification")
    expect(visitor.page.get_by_label("Tâche", exact=True)).to_contain_text("Étiquetage de mots (24)")
    assert visitor.page.evaluate("document.documentElement.scrollWidth") <= 320
    context.close()


def test_a_service_that_is_gone_is_said(visitor: Visitor) -> None:
    visitor.page.route("**/v1/accuracy*", lambda route: route.abort())
    visitor.open("/accuracy")
    expect(visitor.page.get_by_role("alert")).to_contain_text("does not answer")
