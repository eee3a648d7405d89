"""Places on a map in a real browser: pointed at, taken, and never the only way."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, expect
from tests.browser.conftest import Visitor
from tests.service.processes import Running

pytestmark = pytest.mark.browser

CHAT = "/?model_id=gpt-4o&input_tokens=1000&output_tokens=500"


def opened(visitor: Visitor, address: str = CHAT) -> Any:
    """The map over the calculator."""
    visitor.open("/").sign_in().open(address)
    where = visitor.page.get_by_text("Where and when")
    if not visitor.page.get_by_role("button", name="Choose on a map").is_visible():
        where.click()
    visitor.page.get_by_role("button", name="Choose on a map").click()
    dialog = visitor.page.get_by_role("dialog")
    dialog.locator(".map svg path").first.wait_for(state="attached")
    return dialog


def point_at(visitor: Visitor, longitude: float, latitude: float) -> None:
    """Press where a place is drawn, as the dot nearest to it says: no dot is there by chance."""
    box = visitor.page.locator(".glass").bounding_box()
    assert box is not None
    x, y = visitor.page.evaluate(PLACE, [longitude, latitude, box["width"], box["height"]])
    visitor.page.mouse.click(box["x"] + x, box["y"] + y)


#: The whole world as the map draws it before anybody zooms.
PLACE = """
async ([longitude, latitude, width, height]) => {
  const { whole } = await import("/web/page/map/views.js");
  const { world } = await import("/web/page/map/world.js");
  return whole((await world()).shapes, width)([longitude, latitude]);
}
"""


@pytest.mark.parametrize(("width", "colours"), [(1280, "light"), (390, "dark")])
def test_a_country_is_pointed_at_and_taken(
    browser: Browser, server: Running, width: int, colours: Any
) -> None:
    context = browser.new_context(
        locale="en-GB", color_scheme=colours, viewport={"width": width, "height": 900}
    )
    visitor = Visitor(context.new_page(), server)
    dialog = opened(visitor)
    point_at(visitor, 20, 25)  # the Sahara: no cloud is near
    place = httpx.get(f"{server.url}/v1/places").json()
    libya = next(one for one in place["countries"] if one["id"] == "LY")
    expect(dialog.get_by_role("heading", name="Libya")).to_be_visible()
    expect(dialog.locator(".gridfigure")).to_have_text(f"{libya['grid']['gco2e_per_kwh']:,.0f} g CO₂e/kWh")
    expect(dialog.get_by_text(f"Figure of {libya['grid']['year']}")).to_be_visible()
    assert visitor.page.evaluate("document.documentElement.scrollWidth") <= width
    assert dialog.evaluate("(one) => one.scrollWidth <= one.clientWidth")
    assert visitor.findings() == []
    dialog.get_by_role("button", name="Use Libya").click()
    expect(dialog).to_be_hidden()
    expect(visitor.page.get_by_role("combobox", name="Place")).to_have_value("Libya")
    expect(visitor.page.get_by_role("button", name="Choose on a map")).to_be_focused()
    assert "country=LY" in visitor.page.url
    assert (visitor.violations(), visitor.complaints) == ([], [])
    context.close()


def test_a_city_offers_each_region_of_its_clouds(visitor: Visitor) -> None:
    dialog = opened(visitor, CHAT + "&country=FR")
    expect(dialog.get_by_role("heading", name="France")).to_be_visible()  # what is chosen is shown
    point_at(visitor, 151.21, -33.87)
    expect(dialog.get_by_role("heading", name="Sydney, Australia")).to_be_visible()
    expect(dialog.locator(".gridfigure")).to_be_visible()
    dialog.get_by_role("button", name="aws ap-southeast-2").click()
    expect(visitor.page.get_by_role("combobox", name="Place")).to_have_value("ap-southeast-2")
    assert "cloud_id=aws&cloud_region=ap-southeast-2" in visitor.page.url
    assert "country" not in visitor.page.url
    visitor.metric("Energy").wait_for()


#: How many cities are in the frame, when they are fewer than before.
FEWER = """
(than) => {
  const { length } = document.querySelectorAll(".map svg circle");
  return length > 0 && length < than && length;
}
"""


def test_it_comes_closer_by_part_of_the_world_by_button_and_by_wheel(visitor: Visitor) -> None:
    dialog, page = opened(visitor), visitor.page

    def fewer(than: int) -> int:
        found: int = page.wait_for_function(FEWER, arg=than).json_value()
        return found

    everywhere = fewer(1000)
    dialog.get_by_text("Europe", exact=True).click()
    in_europe = fewer(everywhere // 2)
    dialog.get_by_role("button", name="Closer").click()
    fewer(in_europe)
    dialog.get_by_text("World", exact=True).click()
    expect(page.locator(".map svg circle")).to_have_count(everywhere)
    page.mouse.move(640, 400)
    page.mouse.wheel(0, -400)
    fewer(everywhere)


def test_the_keyboard_opens_and_leaves_it_and_the_list_has_the_same_places(visitor: Visitor) -> None:
    visitor.open("/").sign_in().open(CHAT)
    button = visitor.page.get_by_role("button", name="Choose on a map")
    button.focus()
    visitor.page.keyboard.press("Enter")
    dialog = visitor.page.get_by_role("dialog")
    dialog.locator(".map svg path").first.wait_for(state="attached")
    visitor.page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(button).to_be_focused()
    place = visitor.page.get_by_role("combobox", name="Place")
    place.fill("libya")
    visitor.page.get_by_role("option", name="Libya LY").click()
    assert "country=LY" in visitor.page.url


def test_a_map_that_does_not_come_is_said(visitor: Visitor) -> None:
    visitor.open("/").sign_in().open(CHAT)
    visitor.page.route("**/v1/places", lambda route: route.abort())
    visitor.page.get_by_role("button", name="Choose on a map").click()
    expect(visitor.page.get_by_role("dialog").get_by_role("alert")).to_contain_text("does not answer")
    visitor.page.unroute("**/v1/places")
    visitor.page.keyboard.press("Escape")
    visitor.page.get_by_role("button", name="Choose on a map").click()
    visitor.page.get_by_role("dialog").locator(".map svg path").first.wait_for(state="attached")
