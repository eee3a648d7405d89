"""``/docs`` in a real browser: complete, offline, usable with a key, a keyboard and a phone, readable in light and dark."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import Browser, expect
from tests.browser.conftest import Reader
from tests.description import description
from tests.service.processes import Running

pytestmark = pytest.mark.browser

IMPACT = "Impact-getImpact"

#: Texts with less contrast than people can read (WCAG AA: 4.5, large 3), with the colours that make it.
FAINT = """
() => {
  const channel = (value) => (value /= 255) <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const parsed = (text) => [...text.match(/[\\d.]+/g).map(Number), 1].slice(0, 4);
  const over = (top, below) => [0, 1, 2].map((at) => top[at] * top[3] + below[at] * (1 - top[3]));
  const behind = (element) => {
    const layers = [];
    for (let one = element; one; one = one.parentElement) layers.push(parsed(getComputedStyle(one).backgroundColor));
    return layers.reverse().reduce((below, layer) => over(layer, below), [255, 255, 255]);
  };
  const found = new Set();
  for (const element of document.querySelectorAll("#reference *")) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    const style = getComputedStyle(element);
    if (!own || !element.offsetParent || style.visibility === "hidden" || element.closest("option")) continue;
    const back = behind(element);
    const front = over(parsed(style.color), back);
    const [a, b] = [light(front), light(back)].sort((x, y) => y - x);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    if ((a + 0.05) / (b + 0.05) < (large ? 3 : 4.5))
      found.add(`${element.className || element.tagName}: ${style.color} on ${back.map(Math.round)}: ${element.innerText}`);
  }
  return [...found];
}
"""


def test_nothing_is_asked_elsewhere_and_nothing_complains(reader: Reader) -> None:
    assert reader.page.title() == "Wattdrop API"
    assert reader.violations() == []
    assert reader.complaints == []


def test_every_operation_is_listed_and_unfolds(reader: Reader) -> None:
    expected = {
        f"operations-{operation['tags'][0]}-{operation['operationId']}"
        for item in description()["paths"].values()
        for operation in item.values()
    }
    blocks = reader.page.locator(".opblock")
    assert {blocks.nth(at).get_attribute("id") for at in range(blocks.count())} == expected
    for name in sorted(expected):
        block = reader.open(name.removeprefix("operations-"))
        expect(block.locator(".samples summary")).to_have_text(["curl", "Python"])
        block.locator(".opblock-summary-control").click()
    assert (reader.violations(), reader.complaints) == ([], [])


def test_a_request_is_tried_with_ones_own_key(reader: Reader) -> None:
    reader.authorise(reader.server.key)
    block = reader.open(IMPACT)
    block.get_by_role("button", name="Execute").click()
    answered = block.locator(".live-responses-table tbody .response-col_status")
    answered.wait_for()
    assert answered.inner_text().startswith("200")
    shown = block.locator(".live-responses-table .highlight-code code").first
    expect(shown).to_contain_text("has_errors")
    answer = json.loads(shown.inner_text())
    assert answer["has_errors"] is False
    assert answer["rows"][0]["total_impact"]["usage_energy_wh"] > 0
    sent = block.locator(".request-snippets")
    assert reader.server.key in sent.inner_text()
    sent.get_by_text("Python").click()
    assert "httpx.request(" in sent.inner_text()
    assert (reader.violations(), reader.complaints) == ([], [])


UNNAMED = """
() => [...document.querySelectorAll("input, select, textarea, button")].filter((field) =>
  !field.labels?.length && !field.getAttribute("aria-label") && !field.title && !field.innerText.trim())
  .map((field) => field.outerHTML.slice(0, 200))
"""


def test_everything_that_takes_input_has_a_name(reader: Reader) -> None:
    reader.open(IMPACT)
    reader.page.click(".scheme-container button.authorize")
    assert reader.page.evaluate(UNNAMED) == []


def test_without_a_key_the_answer_says_how_to_send_one(reader: Reader) -> None:
    block = reader.open(IMPACT)
    block.get_by_role("button", name="Execute").click()
    answered = block.locator(".live-responses-table tbody .response-col_status")
    answered.wait_for()
    assert answered.inner_text().startswith("401")
    assert "Authorization: Bearer" in block.locator(".live-responses-table").inner_text()


def test_code_samples_name_the_address_of_the_page(reader: Reader) -> None:
    block = reader.open(IMPACT)
    block.locator(".samples summary").get_by_text("Python").click()
    shown = block.locator(".samples").inner_text()
    assert f"{reader.server.url}/v1/impact" in shown
    assert "127.0.0.1:8000" not in shown


def test_a_keyboard_is_enough_to_unfold_an_operation(reader: Reader) -> None:
    reader.page.locator(f"#operations-{IMPACT} .opblock-summary-control").focus()
    reader.page.keyboard.press("Enter")
    reader.page.locator(f"#operations-{IMPACT} .opblock-body").wait_for()


def test_a_link_to_an_operation_opens_it(reader: Reader) -> None:
    reader.page.goto(reader.server.url + "/docs#/Evidence/explain")
    reader.page.reload()
    reader.page.locator("#operations-Evidence-explain .opblock-body").wait_for()


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_it_can_be_read(browser: Browser, server: Running, colours: Any, width: int) -> None:
    context = browser.new_context(color_scheme=colours, viewport={"width": width, "height": 844})
    reader = Reader(context.new_page(), server)
    block = reader.open(IMPACT)
    block.locator(".samples summary").get_by_text("Python").click()
    block.get_by_role("button", name="Execute").click()
    block.locator(".live-responses-table tbody .response-col_status").wait_for()
    assert reader.page.evaluate("document.documentElement.scrollWidth") <= width
    background = reader.page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (background == "rgb(255, 255, 255)") == (colours == "light")
    assert reader.page.evaluate(FAINT) == []
    context.close()
