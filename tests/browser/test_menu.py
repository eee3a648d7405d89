"""The way between pages: a row on wide screens, behind a button on narrow ones, by keyboard on both."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect
from tests.browser.conftest import Visitor
from tests.service.processes import Running

pytestmark = pytest.mark.browser


def test_a_wide_screen_shows_every_page_at_once(visitor: Visitor) -> None:
    pages = visitor.open("/catalog").page.get_by_role("navigation", name="Pages")
    expect(pages.get_by_role("link", name="Calculator")).to_be_visible()
    expect(pages.get_by_role("link", name="Catalog")).to_have_attribute("aria-current", "page")
    expect(visitor.page.get_by_role("button", name="Menu")).to_be_hidden()
    top = pages.get_by_role("link").first.bounding_box()
    last = pages.get_by_role("link").last.bounding_box()
    assert top is not None and last is not None and top["y"] == last["y"]  # one row


def test_a_narrow_screen_unfolds_them_and_the_keyboard_folds_them(browser: Browser, server: Running) -> None:
    context = browser.new_context(locale="en-GB", viewport={"width": 320, "height": 640})
    visitor = Visitor(context.new_page(), server).open("/")
    page = visitor.page
    pages = page.get_by_role("navigation", name="Pages")
    expect(pages).to_be_hidden()
    menu = page.get_by_role("button", name="Menu")
    expect(menu).to_have_attribute("aria-expanded", "false")
    menu.focus()
    page.keyboard.press("Enter")
    expect(menu).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Tab")
    expect(pages.get_by_role("link", name="Calculator")).to_be_focused()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert visitor.findings() == []
    page.keyboard.press("Escape")
    expect(pages).to_be_hidden()
    expect(menu).to_be_focused()
    menu.click()
    pages.get_by_role("link", name="Catalog").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What the numbers rest on")
    assert (visitor.violations(), visitor.complaints) == ([], [])
    context.close()
