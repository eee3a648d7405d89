"""The catalog page in a real browser: found, opened, read, shared."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, expect
from tests.browser.conftest import Visitor
from tests.service.processes import Running

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("width", "colours"), [(1280, "dark"), (390, "light")])
def test_a_figure_is_found_with_its_range_and_source(
    browser: Browser, server: Running, width: int, colours: Any
) -> None:
    context = browser.new_context(
        locale="en-GB", color_scheme=colours, viewport={"width": width, "height": 900}
    )
    visitor = Visitor(context.new_page(), server).open("/catalog").sign_in()
    page = visitor.page
    page.get_by_label("Search in all names").fill("gpt-4o")
    page.get_by_role("button", name="GPT-4o OpenAI").click()
    row = page.get_by_role("row", name="Weights of the whole checkpoint")
    expect(row).to_contain_text("440 billion")
    expect(row).to_contain_text("264 – 748")
    expect(row.get_by_role("link").first).to_have_attribute("href", "#source-ecologits-011")
    assert page.url.endswith("/catalog?kind=models&search=gpt-4o&id=gpt_4o")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert visitor.findings() == []
    page.reload()
    expect(row).to_be_visible()
    assert (visitor.violations(), visitor.complaints) == ([], [])
    context.close()


def test_without_a_key_it_says_so(browser: Browser, server: Running) -> None:
    context = browser.new_context(locale="en-GB")
    visitor = Visitor(context.new_page(), server).open("/catalog")
    expect(visitor.page.get_by_text("Enter a key above to look into the catalog.")).to_be_visible()
    visitor.sign_in()
    visitor.page.get_by_text("Accelerators", exact=True).click()
    visitor.page.get_by_label("Search in all names").fill("h100 sxm")
    visitor.page.get_by_role("button", name="NVIDIA H100 SXM5 80GB").click()
    expect(visitor.page.get_by_role("heading", name="NVIDIA H100 SXM5 80GB")).to_be_visible()
    context.close()
